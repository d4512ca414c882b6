"""How good is a segmentation? Everything that is asked stands in one table: what pixels are, and what was said."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from ..exercises import exercise
from .loss import VOID


def _check_confusion_matrix(predicted, labels, classes, void=VOID):
    for name, values in (("predicted", predicted), ("labels", labels)):
        if values.is_floating_point():
            raise TypeError(f"confusion_matrix: {name} should hold integers, got {values.dtype}")
    if predicted.shape != labels.shape:
        raise ValueError(
            "confusion_matrix: predicted and labels should have the same shape, got "
            f"{tuple(predicted.shape)} and {tuple(labels.shape)}"
        )
    counted = labels != void
    for name, values in (("predicted", predicted), ("labels", labels)):
        wrong = counted & ((values < 0) | (values >= classes))
        if wrong.any():
            raise ValueError(
                f"confusion_matrix: {name} should lie between 0 and classes - 1 = {classes - 1} where labels is not "
                f"void = {void}, got {values[wrong][0].item()}"
            )


@exercise("a6", accepts=_check_confusion_matrix)
def confusion_matrix(predicted: Tensor, labels: Tensor, classes: int, void: int = VOID) -> Tensor:
    """How many pixels of each class were taken for which.

        n[k, l] = number of pixels that are k and were predicted as l

    Matrices of several batches may be added up.

    Args:
        predicted: classes in 0 ... K-1, integers of any shape, such as (B, H, W). What it says of void pixels does not
            count, whatever it is.
        labels: the right classes, of the same shape, or `void`; integers, too, perhaps of another kind, such as uint8.
        classes: K, of which some may not occur.
        void: the label of the pixels to leave out, such as 255, 11 or -1.

    Returns:
        n, (K, K) int64: a row for each true class, a column for each predicted one; all zeros if no pixel counts.

    Raises:
        TypeError, ValueError: not integers, shapes that differ, or a value that is no class.

    Source: Long, Shelhamer and Darrell 2015, section 5 (n_ij).
    """
    counted = labels != void
    pairs = labels[counted].long() * classes + predicted[counted].long()
    return pairs.bincount(minlength=classes**2).view(classes, classes)


def class_iou(confusion: Tensor) -> Tensor:
    """Of each class: the pixels that both the truth and the prediction give it, of those that at least one does.

        IoU_k = n[k, k] / (sum_l n[k, l] + sum_l n[l, k] - n[k, k])

    Args:
        confusion: n, (K, K), rows = true.

    Returns:
        (K,) float64 from 0 to 1; not a number for a class that neither occurs nor is predicted.
    """
    found = confusion.diagonal().double()
    missed, invented = confusion.sum(dim=1) - found, confusion.sum(dim=0) - found
    return found / (found + missed + invented)


def _check_mean_iou(confusion):
    if confusion.dim() != 2 or confusion.shape[0] != confusion.shape[1]:
        raise ValueError(f"mean_iou: confusion should have the shape (K, K), got {tuple(confusion.shape)}")
    if confusion.sum() == 0:
        raise ValueError("mean_iou: confusion should count at least one pixel, got only zeros")


@exercise("a6", accepts=_check_mean_iou)
def mean_iou(confusion: Tensor) -> float:
    """The mean of `class_iou` over the classes that occur in the truth, in the prediction, or in both.

        mIoU = 1/K' sum_k IoU_k      over the K' classes with sum_l n[k, l] + sum_l n[l, k] > 0

    Every class counts alike, however few pixels it has. It is not the mean over pictures: pixels of all pictures are
    counted first.

    Args:
        confusion: n, (K, K) integers, rows = true.

    Returns:
        A number from 0 to 1, a float.

    Raises:
        ValueError: not square, or nothing was counted.

    Source: Everingham et al. 2010, "The Pascal Visual Object Classes (VOC) Challenge", section 4.3; Long, Shelhamer and
    Darrell 2015, section 5.
    """
    both = confusion.diagonal()
    either = confusion.sum(dim=0) + confusion.sum(dim=1) - both
    occurs = either > 0
    return (both[occurs].double() / either[occurs]).mean().item()


def pixel_accuracy(confusion: Tensor) -> float:
    """The share of pixels that got the right class: sum_k n[k, k] / sum_{k,l} n[k, l], from 0 to 1.

    Where most pixels are ground, it is high for a model that sees nothing.
    """
    return (confusion.diagonal().sum() / confusion.sum()).item()


@torch.no_grad()
def evaluate_segmentation(
    model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], classes: int, void: int = VOID
) -> Tensor:
    """The confusion matrix of a model over a whole set; no more than one batch of predictions is kept at a time.

    Args:
        model: pictures to logits (B, K, H, W); put into evaluation mode.
        batches: of pictures (B, 3, H, W) and labels (B, H, W); sizes may differ from batch to batch.
        classes: K.
        void: marks the pixels to leave out.

    Returns:
        (K, K) int64, rows = true.
    """
    model.eval()
    device = next(model.parameters()).device
    total = torch.zeros(classes, classes, dtype=torch.int64)
    for pictures, labels in batches:
        predicted = model(pictures.to(device)).argmax(dim=1).cpu()
        total += confusion_matrix(predicted, labels, classes, void)
    return total
