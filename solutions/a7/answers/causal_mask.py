"""Answers to causal_mask that students might give."""

import torch


def wrong_kinds_exchanged(kernel_size, kind):
    """Takes A for the one that sees the middle."""
    rows, columns = kernel_size
    mask = torch.zeros(rows, columns)
    mask[: rows // 2] = 1
    mask[rows // 2, : columns // 2 + (kind == "A")] = 1
    return mask


def wrong_only_the_middle(kernel_size, kind):
    """Hides the pixel itself and nothing of the future."""
    rows, columns = kernel_size
    mask = torch.ones(rows, columns)
    if kind == "A":
        mask[rows // 2, columns // 2] = 0
    return mask


def wrong_column_by_column(kernel_size, kind):
    """Paints from top to bottom, each column before the next."""
    rows, columns = kernel_size
    mask = torch.zeros(rows, columns)
    mask[:, : columns // 2] = 1
    mask[: rows // 2 + (kind == "B"), columns // 2] = 1
    return mask


def wrong_whole_row(kernel_size, kind):
    """Sees what comes later in the same row."""
    rows, columns = kernel_size
    mask = torch.zeros(rows, columns)
    mask[: rows // 2 + 1] = 1
    if kind == "A":
        mask[rows // 2, columns // 2] = 0
    return mask


def wrong_from_the_right(kernel_size, kind):
    """Paints each row from right to left."""
    rows, columns = kernel_size
    mask = torch.zeros(rows, columns)
    mask[: rows // 2] = 1
    mask[rows // 2, columns // 2 + (kind == "A") :] = 1
    return mask


def wrong_upper_left_only(kernel_size, kind):
    """Leaves out what is above and to the right."""
    rows, columns = kernel_size
    mask = torch.zeros(rows, columns)
    mask[: rows // 2, : columns // 2 + 1] = 1
    mask[rows // 2, : columns // 2 + (kind == "B")] = 1
    return mask


def wrong_square_filters_only(kernel_size, kind):
    """Takes the middle of the rows for the middle of the columns."""
    rows, columns = kernel_size
    mask = torch.zeros(rows, columns)
    mask[: rows // 2] = 1
    mask[rows // 2, : rows // 2 + (kind == "B")] = 1
    return mask


def wrong_columns_first(kernel_size, kind):
    """Reads kernel_size as (columns, rows)."""
    columns, rows = kernel_size
    mask = torch.zeros(rows, columns)
    mask[: rows // 2] = 1
    mask[rows // 2, : columns // 2 + (kind == "B")] = 1
    return mask


def right_counting(kernel_size, kind):
    """The first half of all places, in the order of painting."""
    rows, columns = kernel_size
    order = torch.arange(rows * columns).reshape(rows, columns)
    middle = order[rows // 2, columns // 2]
    return (order < middle).float() if kind == "A" else (order <= middle).float()


def right_place_by_place(kernel_size, kind):
    """Asks of each place whether it comes before the middle; tuples are compared row first."""
    middle = (kernel_size[0] // 2, kernel_size[1] // 2)
    rows = []
    for u in range(kernel_size[0]):
        rows.append(
            [1.0 if (u, v) < middle or (kind == "B" and (u, v) == middle) else 0.0 for v in range(kernel_size[1])]
        )
    return torch.tensor(rows)


def right_from_all_ones(kernel_size, kind):
    """Begins with everything and takes the future away."""
    rows, columns = kernel_size
    mask = torch.ones(rows, columns)
    mask[rows // 2 + 1 :, :] = 0
    mask[rows // 2, columns // 2 + (1 if kind == "B" else 0) :] = 0
    return mask
