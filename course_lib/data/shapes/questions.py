"""Questions about scenes, with the right answer among four choices."""

import random
from typing import NamedTuple

from .captions import NUMBERS, Phrase
from .scene import COLOURS, KINDS, RELATIONS, Scene, Thing, holds

ANSWERS = (*COLOURS, *KINDS, *NUMBERS[:5], *RELATIONS)


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

    Returns:
        The text, such as "which thing is left of the red ring ?", and the place of the thing in `scene.things`.
    """
    other, relation = rng.choice(scene.things), rng.choice(RELATIONS)
    name = name_of(other, scene)
    there = [place for place, thing in enumerate(scene.things) if holds(relation, thing, other, scene.side)]
    return (f"which thing is {relation} {name} ?", there[0]) if name and len(there) == 1 else None


def name_of(thing: Thing, scene: Scene, without: str = "") -> str | None:
    """A name that fits this thing and no other, the shortest first, saying nothing about one property; else None."""
    for said in (("kind",), ("colour",), ("colour", "kind"), ("size", "kind"), ("size", "colour", "kind")):
        phrase = Phrase(**{name: getattr(thing, name) for name in said if name != without})
        if without not in said and sum(map(phrase.fits, scene.things)) == 1:
            return f"the {phrase.text()}"
    return None


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
    if len(scene.things) < 2:
        return None
    one, other = rng.sample(scene.things, 2)
    names = name_of(one, scene), name_of(other, scene)
    true = [relation for relation in RELATIONS if holds(relation, one, other, scene.side)]
    if None in names or len(true) != 1:  # "left of" and "above" at once would be two right answers
        return None
    return Question(f"where is {names[0]} , seen from {names[1]} ?", true[0], _choices(true[0], RELATIONS, rng))
