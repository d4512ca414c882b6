"""Questions about scenes, with the right answer among four choices."""

import math
import random
from itertools import permutations
from typing import NamedTuple

from .captions import NUMBERS, Phrase
from .scene import COLOURS, KINDS, RELATIONS, Scene, Thing, holds

ANSWERS = (*COLOURS, *KINDS, *NUMBERS[:5], *RELATIONS)

_CLEARLY_NEARER = 0.1  # by how much the nearest thing is nearer than the next, of the picture's side


class Question(NamedTuple):
    """A question about one scene."""

    text: str
    answer: str
    choices: tuple[str, ...]  # four of one sort, the answer among them


def questions(scene: Scene, rng: random.Random, count: int = 4) -> list[Question]:
    """Questions of different sorts: what colour, what kind, how many, where; all have exactly one right answer.

    Args:
        scene: with at least one thing.
        rng: where the randomness comes from.
        count: how many at the most; a scene of few things may have fewer to ask about, but has one.
    """
    asked: dict[str, Question] = {}
    tries = 0
    while not asked or (len(asked) < count and tries < 20 * count):
        question = rng.choice((_colour, _kind, _number, _place))(scene, rng)
        if question is not None:
            asked.setdefault(question.text, question)
        tries += 1
    return list(asked.values())


def pointing_question(scene: Scene, rng: random.Random) -> tuple[str, int] | None:
    """A question whose answer is one of the things, to be pointed at; None if this scene has no such question.

    It asks for the nearest to a named thing, which is clearly nearer than all others; there is at least one of those.
    Which one that is hangs on the name: about the same scene one could ask for another thing. (Nearest to most is the
    thing in the middle; and asked for the only thing *left of* another, one would just point at the leftmost of all.)

    Returns:
        The text, such as "which thing is nearest to the red ring ?", and the place of the thing in `scene.things`.
    """
    names_by_nearest: dict[int, list[str]] = {}
    for asked in scene.things:
        name, nearest = name_of(asked, scene), _nearest(asked, scene)
        if name is not None and nearest is not None:
            names_by_nearest.setdefault(nearest, []).append(name)
    if len(names_by_nearest) < 2:
        return None
    place = rng.choice(list(names_by_nearest))
    return f"which thing is nearest to {rng.choice(names_by_nearest[place])} ?", place


def name_of(thing: Thing, scene: Scene, without: str = "") -> str | None:
    """A name that fits this thing and no other, the shortest first, saying nothing about one property; else None."""
    for said in (("kind",), ("colour",), ("colour", "kind"), ("size", "kind"), ("size", "colour", "kind")):
        phrase = Phrase(**{name: getattr(thing, name) for name in said if name != without})
        if without not in said and sum(map(phrase.fits, scene.things)) == 1:
            return f"the {phrase.text()}"
    return None


def _nearest(asked: Thing, scene: Scene) -> int | None:
    """The place of the thing that is clearly nearest to another, if there are others that are not."""
    others = sorted(
        (math.hypot(thing.x - asked.x, thing.y - asked.y), place)
        for place, thing in enumerate(scene.things)
        if thing is not asked
    )
    if len(others) < 2 or others[1][0] - others[0][0] < _CLEARLY_NEARER * scene.side:
        return None
    return others[0][1]


def _choices(answer: str, others: tuple[str, ...], rng: random.Random) -> tuple[str, ...]:
    chosen = [answer, *rng.sample([other for other in others if other != answer], 3)]
    rng.shuffle(chosen)
    return tuple(chosen)


def _colour(scene: Scene, rng: random.Random) -> Question | None:
    thing = rng.choice(scene.things)
    name = name_of(thing, scene, without="colour")
    return name and Question(f"what colour is {name} ?", thing.colour, _choices(thing.colour, COLOURS, rng))


def _kind(scene: Scene, rng: random.Random) -> Question | None:
    thing = rng.choice(scene.things)
    name = name_of(thing, scene, without="kind")
    return name and Question(f"what is {name} ?", thing.kind, _choices(thing.kind, KINDS, rng))


def _number(scene: Scene, rng: random.Random) -> Question | None:
    asked = Phrase(colour=rng.choice(COLOURS)) if rng.random() < 0.5 else Phrase(kind=rng.choice(KINDS))
    number = sum(map(asked.fits, scene.things))
    if number > 4 or (number == 0 and rng.random() < 0.7):  # not too often nothing
        return None
    return Question(
        f"how many {asked.text(plural=True)} are there ?", NUMBERS[number], _choices(NUMBERS[number], NUMBERS[:5], rng)
    )


def _place(scene: Scene, rng: random.Random) -> Question | None:
    pairs = list(permutations(scene.things, 2))
    for one, other in rng.sample(pairs, len(pairs)):
        names = name_of(one, scene), name_of(other, scene)
        true = [relation for relation in RELATIONS if holds(relation, one, other, scene.side)]
        if None not in names and len(true) == 1:  # "left of" and "above" at once would be two right answers
            text = f"where is {names[0]} , seen from {names[1]} ?"
            return Question(text, true[0], _choices(true[0], RELATIONS, rng))
    return None
