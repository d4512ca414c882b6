"""Moving shapes: what no frame tells and every clip shows."""

import random
import re
from itertools import product

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.data.moving_shapes import (
    CYCLE,
    MOTIONS,
    MovingShape,
    changing_shapes,
    clip_sentence,
    draw_clips,
    make_clips,
    motion_labels,
    move,
    moving_shapes,
)
from course_lib.data.shapes import COLOURS, KINDS

OPPOSITE = dict(zip(MOTIONS, (MOTIONS[k ^ 1] for k in range(10)), strict=True))


def clip_of(motion, start=(32, 32, 32), step=4, frames=8, kind="triangle"):
    return MovingShape(kind, "red", start, step, (motion,) * frames, 0)


def centre(frames):
    """Where the red thing is in each frame (3, T, H, W), in pixels: x and y, each (T,)."""
    red = (frames[0] - frames[1]).clamp(min=0)
    places = torch.arange(float(red.shape[-1]))
    return (red * places).sum((1, 2)) / red.sum((1, 2)), (red * places[:, None]).sum((1, 2)) / red.sum((1, 2))


def test_same_call_gives_same_clips_and_splits_differ():
    assert make_clips("train", 50) == make_clips("train", 50)
    assert not set(make_clips("train", 500)) & set(make_clips("test", 500))
    clips, labels = moving_shapes(5, "val", frames=7, side=24)
    assert clips.shape == (5, 3, 7, 24, 24) and clips.dtype == torch.float32 and labels.shape == (5,)
    assert clips.min() >= 0 and clips.max() <= 1 and torch.equal(clips, moving_shapes(5, "val", frames=7, side=24)[0])


@pytest.mark.parametrize(("arguments", "message"), [(("dev", 1), "'dev'"), (("novel", 1), "train, val or test")])
def test_unknown_splits_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_clips(*arguments)


@pytest.mark.parametrize(("frames", "changing"), [(1, False), (5, True)])
def test_clips_too_short_to_tell_are_refused(frames, changing):
    with pytest.raises(ValueError, match=f"got {frames}"):
        make_clips("train", 1, frames, changing)


@pytest.mark.parametrize("motion", MOTIONS)
def test_motions_permute_the_states_and_opposites_undo_them(motion):
    """The proof that no frame tells anything: uniform states stay uniform under a permutation, whatever the motion.

    A motion changes each phase by a number that does not depend on the others, so one cycle of each says everything.
    """
    rng = random.Random(0)
    for step, which in product((4, 5, 6), range(3)):
        rest = [rng.randrange(CYCLE) for _ in range(3)]
        states = [(*rest[:which], phase, *rest[which + 1 :]) for phase in range(CYCLE)]
        moved = [move(state, motion, step) for state in states]
        assert len(set(moved)) == CYCLE and moved[0] != states[0]
        assert [move(state, OPPOSITE[motion], step) for state in moved] == states
        assert len({(b[which] - a[which]) % CYCLE for a, b in zip(states, moved, strict=True)}) == 1


def test_what_is_drawn_does_not_depend_on_the_motion_except_through_the_state():
    """A frame of one motion is, pixel for pixel, a frame of any other that begins there: catches a drawn hint."""
    for motion, other in product(MOTIONS, MOTIONS):
        clip = clip_of(motion, frames=3)
        state = move(move(clip.start, motion, 4), motion, 4)
        assert torch.equal(draw_clips([clip])[0, :, 2], draw_clips([clip_of(other, state, frames=2)])[0, :, 0])


def test_a_clip_played_backwards_is_a_clip_of_the_opposite_motion():
    """Whoever ignores the order of frames can therefore never get more than half of the clips right."""
    for motion in MOTIONS:
        clip = clip_of(motion, frames=5)
        last = clip.start
        for _ in range(4):
            last = move(last, motion, 4)
        backwards = draw_clips([clip_of(OPPOSITE[motion], last, frames=5)])
        assert torch.equal(draw_clips([clip]).flip(2), backwards)


def test_states_of_every_frame_are_spread_evenly():
    """The random start is uniform: catches things that always begin in the middle, or small."""
    starts = torch.tensor([clip.start for clip in make_clips("train", 20_000)])
    counts = torch.stack([starts[:, k].bincount(minlength=CYCLE) for k in range(3)])
    assert counts.shape == (3, CYCLE) and counts.min() > 220 and counts.max() < 410  # 312.5 expected, deviation 17.5
    labels = motion_labels(make_clips("train", 10_000))[:, 0].bincount()
    assert len(labels) == 10 and labels.min() > 880 and labels.max() < 1120


def fitted_accuracy(x, labels, test_x, test_labels):
    """Of a small convolutional network on pictures (N, 3, 16, 16)."""
    torch.manual_seed(0)
    first = nn.Sequential(nn.Conv2d(3, 12, 5, stride=2, padding=2), nn.BatchNorm2d(12), nn.ReLU())
    second = nn.Sequential(nn.Conv2d(12, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU())
    model = nn.Sequential(first, second, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for rows in torch.cat([torch.randperm(len(x)) for _ in range(4)]).split(50):
        loss = F.cross_entropy(model(x[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return (model.eval()(test_x).argmax(1) == test_labels).float().mean().item()


def test_one_frame_says_nothing_and_the_difference_of_two_says_much():
    """The same network on the same number of values: chance is 1/10, with a deviation of 0.013 on 500 clips."""
    (x, labels), (test_x, test_labels) = (moving_shapes(n, s, 4, 16) for n, s in ((1000, "train"), (500, "test")))
    assert fitted_accuracy(x[:, :, 3], labels, test_x[:, :, 3], test_labels) < 0.15
    differences = x[:, :, 3] - x[:, :, 1], labels, test_x[:, :, 3] - test_x[:, :, 1], test_labels
    assert fitted_accuracy(*differences) > 0.25


@pytest.mark.parametrize(
    ("motion", "x", "y"),
    [
        ("moves left", -2, 0),
        ("moves right", 2, 0),
        ("moves up", 0, -2),
        ("moves down", 0, 2),
        ("moves up and left", -2, -2),
        ("moves up and right", 2, -2),
        ("moves down and left", -2, 2),
        ("moves down and right", 2, 2),
        ("grows", 0, 0),
    ],
)
def test_things_move_where_their_motion_says(motion, x, y):
    """Catches x and y exchanged, and up for down: pixels count from the top left corner."""
    drawn = draw_clips([clip_of(motion, step=4, frames=4, kind="circle", start=(32, 32, 10))])[0]
    xs, ys = centre(drawn)
    assert torch.allclose(xs.diff(), torch.full((3,), float(x)), atol=0.1)
    assert torch.allclose(ys.diff(), torch.full((3,), float(y)), atol=0.15)


def test_growing_things_cover_more_and_more():
    for motion, size, sign in (("grows", 10, 1), ("shrinks", 50, -1)):
        drawn = draw_clips([clip_of(motion, (32, 32, size), frames=7)])[0]
        covered = (drawn[0] - drawn[1]).clamp(min=0).sum((1, 2))
        assert (sign * covered.diff() > 0).all()


def test_things_that_leave_come_in_at_the_other_side():
    """Rolled by a quarter of the side, the picture shows a thing a quarter of the cycle further, on one ground."""
    here, there = (draw_clips([clip_of("grows", (x, 50, 40), frames=2)])[0, 0, 0] for x in (2, 2 + CYCLE // 4))
    ground = draw_clips([clip_of("grows", (32, 18, 0), frames=2)])[0, 0, 0]
    assert ((here.roll(8, dims=1) - there).abs() < 0.3).all(), "torn apart at the edge"
    assert (there - ground).abs().amax() > 0.2


def test_labels_follow_the_change():
    clips = make_clips("train", 300, frames=9, changing=True)
    labels = motion_labels(clips)
    assert labels.shape == (300, 9)
    changes = (labels.diff(dim=1) != 0).sum(dim=1)
    assert (changes == 1).all(), "two motions in each clip"
    moments = (labels.diff(dim=1) != 0).float().argmax(dim=1) + 1
    assert set(moments.tolist()) == {3, 4, 5, 6}
    drawn, frame_labels, sentences = changing_shapes(4, frames=9)
    assert drawn.shape == (4, 3, 9, 32, 32) and torch.equal(frame_labels, labels[:4])
    assert sentences == [clip_sentence(clip) for clip in clips[:4]]


def test_a_label_names_the_motion_into_its_frame():
    """Not out of it: a network that has seen frame t can know label t."""
    clip = MovingShape("circle", "red", (20, 20, 10), 4, ("moves right",) * 3 + ("moves down",) * 3, 0)
    xs, ys = centre(draw_clips([clip])[0])
    assert torch.allclose(xs.diff(), torch.tensor([2.0, 2, 0, 0, 0]), atol=0.1)
    assert torch.allclose(ys.diff(), torch.tensor([0.0, 0, 2, 2, 2]), atol=0.1)
    assert motion_labels([clip]).tolist() == [[1, 1, 1, 3, 3, 3]]


def test_sentences_have_one_form_and_are_true():
    form = re.compile(
        f"a ({'|'.join(COLOURS)}) ({'|'.join(KINDS)}) ({'|'.join(MOTIONS)})( then ({'|'.join(MOTIONS)}))?"
    )
    for changing in (False, True):
        for clip in make_clips("val", 200, frames=8, changing=changing):
            colour, kind, first, _, second = form.fullmatch(clip_sentence(clip)).groups()
            assert (colour, kind, first) == (clip.colour, clip.kind, clip.motions[1])
            assert second == (clip.motions[-1] if changing else None)
