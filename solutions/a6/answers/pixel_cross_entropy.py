"""Answers to pixel_cross_entropy that students might give."""

import torch
from torch.nn import functional as F


def wrong_void_in_the_denominator(logits, labels, void=255):
    """Leaves void out of the sum, but divides by the number of all pixels."""
    counted = labels != void
    log_p = torch.log_softmax(logits, dim=1)
    picked = log_p.gather(1, labels.where(counted, 0)[:, None])[:, 0]
    return -(picked * counted).mean()


def wrong_void_is_the_last_class(logits, labels, void=255):
    """Clamps labels to the classes there are: void pixels are taught to be the last class."""
    labels = labels.clamp(0, logits.shape[1] - 1)
    return F.cross_entropy(logits, labels)


def wrong_void_is_ground(logits, labels, void=255):
    """Takes void pixels for ground."""
    return F.cross_entropy(logits, labels.where(labels != void, 0))


def wrong_void_not_left_out(logits, labels, void=255):
    """Looks up the score of a class that does not exist."""
    log_p = torch.log_softmax(logits, dim=1)
    return -log_p.gather(1, labels[:, None]).mean()


def wrong_mean_per_picture(logits, labels, void=255):
    """Averages over each picture first, and then over pictures."""
    counted = labels != void
    log_p = torch.log_softmax(logits, dim=1)
    picked = log_p.gather(1, labels.where(counted, 0)[:, None])[:, 0] * counted
    return -(picked.sum(dim=(1, 2)) / counted.sum(dim=(1, 2)).clamp(min=1)).mean()


def wrong_softmax_over_pictures(logits, labels, void=255):
    """Takes the softmax over the batch."""
    counted = labels != void
    log_p = torch.log_softmax(logits, dim=0)
    picked = log_p.gather(1, labels.where(counted, 0)[:, None])[:, 0]
    return -(picked * counted).sum() / counted.sum().clamp(min=1)


def wrong_softmax_over_columns(logits, labels, void=255):
    """Takes the softmax over the last dimension, the columns of the picture."""
    counted = labels != void
    log_p = torch.log_softmax(logits, dim=-1)
    picked = log_p.gather(1, labels.where(counted, 0)[:, None])[:, 0]
    return -(picked * counted).sum() / counted.sum().clamp(min=1)


def wrong_softmax_over_everything(logits, labels, void=255):
    """Takes one softmax over all classes of all pixels of a picture."""
    counted = labels != void
    log_p = torch.log_softmax(logits.flatten(1), dim=1).view_as(logits)
    picked = log_p.gather(1, labels.where(counted, 0)[:, None])[:, 0]
    return -(picked * counted).sum() / counted.sum().clamp(min=1)


def wrong_no_softmax(logits, labels, void=255):
    """Takes the scores for log probabilities."""
    counted = labels != void
    picked = logits.gather(1, labels.where(counted, 0)[:, None])[:, 0]
    return -(picked * counted).sum() / counted.sum().clamp(min=1)


def wrong_nan_if_all_is_void(logits, labels, void=255):
    """Divides 0 by 0 if nothing counts."""
    return F.cross_entropy(logits, labels, ignore_index=void)


def wrong_nan_covered_up(logits, labels, void=255):
    """Covers up the loss that is nan, but not its gradient."""
    counted = labels != void
    log_p = torch.log_softmax(logits, dim=1)
    picked = log_p.gather(1, labels.where(counted, 0)[:, None])[:, 0]
    return torch.nan_to_num((picked * counted).sum() / -(picked * counted / picked.detach()).sum())


def wrong_cut_off_if_all_is_void(logits, labels, void=255):
    """Returns a 0 that has nothing to do with the logits."""
    if (labels == void).all():
        return torch.tensor(0.0)
    return F.cross_entropy(logits, labels, ignore_index=void)


def right_torch(logits, labels, void=255):
    """torch's sum, divided by hand."""
    total = F.cross_entropy(logits, labels, ignore_index=void, reduction="sum")
    return total / max(1, int((labels != void).sum()))


def right_chosen_pixels(logits, labels, void=255):
    """Takes the pixels that count out of the maps first; a sum over none of them is 0."""
    counted = labels != void
    rows, right_ones = logits.permute(0, 2, 3, 1)[counted], labels[counted]  # (N, K) and (N,)
    if len(rows) == 0:
        return rows.sum()
    return F.cross_entropy(rows, right_ones)


def right_zero_times(logits, labels, void=255):
    """If nothing counts, zero times the logits."""
    if not (labels != void).any():
        return 0 * logits.sum()
    return F.nll_loss(F.log_softmax(logits, 1), labels, ignore_index=void)


def right_onehot(logits, labels, void=255):
    """Multiplies by a table of ones and zeros; void pixels have no one."""
    K = logits.shape[1]
    onehot = (labels[:, None] == torch.arange(K).view(1, K, 1, 1)) & (labels != void)[:, None]
    N = max(1.0, float(onehot.sum()))
    return (torch.log_softmax(logits, dim=1) * onehot).sum() / -N
