"""Backpropagation through time, written by hand."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise
from .cells import RNNCell, rnn_step


class RNNGradients(NamedTuple):
    """Gradients of a loss with respect to everything that entered a vanilla recurrent network."""

    xs: Tensor  # (B, T, D)
    h_0: Tensor  # (B, H)
    W_xh: Tensor  # (D, H)
    W_hh: Tensor  # (H, H)
    b: Tensor  # (H,)


def _check_rnn_backward(d_hs, xs, hs, h_0, W_xh, W_hh):
    check_shapes(
        "rnn_backward",
        d_hs=(d_hs, "B T H"),
        xs=(xs, "B T D"),
        hs=(hs, "B T H"),
        h_0=(h_0, "B H"),
        W_xh=(W_xh, "D H"),
        W_hh=(W_hh, "H H"),
    )


@exercise("a1", accepts=_check_rnn_backward)
def rnn_backward(d_hs: Tensor, xs: Tensor, hs: Tensor, h_0: Tensor, W_xh: Tensor, W_hh: Tensor) -> RNNGradients:
    """Backpropagation through time for h_t = tanh(a_t), a_t = x_t W_xh + h_{t-1} W_hh + b.

    Walking from t = T back to 1, with dL/dh_t made of what the loss sends to h_t directly (`d_hs`) and what
    comes back from step t+1:

        dL/da_t     = dL/dh_t * (1 - h_t^2)
        dL/dx_t     = dL/da_t W_xh^T                 dL/dh_{t-1} gets dL/da_t W_hh^T
        dL/dW_xh    = sum_t x_t^T dL/da_t            dL/dW_hh = sum_t h_{t-1}^T dL/da_t
        dL/db       = sum_t dL/da_t

    Args:
        d_hs: gradient that each hidden state receives directly from the loss, (B, T, H).
        xs: inputs, (B, T, D).
        hs: the hidden states of the forward pass, (B, T, H).
        h_0: the hidden state before the first step, (B, H).
        W_xh, W_hh: weights, (D, H) and (H, H).

    Returns:
        `RNNGradients(xs, h_0, W_xh, W_hh, b)`; weight gradients are summed over batch and time.

    Source: Werbos 1990, "Backpropagation Through Time: What It Does and How to Do It".
    """
    B, T, D = xs.shape
    d_xs = torch.zeros_like(xs)
    d_W_xh, d_W_hh, d_b = torch.zeros_like(W_xh), torch.zeros_like(W_hh), torch.zeros_like(W_hh[0])
    d_h_next = torch.zeros_like(h_0)  # what step t+1 sends back to h_t
    for t in reversed(range(T)):
        h_prev = hs[:, t - 1] if t > 0 else h_0
        d_a = (d_hs[:, t] + d_h_next) * (1 - hs[:, t] ** 2)  # (B, H)
        d_xs[:, t] = d_a @ W_xh.T
        d_W_xh += xs[:, t].T @ d_a
        d_W_hh += h_prev.T @ d_a
        d_b += d_a.sum(dim=0)
        d_h_next = d_a @ W_hh.T
    return RNNGradients(d_xs, d_h_next, d_W_xh, d_W_hh, d_b)


class _ThroughTime(torch.autograd.Function):
    """Gives autograd our own backward pass: `rnn_step` forward, `rnn_backward` back."""

    @staticmethod
    def forward(ctx, xs: Tensor, h_0: Tensor, W_xh: Tensor, W_hh: Tensor, b: Tensor) -> Tensor:
        h, hs = h_0, []
        for t in range(xs.shape[1]):
            h = rnn_step(xs[:, t], h, W_xh, W_hh, b)
            hs.append(h)
        hs = torch.stack(hs, dim=1)  # (B, T, H)
        ctx.save_for_backward(xs, hs, h_0, W_xh, W_hh)
        return hs

    @staticmethod
    def backward(ctx, d_hs: Tensor) -> tuple[Tensor, ...]:
        return tuple(rnn_backward(d_hs, *ctx.saved_tensors))


def unroll_by_hand(cell: RNNCell, xs: Tensor, state: Any = None, lengths: None = None) -> tuple[Tensor, Tensor]:
    """`unroll` for a vanilla cell whose gradients come from `rnn_backward` instead of autograd.

    Same arguments and results as `unroll`, and equal gradients; sequences must all have full length.

    Raises:
        ValueError: `lengths` is given.
        TypeError: the cell is not an `RNNCell`.
    """
    if lengths is not None:
        raise ValueError("unroll_by_hand: lengths should be None (sequences of full length); use unroll for others")
    if not isinstance(cell, RNNCell):
        raise TypeError(f"unroll_by_hand: cell should be an RNNCell, got {type(cell).__name__}")
    h_0 = cell.initial_state(len(xs)) if state is None else state
    hs = _ThroughTime.apply(xs, h_0, cell.W_xh, cell.W_hh, cell.b)
    return hs, hs[:, -1]
