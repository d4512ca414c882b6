"""Handwritten digits that need no download: scikit-learn brings them along."""

import torch
from torch import Tensor

from .pictures import check_split

LEVELS = 17  # of grey: the pictures count ink in 4 x 4 squares of a scan, from 0 to 16
TRAINING = 1437  # of 1,797 digits, four fifths


def load_digits(split: str) -> tuple[Tensor, Tensor]:
    """Real handwritten digits of 8 x 8 pixels: the test part of the UCI set of optical digits, as scikit-learn has it.

    They stand in an order of their own, so they are shuffled, always in the same way, before they are split.

    Args:
        split: "train" (1,437 digits) or "test" (360).

    Returns:
        pictures (N, 1, 8, 8), how dark from 0 to 1 in steps of 1/16, and which digits they are (N,).

    Source: Alpaydin and Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository.
    """
    from sklearn.datasets import load_digits as load  # takes a second to import, so only when asked for

    check_split("load_digits", split, ("train", "test"))
    digits = load()
    order = torch.randperm(len(digits.target), generator=torch.Generator().manual_seed(0))
    chosen = order[:TRAINING] if split == "train" else order[TRAINING:]
    pictures = torch.from_numpy(digits.images).float() / (LEVELS - 1)
    return pictures[chosen, None], torch.from_numpy(digits.target)[chosen].long()
