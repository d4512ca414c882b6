"""Short clips of one moving thing, whose motion can be seen in no single frame: one must watch."""

import random
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..language.vocabulary import Vocabulary
from .shapes import COLOURS, KINDS, SPLITS, Scene, Thing, draw_scene, instance_map
from .translations import SPECIALS

_MOVES = {  # how x, y and size change; opposite motions stand side by side
    "moves left": (-1, 0, 0),
    "moves right": (1, 0, 0),
    "moves up": (0, -1, 0),
    "moves down": (0, 1, 0),
    "moves up and left": (-1, -1, 0),
    "moves down and right": (1, 1, 0),
    "moves up and right": (1, -1, 0),
    "moves down and left": (-1, 1, 0),
    "shrinks": (0, 0, -1),
    "grows": (0, 0, 1),
}
MOTIONS = tuple(_MOVES)
CYCLE = 64  # phases, until a thing is again where it was, and as large
_STEPS = (4, 5, 6)  # phases from frame to frame: how fast
_RADIUS = (0.12, 0.3)  # the smallest and the largest, of the frame's side
_STENCIL_RADIUS = 10  # pixels; about as many as are drawn, so that edges come out soft

Phases = tuple[int, int, int]  # x, y and size, each 0 to CYCLE - 1


class MovingShape(NamedTuple):
    """Everything about one clip."""

    kind: str
    colour: str
    start: Phases  # in the first frame
    step: int  # phases from frame to frame
    motions: tuple[str, ...]  # by which each frame came about; the first frame's is that of the second
    ground: int  # which part of the ground, 0 to 9999


def move(phases: Phases, motion: str, step: int) -> Phases:
    """One step of a motion.

        phases[k] = (phases[k] + direction[k] step) mod CYCLE          k = x, y, size

    What leaves at one side comes in at the other, and what has grown to its largest begins again at its smallest. So
    each motion is a permutation of all CYCLE^3 states, and its opposite is the inverse.
    """
    return tuple((phase + way * step) % CYCLE for phase, way in zip(phases, _MOVES[motion], strict=True))


def make_clips(split: str, count: int, frames: int = 8, changing: bool = False) -> list[MovingShape]:
    """Clips of one split; the same call always gives the same clips, and no two splits share their randomness.

    A single frame says nothing about the motion: the first state is drawn uniformly from all states, and a permutation
    of uniform states is uniform, so that every frame of every motion has the same distribution.

    Args:
        split: "train", "val" or "test".
        count: how many.
        frames: of each clip, T.
        changing: whether the motion changes to another one, at a random moment: two steps or more of the first, three
            or more of the second.

    Raises:
        ValueError: there is no such split, or there are too few frames to see what happens.
    """
    if split not in SPLITS or split == "novel":
        raise ValueError(f"make_clips: split should be train, val or test, got {split!r}")
    if frames < (6 if changing else 2):
        raise ValueError(
            f"make_clips: frames should be at least 2, and 6 if the motion is to change, got {frames}; ask for more"
        )
    rng = random.Random(f"moving shapes {split}")
    return [_random_clip(rng, frames, changing) for _ in range(count)]


def draw_clips(clips: list[MovingShape], side: int = 32) -> Tensor:
    """The frames of clips of one length, (N, 3, T, side, side) float32 from 0 to 1."""
    phases = torch.tensor([_all_phases(clip) for clip in clips])  # (N, T, 3)
    N, T, _ = phases.shape
    seen = _seen_from_thing(phases.flatten(0, 1), side)  # (N T, side, side, 2)
    stencils = torch.stack([_stencil(clip.kind) for clip in clips]).repeat_interleave(T, dim=0)
    covered = F.grid_sample(stencils[:, None], seen, align_corners=True).reshape(N, 1, T, side, side)
    paint = torch.stack([_paint(clip.colour) for clip in clips])[:, :, None, None, None]
    ground = torch.stack([_ground(clip.ground, side) for clip in clips])[:, :, None]
    return ground + covered * (paint - ground)


def motion_labels(clips: list[MovingShape]) -> Tensor:
    """By which motion each frame came about, (N, T) int64, numbers in `MOTIONS`.

    The first frame has the label of the second, which nobody can know who has not seen the second.
    """
    return torch.tensor([[MOTIONS.index(motion) for motion in clip.motions] for clip in clips])


def clip_sentence(clip: MovingShape) -> str:
    """The one sentence that says what happens: "a red ring moves left then grows"."""
    motions = list(dict.fromkeys(clip.motions))
    return f"a {clip.colour} {clip.kind} {' then '.join(motions)}"


def clips_vocabulary() -> Vocabulary:
    """The special symbols, PADDING with the number 0, and all words of such sentences."""
    words = sorted({word for motion in MOTIONS for word in motion.split()})
    return Vocabulary([*SPECIALS, "a", "then", *COLOURS, *KINDS, *words])


def moving_shapes(count: int, split: str = "train", frames: int = 8, side: int = 32) -> tuple[Tensor, Tensor]:
    """Clips with one motion each, (N, 3, T, side, side), and their labels (N,), numbers in `MOTIONS`."""
    clips = make_clips(split, count, frames)
    return draw_clips(clips, side), motion_labels(clips)[:, 0]


def changing_shapes(
    count: int, split: str = "train", frames: int = 8, side: int = 32
) -> tuple[Tensor, Tensor, list[str]]:
    """Clips in which the motion changes, (N, 3, T, side, side), a label for each frame (N, T), and N sentences."""
    clips = make_clips(split, count, frames, changing=True)
    return draw_clips(clips, side), motion_labels(clips), [clip_sentence(clip) for clip in clips]


def _random_clip(rng: random.Random, frames: int, changing: bool) -> MovingShape:
    kind, colour, step = rng.choice(KINDS), rng.choice(COLOURS), rng.choice(_STEPS)
    start = tuple(rng.randrange(CYCLE) for _ in range(3))
    first, second = rng.sample(MOTIONS, 2)
    change = rng.randint(3, frames - 3) if changing else frames
    motions = (first,) * change + (second,) * (frames - change)
    return MovingShape(kind, colour, start, step, motions, rng.randrange(10_000))


def _all_phases(clip: MovingShape) -> list[Phases]:
    """The state in each frame."""
    states = [clip.start]
    for motion in clip.motions[1:]:
        states.append(move(states[-1], motion, clip.step))
    return states


def _seen_from_thing(phases: Tensor, side: int) -> Tensor:
    """Where each pixel lies as seen from the thing, which itself is the square from -1 to 1.

    Args:
        phases: (N, 3).
        side: S, of the frames.

    Returns:
        To the right and down, (N, S, S, 2), on the shorter way around.
    """
    x, y, size = (phases / CYCLE)[:, :, None].unbind(dim=1)  # (N, 1)
    smallest, largest = _RADIUS
    radius = side * smallest * (largest / smallest) ** size
    places = torch.arange(side)
    right, down = (((places - phase * side + side / 2) % side - side / 2) / radius for phase in (x, y))  # (N, S)
    return torch.stack([right[:, None, :].expand(-1, side, -1), down[:, :, None].expand(-1, -1, side)], dim=-1)


def _alone(kind: str, colour: str) -> Scene:
    return Scene((Thing(kind, colour, "plain", "large", 32, 32, _STENCIL_RADIUS),), 64, 0)


@cache
def _stencil(kind: str) -> Tensor:
    """What the square around a thing shows of it, from 0 to 1."""
    around = slice(32 - _STENCIL_RADIUS, 32 + _STENCIL_RADIUS + 1)
    return torch.from_numpy(instance_map(_alone(kind, "red"))[around, around]).float()


@cache
def _paint(colour: str) -> Tensor:
    """A colour as the world of shapes has it, (3,) from 0 to 1."""
    scene = _alone("square", colour)
    return torch.from_numpy(draw_scene(scene)[32, 32]).float() / 255


def _ground(number: int, side: int) -> Tensor:
    picture = np.moveaxis(draw_scene(Scene((), side, number)), -1, 0)  # (3, side, side)
    return torch.from_numpy(picture.copy()).float() / 255
