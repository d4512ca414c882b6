"""The messages of the visible checks: a student has only them to go by."""

import pytest
import torch

from course_lib.checks import CheckFailed, check_close, check_true, check_unchanged


class AlwaysEqual(torch.Tensor):
    """Claims to be equal to everything."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return torch.tensor(True)


@pytest.mark.parametrize(
    ("actual", "says"),
    [
        (None, "h should be a tensor, got None (is there a `return`?)."),
        (1.0, "h should be a tensor, got builtins.float."),
        ((torch.zeros(2), 1), "h should be a tensor, got a tuple of 2."),
        (AlwaysEqual(), "h should be a tensor, got"),
        (torch.zeros(3, 2), "h should have the shape (2, 3), got (3, 2).\nLook at: the order."),
        (torch.zeros(2, 3).double(), "h should be torch.float32, got torch.float64."),
        (torch.full((2, 3), float("nan")), "6 of 6 values differ.\nFirst difference at [0, 0]: expected 0, got nan"),
        (
            torch.tensor([[0.0, 0, 0], [0, 0.5, 0]]),
            "1 of 6 values differ.\nFirst difference at [1, 1]: expected 0, got 0.5",
        ),
    ],
)
def test_message_says_what_differs(actual, says):
    with pytest.raises(CheckFailed) as failure:
        check_close("h", actual, torch.zeros(2, 3), "the order.")
    assert says in str(failure.value)
    assert failure.value._render_traceback_() == [f"CheckFailed: {failure.value}"]


def test_close_is_close_enough():
    check_close("h", torch.tensor(1.0 + 5e-6), torch.tensor(1.0), "")
    with pytest.raises(CheckFailed):
        check_close("h", torch.tensor(1.0 + 5e-5), torch.tensor(1.0), "")


def test_the_other_checks():
    check_unchanged("x", torch.ones(2), torch.ones(2))
    check_true("it holds", True, "")
    with pytest.raises(CheckFailed, match="x was changed in place"):
        check_unchanged("x", torch.ones(2), torch.zeros(2))
    with pytest.raises(CheckFailed, match=r"it does not hold\.\nLook at: this"):
        check_true("it does not hold", False, "this")
