"""Answers to mean_iou that students might give."""

import math

import torch


def wrong_absent_is_zero(confusion):
    """Counts a class that does not occur with an IoU of 0."""
    both = confusion.diagonal()
    either = confusion.sum(dim=0) + confusion.sum(dim=1) - both
    return (both / either.clamp(min=1)).mean().item()


def wrong_absent_is_one(confusion):
    """Counts a class that does not occur as perfectly found."""
    both = confusion.diagonal()
    either = confusion.sum(dim=0) + confusion.sum(dim=1) - both
    return torch.nan_to_num(both / either, nan=1.0).mean().item()


def wrong_absent_is_nan(confusion):
    """Divides 0 by 0."""
    both = confusion.diagonal()
    return (both / (confusion.sum(dim=0) + confusion.sum(dim=1) - both)).mean().item()


def wrong_divided_by_all_classes(confusion):
    """Leaves 0 / 0 out of the sum, but divides by the number of all classes."""
    both = confusion.diagonal()
    either = confusion.sum(dim=0) + confusion.sum(dim=1) - both
    return ((both / either).nansum() / len(confusion)).item()


def wrong_invented_classes_left_out(confusion):
    """Averages over the classes that are in the truth: inventing others costs nothing."""
    both = confusion.diagonal()
    either = confusion.sum(dim=0) + confusion.sum(dim=1) - both
    there = confusion.sum(dim=1) > 0
    return (both[there] / either[there]).mean().item()


def wrong_missed_classes_left_out(confusion):
    """Averages over the classes that were predicted."""
    both = confusion.diagonal()
    either = confusion.sum(dim=0) + confusion.sum(dim=1) - both
    said = confusion.sum(dim=0) > 0
    return (both[said] / either[said]).mean().item()


def wrong_classes_found_only(confusion):
    """Averages over the classes of which something was found."""
    both = confusion.diagonal()
    either = confusion.sum(dim=0) + confusion.sum(dim=1) - both
    found = both > 0
    return (both[found] / either[found]).mean().item() if found.any() else 0.0


def wrong_ground_left_out(confusion):
    """Does not count class 0."""
    both = confusion.diagonal()
    either = confusion.sum(dim=0) + confusion.sum(dim=1) - both
    return (both / either)[1:].nanmean().item()


def wrong_recall(confusion):
    """Divides by what is there: the accuracy of each class."""
    occurs = confusion.sum(dim=0) + confusion.sum(dim=1) > 0
    share = confusion.diagonal() / confusion.sum(dim=1).clamp(min=1)
    return share[occurs].mean().item()


def wrong_precision(confusion):
    """Divides by what was said."""
    occurs = confusion.sum(dim=0) + confusion.sum(dim=1) > 0
    share = confusion.diagonal() / confusion.sum(dim=0).clamp(min=1)
    return share[occurs].mean().item()


def wrong_counts_both_twice(confusion):
    """Adds row and column, so that what is right is in the union twice."""
    both, either = confusion.diagonal(), confusion.sum(dim=0) + confusion.sum(dim=1)
    return (both / either).nanmean().item()


def wrong_dice(confusion):
    """Twice what is right over row and column: Dice's coefficient, which is 1 for a perfect prediction, too."""
    both, either = confusion.diagonal(), confusion.sum(dim=0) + confusion.sum(dim=1)
    return (2 * both / either).nanmean().item()


def right_nanmean(confusion):
    """Lets 0 / 0 be nan, and takes the mean of the others."""
    both = confusion.diag()
    return (both / (confusion.sum(0) + confusion.sum(1) - both)).nanmean().item()


def right_loop(confusion):
    """Class by class, in plain numbers."""
    n, ious = confusion.tolist(), []
    for k in range(len(n)):
        union = sum(n[k]) + sum(row[k] for row in n) - n[k][k]
        if union:
            ious.append(n[k][k] / union)
    return math.fsum(ious) / len(ious)


def right_missed_and_invented(confusion):
    """The union as what was found, missed and invented."""
    found = torch.diagonal(confusion).double()
    wrong = confusion.double() - torch.diag(found)
    union = found + wrong.sum(dim=0) + wrong.sum(dim=1)
    return float((found / union)[union > 0].mean())


def right_dice_turned(confusion):
    """From Dice's coefficient D: IoU = D / (2 - D)."""
    occurs = (confusion.sum(dim=0) + confusion.sum(dim=1)) > 0
    dice = 2 * confusion.diagonal()[occurs] / (confusion.sum(dim=0) + confusion.sum(dim=1))[occurs]
    return (dice / (2 - dice)).mean().item()
