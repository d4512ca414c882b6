"""Relatives of the LSTM: with peepholes, and with coupled gates."""

import torch
from torch import Tensor, nn

from ..arguments import check_shapes
from ..exercises import exercise
from .cells import new_weights
from .lstm import LSTMState


def _check_peephole_step(x, state, W_xh, W_hh, W_ch, b):
    h, c = state
    shapes = {"x": (x, "B D"), "h": (h, "B H"), "c": (c, "B H"), "W_xh": (W_xh, "D 4H"), "W_hh": (W_hh, "H 4H")}
    check_shapes("peephole_step", **shapes, W_ch=(W_ch, "3 H"), b=(b, "4H"))
    if len(W_ch) != 3 or W_hh.shape[1] != 4 * W_hh.shape[0]:
        raise ValueError(
            f"peephole_step: W_ch should have the shape (3, H) and W_hh (H, 4H), got {tuple(W_ch.shape)} and "
            f"{tuple(W_hh.shape)}"
        )


@exercise("a2", accepts=_check_peephole_step)
def peephole_step(x: Tensor, state: LSTMState, W_xh: Tensor, W_hh: Tensor, W_ch: Tensor, b: Tensor) -> LSTMState:
    """One step of an LSTM whose gates also see the cell state, each unit's gates only their own cell.

        i = sigma(x_t W_xi + h_{t-1} W_hi + p_i * c_{t-1} + b_i)
        f = sigma(x_t W_xf + h_{t-1} W_hf + p_f * c_{t-1} + b_f)
        g = tanh(x_t W_xg + h_{t-1} W_hg + b_g)
        c_t = f * c_{t-1} + i * g
        o = sigma(x_t W_xo + h_{t-1} W_ho + p_o * c_t + b_o)         the output gate sees the new cell state
        h_t = o * tanh(c_t)

    Args:
        x, state, W_xh, W_hh, b: as in `lstm_step`, columns in the order i, f, o, g.
        W_ch: the peepholes p_i, p_f and p_o in its rows, (3, H).

    Returns:
        The new state, `LSTMState(h, c)`.

    Source: Gers and Schmidhuber 2000, "Recurrent Nets that Time and Count".
    """
    h, c = state
    p_i, p_f, p_o = W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    i = torch.sigmoid(a_i + p_i * c)
    f = torch.sigmoid(a_f + p_f * c)
    c = f * c + i * torch.tanh(a_g)
    o = torch.sigmoid(a_o + p_o * c)
    return LSTMState(o * torch.tanh(c), c)


class PeepholeLSTMCell(nn.Module):
    """An LSTM cell with peepholes: `LSTMCell`'s weights and W_ch (3, H), and calls `peephole_step`.

    Args:
        input_size: D.
        hidden_size: H.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        H = hidden_size
        self.input_size, self.hidden_size = input_size, hidden_size
        self.W_xh, self.W_hh = new_weights(H, input_size, 4 * H), new_weights(H, H, 4 * H)
        self.W_ch, self.b = new_weights(H, 3, H), new_weights(H, 4 * H)
        with torch.no_grad():
            self.b[H : 2 * H] = 1.0  # remembers at first, as in LSTMCell

    def initial_state(self, batch_size: int) -> LSTMState:
        """h_0 = c_0 = 0, each (B, H)."""
        zeros = self.b.new_zeros(batch_size, self.hidden_size)
        return LSTMState(zeros, zeros)

    def forward(self, x_t: Tensor, state: LSTMState) -> tuple[Tensor, LSTMState]:
        """One step: x_t (B, D) and the state give h_t (B, H) and the new state."""
        state = peephole_step(x_t, state, self.W_xh, self.W_hh, self.W_ch, self.b)
        return state.h, state


class CoupledLSTMCell(nn.Module):
    """An LSTM cell that forgets exactly as much as it takes in: one gate less.

        [f o c~] = [sigma sigma tanh](x_t W_xh + h_{t-1} W_hh + b)
        c_t = f * c_{t-1} + (1 - f) * c~
        h_t = o * tanh(c_t)

    Holds W_xh (D, 3H), W_hh (H, 3H) and b (3H,), columns in the order f, o, c~.

    Args:
        input_size: D.
        hidden_size: H.

    Source: Greff et al. 2017, "LSTM: A Search Space Odyssey" (CIFG), after Cho et al. 2014.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        H = hidden_size
        self.input_size, self.hidden_size = input_size, hidden_size
        self.W_xh, self.W_hh, self.b = (
            new_weights(H, input_size, 3 * H),
            new_weights(H, H, 3 * H),
            new_weights(H, 3 * H),
        )
        with torch.no_grad():
            self.b[:H] = 1.0

    def initial_state(self, batch_size: int) -> LSTMState:
        """h_0 = c_0 = 0, each (B, H)."""
        zeros = self.b.new_zeros(batch_size, self.hidden_size)
        return LSTMState(zeros, zeros)

    def forward(self, x_t: Tensor, state: LSTMState) -> tuple[Tensor, LSTMState]:
        """One step: x_t (B, D) and the state give h_t (B, H) and the new state."""
        H = self.hidden_size
        a = x_t @ self.W_xh + state.h @ self.W_hh + self.b  # (B, 3H)
        f, o = torch.sigmoid(a[:, : 2 * H]).chunk(2, dim=1)
        c = f * state.c + (1 - f) * torch.tanh(a[:, 2 * H :])
        h = o * torch.tanh(c)
        return h, LSTMState(h, c)
