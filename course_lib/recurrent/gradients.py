"""What happens to gradients on their way back through time, and what to do about it."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..exercises import exercise
from .cells import Cell


@torch.enable_grad()
def gradient_flow(cell: Cell, xs: Tensor) -> Tensor:
    """How strongly the last output still depends on the state at each earlier step.

        flow_t = || dL / ds_t ||,    L = sum of the entries of the last output

    taken per sequence over all parts of the state s_t and averaged over the batch. Where flow_t is near 0, the
    weights learn nothing from what happened at step t.

    Args:
        cell: any cell.
        xs: inputs, (B, T, D).

    Returns:
        (T,), for the states after step 1 ... T.

    Source: Bengio, Simard and Frasconi 1994, "Learning Long-Term Dependencies with Gradient Descent is Difficult".
    """
    B, T, D = xs.shape
    state, states = cell.initial_state(B), []
    for part in _parts(state):
        part.requires_grad_()  # so that there is something to follow even in a cell without parameters
    for t in range(T):
        output, state = cell(xs[:, t], state)
        states.append(_parts(state))
    flat = [part for parts in states for part in parts]
    gradients = iter(torch.autograd.grad(output.sum(), flat, allow_unused=True, materialize_grads=True))
    flows = []
    for parts in states:
        received = torch.cat([next(gradients).reshape(B, -1) for _ in parts], dim=1)  # (B, size of the state)
        flows.append(received.norm(dim=1).mean())
    return torch.stack(flows)


def _parts(state: Any) -> list[Tensor]:
    """The tensors that make up a state."""
    return [part for s in state for part in _parts(s)] if isinstance(state, tuple) else [state]


def spectral_radius(W: Tensor) -> Tensor:
    """The largest absolute value among the eigenvalues of a square matrix.

    Multiplying by W again and again shrinks every vector if this is below 1, and stretches almost every vector
    if it is above.

    Raises:
        ValueError: W is not a square matrix.
    """
    if W.dim() != 2 or W.shape[0] != W.shape[1]:
        raise ValueError(f"spectral_radius: W should be a square matrix, got the shape {tuple(W.shape)}")
    return torch.linalg.eigvals(W).abs().max()


def _check_clip_by_norm(gradients, max_norm):
    if not max_norm > 0:
        raise ValueError(f"clip_by_norm: max_norm should be above 0, got {max_norm}")


@exercise("a1", accepts=_check_clip_by_norm)
def clip_by_norm(gradients: Sequence[Tensor], max_norm: float) -> tuple[list[Tensor], Tensor]:
    """Scale gradients down, all by the same factor, if together they are longer than `max_norm`.

        norm = sqrt(sum over all entries of all gradients of g^2)
        g <- g * min(1, max_norm / norm)

    The direction stays as it is; only the length is limited. The gradients passed in are not changed.

    Args:
        gradients: tensors of any shapes.
        max_norm: the longest that all of them together may be, above 0.

    Returns:
        The clipped gradients in the same order, and their norm before clipping (a scalar).

    Source: Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks", section 3.2.
    """
    norm = torch.sqrt(sum((g**2).sum() for g in gradients))
    scale = torch.clamp(max_norm / norm, max=1.0)  # norm 0 gives max_norm / 0 = inf, clamped to 1
    return [g * scale for g in gradients], norm
