"""Comparisons for the checks in assignment notebooks: they say what differs, where, and what to look at."""

from typing import Any

import torch
from torch import Tensor


class CheckFailed(AssertionError):
    """A check did not pass. In a notebook only the message is shown, without the way to it through our code."""

    def _render_traceback_(self) -> list[str]:
        return [f"CheckFailed: {self}"]


def check_close(what: str, actual: Any, expected: Tensor, look_at: str, tolerance: float = 1e-5) -> None:
    """Fail unless `actual` is a tensor with the shape, dtype and values of `expected`.

    Args:
        what: what is compared, e.g. "the new hidden state".
        actual: what the student's function gave.
        expected: what it should give.
        look_at: a hint, shown when the values differ.
        tolerance: allowed difference, absolute and relative to `expected`.

    Raises:
        CheckFailed: says what differs first and by how much.
    """
    if type(actual) is not torch.Tensor:
        raise CheckFailed(f"{what} should be a tensor, got {_describe(actual)}.")
    if actual.shape != expected.shape:
        raise CheckFailed(
            f"{what} should have the shape {tuple(expected.shape)}, got {tuple(actual.shape)}.\nLook at: {look_at}"
        )
    if actual.dtype != expected.dtype:
        raise CheckFailed(f"{what} should be {expected.dtype}, got {actual.dtype}.")
    wrong = ~torch.isclose(actual, expected, rtol=tolerance, atol=tolerance)
    if wrong.any():
        first = tuple(wrong.nonzero()[0].tolist())
        where = f" at {list(first)}" if first else ""
        raise CheckFailed(
            f"{what} is not right: {int(wrong.sum())} of {wrong.numel()} values differ.\n"
            f"First difference{where}: expected {expected[first].item():.6g}, got {actual[first].item():.6g} "
            f"(shape {tuple(actual.shape)}).\nLook at: {look_at}"
        )


def check_unchanged(what: str, now: Tensor, before: Tensor) -> None:
    """Fail if a function has changed one of its inputs in place.

    Raises:
        CheckFailed: names the input.
    """
    if not torch.equal(now, before):
        raise CheckFailed(
            f"{what} was changed in place by your function; its caller still needs it.\n"
            "Look at: `+=`, `*=`, assignments to slices, and torch functions that end in `_`."
        )


def check_true(what: str, condition: bool, look_at: str) -> None:
    """Fail with a message unless a condition holds.

    Raises:
        CheckFailed: the condition is not true.
    """
    if not condition:
        raise CheckFailed(f"{what}.\nLook at: {look_at}")


def _describe(value: Any) -> str:
    if value is None:
        return "None (is there a `return`?)"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    return f"{type(value).__module__}.{type(value).__name__}"
