"""Which anchor has to find which object: what a detector is trained to say at each of its anchors."""

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise

BACKGROUND, IGNORED = -1, -2


def _check_match_anchors(iou, low, high, keep_best=True):
    check_shapes("match_anchors", iou=(iou, "A N"))
    if not 0 <= low <= high <= 1:
        raise ValueError(f"match_anchors: 0 <= low <= high <= 1 should hold, got low = {low} and high = {high}")


@exercise("a5", accepts=_check_match_anchors)
def match_anchors(iou: Tensor, low: float, high: float, keep_best: bool = True) -> Tensor:
    """For each anchor the object that it has to find, or BACKGROUND, or IGNORED.

    An anchor takes the object that it overlaps most: from `high` on it has to find it, below `low` it has to say that
    there is nothing; between the two it is left alone, as nobody can say what would be right. If `keep_best`, each
    object moreover has to be found by the anchors that overlap it most, all of them if several do equally, and in any
    case: however little that is, as long as they touch it at all, and even if they overlap another object more. An
    anchor that is best for several objects has to find the last of these.

    Args:
        iou: of A anchors and N objects, (A, N); N may be 0.
        low, high: the two thresholds.
        keep_best: whether the best anchors of each object have to find it in any case.

    Returns:
        (A,) int64: the number of the object, BACKGROUND (-1) or IGNORED (-2).

    Raises:
        ValueError: not of this shape, or the thresholds are out of order.

    Source: Ren et al. 2015, "Faster R-CNN", section 3.1.2.
    """
    A, N = iou.shape
    if N == 0:
        return iou.new_full((A,), BACKGROUND, dtype=torch.long)
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= high, nearest, IGNORED)
    matches[overlap < low] = BACKGROUND
    if keep_best:
        best = iou.max(dim=0).values  # of each object
        is_best = (iou == best) & (best > 0)
        last = torch.where(is_best, torch.arange(N, device=iou.device), -1).amax(dim=1)  # -1: best for no object
        matches = torch.where(last >= 0, last, matches)
    return matches


def sample_balanced(matches: Tensor, count: int, positive_share: float) -> tuple[Tensor, Tensor]:
    """A random choice of anchors to learn from, in which the few that have an object are not drowned by all others.

    Args:
        matches: of `match_anchors`, (A,).
        count: how many to choose; fewer if there are not enough.
        positive_share: the share that those with an object have at the most; the rest is background.

    Returns:
        The places of those with an object, and of those without, in no particular order.

    Source: Ren et al. 2015, "Faster R-CNN", section 3.1.3.
    """
    positives = _some_of((matches >= 0).nonzero()[:, 0], round(count * positive_share))
    negatives = _some_of((matches == BACKGROUND).nonzero()[:, 0], count - len(positives))
    return positives, negatives


def _some_of(places: Tensor, count: int) -> Tensor:
    return places[torch.randperm(len(places), device=places.device)[:count]]
