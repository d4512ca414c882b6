"""Questions about pictures: only answers count, choices are scored as they would be said, pointing finds regions."""

import math
import random

import pytest
import torch
from torch import nn

from course_lib.captioning import Captioner, SpatialAttention, caption_log_p
from course_lib.data.shapes import (
    CaptionBatches,
    QuestionBatches,
    boxes,
    draw_scenes,
    is_true,
    make_scenes,
    name_of,
    pointing_question,
    shapes_vocabulary,
)
from course_lib.encoders import SmallEncoder
from course_lib.recurrent import GRUCell, LSTMCell
from course_lib.vqa import Pointer, answer_loss, ask, region_features, score_answers

V, E, D, H = 9, 5, 6, 8


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def captioner(showing="first step"):
    return Captioner(nn.Identity(), D, LSTMCell(E + D, H), V, E, showing, SpatialAttention(H, D, 4))


def test_batches_are_true_of_their_pictures():
    """Catches captions and questions that get the pictures of their neighbours."""
    vocabulary, scenes = shapes_vocabulary(), make_scenes("val", 12)
    pictures = {tuple(draw_scenes([scene]).flatten().tolist()): scene for scene in scenes}
    seen = 0
    for batch, captions in CaptionBatches(scenes, vocabulary, 4, each=3):
        for picture, some in zip(batch, captions.split(3), strict=True):
            scene = pictures[tuple(picture.flatten().tolist())]
            assert all(is_true(vocabulary.decode(text[1:], " "), scene) for text in some)
            assert len({tuple(text.tolist()) for text in some}) == 3
            seen += 1
    assert seen == 12
    for batch, asked, lengths in QuestionBatches(scenes, vocabulary, 4, each=2):
        assert len(batch) == 4 and len(asked) == len(lengths) == 8
        for row, length in zip(asked, lengths, strict=True):
            assert vocabulary.symbols[row[length - 1]] == "?" and row[0] == vocabulary.numbers["<start>"]
            assert vocabulary.symbols[row[length]] not in ("?", "<end>", "<padding>")


def test_only_answers_count():
    """-log p of the answer's words and END: catches questions that are learned by heart, and lengths off by one."""
    model, maps = captioner(), torch.randn(2, D, 2, 3)
    symbols = torch.tensor([[1, 5, 6, 7, 4, 2], [1, 8, 3, 2, 0, 0]])
    log_p = torch.log_softmax(model(maps, symbols[:, :-1])[0], 2)
    answers = log_p[0, 3, 4] + log_p[0, 4, 2] + log_p[1, 1, 3] + log_p[1, 2, 2]
    assert torch.allclose(answer_loss(model, (maps, symbols, torch.tensor([4, 2])), 0), -answers / 2)


def test_asking_is_reading_without_padding():
    """Each question by itself gives the same: catches states that go on over the padding."""
    model, maps = captioner(), torch.randn(2, D, 2, 3)
    questions, lengths = torch.tensor([[1, 5, 6, 7], [1, 8, 0, 0]]), torch.tensor([4, 2])
    logits, state, looks = ask(model, maps, questions, lengths)
    for b, length in enumerate(lengths):
        alone, its_looks = model(maps[b : b + 1], questions[b : b + 1, :length])
        assert torch.allclose(logits[b], alone[0, -1], atol=1e-6)
        assert torch.allclose(looks[b, :length], its_looks[0], atol=1e-6) and not looks[b, length:].any()
    assert state.output.shape == (2, H)


def test_scores_are_those_of_whole_sentences():
    """As if each answer stood alone behind its question: catches answers that continue each other, and padding."""
    model, maps = captioner(), torch.randn(2, D, 2, 3)
    questions, lengths = torch.tensor([[1, 5, 6], [1, 8, 7]]), torch.tensor([3, 3])
    answers = torch.tensor([[[3, 2, 0], [4, 5, 2]], [[6, 2, 0], [6, 6, 2]]])
    logits, state, _ = ask(model, maps, questions, lengths)
    scores = score_answers(model, logits, state, answers, 0)
    for b in range(2):
        for a in range(2):
            whole = torch.cat([questions[b], answers[b, a]])[None]
            log_p = caption_log_p(model(maps[b : b + 1], whole[:, :-1])[0][:, 2:], answers[b, a][None], 0)
            assert torch.allclose(scores[b, a], log_p[0], atol=1e-5)


def test_regions_are_where_their_boxes_are():
    """Catches x and y exchanged, and pixels taken for places of the map."""
    maps = torch.zeros(1, D, 4, 8)
    maps[0, :, 1, 6] = 1.0
    found = region_features(maps, [torch.tensor([[48.0, 8, 56, 16], [8, 48, 16, 56], [0, 0, 8, 8]])], side=64)
    assert found[0].shape == (3, D) and found[0][0].min() > 0.3 and not found[0][1:].any()


def test_pointing_questions_have_one_answer_that_hangs_on_the_name():
    """Catches ties, a thing nearest to itself, and questions for which pointing at the middle would do."""
    rng = random.Random(0)
    asked = [(scene, pointing_question(scene, rng)) for scene in make_scenes("train", 1000)]
    asked = [(scene, *question) for scene, question in asked if question]
    assert len(asked) > 200
    in_the_middle = 0
    for scene, text, place in asked:
        name = text.removeprefix("which thing is nearest to ").removesuffix(" ?")
        named = next(thing for thing in scene.things if name_of(thing, scene) == name)
        to_name, to_all = (
            [sum(math.dist((thing.x, thing.y), (other.x, other.y)) for other in others) for thing in scene.things]
            for others in ([named], scene.things)
        )
        assert sorted(to_name)[1] == to_name[place] and sorted(to_name)[2] > to_name[place] + 6
        in_the_middle += to_all[place] == min(to_all)
    assert in_the_middle < 0.6 * len(asked)


def test_pointing_learns():
    """A red thing is to be pointed at, wherever it is: catches scores of one picture given to another."""
    scenes = [scene for scene in make_scenes("train", 600) if sum(t.colour == "red" for t in scene.things) == 1]
    encoder, read = SmallEncoder((16, 32)), GRUCell(3, 16)
    pointer = Pointer(32, 16)
    model = nn.ModuleList([encoder, read, pointer])

    def scores(scenes):
        h, _ = read(torch.ones(len(scenes), 3), read.initial_state(len(scenes)))
        regions = region_features(encoder(draw_scenes(scenes)), [torch.from_numpy(boxes(s)) for s in scenes], 64)
        return pointer(regions, h)

    def loss(model, batch):
        right = [[thing.colour for thing in scene.things].index("red") for scene in batch]
        return -torch.stack([s.log_softmax(0)[r] for s, r in zip(scores(batch), right, strict=True)]).mean()

    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(3):
        for first in range(0, len(scenes) - 40, 16):
            value = loss(model, scenes[first : first + 16])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
    held_out = scenes[-24:]
    with torch.no_grad():
        pointed = [scene.things[int(s.argmax())].colour for scene, s in zip(held_out, scores(held_out), strict=True)]
    assert sum(colour == "red" for colour in pointed) >= 22
