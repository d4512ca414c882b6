"""Sentences about scenes, and whether they are true."""

import random
import re
from collections.abc import Sequence
from typing import NamedTuple

from .scene import COLOURS, KINDS, RELATIONS, SIZES, TEXTURES, Scene, Thing, holds

NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


class Phrase(NamedTuple):
    """What a noun phrase such as "large red ring" says; None where it says nothing."""

    size: str | None = None
    texture: str | None = None
    colour: str | None = None
    kind: str | None = None

    def fits(self, thing: Thing) -> bool:
        """Whether a thing is as the phrase says."""
        is_so = (thing.size, thing.texture, thing.colour, thing.kind)
        return all(said is None or said == true for said, true in zip(self, is_so, strict=True))

    def text(self, plural: bool = False) -> str:
        """The phrase without an article."""
        noun = self.kind or "thing"
        if plural:
            noun += "es" if noun.endswith("ss") else "s"
        return " ".join(word for word in (*self[:3], noun) if word)


def captions(scene: Scene, rng: random.Random, count: int = 5) -> list[str]:
    """True sentences about a scene, all different, of several forms and with more or less detail.

    Args:
        scene: with at least one thing.
        rng: where the randomness comes from.
        count: how many, at most ten.
    """
    written: dict[str, None] = {}
    while len(written) < count:
        written[_caption(scene, rng)] = None
    return list(written)


def is_true(caption: str, scene: Scene) -> bool:
    """Whether a sentence is true of a scene.

    It understands what `captions` can say, in any combination. "a red ring" is true if there is at least one, of "a
    ring and a circle" and "a ring left of a circle" two different things must be found, "there are two rings" counts
    all.
    What it cannot parse is not true: a sentence that is no sentence describes nothing.
    """
    words = " ".join(caption.lower().strip(" .").split())
    for pattern, judge in _FORMS:
        if found := pattern.fullmatch(words):
            return judge(found, scene)
    return False


def truthfulness(sentences: Sequence[str], scenes: Sequence[Scene]) -> float:
    """The share of sentences that are true, each of its own scene."""
    return sum(is_true(text, scene) for text, scene in zip(sentences, scenes, strict=True)) / len(scenes)


def phrase_for(thing: Thing, rng: random.Random) -> Phrase:
    """A description of a thing, most often by colour and kind."""
    return Phrase(
        size=thing.size if rng.random() < 0.2 else None,
        texture=thing.texture if rng.random() < 0.2 else None,
        colour=thing.colour if rng.random() < 0.85 else None,
        kind=thing.kind if rng.random() < 0.95 else None,
    )


def _caption(scene: Scene, rng: random.Random) -> str:
    """One true sentence."""
    form = rng.choice(("alone", "absent", "count", "pair", "relation", "relation"))
    one = rng.choice(scene.things)
    phrase = phrase_for(one, rng)
    if form == "count":
        asked = Phrase(colour=one.colour if rng.random() < 0.4 else None, kind=one.kind)
        number = sum(map(asked.fits, scene.things))
        return f"there {'is' if number == 1 else 'are'} {NUMBERS[number]} {asked.text(plural=number > 1)}"
    missing = [kind for kind in KINDS if all(thing.kind != kind for thing in scene.things)]
    if form == "absent" and missing:
        return f"a {phrase.text()} but no {rng.choice(missing)}"
    if len(scene.things) == 1 or form in ("alone", "absent"):
        return f"a {phrase.text()}"
    other = rng.choice([thing for thing in scene.things if thing is not one])
    link = "and"
    if form == "relation":
        link = next((r for r in rng.sample(RELATIONS, 4) if holds(r, one, other, scene.side)), "and")
    return f"a {phrase.text()} {link} a {phrase_for(other, rng).text()}"


def _read_phrase(found: re.Match, which: str) -> Phrase:
    size, texture, colour, noun = (found[name + which] for name in ("size", "texture", "colour", "noun"))
    return Phrase(size, texture, colour, _KIND_OF[noun])


def _pairs(found: re.Match, scene: Scene) -> list[tuple[Thing, Thing]]:
    """All pairs of different things that fit the two phrases of a sentence."""
    one, other = _read_phrase(found, "1"), _read_phrase(found, "2")
    return [
        (a, b)
        for i, a in enumerate(scene.things)
        for j, b in enumerate(scene.things)
        if i != j and one.fits(a) and other.fits(b)
    ]


def _says_one(found: re.Match, scene: Scene) -> bool:
    return any(map(_read_phrase(found, "1").fits, scene.things))


def _says_absent(found: re.Match, scene: Scene) -> bool:
    return _says_one(found, scene) and not any(map(_read_phrase(found, "2").fits, scene.things))


def _says_pair(found: re.Match, scene: Scene) -> bool:
    return bool(_pairs(found, scene))


def _says_relation(found: re.Match, scene: Scene) -> bool:
    return any(holds(found["relation"], a, b, scene.side) for a, b in _pairs(found, scene))


def _says_count(found: re.Match, scene: Scene) -> bool:
    return sum(map(_read_phrase(found, "1").fits, scene.things)) == NUMBERS.index(found["number"])


def _phrase_pattern(which: str, plural: bool = False) -> str:
    nouns = [Phrase(kind=kind).text(plural) for kind in (*KINDS, None)]
    return (
        f"(?:(?P<size{which}>{'|'.join(SIZES)}) )?(?:(?P<texture{which}>{'|'.join(TEXTURES)}) )?"
        f"(?:(?P<colour{which}>{'|'.join(COLOURS)}) )?(?P<noun{which}>{'|'.join(nouns)})"
    )


_KIND_OF = {Phrase(kind=kind).text(plural): kind for kind in (*KINDS, None) for plural in (False, True)}
_ONE, _OTHER = _phrase_pattern("1"), _phrase_pattern("2")
_FORMS = [
    (re.compile(f"(?:there is )?a {_ONE}"), _says_one),
    (re.compile(f"(?:there is )?a {_ONE} but no {_OTHER}"), _says_absent),
    (re.compile(f"a {_ONE} and a {_OTHER}"), _says_pair),
    (re.compile(f"a {_ONE} (?P<relation>{'|'.join(RELATIONS)}) a {_OTHER}"), _says_relation),
    (re.compile(f"there is (?P<number>one) {_ONE}"), _says_count),
    (re.compile(f"there are (?P<number>{'|'.join(NUMBERS[2:])}) {_phrase_pattern('1', plural=True)}"), _says_count),
]
