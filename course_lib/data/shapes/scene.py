"""Scenes of simple things, made at random; everything about them is known."""

import random
from typing import NamedTuple

KINDS = ("circle", "square", "triangle", "ring", "cross", "diamond")
COLOURS = ("red", "green", "blue", "yellow", "purple", "white")
TEXTURES = ("plain", "striped", "dotted")
SIZES = ("small", "large")
RELATIONS = ("left of", "right of", "above", "below")

# Never in scenes for training: whoever knows red things and rings should recognise a red ring.
HELD_OUT = frozenset({("red", "ring"), ("blue", "triangle"), ("yellow", "cross"), ("purple", "square")})

_RADIUS = {"small": (0.07, 0.09), "large": (0.13, 0.16)}  # of the picture's side
_CLEAR = 0.15  # how much further left is "left of", of the picture's side


class Thing(NamedTuple):
    """One thing in a scene."""

    kind: str
    colour: str
    texture: str
    size: str
    x: int  # its centre, in pixels from the left and from the top
    y: int
    radius: int  # half its side, in pixels


class Scene(NamedTuple):
    """Things on a grey ground; where they overlap, later ones cover earlier ones."""

    things: tuple[Thing, ...]
    side: int  # of the picture, in pixels
    ground: int  # which part of the ground, 0 to 9999


def random_scene(rng: random.Random, side: int = 64, most: int = 4, novel: bool = False) -> Scene:
    """A scene of one to `most` things.

    Args:
        rng: where the randomness comes from.
        side: of the picture, 64 to 128 pixels.
        most: the largest number of things, at most 6.
        novel: whether one thing is to have a combination of colour and kind in `HELD_OUT`; otherwise none has.

    Raises:
        ValueError: side or number out of range.
    """
    if not 64 <= side <= 128 or not 1 <= most <= 6:
        raise ValueError(f"random_scene: side should be 64 to 128 and most 1 to 6, got {side} and {most}")
    things: list[Thing] = []
    count = rng.randint(1, most)
    while len(things) < count:
        thing = _random_thing(rng, side, novel and not things)
        if all(_apart(thing, other) for other in things):
            things.append(thing)
    rng.shuffle(things)
    return Scene(tuple(things), side, rng.randrange(10_000))


def _random_thing(rng: random.Random, side: int, novel: bool) -> Thing:
    if novel:
        colour, kind = rng.choice(sorted(HELD_OUT))
    else:
        colour, kind = rng.choice(COLOURS), rng.choice(KINDS)
        while (colour, kind) in HELD_OUT:
            colour, kind = rng.choice(COLOURS), rng.choice(KINDS)
    size = rng.choice(SIZES)
    low, high = _RADIUS[size]
    radius = round(side * rng.uniform(low, high))
    x, y = rng.randint(radius, side - 1 - radius), rng.randint(radius, side - 1 - radius)
    return Thing(kind, colour, rng.choice(TEXTURES), size, x, y, radius)


def _apart(one: Thing, other: Thing) -> bool:
    """Whether neither of two things hides the other: they may overlap by a third of the smaller one's side."""
    nearest = one.radius + other.radius - min(one.radius, other.radius) * 2 / 3
    return max(abs(one.x - other.x), abs(one.y - other.y)) >= nearest


def holds(relation: str, one: Thing, other: Thing, side: int) -> bool:
    """Whether one thing is clearly left of, right of, above or below another."""
    right, down = one.x - other.x, one.y - other.y
    distance = {"left of": -right, "right of": right, "above": -down, "below": down}[relation]
    return distance >= _CLEAR * side
