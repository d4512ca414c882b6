"""Attention: looking at many things at once, more at some than at others.

A query asks, keys answer how well they fit, and the values are averaged with these answers as weights.
"""

import math

import torch
from torch import Tensor, nn

from .arguments import check_shapes
from .exercises import exercise
from .recurrent.cells import new_weights


def _check_mask(function: str, keys: Tensor, mask: Tensor | None) -> None:
    if mask is None:
        return
    if mask.dtype != torch.bool or mask.shape != keys.shape[:2]:
        raise ValueError(
            f"{function}: mask should be bool of shape (B, S) = {tuple(keys.shape[:2])}, got {mask.dtype} of shape "
            f"{tuple(mask.shape)}"
        )
    if not mask.any(dim=1).all():
        raise ValueError(f"{function}: mask should leave at least one place in every row to look at")


def _check_dot_product_attention(query, keys, values, mask=None):
    check_shapes("dot_product_attention", query=(query, "B D"), keys=(keys, "B S D"), values=(values, "B S E"))
    _check_mask("dot_product_attention", keys, mask)


@exercise("a4", accepts=_check_dot_product_attention)
def dot_product_attention(
    query: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Attention whose scores are the dot products of the query with the keys.

        e_s = q . k_s / sqrt(D)            alpha = softmax(e) over s            z = sum_s alpha_s v_s

    Args:
        query: q, (B, D).
        keys: k, (B, S, D).
        values: v, (B, S, E).
        mask: (B, S) bool, false where nothing is to be looked at (padding), true in at least one place of each row;
            such places get the weight 0 exactly. All are looked at if None.

    Returns:
        The context z (B, E), and the weights alpha (B, S), which are at least 0 and sum to 1 in each row.

    Source: Luong, Pham and Manning 2015, "Effective Approaches to Attention-based Neural Machine Translation", section
    3.1; divided by sqrt(D) as in Vaswani et al. 2017, "Attention Is All You Need", section 3.2.1.
    """
    scores = torch.einsum("bd,bsd->bs", query, keys) / math.sqrt(query.shape[1])
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = torch.softmax(scores, dim=1)  # (B, S)
    return torch.einsum("bs,bse->be", weights, values), weights


def _check_additive_attention(query, keys, values, W_q, W_k, v, mask=None):
    shapes = {"query": (query, "B D"), "keys": (keys, "B S K"), "values": (values, "B S E")}
    check_shapes("additive_attention", **shapes, W_q=(W_q, "D A"), W_k=(W_k, "K A"), v=(v, "A"))
    _check_mask("additive_attention", keys, mask)


@exercise("a4", accepts=_check_additive_attention)
def additive_attention(
    query: Tensor, keys: Tensor, values: Tensor, W_q: Tensor, W_k: Tensor, v: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Attention whose scores a small network with one hidden layer computes from query and key.

        e_s = v . tanh(q W_q + k_s W_k)            alpha = softmax(e) over s            z = sum_s alpha_s v_s

    Args:
        query: q, (B, D).
        keys: k, (B, S, K).
        values: what is averaged, (B, S, E).
        W_q, W_k: weights from query and from key to the A hidden units, (D, A) and (K, A).
        v: weights from the hidden units to the score, (A,).
        mask: (B, S) bool, as in `dot_product_attention`.

    Returns:
        The context z (B, E), and the weights alpha (B, S).

    Source: Bahdanau, Cho and Bengio 2015, "Neural Machine Translation by Jointly Learning to Align and Translate",
    section 3.1 and appendix A.1.2.
    """
    hidden = torch.tanh((query @ W_q)[:, None, :] + keys @ W_k)  # (B, S, A)
    scores = hidden @ v  # (B, S)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = torch.softmax(scores, dim=1)
    return torch.einsum("bs,bse->be", weights, values), weights


class AdditiveAttention(nn.Module):
    """Holds W_q (D, A), W_k (K, A) and v (A,), and calls `additive_attention` with the keys as values.

    Args:
        query_size: D.
        key_size: K.
        hidden_size: A.
    """

    def __init__(self, query_size: int, key_size: int, hidden_size: int):
        super().__init__()
        self.W_q = new_weights(query_size, query_size, hidden_size)
        self.W_k = new_weights(key_size, key_size, hidden_size)
        self.v = new_weights(hidden_size, hidden_size)

    def forward(self, query: Tensor, keys: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """query (B, D), keys (B, S, K) and mask (B, S) give the context (B, K) and the weights (B, S)."""
        return additive_attention(query, keys, keys, self.W_q, self.W_k, self.v, mask)


class DotProductAttention(nn.Module):
    """Holds W_q (D, K), which turns queries into the space of the keys, and calls `dot_product_attention`.

    Args:
        query_size: D.
        key_size: K.
    """

    def __init__(self, query_size: int, key_size: int):
        super().__init__()
        self.W_q = new_weights(query_size, query_size, key_size)

    def forward(self, query: Tensor, keys: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """query (B, D), keys (B, S, K) and mask (B, S) give the context (B, K) and the weights (B, S)."""
        return dot_product_attention(query @ self.W_q, keys, keys, mask)
