"""Answers to hard_negatives that students might give."""

import math

import torch


def wrong_ratio_of_all(losses, positives, ratio=3.0):
    """Takes the ratio of all anchors."""
    count = min(int(ratio * len(losses)), int((~positives).sum()))
    ranked = losses.masked_fill(positives, -1.0).argsort(descending=True)
    return ranked[:count]


def wrong_fixed_ratio(losses, positives, ratio=3.0):
    """Takes three for each positive, whatever the ratio."""
    count = min(int(3 * positives.sum()), int((~positives).sum()))
    ranked = losses.masked_fill(positives, -1.0).argsort(descending=True)
    return ranked[:count]


def wrong_rounded_up(losses, positives, ratio=3.0):
    """Rounds up."""
    count = min(math.ceil(ratio * positives.sum()), int((~positives).sum()))
    ranked = losses.masked_fill(positives, -1.0).argsort(descending=True)
    return ranked[:count]


def wrong_at_least_some(losses, positives, ratio=3.0):
    """Chooses a few in a picture without objects, too."""
    count = min(int(ratio * positives.sum().clamp(min=1)), int((~positives).sum()))
    ranked = losses.masked_fill(positives, -1.0).argsort(descending=True)
    return ranked[:count]


def wrong_positives(losses, positives, ratio=3.0):
    """Chooses among all anchors."""
    count = min(int(ratio * positives.sum()), int((~positives).sum()))
    ranked = losses.argsort(descending=True)
    return ranked[:count]


def wrong_positives_as_0(losses, positives, ratio=3.0):
    """Multiplies the losses of positives by 0, which others have, too."""
    count = min(int(ratio * positives.sum()), int((~positives).sum()))
    ranked = (losses * ~positives).argsort(descending=True)
    return ranked[:count]


def wrong_topk_too_many(losses, positives, ratio=3.0):
    """Asks topk for more than there are."""
    count = int(ratio * positives.sum())
    return losses.masked_fill(positives, -1.0).topk(count).indices


def wrong_no_positives(losses, positives, ratio=3.0):
    """Divides by the number of positives, of which there may be none."""
    count = int(min(ratio, int((~positives).sum()) / int(positives.sum())) * positives.sum())
    ranked = losses.masked_fill(positives, -1.0).argsort(descending=True)
    return ranked[:count]


def wrong_easiest(losses, positives, ratio=3.0):
    """Chooses the smallest losses."""
    count = min(int(ratio * positives.sum()), int((~positives).sum()))
    ranked = losses.masked_fill(positives, torch.inf).argsort()
    return ranked[:count]


def wrong_order_of_places(losses, positives, ratio=3.0):
    """Returns the right ones in the order of their places."""
    count = min(int(ratio * positives.sum()), int((~positives).sum()))
    ranked = losses.masked_fill(positives, -1.0).argsort(descending=True)
    return ranked[:count].sort().values


def wrong_places_among_negatives(losses, positives, ratio=3.0):
    """Returns places among the negatives, not among all anchors."""
    count = min(int(ratio * positives.sum()), int((~positives).sum()))
    ranked = losses[~positives].argsort(descending=True)
    return ranked[:count]


def wrong_mask(losses, positives, ratio=3.0):
    """Returns True and False for all anchors."""
    count = min(int(ratio * positives.sum()), int((~positives).sum()))
    ranked = losses.masked_fill(positives, -1.0).argsort(descending=True)
    chosen = torch.zeros_like(positives)
    chosen[ranked[:count]] = True
    return chosen


def right_sorted(losses, positives, ratio=3.0):
    """Sorts all, the positives behind."""
    count = min(int(ratio * positives.sum()), int((~positives).sum()))
    ranked = losses.masked_fill(positives, -1.0).argsort(descending=True)
    return ranked[:count]


def right_places_of_negatives(losses, positives, ratio=3.0):
    """Sorts the negatives, and looks up where they are."""
    negatives = (~positives).nonzero()[:, 0]
    hardest = losses[negatives].sort(descending=True, stable=True).indices
    return negatives[hardest][: int(ratio * int(positives.sum()))]


def right_in_python(losses, positives, ratio=3.0):
    """Plain lists."""
    objects = sum(positives.tolist())
    negatives = [place for place, has in enumerate(positives.tolist()) if not has]
    negatives.sort(key=lambda place: losses[place].item(), reverse=True)
    return torch.tensor(negatives[: math.floor(ratio * objects)], dtype=torch.int64)


def right_one_after_the_other(losses, positives, ratio=3.0):
    """Takes the hardest that is left, again and again."""
    left, chosen = losses.clone(), []
    left[positives] = -torch.inf
    while len(chosen) + 1 <= ratio * positives.sum() and len(chosen) < (~positives).sum():
        place = left.argmax()
        chosen.append(int(place))
        left[place] = -torch.inf
    return torch.tensor(chosen, dtype=torch.long)
