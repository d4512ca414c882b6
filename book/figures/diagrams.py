"""Draws the book's diagrams. Run at every build of the site; `python book/figures/diagrams.py` draws them by hand.

Each chapter's diagrams are the functions of one module of this folder; a function's name is its file's name.
"""

import importlib
import inspect
from pathlib import Path

from draw import Diagram

HERE = Path(__file__).parent


def draw_all() -> None:
    """Write every diagram of every module next to this file."""
    for path in sorted(HERE.glob("*.py")):
        if path.stem in ("draw", "diagrams"):
            continue
        for name, function in inspect.getmembers(importlib.import_module(path.stem), inspect.isfunction):
            if inspect.signature(function).return_annotation is Diagram and not inspect.signature(function).parameters:
                function().save(HERE / f"{name.replace('_', '-')}.svg")


if __name__ == "__main__":
    draw_all()
