"""LSTMs that run over a picture: from row to row, and from diagonal to diagonal."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..recurrent import LSTMState
from ..recurrent.cells import new_weights
from .masks import MaskedConv2d


def line_lstm_step(a: Tensor, state: LSTMState, K_ss: Tensor) -> LSTMState:
    """One step of an LSTM whose state is a whole line of places, and whose recurrent weights slide along the line.

        [i f o g] = [sigma sigma sigma tanh](a_t + K_ss * h_{t-1})
        c_t = f c_{t-1} + i g
        h_t = o tanh(c_t)

    Each place of the new line sees k neighbouring places of the line before: n - 1, n and n + 1 if k is 3, n - 1 and n
    if k is 2. Beyond the ends of a line h is 0. With k = 1 it is `lstm_step` at each place.

    Args:
        a: what the input says to the gates at each place of this line, biases included, (B, 4h, n).
        state: h and c of the line before, each (B, h, n).
        K_ss: filters from state to state, (4h, h, k).

    Returns:
        The new `LSTMState`.

    Source: van den Oord et al. 2016, "Pixel Recurrent Neural Networks", equation 3. The gates stand in the course's
    order i, f, o, g.
    """
    h, c = state
    k = K_ss.shape[2]
    a = a + F.conv1d(F.pad(h, (k // 2, (k - 1) // 2)), K_ss)  # (B, 4h, n)
    opened, g = a.tensor_split([3 * h.shape[1]], dim=1)
    i, f, o = opened.sigmoid().chunk(3, dim=1)
    c = f * c + i * g.tanh()
    return LSTMState(o * c.tanh(), c)


def lstm_over_lines(a: Tensor, K_ss: Tensor) -> Tensor:
    """Run `line_lstm_step` over all lines of a map, from top to bottom, starting with a state of zeros.

    Args:
        a: what the input says to the gates, (B, 4h, T, n): T lines of n places.
        K_ss: filters from state to state, (4h, h, k).

    Returns:
        Hidden states of all lines, (B, h, T, n).

    Source: van den Oord et al. 2016, "Pixel Recurrent Neural Networks", section 3.1.
    """
    B, _, T, n = a.shape
    zeros = a.new_zeros(B, K_ss.shape[1], n)
    state, hs = LSTMState(zeros, zeros), []
    for a_t in a.unbind(dim=2):
        state = line_lstm_step(a_t, state, K_ss)
        hs.append(state.h)
    return torch.stack(hs, dim=2)


def skew(x: Tensor) -> Tensor:
    """Shift row i of a map to the right by i places: what stood on a diagonal then stands in a column.

        a b c          a b c . .
        d e f    ->    . d e f .        left neighbour: one column before; upper neighbour: one column before, one
        g h i          . . g h i        row above

    Args:
        x: (B, C, H, W).

    Returns:
        (B, C, H, W + H - 1), zero where nothing was shifted to.

    Source: van den Oord et al. 2016, "Pixel Recurrent Neural Networks", section 3.2.
    """
    B, C, H, W = x.shape
    # With H zeros behind each row, every row takes W + H places in a line; cut to W + H - 1, each starts one later.
    x = F.pad(x, (0, H)).flatten(2)[:, :, :-H]  # (B, C, H (W + H - 1))
    return x.view(B, C, H, W + H - 1)


def unskew(x: Tensor) -> Tensor:
    """Undo `skew`: row i moves to the left by i places, and what sticks out is cut off.

    Args:
        x: (B, C, H, W + H - 1).

    Returns:
        (B, C, H, W).

    Raises:
        ValueError: there are fewer columns than rows.
    """
    B, C, H, S = x.shape
    if S < H:
        raise ValueError(f"unskew: x should have at least as many columns as rows, got {H} rows and {S} columns")
    x = F.pad(x.flatten(2), (0, H))  # (B, C, H (S + 1))
    return x.view(B, C, H, S + 1)[:, :, :, : S - H + 1]


def diagonal_lstm(a: Tensor, K_ss: Tensor) -> Tensor:
    """An LSTM that runs from the upper left to the lower right corner, a whole diagonal at each step.

    Each place gets its memory c from its left neighbour, and sees h of its left and of its upper neighbour.

    Args:
        a: what the input says to the gates, biases included, (B, 4h, H, W).
        K_ss: filters from state to state, (4h, h, 2): first the upper, then the left neighbour's weights.

    Returns:
        Hidden states, (B, h, H, W).

    Source: van den Oord et al. 2016, "Pixel Recurrent Neural Networks", section 3.2.
    """
    # `skew` fills up with zeros. There the candidate g is 0, so the state left of the picture stays the initial one.
    diagonals = skew(a).transpose(2, 3)  # (B, 4h, W + H - 1, H)
    return unskew(lstm_over_lines(diagonals, K_ss).transpose(2, 3))


def diagonal_bilstm(a_left: Tensor, a_right: Tensor, K_left: Tensor, K_right: Tensor) -> Tensor:
    """Two diagonal LSTMs, one from each upper corner, that together know everything above and to the left.

    The one from the right knows what is to the right in the same row, which is not painted yet. So what it says is
    moved down by one row, and is heard there, where everything that it knows has been painted.

    One pixel can stay out of sight, the one at the end of the row above: a painter's first, masked convolution passes
    it on to later places only. The nearest are at the end of this row, where its first places must not look.

    Args:
        a_left, a_right: what the input says to the gates of the LSTM from the left and from the right, (B, 4h, H, W).
        K_left, K_right: their filters from state to state, (4h, h, 2).

    Returns:
        The sum of both, (B, h, H, W).

    Source: van den Oord et al. 2016, "Pixel Recurrent Neural Networks", section 3.2.
    """
    left = diagonal_lstm(a_left, K_left)
    right = diagonal_lstm(a_right.flip(3), K_right).flip(3)
    return left + F.pad(right, (0, 0, 1, -1))  # a row of zeros comes in above, the last row goes


class RowLSTM(nn.Module):
    """A layer in which an LSTM runs from row to row, and its result is added to the maps that came in.

    A place sees k places of the row above, these see k of theirs, and so on: a triangle that misses some of what has
    been painted.

    Args:
        hidden_size: h; maps come and go with 2h channels.
        kernel_size: k, of both the masked filters from input to state and those from state to state.

    Source: van den Oord et al. 2016, "Pixel Recurrent Neural Networks", sections 3.1 and 3.3.
    """

    def __init__(self, hidden_size: int, kernel_size: int = 3):
        super().__init__()
        h, k = hidden_size, kernel_size
        self.input_to_state = MaskedConv2d(2 * h, 4 * h, (1, k), "B")
        self.K_ss = new_weights(k * h, 4 * h, h, k)
        self.upsample = nn.Conv2d(h, 2 * h, 1)
        _remember(self.input_to_state.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, 2h, H, W) give maps of the same shape."""
        return x + self.upsample(lstm_over_lines(self.input_to_state(x), self.K_ss))


class DiagonalBiLSTM(nn.Module):
    """A layer in which two LSTMs run diagonally, and their result is added to the maps that came in.

    Args:
        hidden_size: h; maps come and go with 2h channels.

    Source: van den Oord et al. 2016, "Pixel Recurrent Neural Networks", sections 3.2 and 3.3.
    """

    def __init__(self, hidden_size: int):
        super().__init__()
        h = hidden_size
        self.from_left, self.from_right = (MaskedConv2d(2 * h, 4 * h, (1, 1), "B") for _ in range(2))
        self.K_left, self.K_right = (new_weights(2 * h, 4 * h, h, 2) for _ in range(2))
        self.upsample = nn.Conv2d(h, 2 * h, 1)
        _remember(self.from_left.bias)
        _remember(self.from_right.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, 2h, H, W) give maps of the same shape."""
        return x + self.upsample(diagonal_bilstm(self.from_left(x), self.from_right(x), self.K_left, self.K_right))


@torch.no_grad()
def _remember(bias: Tensor) -> None:
    """Set the forget gate's part of the biases (4h,) to 1, as in `LSTMCell`: a new layer rather remembers."""
    h = len(bias) // 4
    bias[h : 2 * h] = 1.0
