"""Recurrent cells: one step in time.

A cell takes the input of one time step and its own state, and gives an output and the new state. Everything
that runs over time (`unroll`, language models, decoders) asks no more of it than the protocol `Cell`.
"""

import math
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ..arguments import check_shapes
from ..exercises import exercise


class Cell(Protocol):
    """What a cell is: no base class, only this agreement.

    The state is a tensor whose first dimension is the batch, or a (named) tuple of such tensors.
    """

    hidden_size: int

    def initial_state(self, batch_size: int) -> Any:
        """The state before the first step."""

    def __call__(self, x_t: Tensor, state: Any) -> tuple[Tensor, Any]:
        """One step: `(x_t, state) -> (output, state)` with x_t (B, D) and output (B, H)."""


def new_weights(hidden_size: int, *shape: int) -> nn.Parameter:
    """A parameter of this shape, uniform in +-1/sqrt(H) as in torch.nn."""
    return nn.Parameter(torch.empty(shape).uniform_(-1 / math.sqrt(hidden_size), 1 / math.sqrt(hidden_size)))


def _check_rnn_step(x, h, W_xh, W_hh, b):
    check_shapes("rnn_step", x=(x, "B D"), h=(h, "B H"), W_xh=(W_xh, "D H"), W_hh=(W_hh, "H H"), b=(b, "H"))


@exercise("a1", accepts=_check_rnn_step)
def rnn_step(x: Tensor, h: Tensor, W_xh: Tensor, W_hh: Tensor, b: Tensor) -> Tensor:
    """One step of a vanilla recurrent network.

        h_t = tanh(x_t W_xh + h_{t-1} W_hh + b)

    Args:
        x: input of this time step, (B, D).
        h: hidden state of the step before, (B, H).
        W_xh: weights from input to hidden, (D, H).
        W_hh: weights from hidden to hidden, (H, H).
        b: bias, (H,).

    Returns:
        The new hidden state, (B, H), each entry between -1 and 1.

    Source: Elman 1990, "Finding Structure in Time"; row vectors as in the notation chapter.
    """
    return torch.tanh(x @ W_xh + h @ W_hh + b)


class RNNCell(nn.Module):
    """A vanilla recurrent cell: holds W_xh (D, H), W_hh (H, H) and b (H,), and calls `rnn_step`.

    The output of a step is the new hidden state itself. Weights start uniform in +-1/sqrt(H), as in torch.nn.

    Args:
        input_size: D.
        hidden_size: H.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.W_xh = new_weights(hidden_size, input_size, hidden_size)
        self.W_hh = new_weights(hidden_size, hidden_size, hidden_size)
        self.b = new_weights(hidden_size, hidden_size)

    def initial_state(self, batch_size: int) -> Tensor:
        """h_0 = 0, (B, H)."""
        return self.b.new_zeros(batch_size, self.hidden_size)

    def forward(self, x_t: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step: x_t (B, D) and h_{t-1} (B, H) give h_t (B, H), as output and as state."""
        h = rnn_step(x_t, state, self.W_xh, self.W_hh, self.b)
        return h, h

    def extra_repr(self) -> str:
        """What `print(cell)` shows in its parentheses."""
        return f"{self.input_size}, {self.hidden_size}"
