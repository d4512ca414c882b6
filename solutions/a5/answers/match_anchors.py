"""Answers to match_anchors that students might give."""

import torch

from course_lib.detection import BACKGROUND, IGNORED


def wrong_more_than_high(iou, low, high, keep_best=True):
    """Asks for more than `high`: an anchor that just reaches it is not enough."""
    if iou.shape[1] == 0:
        return torch.full((len(iou),), BACKGROUND)
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap > high, nearest, IGNORED)
    matches[overlap < low] = BACKGROUND
    if keep_best:
        places, objects = ((iou == iou.max(dim=0).values) & (iou > 0)).nonzero(as_tuple=True)
        matches[places] = objects
    return matches


def wrong_low_is_background(iou, low, high, keep_best=True):
    """Calls an anchor at `low` background."""
    if iou.shape[1] == 0:
        return torch.full((len(iou),), BACKGROUND)
    overlap, nearest = iou.max(dim=1)
    matches = torch.full((len(iou),), IGNORED)
    matches[overlap <= low] = BACKGROUND
    matches[overlap >= high] = nearest[overlap >= high]
    if keep_best:
        places, objects = ((iou == iou.max(dim=0).values) & (iou > 0)).nonzero(as_tuple=True)
        matches[places] = objects
    return matches


def wrong_thresholds_exchanged(iou, low, high, keep_best=True):
    """Exchanges `low` and `high`."""
    if iou.shape[1] == 0:
        return torch.full((len(iou),), BACKGROUND)
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= low, nearest, IGNORED)
    matches[overlap < high] = BACKGROUND
    if keep_best:
        places, objects = ((iou == iou.max(dim=0).values) & (iou > 0)).nonzero(as_tuple=True)
        matches[places] = objects
    return matches


def wrong_best_not_kept(iou, low, high, keep_best=True):
    """Forgets the objects whose best anchor does not reach `high`."""
    if iou.shape[1] == 0:
        return torch.full((len(iou),), BACKGROUND)
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= high, nearest, IGNORED)
    matches[overlap < low] = BACKGROUND
    return matches


def wrong_only_the_first_of_the_best(iou, low, high, keep_best=True):
    """Keeps one of several anchors that are equally good."""
    if iou.shape[1] == 0:
        return torch.full((len(iou),), BACKGROUND)
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= high, nearest, IGNORED)
    matches[overlap < low] = BACKGROUND
    if keep_best:
        for n in range(iou.shape[1]):
            best, place = iou[:, n].max(dim=0)
            if best > 0:
                matches[place] = n
    return matches


def wrong_untouched_objects_too(iou, low, high, keep_best=True):
    """Gives an object that no anchor touches to all of them, as all are equally good."""
    if iou.shape[1] == 0:
        return torch.full((len(iou),), BACKGROUND)
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= high, nearest, IGNORED)
    matches[overlap < low] = BACKGROUND
    if keep_best:
        for n in range(iou.shape[1]):
            matches[iou[:, n] == iou[:, n].max()] = n
    return matches


def wrong_best_finds_its_nearest(iou, low, high, keep_best=True):
    """Lets a best anchor find the object that is nearest to it, and not the one for whose sake it is kept."""
    if iou.shape[1] == 0:
        return torch.full((len(iou),), BACKGROUND)
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= high, nearest, IGNORED)
    matches[overlap < low] = BACKGROUND
    if keep_best:
        kept = ((iou == iou.max(dim=0).values) & (iou > 0)).any(dim=1)
        matches[kept] = nearest[kept]
    return matches


def wrong_only_objects_that_nobody_found(iou, low, high, keep_best=True):
    """Keeps a best anchor only for objects that no other anchor has to find already."""
    if iou.shape[1] == 0:
        return torch.full((len(iou),), BACKGROUND)
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= high, nearest, IGNORED)
    matches[overlap < low] = BACKGROUND
    if keep_best:
        for n in range(iou.shape[1]):
            best = iou[:, n].max()
            if best > 0 and not (matches == n).any():
                matches[iou[:, n] == best] = n
    return matches


def wrong_ignored_are_background(iou, low, high, keep_best=True):
    """Knows only objects and background."""
    if iou.shape[1] == 0:
        return torch.full((len(iou),), BACKGROUND)
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= high, nearest, BACKGROUND)
    if keep_best:
        places, objects = ((iou == iou.max(dim=0).values) & (iou > 0)).nonzero(as_tuple=True)
        matches[places] = objects
    return matches


def wrong_background_and_ignored_exchanged(iou, low, high, keep_best=True):
    """Exchanges -1 and -2."""
    if iou.shape[1] == 0:
        return torch.full((len(iou),), BACKGROUND)
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= high, nearest, BACKGROUND)
    matches[overlap < low] = IGNORED
    if keep_best:
        places, objects = ((iou == iou.max(dim=0).values) & (iou > 0)).nonzero(as_tuple=True)
        matches[places] = objects
    return matches


def wrong_changes_iou_and_is_right(iou, low, high, keep_best=True):
    """Gives the right matches and leaves the table full of twos."""
    A, N = iou.shape
    if N == 0:
        return torch.full((A,), BACKGROUND)
    if keep_best:
        kept = [(iou[:, n] == iou[:, n].max()) & (iou[:, n] > 0) for n in range(N)]
        for n in range(N):
            iou[kept[n], n] = 2 + n
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= high, nearest, IGNORED)
    matches[overlap < low] = BACKGROUND
    return matches


def wrong_needs_objects(iou, low, high, keep_best=True):
    """Takes the largest of nothing in a picture without objects: an error."""
    overlap, nearest = iou.max(dim=1)
    matches = torch.where(overlap >= high, nearest, IGNORED)
    matches[overlap < low] = BACKGROUND
    if keep_best:
        places, objects = ((iou == iou.max(dim=0).values) & (iou > 0)).nonzero(as_tuple=True)
        matches[places] = objects
    return matches


def right_in_turn(iou, low, high, keep_best=True):
    """Anchor by anchor, then object by object."""
    A, N = iou.shape
    matches = []
    for a in range(A):
        best, nearest = -1.0, BACKGROUND
        for n in range(N):
            if iou[a, n] > best:
                best, nearest = iou[a, n].item(), n
        if best < low:
            nearest = BACKGROUND
        elif best < high:
            nearest = IGNORED
        matches.append(nearest)
    if keep_best:
        for n in range(N):
            best = max(iou[a, n].item() for a in range(A))
            for a in range(A):
                if iou[a, n].item() == best > 0:
                    matches[a] = n
    return torch.tensor(matches, dtype=torch.int64)


def right_last_kept(iou, low, high, keep_best=True):
    """The number of the last object for which an anchor is best, or -1, and where."""
    A, N = iou.shape
    matches = torch.full((A,), BACKGROUND)
    if N > 0:
        matches[iou.amax(dim=1) >= low] = IGNORED
        good = iou.amax(dim=1) >= high
        matches[good] = iou.argmax(dim=1)[good]
        if keep_best:
            is_best = (iou == iou.amax(dim=0, keepdim=True)) & (iou > 0)
            last = torch.where(is_best, torch.arange(N), -1).amax(dim=1)
            matches = torch.where(last >= 0, last, matches)
    return matches


def right_object_by_object(iou, low, high, keep_best=True):
    """A mask for each object, on the transposed table with an object more, which overlaps nothing."""
    table = torch.cat([iou, iou.new_full((len(iou), 1), -1.0)], dim=1).T
    overlap = table.max(dim=0).values
    matches = torch.full_like(overlap, BACKGROUND, dtype=torch.int64)
    matches[(overlap >= low) & (overlap < high)] = IGNORED
    for n, row in enumerate(table):
        matches[(row == overlap) & (row >= high)] = n
    for n, row in enumerate(table if keep_best else []):
        if row.max() > 0:
            matches[row == row.max()] = n
    return matches


def right_another_copy(iou, low, high, keep_best=True):
    """Writes into a copy of the table: what is kept counts as more than all the rest."""
    A, N = iou.shape
    if N == 0:
        return torch.full([A], BACKGROUND)
    table = iou.clone()
    if keep_best:
        kept = (iou == iou.max(dim=0, keepdim=True).values) & iou.gt(0)
        table = torch.where(kept, 2.0 + torch.arange(N), table)
    overlap, nearest = table.max(dim=1)
    decided = torch.where(overlap >= high, nearest, torch.tensor(IGNORED))
    return torch.where(overlap < low, torch.tensor(BACKGROUND), decided)
