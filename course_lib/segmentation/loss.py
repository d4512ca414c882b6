"""The loss of pictures in which every pixel has a class."""

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise

VOID = 255  # the label of pixels that nobody judges, as in Pascal VOC


def _check_pixel_cross_entropy(logits, labels, void=VOID):
    check_shapes("pixel_cross_entropy", logits=(logits, "B K H W"), labels=(labels, "B H W int"))
    K = logits.shape[1]
    wrong = (labels != void) & ((labels < 0) | (labels >= K))
    if wrong.any():
        raise ValueError(
            f"pixel_cross_entropy: labels should lie between 0 and K - 1 = {K - 1} or be void = {void}, got "
            f"{labels[wrong][0].item()}"
        )


@exercise("a6", accepts=_check_pixel_cross_entropy)
def pixel_cross_entropy(logits: Tensor, labels: Tensor, void: int = VOID) -> Tensor:
    """Cross-entropy of the classes of all pixels that are not void, the mean over these pixels.

        L = 1/N sum_{b,i,j} -log softmax(logits_{b,:,i,j})[labels_{b,i,j}]      over the N pixels that count

    All pixels of a batch count alike, whichever picture they are in. If all are void, the loss is 0, and so is its
    gradient.

    Args:
        logits: unnormalised scores, (B, K, H, W).
        labels: the right classes, (B, H, W) integers in 0 ... K-1, or `void`.
        void: the label of the pixels to leave out, such as 255, 11 or -1.

    Returns:
        The loss in nats, a scalar.

    Raises:
        TypeError, ValueError: the shapes do not fit, or a label is neither a class nor void.

    Source: Long, Shelhamer and Darrell 2015, section 4.2, who leave out ambiguous pixels and take the sum.
    """
    log_p = torch.log_softmax(logits, dim=1)
    counted = labels != void  # (B, H, W)
    picked = log_p.gather(1, labels.long().where(counted, 0)[:, None])[:, 0]  # (B, H, W)
    return -(picked * counted).sum() / counted.sum().clamp(min=1)
