"""Answers to keep_top_k that students might give."""

import torch


def wrong_softmax_before(logits, k):
    """Returns probabilities instead of scores."""
    p = logits.softmax(dim=1)
    return p.masked_fill(p < p.topk(k, dim=1).values[:, -1:], float("-inf"))


def wrong_keeps_one_more(logits, k):
    """Keeps k + 1 symbols."""
    k = min(k + 1, logits.shape[1])
    return logits.masked_fill(logits < logits.topk(k, dim=1).values[:, -1:], float("-inf"))


def wrong_drops_the_kth(logits, k):
    """Rules out the k-th largest too: <= instead of <."""
    return logits.masked_fill(logits <= logits.topk(k, dim=1).values[:, -1:], float("-inf"))


def wrong_zero(logits, k):
    """Sets 0, which is a score like any other and often one of the best."""
    return logits.masked_fill(logits < logits.topk(k, dim=1).values[:, -1:], 0.0)


def wrong_large_number(logits, k):
    """Sets a low score instead of minus infinity: unlikely is not ruled out."""
    return logits.masked_fill(logits < logits.topk(k, dim=1).values[:, -1:], -1e9)


def wrong_in_place(logits, k):
    """Changes the caller's scores."""
    logits[logits < logits.topk(k, dim=1).values[:, -1:]] = float("-inf")
    return logits


def wrong_whole_batch(logits, k):
    """Keeps what belongs to the k largest of the whole batch, not of each row."""
    least = logits.flatten().topk(k).values[-1]
    return logits.masked_fill(logits < least, float("-inf"))


def wrong_over_rows(logits, k):
    """Compares the rows with each other instead of the symbols."""
    least = logits.topk(min(k, len(logits)), dim=0).values[-1:]
    return logits.masked_fill(logits < least, float("-inf"))


def wrong_smallest(logits, k):
    """Keeps the k least likely symbols."""
    return logits.masked_fill(logits > logits.sort(dim=1).values[:, k - 1 : k], float("-inf"))


def wrong_exactly_k(logits, k):
    """Keeps k symbols even where others have the same score."""
    best = logits.topk(k, dim=1).indices
    return torch.full_like(logits, float("-inf")).scatter(1, best, logits.gather(1, best))


def wrong_only_k_columns(logits, k):
    """Returns the k scores alone: which symbols they belong to is lost."""
    return logits.topk(k, dim=1).values


def wrong_mask_times_infinity(logits, k):
    """Multiplies by a mask: 0 times infinity is not a number."""
    mask = (logits >= logits.topk(k, dim=1).values[:, -1:]).to(logits.dtype)
    return logits * mask + (1 - mask) * float("-inf")


def wrong_mask_makes_nan_later(logits, k):
    """Multiplies by a mask, which goes wrong where a symbol was ruled out before."""
    mask = logits >= logits.topk(k, dim=1).values[:, -1:]
    return (logits * mask).masked_fill(~mask, float("-inf")) + (logits - logits).where(mask, 0.0)


def right_sorted(logits, k):
    """The k-th largest is the k-th from the end in ascending order."""
    least = torch.sort(logits, dim=1).values[:, -k]
    return torch.where(logits >= least.unsqueeze(1), logits, float("-inf"))


def right_counts_better_ones(logits, k):
    """Keeps a symbol if fewer than k others are better."""
    better = (logits[:, None, :] > logits[:, :, None]).sum(dim=2)
    return logits.clone().masked_fill_(better >= k, float("-inf"))


def right_row_by_row(logits, k):
    """Row by row, with Python's own sorting."""
    rows = []
    for row in logits:
        least = sorted(row.tolist())[-k]
        rows.append(torch.stack([s if s.item() >= least else torch.full_like(s, float("-inf")) for s in row]))
    return torch.stack(rows)
