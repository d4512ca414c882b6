"""Attention over the places of a picture: soft, gated, and hard; and the LSTM that takes what it sees."""

import torch
from torch import Tensor, nn

from ..arguments import check_shapes
from ..attention import additive_attention
from ..exercises import exercise
from ..recurrent import LSTMState
from ..recurrent.cells import new_weights


def _check_spatial_attention(query, maps, W_q, W_k, v):
    shapes = {"query": (query, "B H"), "maps": (maps, "B D h w")}
    check_shapes("spatial_attention", **shapes, W_q=(W_q, "H A"), W_k=(W_k, "D A"), v=(v, "A"))


@exercise("a4", accepts=_check_spatial_attention)
def spatial_attention(query: Tensor, maps: Tensor, W_q: Tensor, W_k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Look at the places of a picture, at some more than at others.

        e_l = v . tanh(h_{t-1} W_q + a_l W_k)        alpha = softmax(e) over the L = h w places
        z = sum_l alpha_l a_l

    a_l is the vector of features at place l: all D maps, at one row and one column.

    Args:
        query: what the decoder put out last, h_{t-1}, (B, H).
        maps: features of the pictures, (B, D, h, w).
        W_q, W_k: weights from query and from features to the A hidden units, (H, A) and (D, A).
        v: weights from the hidden units to the score, (A,).

    Returns:
        The context z (B, D), and the weights alpha as a map, (B, h, w): alpha[b, i, j] belongs to row i and column j.

    Source: Xu et al. 2015, "Show, Attend and Tell", sections 3.1.2 and 4.2.
    """
    B, D, h, w = maps.shape
    places = maps.flatten(2).transpose(1, 2)  # (B, L, D), row by row
    z, alpha = additive_attention(query, places, places, W_q, W_k, v)
    return z, alpha.reshape(B, h, w)


class SpatialAttention(nn.Module):
    """Holds W_q (H, A), W_k (D, A) and v (A,), and calls `spatial_attention`.

    Args:
        query_size: H.
        feature_size: D.
        hidden_size: A.
    """

    def __init__(self, query_size: int, feature_size: int, hidden_size: int):
        super().__init__()
        self.W_q = new_weights(query_size, query_size, hidden_size)
        self.W_k = new_weights(feature_size, feature_size, hidden_size)
        self.v = new_weights(hidden_size, hidden_size)

    def forward(self, query: Tensor, maps: Tensor, mask: None = None) -> tuple[Tensor, Tensor]:
        """query (B, H) and maps (B, D, h, w) give the context (B, D) and the weights (B, h, w); no place is masked."""
        return spatial_attention(query, maps, self.W_q, self.W_k, self.v)


class GatedAttention(nn.Module):
    """Attention whose context is turned down where the words alone will do.

        z_t = beta_t sum_l alpha_l a_l          beta_t = sigma(h_{t-1} . w + b)

    Args:
        attend: the attention that is gated.
        query_size: H.

    Source: Xu et al. 2015, section 4.2.1.
    """

    def __init__(self, attend: nn.Module, query_size: int):
        super().__init__()
        self.attend, self.gate = attend, nn.Linear(query_size, 1)

    def forward(self, query: Tensor, maps: Tensor, mask: None = None) -> tuple[Tensor, Tensor]:
        """query (B, H) and maps (B, D, h, w) give the gated context (B, D) and the weights (B, h, w)."""
        context, alpha = self.attend(query, maps, mask)
        return torch.sigmoid(self.gate(query)) * context, alpha


class HardAttention(nn.Module):
    """Attention that looks at a single place: drawn from alpha while training, the likeliest otherwise.

        s ~ alpha,    z = a_s

    The place is a choice, so no gradient goes through it; `hard_attention_loss` teaches it by trial and reward. For
    that, the weights that come back are alpha_s at the place s, and zero elsewhere.

    Args:
        attend: gives the alphas, such as `SpatialAttention`.

    Source: Xu et al. 2015, section 4.1.
    """

    def __init__(self, attend: nn.Module):
        super().__init__()
        self.attend = attend

    def forward(self, query: Tensor, maps: Tensor, mask: None = None) -> tuple[Tensor, Tensor]:
        """query (B, H) and maps (B, D, h, w) give one place's features (B, D), and its alpha on a map (B, h, w)."""
        _, alpha = self.attend(query, maps, mask)
        flat = alpha.flatten(1)  # (B, L)
        place = torch.multinomial(flat.detach(), 1) if self.training else flat.argmax(dim=1, keepdim=True)
        looked = torch.zeros_like(flat).scatter(1, place, 1.0)
        return torch.einsum("bdl,bl->bd", maps.flatten(2), looked), (flat * looked).reshape(alpha.shape)


def _check_attention_lstm_step(x, z, state, T, b):
    h, c = state
    shapes = {"x": (x, "B E"), "z": (z, "B D"), "h": (h, "B H"), "c": (c, "B H"), "T": (T, "E+H+D 4H"), "b": (b, "4H")}
    check_shapes("attention_lstm_step", **shapes)
    rows, columns = x.shape[1] + h.shape[1] + z.shape[1], 4 * h.shape[1]
    if T.shape != (rows, columns):
        raise ValueError(
            f"attention_lstm_step: T should have the shape (E + H + D, 4H) = ({rows}, {columns}), got {tuple(T.shape)}"
        )


@exercise("a4", accepts=_check_attention_lstm_step)
def attention_lstm_step(x: Tensor, z: Tensor, state: LSTMState, T: Tensor, b: Tensor) -> LSTMState:
    """One step of the LSTM that describes pictures, its three inputs stacked in front of a single matrix T.

        [i f o g] = [sigma sigma sigma tanh]([x_t, h_{t-1}, z_t] T + b)
        c_t = f * c_{t-1} + i * g
        h_t = o * tanh(c_t)

    Args:
        x: the embedded last word, (B, E).
        z: what attention has seen, (B, D).
        state: hidden state h and cell state c of the step before, each (B, H).
        T: weights, the rows in the order word, hidden state, context: (E + H + D, 4H).
        b: biases, (4H,).

    Returns:
        The new state, `LSTMState(h, c)`.

    Source: Xu et al. 2015, section 3.1.2, equations 1-3.
    """
    h, c = state
    i, f, o, g = (torch.cat([x, h, z], dim=1) @ T + b).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return LSTMState(torch.sigmoid(o) * torch.tanh(c), c)


class AttentionLSTMCell(nn.Module):
    """The cell of "Show, Attend and Tell": holds T and b, and calls `attention_lstm_step` on the inputs [x_t, z_t].

    Args:
        word_size: E.
        context_size: D.
        hidden_size: H.
    """

    def __init__(self, word_size: int, context_size: int, hidden_size: int):
        super().__init__()
        self.word_size, self.input_size, self.hidden_size = word_size, word_size + context_size, hidden_size
        self.T = new_weights(hidden_size, self.input_size + hidden_size, 4 * hidden_size)
        self.b = new_weights(hidden_size, 4 * hidden_size)

    def initial_state(self, batch_size: int) -> LSTMState:
        """h_0 = c_0 = 0, each (B, H)."""
        zeros = self.b.new_zeros(batch_size, self.hidden_size)
        return LSTMState(zeros, zeros)

    def forward(self, xz: Tensor, state: LSTMState) -> tuple[Tensor, LSTMState]:
        """One step: word and context side by side (B, E + D) and the state give h_t (B, H) and the new state."""
        x, z = xz[:, : self.word_size], xz[:, self.word_size :]
        state = attention_lstm_step(x, z, state, self.T, self.b)
        return state.h, state
