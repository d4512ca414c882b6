"""The library of the course Unrolled: recurrent networks, attention and detection for computer vision."""

from .exercises import Unfinished, complete, exercises, restore

__all__ = ["Unfinished", "complete", "exercises", "restore"]
