"""Answers to temporal_cross_entropy that students might give."""

import torch
from torch import nn


def wrong_mean_over_time(logits, targets, ignore_index=-100):
    """Averages over all counted steps instead of adding up over time."""
    return nn.functional.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index)


def wrong_sum_over_batch(logits, targets, ignore_index=-100):
    """Adds up over the batch as well."""
    return nn.functional.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index, reduction="sum")


def wrong_counts_padding(logits, targets, ignore_index=-100):
    """Takes padding for symbol 0."""
    targets = targets.where(targets != ignore_index, 0)
    log_p = logits.log_softmax(dim=-1)
    return -log_p.gather(2, targets[..., None]).sum() / len(logits)


def wrong_softmax_over_time(logits, targets, ignore_index=-100):
    """Takes the softmax over the steps instead of the symbols."""
    log_p, counted = logits.log_softmax(dim=1), targets != ignore_index
    return -(log_p.gather(2, targets.where(counted, 0)[..., None])[..., 0] * counted).sum() / len(logits)


def wrong_divides_by_counted(logits, targets, ignore_index=-100):
    """Divides by the number of sequences that have a counted step, so that an empty one changes the rest."""
    log_p, counted = logits.log_softmax(dim=-1), targets != ignore_index
    total = -(log_p.gather(2, targets.where(counted, 0)[..., None])[..., 0] * counted).sum()
    return total / counted.any(dim=1).sum()


def wrong_overflows(logits, targets, ignore_index=-100):
    """Exponentiates first: scores of 1000 give inf / inf."""
    p, counted = logits.exp() / logits.exp().sum(dim=-1, keepdim=True), targets != ignore_index
    picked = p.gather(2, targets.where(counted, 0)[..., None])[..., 0]
    return -(picked.log() * counted).sum() / len(logits)


def wrong_fixed_index(logits, targets, ignore_index=-100):
    """Ignores the argument ignore_index: only negative targets are padding."""
    negative = targets.where(targets >= 0, -100)
    return nn.functional.cross_entropy(logits.transpose(1, 2), negative, reduction="sum") / len(logits)


def wrong_bits(logits, targets, ignore_index=-100):
    """Measures in bits."""
    total = nn.functional.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index, reduction="sum")
    return total / len(logits) / torch.tensor(2.0).log()


def wrong_sign(logits, targets, ignore_index=-100):
    """Forgets the minus."""
    total = nn.functional.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index, reduction="sum")
    return -total / len(logits)


def wrong_number(logits, targets, ignore_index=-100):
    """Returns a Python number, from which nothing can be learned."""
    total = nn.functional.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index, reduction="sum")
    return total.item() / len(logits)


def wrong_changes_targets(logits, targets, ignore_index=-100):
    """Overwrites the padding in the caller's targets."""
    counted = targets != ignore_index
    targets[~counted] = 0
    picked = logits.log_softmax(dim=-1).gather(2, targets[..., None])[..., 0]
    return -(picked * counted).sum() / len(logits)


def right_torch(logits, targets, ignore_index=-100):
    """Lets torch do it, summed, and divides by the batch size."""
    B, T, V = logits.shape
    flat = nn.functional.cross_entropy(
        logits.reshape(B * T, V), targets.reshape(B * T), ignore_index=ignore_index, reduction="none"
    )
    return flat.reshape(B, T).sum(dim=1).mean()


def right_loops(logits, targets, ignore_index=-100):
    """Step by step: the log of the sum of exponentials minus the right score."""
    total = 0 * logits.sum()
    for b in range(logits.shape[0]):
        for t in range(logits.shape[1]):
            k = int(targets[b, t])
            if k != ignore_index:
                total = total + torch.logsumexp(logits[b, t], dim=0) - logits[b, t, k]
    return total / logits.shape[0]


def right_one_hot(logits, targets, ignore_index=-100):
    """With one-hot targets and a mask."""
    counted = (targets != ignore_index).unsqueeze(-1)
    wanted = nn.functional.one_hot(targets.masked_fill(~counted.squeeze(-1), 0), logits.shape[-1]) * counted
    shifted = logits - logits.max(dim=-1, keepdim=True).values
    log_p = shifted - shifted.exp().sum(dim=-1, keepdim=True).log()
    return -(wanted * log_p).sum() / logits.shape[0]
