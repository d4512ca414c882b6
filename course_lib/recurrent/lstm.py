"""Long short-term memory: a state that is added to, and gates that decide what is added, kept and shown."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..arguments import check_shapes
from ..exercises import exercise
from .cells import new_weights


class LSTMState(NamedTuple):
    """What an LSTM hands from step to step."""

    h: Tensor  # hidden state, what the outside sees, (B, H)
    c: Tensor  # cell state, the memory itself, (B, H)


def _check_lstm_step(x, state, W_xh, W_hh, b):
    h, c = state
    shapes = {"x": (x, "B D"), "h": (h, "B H"), "c": (c, "B H"), "W_xh": (W_xh, "D 4H"), "W_hh": (W_hh, "H 4H")}
    check_shapes("lstm_step", **shapes, b=(b, "4H"))
    if W_hh.shape[1] != 4 * W_hh.shape[0]:
        raise ValueError(f"lstm_step: W_hh should have the shape (H, 4H), got {tuple(W_hh.shape)}")


@exercise("a2", accepts=_check_lstm_step)
def lstm_step(x: Tensor, state: LSTMState, W_xh: Tensor, W_hh: Tensor, b: Tensor) -> LSTMState:
    """One step of long short-term memory.

        [i f o g] = [sigma sigma sigma tanh](x_t W_xh + h_{t-1} W_hh + b)
        c_t = f * c_{t-1} + i * g
        h_t = o * tanh(c_t)

    The input gate i, the forget gate f, the output gate o and the candidate g (also written c~) lie side by side
    in the columns of the weights, in this order, H columns each.

    Args:
        x: input of this time step, (B, D).
        state: hidden state h and cell state c of the step before, each (B, H).
        W_xh: weights from input to the four, (D, 4H).
        W_hh: weights from hidden state to the four, (H, 4H).
        b: biases, (4H,).

    Returns:
        The new state, `LSTMState(h, c)`.

    Source: Hochreiter and Schmidhuber 1997, "Long Short-Term Memory"; the forget gate is from Gers, Schmidhuber
    and Cummins 2000, "Learning to Forget".
    """
    h, c = state
    H = h.shape[1]
    a = x @ W_xh + h @ W_hh + b  # (B, 4H)
    i, f, o = torch.sigmoid(a[:, : 3 * H]).chunk(3, dim=1)
    g = torch.tanh(a[:, 3 * H :])
    c = f * c + i * g
    return LSTMState(o * torch.tanh(c), c)


class LSTMCell(nn.Module):
    """An LSTM cell: holds W_xh (D, 4H), W_hh (H, 4H) and b (4H,), and calls `lstm_step`.

    Weights start uniform in +-1/sqrt(H). The forget gate's bias starts at 1, so that a new cell rather remembers
    than forgets (Gers et al. 2000; Jozefowicz et al. 2015, section 3.2, found nothing that helped more).

    Args:
        input_size: D.
        hidden_size: H.
        forget_bias: where the forget gate's bias starts.
    """

    def __init__(self, input_size: int, hidden_size: int, forget_bias: float = 1.0):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.W_xh = new_weights(hidden_size, input_size, 4 * hidden_size)
        self.W_hh = new_weights(hidden_size, hidden_size, 4 * hidden_size)
        self.b = new_weights(hidden_size, 4 * hidden_size)
        with torch.no_grad():
            self.b[hidden_size : 2 * hidden_size] = forget_bias

    def initial_state(self, batch_size: int) -> LSTMState:
        """h_0 = c_0 = 0, each (B, H)."""
        zeros = self.b.new_zeros(batch_size, self.hidden_size)
        return LSTMState(zeros, zeros)

    def forward(self, x_t: Tensor, state: LSTMState) -> tuple[Tensor, LSTMState]:
        """One step: x_t (B, D) and the state give h_t (B, H) and the new state."""
        state = lstm_step(x_t, state, self.W_xh, self.W_hh, self.b)
        return state.h, state

    def extra_repr(self) -> str:
        """What `print(cell)` shows in its parentheses."""
        return f"{self.input_size}, {self.hidden_size}"
