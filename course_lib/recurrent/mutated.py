"""Three cells that a search over ten thousand architectures found: MUT1, MUT2 and MUT3.

R. Jozefowicz, W. Zaremba and I. Sutskever 2015, "An Empirical Exploration of Recurrent Network Architectures",
section 3.1. All three end like a GRU, h_t = z * h~ + (1 - z) * h_{t-1}, and differ in what their gates look at.

MUT1 and MUT2 add the input itself to hidden units, which needs D = H as in the paper. Where the sizes differ, our
cells put a learned matrix W_xx (D, H) in between.
"""

import torch
from torch import Tensor, nn

from .cells import new_weights


class MUT1(nn.Module):
    """The first mutant: its update gate does not look at the state, and the candidate takes the bare input.

        z = sigma(x_t W_xz + b_z)
        r = sigma(x_t W_xr + h_{t-1} W_hr + b_r)
        h_t = tanh((r * h_{t-1}) W_hh + tanh(x_t) + b_h) * z + h_{t-1} * (1 - z)

    Args:
        input_size: D.
        hidden_size: H.

    Source: Jozefowicz et al. 2015, section 3.1.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size = D, H
        self.W_xx = None if D == H else new_weights(H, D, H)
        self.W_xz, self.W_xr, self.W_hr, self.W_hh = (new_weights(H, size, H) for size in (D, D, H, H))
        self.b_z, self.b_r, self.b_h = (new_weights(H, H) for _ in range(3))

    def initial_state(self, batch_size: int) -> Tensor:
        """h_0 = 0, (B, H)."""
        return self.b_h.new_zeros(batch_size, self.hidden_size)

    def forward(self, x_t: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step: x_t (B, D) and h_{t-1} (B, H) give h_t (B, H), as output and as state."""
        h = state
        x = x_t if self.W_xx is None else x_t @ self.W_xx  # (B, H)
        z = torch.sigmoid(x_t @ self.W_xz + self.b_z)
        r = torch.sigmoid(x_t @ self.W_xr + h @ self.W_hr + self.b_r)
        h = torch.tanh((r * h) @ self.W_hh + torch.tanh(x) + self.b_h) * z + h * (1 - z)
        return h, h


class MUT2(nn.Module):
    """The second mutant: its reset gate takes the bare input.

        z = sigma(x_t W_xz + h_{t-1} W_hz + b_z)
        r = sigma(x_t + h_{t-1} W_hr + b_r)
        h_t = tanh((r * h_{t-1}) W_hh + x_t W_xh + b_h) * z + h_{t-1} * (1 - z)

    Args:
        input_size: D.
        hidden_size: H.

    Source: Jozefowicz et al. 2015, section 3.1; the lecture's slide leaves out h_{t-1} W_hr.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size = D, H
        self.W_xx = None if D == H else new_weights(H, D, H)
        self.W_xz, self.W_hz, self.W_hr, self.W_xh, self.W_hh = (new_weights(H, size, H) for size in (D, H, H, D, H))
        self.b_z, self.b_r, self.b_h = (new_weights(H, H) for _ in range(3))

    def initial_state(self, batch_size: int) -> Tensor:
        """h_0 = 0, (B, H)."""
        return self.b_h.new_zeros(batch_size, self.hidden_size)

    def forward(self, x_t: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step: x_t (B, D) and h_{t-1} (B, H) give h_t (B, H), as output and as state."""
        h = state
        x = x_t if self.W_xx is None else x_t @ self.W_xx  # (B, H)
        z = torch.sigmoid(x_t @ self.W_xz + h @ self.W_hz + self.b_z)
        r = torch.sigmoid(x + h @ self.W_hr + self.b_r)
        h = torch.tanh((r * h) @ self.W_hh + x_t @ self.W_xh + self.b_h) * z + h * (1 - z)
        return h, h


class MUT3(nn.Module):
    """The third mutant: a GRU whose update gate sees the state through another tanh.

        z = sigma(x_t W_xz + tanh(h_{t-1}) W_hz + b_z)
        r = sigma(x_t W_xr + h_{t-1} W_hr + b_r)
        h_t = tanh((r * h_{t-1}) W_hh + x_t W_xh + b_h) * z + h_{t-1} * (1 - z)

    Args:
        input_size: D.
        hidden_size: H.

    Source: Jozefowicz et al. 2015, section 3.1.
    """

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size = D, H
        self.W_xz, self.W_hz, self.W_xr, self.W_hr = (new_weights(H, size, H) for size in (D, H, D, H))
        self.W_xh, self.W_hh = new_weights(H, D, H), new_weights(H, H, H)
        self.b_z, self.b_r, self.b_h = (new_weights(H, H) for _ in range(3))

    def initial_state(self, batch_size: int) -> Tensor:
        """h_0 = 0, (B, H)."""
        return self.b_h.new_zeros(batch_size, self.hidden_size)

    def forward(self, x_t: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step: x_t (B, D) and h_{t-1} (B, H) give h_t (B, H), as output and as state."""
        h = state
        z = torch.sigmoid(x_t @ self.W_xz + torch.tanh(h) @ self.W_hz + self.b_z)
        r = torch.sigmoid(x_t @ self.W_xr + h @ self.W_hr + self.b_r)
        h = torch.tanh((r * h) @ self.W_hh + x_t @ self.W_xh + self.b_h) * z + h * (1 - z)
        return h, h
