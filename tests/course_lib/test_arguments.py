"""Bad arguments get one clear error that names the argument, what was expected and what came."""

import pytest
import torch

from course_lib.arguments import check_shapes
from course_lib.captioning import greedy_caption
from course_lib.data import TextWindows, load_text, recall_task, split_text
from course_lib.language import LanguageModel, Vocabulary, sample_decode, sample_symbol, temporal_cross_entropy
from course_lib.recurrent import RNNCell, clip_by_norm, rnn_backward, rnn_step, spectral_radius, unroll, unroll_by_hand

f = torch.zeros
ints = torch.zeros(2, 3, dtype=torch.long)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (
            lambda: rnn_step(f(2, 3), f(2, 4), f(4, 4), f(4, 4), f(4)),
            ValueError,
            r"rnn_step: W_xh .* D = 3 as in x, got \(4, 4\)",
        ),
        (lambda: rnn_step(f(2, 3), f(1, 4), f(3, 4), f(4, 4), f(4)), ValueError, r"h .* B = 2 as in x, got \(1, 4\)"),
        (
            lambda: rnn_step(f(2, 3).double(), f(2, 4), f(3, 4), f(4, 4), f(4)),
            TypeError,
            r"h is torch.float32, but x is torch.float64",
        ),
        (
            lambda: rnn_step(ints, f(2, 4), f(3, 4), f(4, 4), f(4)),
            TypeError,
            r"x should be floating point, got torch.int64",
        ),
        (lambda: rnn_step([[1.0]], f(2, 4), f(3, 4), f(4, 4), f(4)), TypeError, r"x should be a tensor, got list"),
        (
            lambda: rnn_step(f(3), f(2, 4), f(3, 4), f(4, 4), f(4)),
            ValueError,
            r"x should have the shape \(B, D\), got \(3,\)",
        ),
        (
            lambda: rnn_backward(f(2, 5, 4), f(2, 6, 3), f(2, 6, 4), f(2, 4), f(3, 4), f(4, 4)),
            ValueError,
            r"xs .* T = 5 as in d_hs",
        ),
        (lambda: unroll(RNNCell(3, 4), f(2, 5, 2)), ValueError, r"D = 2 features per step, but the cell takes 3"),
        (lambda: unroll(RNNCell(3, 4), f(2, 3)), ValueError, r"xs should have the shape \(B, T, D\)"),
        (lambda: unroll(RNNCell(3, 4), f(2, 0, 3)), ValueError, r"at least one step, got \(2, 0, 3\)"),
        (
            lambda: unroll(RNNCell(3, 4), f(2, 5, 3), lengths=torch.tensor([5, 6])),
            ValueError,
            r"between 0 and T = 5, got \[5, 6\]",
        ),
        (
            lambda: unroll(RNNCell(3, 4), f(2, 5, 3), lengths=torch.tensor([5])),
            ValueError,
            r"lengths should be 2 integers",
        ),
        (lambda: unroll(RNNCell(3, 4), f(2, 5, 3), lengths=f(2)), ValueError, r"integers, got torch.float32"),
        (lambda: unroll_by_hand(RNNCell(3, 4), f(2, 5, 3), lengths=torch.tensor([5, 4])), ValueError, "full length"),
        (lambda: unroll_by_hand(torch.nn.RNNCell(3, 4), f(2, 5, 3)), TypeError, "should be an RNNCell, got RNNCell"),
        (lambda: clip_by_norm([f(2)], 0), ValueError, "max_norm should be above 0, got 0"),
        (lambda: spectral_radius(f(2, 3)), ValueError, r"square matrix, got the shape \(2, 3\)"),
        (lambda: temporal_cross_entropy(f(2, 3, 4), ints.float()), TypeError, "targets should hold integers"),
        (lambda: temporal_cross_entropy(f(2, 3, 4), ints + 4), ValueError, r"between 0 and V - 1 = 3 .* got 4"),
        (lambda: temporal_cross_entropy(f(2, 2, 4), ints), ValueError, r"targets .* T = 2 as in logits"),
        (lambda: sample_symbol(f(2, 3), temperature=0), ValueError, "temperature should be above 0, got 0"),
        (lambda: sample_decode(LanguageModel(RNNCell(3, 4), 3), ints[:, :0], 5), ValueError, "at least one symbol"),
        (lambda: greedy_caption(None, f(2, 3), None, 0, 5), ValueError, r"the shape \(1, V\), got \(2, 3\)"),
        (lambda: Vocabulary.from_text(""), ValueError, "at least one"),
        (lambda: Vocabulary("aba"), ValueError, "different from each other"),
        (lambda: Vocabulary.from_text("abc").encode("abX"), ValueError, r"\['X'\] not among its 3 symbols: 'abc'"),
        (lambda: split_text(""), ValueError, "both parts should hold some text"),
        (lambda: split_text("abc", held_out=1.5), ValueError, "both parts should hold some text"),
        (lambda: TextWindows(torch.arange(10), 2, 10), ValueError, "text of 10, got 10"),
        (
            lambda: load_text("nietsche"),
            ValueError,
            "no data set is called 'nietsche'; known are: bccd, camvid, coco-.*, fra-eng, nietzsche, tinyshakespeare",
        ),
    ],
)
def test_error_says_what_was_expected_and_what_came(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_right_arguments_pass():
    check_shapes("f", x=(f(2, 3), "B D"), W=(f(3, 3), "D D"), y=(ints, "B D int"))
    assert recall_task(2, gap=0)[0].shape == (2, 2, 9)
