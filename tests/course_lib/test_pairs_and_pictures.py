"""Sentence pairs without leaks, and pictures of words in two scripts."""

import os

import pytest
import torch

from course_lib.data import (
    ARABIC,
    LATIN,
    SPECIALS,
    draw_words,
    encode_pairs,
    is_arabic,
    load_pairs,
    pad_pairs,
    random_words,
    split_pairs,
    treaty_sentences,
)
from course_lib.data.word_pictures import as_displayed
from course_lib.language import END, START, Vocabulary, greedy_decode
from course_lib.text_recognition import ColumnEncoder, trained_word_reader


def test_treaty_sentences_are_french():
    """Agreement in gender, elision, places of adjectives: catches each of these rules left out."""
    pairs = treaty_sentences(3000)
    assert len(dict(pairs)) == 3000 and pairs == treaty_sentences(3000)
    french = " ".join(b for _, b in pairs)
    for wrong in (" le accord", "l' traité", " le zone", "nouveau accord", "européen zone"):
        assert wrong not in french
    for right in ("l' accord", "nouvel accord", "zone européenne", "nouvelle loi", "traité européen", "grande zone"):
        assert right in french
    assert not any(b.startswith("la zone a été signé ") for _, b in pairs)  # the verb agrees with the first noun
    for english, translation in pairs[:200]:
        assert english.split()[-1] == translation.split()[-1]  # the year


def test_a_sentence_is_on_one_side_only():
    pairs = [(f"{word}{mark}", str(k)) for k, word in enumerate("abcdefghij") for mark in "!.?"]
    training, held_out = split_pairs(pairs, held_out=0.3)
    assert len(held_out) == 9 and len(training) == 21
    assert not {a[0] for a, _ in training} & {a[0] for a, _ in held_out}
    assert split_pairs(pairs, held_out=0.3) == (training, held_out)


@pytest.mark.skipif(not os.environ.get("UNROLLED_DATA"), reason="needs fra-eng in the folder UNROLLED_DATA")
def test_real_pairs():
    pairs = load_pairs("fra-eng")
    assert len(pairs) == 167_130 and pairs[0] == ("Go.", "Va !")
    training, held_out = split_pairs(pairs)
    assert not {a.lower() for a, _ in training} & {a.lower() for a, _ in held_out}


def test_batches_of_pairs():
    words = Vocabulary([*SPECIALS, *"abc"])
    examples = encode_pairs([("ab", "c"), ("c", "abc")], words, words)
    sources, lengths, targets = pad_pairs(examples)
    start, end = words.numbers[START], words.numbers[END]
    assert sources.tolist() == [[4, 5, end], [6, end, 0]] and lengths.tolist() == [3, 2]
    assert targets.tolist() == [[start, 6, end, 0, 0], [start, 4, 5, 6, end]]
    with pytest.raises(ValueError, match="known is: fra-eng"):
        load_pairs("deu-eng")


def test_random_words_are_of_one_script_each():
    words = random_words(200, shortest=2, longest=4)
    assert len(set(words)) == 200 and words != random_words(200, seed=1, shortest=2, longest=4)
    assert sum(map(is_arabic, words)) == 100
    assert all(set(w) <= set(LATIN) or set(w) <= set(ARABIC) for w in words)
    assert {len(w) for w in words} == {2, 3, 4}


def test_arabic_is_joined_and_runs_from_right_to_left():
    """Letters put down one by one from left to right would be a picture of no word at all."""
    assert as_displayed("abc") == "abc"
    shown = as_displayed("كتب")
    assert shown == "\ufe90\ufe98\ufedb"  # final b, medial t, initial k, from left to right


def test_pictures_hold_their_words():
    words = random_words(100)
    pictures = draw_words(words)
    assert pictures.shape == (100, 1, 24, 96) and pictures.min() >= 0 and pictures.max() <= 1
    assert torch.equal(pictures, draw_words(words)) and not torch.equal(pictures, draw_words(words, seed=1))
    ink = (pictures > 0.5).float()
    assert ink.sum(dim=(1, 2, 3)).min() > 20
    assert not ink[:, :, :, 0].any() and not ink[:, :, :, -1].any()  # nothing is cut off
    with pytest.raises(ValueError, match="does not fit"):
        draw_words(["w" * 40])


def test_columns_of_the_encoder_look_at_columns_of_the_picture():
    """What is far to the right cannot change a far left key except through the recurrent layer."""
    encoder = ColumnEncoder().eval()
    picture = torch.rand(1, 1, 24, 96)
    changed = picture.clone()
    changed[:, :, :, 80:] = 0
    before, after = (encoder.convolutions(p) for p in (picture, changed))
    assert before.shape == (1, 32, 3, 24)
    assert torch.equal(before[..., :16], after[..., :16]) and not torch.equal(before[..., 21:], after[..., 21:])


def test_trained_reader_reads_both_scripts_and_looks_in_their_direction():
    """Words it has never seen; Arabic from right to left."""
    model, vocabulary = trained_word_reader()
    words = random_words(200, seed=123_456)
    pictures = draw_words(words, seed=123_456)
    start = torch.full((200, 1), vocabulary.numbers[START])
    state = model.encode(pictures)
    written = greedy_decode(model, start, 8, state=state, end=vocabulary.numbers[END])
    for arabic in (True, False):
        right = [vocabulary.decode(row) == w for row, w in zip(written, words, strict=True) if is_arabic(w) == arabic]
        assert sum(right) / len(right) > 0.7
    _, weights = model((pictures,), torch.cat([start, written[:, :2]], dim=1))
    centres = weights @ torch.arange(24.0)  # (B, 3): where it looks for each of the first three letters
    moves = centres[:, 2] - centres[:, 0]
    arabic = torch.tensor([is_arabic(w) for w in words])
    assert moves[~arabic].mean() > 1 and moves[arabic].mean() < -1
