"""The loss of a sequence."""

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise


def _check_temporal_cross_entropy(logits, targets, ignore_index=-100):
    check_shapes("temporal_cross_entropy", logits=(logits, "B T V"), targets=(targets, "B T int"))
    V = logits.shape[-1]
    wrong = (targets != ignore_index) & ((targets < 0) | (targets >= V))
    if wrong.any():
        raise ValueError(
            f"temporal_cross_entropy: targets should lie between 0 and V - 1 = {V - 1} or be ignore_index = "
            f"{ignore_index}, got {targets[wrong][0].item()}"
        )


@exercise("a1", accepts=_check_temporal_cross_entropy)
def temporal_cross_entropy(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """Cross-entropy of sequences: summed over time, averaged over the batch.

        L = 1/B sum_b sum_t -log softmax(logits_{b,t})[targets_{b,t}]

    Steps whose target is `ignore_index` (padding) count nothing. For one sequence this is -log p(sequence).

    Args:
        logits: unnormalised scores, (B, T, V).
        targets: the right symbols, (B, T) integers in 0 ... V-1, or `ignore_index`.
        ignore_index: marks the steps to leave out.

    Returns:
        The loss in nats, a scalar.
    """
    B, T, V = logits.shape
    log_p = torch.log_softmax(logits, dim=-1)
    counted = targets != ignore_index  # (B, T)
    picked = log_p.gather(2, targets.where(counted, 0).unsqueeze(2)).squeeze(2)  # (B, T)
    return -(picked * counted).sum() / B


def _check_perplexity(logits, targets, ignore_index=-100):
    _check_temporal_cross_entropy(logits, targets, ignore_index)
    if not (targets != ignore_index).any():
        raise ValueError("perplexity: targets should hold at least one symbol to predict, got only ignore_index")


@exercise("a2", accepts=_check_perplexity)
def perplexity(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """Among how many equally likely symbols the model still hesitates, on average.

        PPL = exp( 1/N sum of -log softmax(logits_{b,t})[targets_{b,t}] )      over the N steps that count

    A model that always gives every symbol the same probability has the perplexity V; a perfect one has 1. Its
    logarithm to base 2 is the number of bits per symbol.

    Args:
        logits, targets, ignore_index: as in `temporal_cross_entropy`.

    Returns:
        The perplexity, a scalar, at least 1.
    """
    log_p = torch.log_softmax(logits, dim=-1)
    counted = targets != ignore_index  # (B, T)
    picked = log_p[counted].gather(1, targets[counted][:, None])  # (N, 1)
    return torch.exp(-picked.mean())
