"""Where a head looks, what it reads there, and how it writes.

A head looks at all locations of the memory at once, at most of them hardly at all, so that gradients reach every step
by which it found its place.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from ..arguments import check_shapes
from ..exercises import exercise


def _check_content_weights(key, memory, strength):
    check_shapes("content_weights", key=(key, "B M"), memory=(memory, "B N M"), strength=(strength, "B 1"))


@exercise("a7", accepts=_check_content_weights)
def content_weights(key: Tensor, memory: Tensor, strength: Tensor) -> Tensor:
    """Weights by content: the more a location's content looks like the key, the more weight it gets.

        w^c(i) = exp(beta K[k, M(i)]) / sum_j exp(beta K[k, M(j)])        K[u, v] = u . v / (||u|| ||v||)

    Args:
        key: k, (B, M).
        memory: the N locations M(i), (B, N, M).
        strength: beta, at least 0, (B, 1).

    Returns:
        w^c, (B, N), with sum 1 in each row.

    Source: Graves, Wayne and Danihelka 2014, "Neural Turing Machines", section 3.3.1, equations (5) and (6).
    """
    similarity = F.cosine_similarity(key[:, None, :], memory, dim=2)  # (B, N)
    return torch.softmax(strength * similarity, dim=1)


def interpolate(content: Tensor, previous: Tensor, gate: Tensor) -> Tensor:
    """A choice between going by content and staying where the head was.

        w^g = g w^c + (1 - g) w_{t-1}

    content is w^c and previous is w_{t-1}, (B, N); gate is g, (B, 1), between 0 and 1. Gives w^g, (B, N).

    Source: Graves et al. 2014, section 3.3.2, equation (7).
    """
    check_shapes("interpolate", content=(content, "B N"), previous=(previous, "B N"), gate=(gate, "B 1"))
    return gate * content + (1 - gate) * previous


def _check_shift(weights, shifts):
    check_shapes("shift", weights=(weights, "B N"), shifts=(shifts, "B S"))
    N, S = weights.shape[1], shifts.shape[1]
    if S % 2 == 0 or S > N:
        raise ValueError(f"shift: shifts should have an odd number of columns, at most N = {N}, got {S}")


@exercise("a7", accepts=_check_shift)
def shift(weights: Tensor, shifts: Tensor) -> Tensor:
    """Weights that have moved on to neighbouring locations; the last location is followed by the first.

        w~(i) = sum_j w^g(j) s(i - j)        indices modulo N

    Args:
        weights: w^g, (B, N).
        shifts: s, (B, S) with S odd: how much of the weight moves by -(S - 1) / 2 ... 0 ... (S - 1) / 2 locations. For
            S = 3 the three columns are one back, stay, one on.

    Returns:
        w~, (B, N).

    Raises:
        ValueError: shapes do not fit, or S is even or more than N.

    Source: Graves et al. 2014, section 3.3.2, equation (8).
    """
    S = shifts.shape[1]
    moved = torch.stack([weights.roll(offset, dims=1) for offset in range(-(S // 2), S // 2 + 1)], dim=1)  # (B, S, N)
    return torch.einsum("bs,bsn->bn", shifts, moved)


def sharpen(weights: Tensor, sharpness: Tensor) -> Tensor:
    """Weights whose large ones are larger and whose small ones are smaller: undoes the blur that shifts leave.

        w(i) = w~(i)^gamma / sum_j w~(j)^gamma

    weights are w~, (B, N), at least 0 and not all 0 in any row; sharpness is gamma, (B, 1), at least 1. Gives w, (B,
    N), with sum 1 in each row.

    Source: Graves et al. 2014, section 3.3.2, equation (9).
    """
    check_shapes("sharpen", weights=(weights, "B N"), sharpness=(sharpness, "B 1"))
    # Only ratios count, and those to the largest weight cannot all vanish when they are raised to a power.
    powers = (weights / weights.detach().amax(dim=1, keepdim=True)) ** sharpness
    return powers / powers.sum(dim=1, keepdim=True)


def _check_address(memory, previous, key, strength, gate, shifts, sharpness):
    _check_content_weights(key, memory, strength)
    shapes = {"previous": (previous, "B N"), "gate": (gate, "B 1"), "sharpness": (sharpness, "B 1")}
    check_shapes("address", memory=(memory, "B N M"), **shapes)
    _check_shift(previous, shifts)


@exercise("a7", accepts=_check_address)
def address(
    memory: Tensor, previous: Tensor, key: Tensor, strength: Tensor, gate: Tensor, shifts: Tensor, sharpness: Tensor
) -> Tensor:
    """Where a head looks: by content, or from where it was, then a few locations on, and sharpened.

        w^c = content_weights(k, M, beta)        w^g = g w^c + (1 - g) w_{t-1}        w~ = w^g shifted by s
        w_t = w~^gamma / sum of w~^gamma

    Args:
        memory: M, (B, N, M).
        previous: w_{t-1}, (B, N).
        key: k, (B, M).
        strength: beta, at least 0, (B, 1).
        gate: g, between 0 and 1, (B, 1).
        shifts: s, (B, S), at least 0 and with sum 1 in each row.
        sharpness: gamma, at least 1, (B, 1).

    Returns:
        w_t, (B, N), with sum 1 in each row.

    Source: Graves et al. 2014, section 3.3 and figure 2.
    """
    content = content_weights(key, memory, strength)
    gated = interpolate(content, previous, gate)
    return sharpen(shift(gated, shifts), sharpness)


def read_memory(memory: Tensor, weights: Tensor) -> Tensor:
    """What a head reads: the mean of all locations by its weights.

        r = sum_i w(i) M(i)

    memory is M, (B, N, M), and weights are w, (B, N). Gives r, (B, M).

    Source: Graves et al. 2014, section 3.1, equation (2).
    """
    check_shapes("read_memory", memory=(memory, "B N M"), weights=(weights, "B N"))
    return torch.einsum("bn,bnm->bm", weights, memory)


def write_memory(memory: Tensor, weights: Tensor, erase: Tensor, add: Tensor) -> Tensor:
    """The memory after a head has written to it: first it erases, then it adds, most where its weights are large.

        M_t(i) = M_{t-1}(i) * (1 - w(i) e) + w(i) a

    Args:
        memory: M_{t-1}, (B, N, M).
        weights: w, (B, N).
        erase: e, between 0 and 1, (B, M).
        add: a, (B, M).

    Returns:
        M_t, (B, N, M); the memory given is left as it is.

    Source: Graves et al. 2014, section 3.2, equations (3) and (4).
    """
    shapes = {"memory": (memory, "B N M"), "weights": (weights, "B N"), "erase": (erase, "B M"), "add": (add, "B M")}
    check_shapes("write_memory", **shapes)
    w = weights[:, :, None]  # (B, N, 1)
    return memory * (1 - w * erase[:, None, :]) + w * add[:, None, :]
