"""Gated recurrent units: one state, two gates."""

import torch
from torch import Tensor, nn

from ..arguments import check_shapes
from ..exercises import exercise
from .cells import new_weights


def _check_gru_step(x, h, W_xh, W_hh, b):
    shapes = {"x": (x, "B D"), "h": (h, "B H"), "W_xh": (W_xh, "D 3H"), "W_hh": (W_hh, "H 3H"), "b": (b, "3H")}
    check_shapes("gru_step", **shapes)
    if W_hh.shape[1] != 3 * W_hh.shape[0]:
        raise ValueError(f"gru_step: W_hh should have the shape (H, 3H), got {tuple(W_hh.shape)}")


@exercise("a2", accepts=_check_gru_step)
def gru_step(x: Tensor, h: Tensor, W_xh: Tensor, W_hh: Tensor, b: Tensor) -> Tensor:
    """One step of a gated recurrent unit, in the lectures' convention.

        z = sigma(x_t W_xz + h_{t-1} W_hz + b_z)            update gate: how much becomes new
        r = sigma(x_t W_xr + h_{t-1} W_hr + b_r)            reset gate: how much the candidate sees of the past
        h~ = tanh(x_t W_xc + (r * h_{t-1}) W_hc + b_c)      candidate; the reset comes before the product
        h_t = (1 - z) * h_{t-1} + z * h~

    z, r and the candidate lie side by side in the columns of the weights, in this order, H columns each.

    Args:
        x: input of this time step, (B, D).
        h: hidden state of the step before, (B, H).
        W_xh: weights from the input, (D, 3H).
        W_hh: weights from the hidden state, (H, 3H).
        b: biases, (3H,).

    Returns:
        The new hidden state, (B, H).

    Source: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
    Translation", section 2.3, with the roles of z and 1 - z as in the lectures.
    """
    H = h.shape[1]
    from_x = x @ W_xh + b  # (B, 3H)
    z, r = torch.sigmoid(from_x[:, : 2 * H] + h @ W_hh[:, : 2 * H]).chunk(2, dim=1)
    candidate = torch.tanh(from_x[:, 2 * H :] + (r * h) @ W_hh[:, 2 * H :])
    return (1 - z) * h + z * candidate


def torch_gru_step(x: Tensor, h: Tensor, W_xh: Tensor, W_hh: Tensor, b: Tensor, b_hc: Tensor) -> Tensor:
    """One step of a gated recurrent unit in torch's convention: z flipped, and the reset after the product.

        h~ = tanh(x_t W_xc + b_c + r * (h_{t-1} W_hc + b_hc))
        h_t = z * h_{t-1} + (1 - z) * h~

    All of h's products can then be computed at once, which is why libraries prefer it. Same order of columns and
    same arguments as `gru_step`, and a second bias `b_hc` (H,) inside the reset.
    """
    H = h.shape[1]
    from_x = x @ W_xh + b  # (B, 3H)
    from_h = h @ W_hh  # (B, 3H)
    z, r = torch.sigmoid(from_x[:, : 2 * H] + from_h[:, : 2 * H]).chunk(2, dim=1)
    candidate = torch.tanh(from_x[:, 2 * H :] + r * (from_h[:, 2 * H :] + b_hc))
    return z * h + (1 - z) * candidate


class GRUCell(nn.Module):
    """A gated recurrent unit: holds W_xh (D, 3H), W_hh (H, 3H) and b (3H,), and calls `gru_step`.

    Weights start uniform in +-1/sqrt(H).

    Args:
        input_size: D.
        hidden_size: H.
        convention: "lecture" for `gru_step`, "torch" for `torch_gru_step`, which has one more bias, b_hc (H,).

    Raises:
        ValueError: unknown convention.
    """

    def __init__(self, input_size: int, hidden_size: int, convention: str = "lecture"):
        super().__init__()
        if convention not in ("lecture", "torch"):
            raise ValueError(f'GRUCell: convention should be "lecture" or "torch", got {convention!r}')
        self.input_size, self.hidden_size, self.convention = input_size, hidden_size, convention
        self.W_xh = new_weights(hidden_size, input_size, 3 * hidden_size)
        self.W_hh = new_weights(hidden_size, hidden_size, 3 * hidden_size)
        self.b = new_weights(hidden_size, 3 * hidden_size)
        if convention == "torch":
            self.b_hc = new_weights(hidden_size, hidden_size)

    def initial_state(self, batch_size: int) -> Tensor:
        """h_0 = 0, (B, H)."""
        return self.b.new_zeros(batch_size, self.hidden_size)

    def forward(self, x_t: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step: x_t (B, D) and h_{t-1} (B, H) give h_t (B, H), as output and as state."""
        if self.convention == "torch":
            h = torch_gru_step(x_t, state, self.W_xh, self.W_hh, self.b, self.b_hc)
        else:
            h = gru_step(x_t, state, self.W_xh, self.W_hh, self.b)
        return h, h

    def extra_repr(self) -> str:
        """What `print(cell)` shows in its parentheses."""
        return f"{self.input_size}, {self.hidden_size}, convention={self.convention!r}"
