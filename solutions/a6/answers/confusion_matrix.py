"""Answers to confusion_matrix that students might give."""

import torch
from torch.nn import functional as F


def wrong_transposed(predicted, labels, classes, void=255):
    """A row for each predicted class."""
    counted = labels != void
    pairs = predicted[counted].long() * classes + labels[counted].long()
    return pairs.bincount(minlength=classes**2).view(classes, classes)


def wrong_void_counted_as_ground(predicted, labels, classes, void=255):
    """Takes void pixels for ground."""
    labels = labels.long().where(labels != void, 0)
    pairs = labels * classes + predicted.long().clamp(0, classes - 1)
    return pairs.flatten().bincount(minlength=classes**2).view(classes, classes)


def wrong_void_counted_as_the_last(predicted, labels, classes, void=255):
    """Clamps labels to the classes there are."""
    pairs = labels.long().clamp(0, classes - 1) * classes + predicted.long().clamp(0, classes - 1)
    return pairs.flatten().bincount(minlength=classes**2).view(classes, classes)


def wrong_void_not_left_out(predicted, labels, classes, void=255):
    """Counts pairs that do not exist."""
    pairs = (labels.long() * classes + predicted.long()).flatten()
    return pairs.bincount(minlength=classes**2).view(classes, classes)


def wrong_void_predictions_must_be_classes(predicted, labels, classes, void=255):
    """Makes a table of ones and zeros before void is left out: what was said there may be no class."""
    said = F.one_hot(predicted.long().flatten(), classes)
    true = F.one_hot(labels.long().where(labels != void, 0).flatten(), classes) * (labels != void).flatten()[:, None]
    return true.T @ said


def wrong_one_class_never_predicted(predicted, labels, classes, void=255):
    """Leaves out pixels that were predicted as class 2, as if that were void."""
    counted = (labels != void) & (predicted != 2)
    pairs = labels[counted].long() * classes + predicted[counted].long()
    return pairs.bincount(minlength=classes**2).view(classes, classes)


def wrong_prediction_decides(predicted, labels, classes, void=255):
    """Looks for void in the predictions."""
    counted = (predicted != void) & (predicted >= 0) & (predicted < classes)
    pairs = labels[counted].long().clamp(0, classes - 1) * classes + predicted[counted].long()
    return pairs.bincount(minlength=classes**2).view(classes, classes)


def wrong_void_is_always_255(predicted, labels, classes, void=255):
    """Leaves out 255, whatever void is."""
    counted = labels != 255
    pairs = labels[counted].long() * classes + predicted[counted].long()
    return pairs.bincount(minlength=classes**2).view(classes, classes)


def wrong_only_larger_is_void(predicted, labels, classes, void=255):
    """Leaves out labels that are no classes because they are too large, but not -1."""
    counted = labels < classes
    pairs = labels[counted].long() * classes + predicted[counted].long()
    return pairs.bincount(minlength=classes**2).view(classes, classes)


def wrong_float(predicted, labels, classes, void=255):
    """Counts in floating point."""
    counted = labels != void
    n = torch.zeros(classes, classes)
    for k, said in zip(labels[counted].tolist(), predicted[counted].tolist(), strict=True):
        n[k, said] += 1
    return n


def wrong_shares(predicted, labels, classes, void=255):
    """Divides each row by its sum."""
    counted = labels != void
    pairs = labels[counted].long() * classes + predicted[counted].long()
    n = pairs.bincount(minlength=classes**2).view(classes, classes)
    return n / n.sum(dim=1, keepdim=True).clamp(min=1)


def wrong_classes_that_occur(predicted, labels, classes, void=255):
    """As many rows as there are classes in these pictures."""
    counted = labels != void
    labels, predicted = labels[counted].long(), predicted[counted].long()
    K = int(torch.cat([labels, predicted]).max()) + 1 if len(labels) else 1
    return (labels * K + predicted).bincount(minlength=K * K).view(K, K)


def right_loops(predicted, labels, classes, void=255):
    """Pixel by pixel."""
    n = torch.zeros(classes, classes, dtype=torch.int64)
    for k, said in zip(labels.flatten().tolist(), predicted.flatten().tolist(), strict=True):
        if k != void:
            n[k, said] += 1
    return n


def right_cell_by_cell(predicted, labels, classes, void=255):
    """For each cell of the table, how many pixels belong in it."""
    counted = labels != void
    rows = [[int(((labels == k) & (predicted == said) & counted).sum()) for said in range(classes)]
            for k in range(classes)]  # fmt: skip
    return torch.tensor(rows, dtype=torch.int64)


def right_product(predicted, labels, classes, void=255):
    """The product of two tables of ones and zeros; what is void has no one."""
    numbers = torch.arange(classes)
    true = (labels.flatten()[:, None] == numbers) & (labels.flatten() != void)[:, None]
    said = predicted.flatten()[:, None] == numbers
    return (true.double().T @ said.double()).long()


def right_added_at_places(predicted, labels, classes, void=255):
    """Adds ones at many places, in a way that counts equal places more than once."""
    counted = labels.reshape(-1) != void
    k, said = labels.reshape(-1)[counted].to(torch.int64), predicted.reshape(-1)[counted].to(torch.int64)
    n = torch.zeros(classes, classes, dtype=torch.int64)
    return n.index_put((k, said), torch.ones_like(k), accumulate=True)
