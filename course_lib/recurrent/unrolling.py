"""Running a cell over a sequence."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..exercises import exercise
from .cells import Cell


def map_state(function: Callable[..., Tensor], *states: Any) -> Any:
    """The state whose tensors are `function` of the tensors of one or several states of the same kind.

    Args:
        function: takes one tensor of each state.
        states: tensors (B, ...), or (named) tuples of states.
    """
    if isinstance(states[0], tuple):
        parts = [map_state(function, *parts) for parts in zip(*states, strict=True)]
        return type(states[0])(*parts) if hasattr(states[0], "_fields") else tuple(parts)
    return function(*states)


def select_state(condition: Tensor, new: Any, old: Any) -> Any:
    """Row by row: the state `new` where condition is true, the state `old` elsewhere.

    Args:
        condition: (B,), boolean.
        new, old: two states of one kind: tensors (B, ...), or (named) tuples of states.
    """
    return map_state(lambda n, o: torch.where(condition.reshape(-1, *[1] * (n.dim() - 1)), n, o), new, old)


def _check_unroll(cell, xs, state=None, lengths=None):
    if xs.dim() != 3 or xs.shape[1] == 0:
        raise ValueError(f"unroll: xs should have the shape (B, T, D) with at least one step, got {tuple(xs.shape)}")
    B, T, D = xs.shape
    if getattr(cell, "input_size", D) != D:
        raise ValueError(f"unroll: xs has D = {D} features per step, but the cell takes {cell.input_size}")
    if lengths is None:
        return
    if lengths.shape != (B,) or lengths.is_floating_point():
        raise ValueError(f"unroll: lengths should be {B} integers, got {lengths.dtype} of shape {tuple(lengths.shape)}")
    if lengths.min() < 0 or lengths.max() > T:
        raise ValueError(f"unroll: lengths should lie between 0 and T = {T}, got {lengths.tolist()}")


@exercise("a1", accepts=_check_unroll)
def unroll(cell: Cell, xs: Tensor, state: Any = None, lengths: Tensor | None = None) -> tuple[Tensor, Any]:
    """Run a cell over a batch of sequences, one step after the other, with the same weights at every step.

        output_t, state_t = cell(x_t, state_{t-1})        t = 1 ... T

    The state may be a tensor or a tuple; `unroll` hands it on without looking inside.

    Args:
        cell: any cell (see `Cell`).
        xs: inputs, (B, T, D).
        state: the state before the first step; `cell.initial_state(B)` if None.
        lengths: (B,) integers, the true length of each sequence if they differ. From its end on, a sequence
            gives outputs of zero and keeps its state.

    Returns:
        outputs (B, T, H), and the state after the last step of each sequence.
    """
    if state is None:
        state = cell.initial_state(len(xs))
    outputs = []
    for t, x_t in enumerate(xs.unbind(dim=1)):
        output, new_state = cell(x_t, state)
        if lengths is not None:
            running = t < lengths  # (B,)
            output = torch.where(running[:, None], output, 0.0)
            new_state = select_state(running, new_state, state)
        state = new_state
        outputs.append(output)
    return torch.stack(outputs, dim=1), state  # (B, T, H)
