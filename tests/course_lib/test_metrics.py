"""Measures of captions: equal to the official ones on the same words, and right where one can count by hand."""

import random

import pytest
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge

from course_lib.data.shapes import captions, make_scenes
from course_lib.metrics import bleu, caption_words, cider, distinct, rouge_l


@pytest.fixture(scope="module")
def written():
    """Captions of sixty scenes, half of them for the wrong scene, with five references each."""
    rng, scenes = random.Random(1), make_scenes("test", 60)
    references = [captions(scene, rng) for scene in scenes]
    candidates = [captions(scene, rng, 1)[0] for scene in scenes[:30] * 2]
    return candidates, references


def test_official_scores(written):
    """Catches a missing brevity penalty, averages in place of sums over the set, unclipped counts, lengths in words."""
    candidates, references = written
    official = dict(enumerate(references)), {n: [text] for n, text in enumerate(candidates)}
    ours = [text.split() for text in candidates], [[text.split() for text in some] for some in references]
    for n, score in enumerate(Bleu(4).compute_score(*official, verbose=0)[0], start=1):
        assert bleu(*ours, n) == pytest.approx(score, abs=1e-6)
    assert rouge_l(*ours) == pytest.approx(Rouge().compute_score(*official)[0], abs=1e-6)
    assert cider(*ours) == pytest.approx(Cider().compute_score(*official)[0], abs=1e-6)


def test_bleu_by_hand():
    """Seven times "the" is right twice (Papineni et al., example 2), and short captions are punished."""
    references = [[["the", "cat", "is", "on", "the", "mat"], ["there", "is", "a", "cat", "on", "the", "mat"]]]
    assert bleu([["the"] * 7], references, 1) == pytest.approx(2 / 7)
    short = bleu([["the", "cat"]], references, 1)
    assert short == pytest.approx(2.718281828 ** (1 - 6 / 2))
    assert bleu([["dog"]], references, 1) == 0.0


def test_a_perfect_caption_reaches_the_top():
    references = [
        [["a", "red", "ring", "left", "of", "a", "blue", "square"]],
        [["there", "are", "two", "green", "circles", "here"]],
    ]
    perfect = [some[0] for some in references]
    assert bleu(perfect, references) == pytest.approx(1) and rouge_l(perfect, references) == pytest.approx(1)
    assert cider(perfect, references) == pytest.approx(10)
    assert cider(perfect[::-1], references) == 0.0


def test_words_that_everybody_says_count_nothing():
    """The "D" pictures differ in one word: only that one tells them apart."""
    references = [[["a", "red", "ring"]], [["a", "blue", "ring"]]]
    said_always = [["a", "ring"], ["a", "ring"]]
    assert cider(said_always, references) == 0.0 < cider([["red"], ["blue"]], references)


def test_distinct():
    assert distinct([["a", "ring"], ["a", "ring"]]) == 0.5
    assert distinct([["a", "ring"], ["a", "cross"]], 2) == 1.0
    assert distinct([]) == 0.0


def test_words_of_a_caption():
    assert caption_words("A man's dog, running - fast.") == ["a", "man's", "dog", "running", "fast"]


def test_missing_references_are_named():
    with pytest.raises(ValueError, match="2 candidates and 1 lists"):
        bleu([["a"], ["b"]], [[["a"]]])
    with pytest.raises(ValueError, match="1 of them empty"):
        cider([["a"], ["b"]], [[["a"]], []])
