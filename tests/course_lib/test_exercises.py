"""The exercise mechanism: a student's function really runs, and mistakes in using it are explained."""

import pytest
import torch

from course_lib import Unfinished, complete, exercises, restore
from course_lib.exercises import exercise
from course_lib.recurrent import RNNCell, rnn_step, unroll


@pytest.fixture(autouse=True)
def library_as_it_was():
    yield
    for one in exercises():
        restore(one.name)


def test_the_library_runs_on_the_completed_function():
    """Catches a library that keeps calling its own version: a fused path, or an early import."""
    cell, xs = RNNCell(2, 3), torch.zeros(1, 4, 2)
    before = unroll(cell, xs)[0]

    def rnn_step(x, h, W_xh, W_hh, b):
        return h + 1

    complete(rnn_step)
    after = unroll(cell, xs)[0]
    assert torch.equal(after[0, :, 0], torch.tensor([1.0, 2.0, 3.0, 4.0]))
    restore("rnn_step")
    assert torch.equal(unroll(cell, xs)[0], before)


def test_completing_again_replaces_the_function():
    def rnn_step(x, h, W_xh, W_hh, b):
        return h + 1

    complete(rnn_step)

    def rnn_step(x, h, W_xh, W_hh, b):
        return h + 2

    complete(rnn_step)
    assert unroll(RNNCell(1, 1), torch.zeros(1, 3, 1))[1].item() == 6


@pytest.mark.parametrize(
    ("function", "error", "says"),
    [
        (lambda x: x, NameError, "no exercise is called"),
        ("rnn_step", TypeError, "takes the function itself"),
        (rnn_step, TypeError, "the library's own"),
    ],
)
def test_complete_explains_what_is_wrong(function, error, says):
    with pytest.raises(error, match=says):
        complete(function)


def test_complete_suggests_the_name_that_was_meant():
    def rnn_stepp(x, h, W_xh, W_hh, b): ...

    with pytest.raises(NameError, match="Did you mean rnn_step"):
        complete(rnn_stepp)


def test_complete_compares_arguments():
    def rnn_step(x, h, W_hh, W_xh, b): ...

    with pytest.raises(
        TypeError, match=r"should take \(x, h, W_xh, W_hh, b\), but yours takes \(x, h, W_hh, W_xh, b\)"
    ):
        complete(rnn_step)

    def sample_symbol(logits, temperature, generator=None): ...

    with pytest.raises(TypeError, match=r"temperature=1\.0"):
        complete(sample_symbol)


def test_arguments_are_checked_before_the_students_function_is_called():
    """A student sees what is wrong with the call, not an error from deep inside torch."""

    def rnn_step(x, h, W_xh, W_hh, b):
        raise AssertionError("called")

    complete(rnn_step)
    with pytest.raises(ValueError, match="W_xh should have the shape"):
        RNNCell(3, 4)(torch.zeros(1, 2), torch.zeros(1, 4))


def test_list_of_exercises_finds_modules_that_nobody_imported():
    assert {e.name for e in exercises("a1")} == {
        "rnn_step",
        "unroll",
        "rnn_backward",
        "temporal_cross_entropy",
        "clip_by_norm",
        "sample_symbol",
    }


def test_states():
    @exercise("a99")
    def open_question(x):
        raise Unfinished("a99", "open_question")

    (entry,) = [e for e in exercises("a99")]
    assert entry.state == "unfinished"
    with pytest.raises(Unfinished, match=r"open_question is an exercise of assignment a99.*a99\.ipynb"):
        entry.entry(1)

    def answer(x):
        return x

    answer.__name__ = "open_question"
    complete(answer)
    assert entry.state == "yours" and entry.entry(7) == 7
    assert exercises("a1")[0].state == "library"
