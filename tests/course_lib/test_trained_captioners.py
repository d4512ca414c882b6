"""The captioners that come with the library write and answer: their weights fit the code, the words and the eyes."""

import random

import pytest
import torch
from torch.nn.utils.rnn import pad_sequence

from course_lib.captioning import describe
from course_lib.captioning.trained import trained_captioner
from course_lib.data.shapes import draw_scenes, make_scenes, questions, shapes_vocabulary, truthfulness
from course_lib.language import END, START
from course_lib.vqa import ask, score_answers


@pytest.mark.parametrize(("name", "least"), [("plain", 0.6), ("late", 0.65), ("looking", 0.93)])
def test_captions_are_true(name, least):
    """Catches weights of another vocabulary, and an encoder that was trained on along with the captioner."""
    scenes = make_scenes("test", 150)
    written = describe(trained_captioner(name), draw_scenes(scenes), shapes_vocabulary())
    assert truthfulness([" ".join(words) for words in written], scenes) > least


def test_answers_are_right():
    """Multiple choice among four: chance is a quarter."""
    vocabulary, scenes, rng = shapes_vocabulary(), make_scenes("test", 150), random.Random(0)
    asked = [questions(scene, rng, 1)[0] for scene in scenes]
    rows = [vocabulary.encode([START, *question.text.split()]) for question in asked]
    lengths = torch.tensor([len(row) for row in rows])
    model = trained_captioner("answering")
    logits, state, _ = ask(model, draw_scenes(scenes), pad_sequence(rows, batch_first=True), lengths)
    choices = [vocabulary.encode([*choice.split(), END]) for question in asked for choice in question.choices]
    answers = pad_sequence(choices, batch_first=True).reshape(len(asked), 4, -1)
    with torch.no_grad():
        chosen = score_answers(model, logits, state, answers, 0).argmax(dim=1)
    right = [question.choices[place] == question.answer for question, place in zip(asked, chosen, strict=True)]
    assert sum(right) / len(right) > 0.8


def test_unknown_captioner():
    with pytest.raises(ValueError, match="one of plain, looking, late, answering, got 'poetic'"):
        trained_captioner("poetic")
