"""Focal loss: what a detector already gets right should not outvote what it gets wrong."""

import torch
from torch import Tensor
from torch.nn import functional as F

from ..arguments import check_shapes
from ..exercises import exercise


def _check_sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0):
    check_shapes("sigmoid_focal_loss", logits=(logits.flatten(), "N"), targets=(targets.flatten(), "N"))
    if logits.shape != targets.shape or not 0 <= alpha <= 1 or gamma < 0:
        raise ValueError(
            "sigmoid_focal_loss: expected logits and targets of the same shape, 0 <= alpha <= 1 and gamma >= 0, got "
            f"{tuple(logits.shape)}, {tuple(targets.shape)}, {alpha} and {gamma}"
        )


@exercise("a5", accepts=_check_sigmoid_focal_loss)
def sigmoid_focal_loss(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Cross-entropy of yes-or-no questions, in which a good answer counts for much less than a bad one.

        FL = -alpha_t (1 - p_t)^gamma log(p_t)
        p_t = p and alpha_t = alpha where the target is 1,    p_t = 1 - p and alpha_t = 1 - alpha where it is 0

    with p = sigma(logit), so that p_t is the probability of what is right. Both p_t and 1 - p_t are computed as
    logarithms of sigmoids, which stay exact where p_t rounds to 0 or 1. With gamma = 0 and alpha = 1/2 it is half the
    cross-entropy.

    Args:
        logits: of any shape, however large: neither the loss nor its gradient becomes infinite or nan.
        targets: of the same shape and type, 0 or 1.
        alpha: weight of the questions whose answer is yes; 1 - alpha is that of the others.
        gamma: how much less a good answer counts.

    Returns:
        The loss of each question, of the shape of `logits`: neither added up nor averaged.

    Raises:
        TypeError, ValueError: not floating point, different shapes, or alpha or gamma out of range.

    Source: Lin et al. 2017, "Focal Loss for Dense Object Detection", equation 5.
    """
    towards = logits * (2 * targets - 1)  # the logit of what is right
    log_right, log_wrong = F.logsigmoid(towards), F.logsigmoid(-towards)  # log(p_t), log(1 - p_t)
    alpha_t = alpha * targets + (1 - alpha) * (1 - targets)
    return -alpha_t * torch.exp(gamma * log_wrong) * log_right


def share_of_easy_negatives(
    logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0, easy: float = 0.1
) -> float:
    """The share of the loss that comes from questions whose answer is no, where the network already says so.

    With gamma = 0 and alpha = 1/2, the share of cross-entropy.

    Args:
        logits, targets, alpha, gamma: as in `sigmoid_focal_loss`.
        easy: questions count as easy whose probability of yes is below this.

    Returns:
        From 0 to 1.

    Source: after Lin et al. 2017, figure 4.
    """
    losses = sigmoid_focal_loss(logits, targets, alpha, gamma)
    return (losses[(targets == 0) & (logits.sigmoid() < easy)].sum() / losses.sum()).item()
