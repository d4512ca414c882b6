"""Answers to generate_anchors that students might give."""

import math

import torch


def wrong_ratio_is_width_by_height(height, width, stride, sizes, ratios=(1.0,)):
    """Takes the ratio for width / height."""
    rows = []
    for i in range(height):
        for j in range(width):
            for size in sizes:
                for ratio in ratios:
                    x, y, w, h = (j + 0.5) * stride, (i + 0.5) * stride, size * ratio**0.5, size / ratio**0.5
                    rows.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(rows, dtype=torch.float32)


def wrong_sizes_are_half_sides(height, width, stride, sizes, ratios=(1.0,)):
    """Goes a whole size from the centre to each edge."""
    rows = []
    for i in range(height):
        for j in range(width):
            for size in sizes:
                for ratio in ratios:
                    x, y, w, h = (j + 0.5) * stride, (i + 0.5) * stride, size / ratio**0.5, size * ratio**0.5
                    rows.append([x - w, y - h, x + w, y + h])
    return torch.tensor(rows, dtype=torch.float32)


def wrong_area_grows_with_ratio(height, width, stride, sizes, ratios=(1.0,)):
    """Keeps the width and makes the anchor higher, so that the area is another one for every ratio."""
    size = torch.tensor(sizes, dtype=torch.float32)[:, None]
    ratio = torch.tensor(ratios, dtype=torch.float32)
    w, h = (size * torch.ones_like(ratio)).flatten(), (size * ratio).flatten()
    y, x = (torch.arange(height) + 0.5) * stride, (torch.arange(width) + 0.5) * stride
    row, column = torch.meshgrid(y, x, indexing="ij")
    centres = torch.stack([column, row, column, row], dim=2)
    return (centres[:, :, None] + torch.stack([-w, -h, w, h], dim=1) / 2).reshape(-1, 4)


def wrong_no_root(height, width, stride, sizes, ratios=(1.0,)):
    """Divides the width by the ratio and multiplies the height by it, without the square root."""
    size = torch.tensor(sizes, dtype=torch.float32)[:, None]
    ratio = torch.tensor(ratios, dtype=torch.float32)
    w, h = (size / ratio).flatten(), (size * ratio).flatten()
    y, x = (torch.arange(height) + 0.5) * stride, (torch.arange(width) + 0.5) * stride
    row, column = torch.meshgrid(y, x, indexing="ij")
    centres = torch.stack([column, row, column, row], dim=2)
    return (centres[:, :, None] + torch.stack([-w, -h, w, h], dim=1) / 2).reshape(-1, 4)


def wrong_at_the_corner_of_the_cell(height, width, stride, sizes, ratios=(1.0,)):
    """Centres anchors on the upper left corner of a place: no + 1/2."""
    rows = []
    for i in range(height):
        for j in range(width):
            for size in sizes:
                for ratio in ratios:
                    x, y, w, h = j * stride, i * stride, size / ratio**0.5, size * ratio**0.5
                    rows.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(rows, dtype=torch.float32)


def wrong_x_and_y_exchanged(height, width, stride, sizes, ratios=(1.0,)):
    """Takes x from the row and y from the column."""
    rows = []
    for i in range(height):
        for j in range(width):
            for size in sizes:
                for ratio in ratios:
                    x, y, w, h = (i + 0.5) * stride, (j + 0.5) * stride, size / ratio**0.5, size * ratio**0.5
                    rows.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(rows, dtype=torch.float32)


def wrong_yxyx(height, width, stride, sizes, ratios=(1.0,)):
    """Gives y1 x1 y2 x2."""
    rows = []
    for i in range(height):
        for j in range(width):
            for size in sizes:
                for ratio in ratios:
                    x, y, w, h = (j + 0.5) * stride, (i + 0.5) * stride, size / ratio**0.5, size * ratio**0.5
                    rows.append([y - h / 2, x - w / 2, y + h / 2, x + w / 2])
    return torch.tensor(rows, dtype=torch.float32)


def wrong_anchors_before_places(height, width, stride, sizes, ratios=(1.0,)):
    """Lists all places for the first anchor, then for the second."""
    rows = []
    for size in sizes:
        for ratio in ratios:
            for i in range(height):
                for j in range(width):
                    x, y, w, h = (j + 0.5) * stride, (i + 0.5) * stride, size / ratio**0.5, size * ratio**0.5
                    rows.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(rows, dtype=torch.float32)


def wrong_columns_before_rows(height, width, stride, sizes, ratios=(1.0,)):
    """Goes down the columns."""
    rows = []
    for j in range(width):
        for i in range(height):
            for size in sizes:
                for ratio in ratios:
                    x, y, w, h = (j + 0.5) * stride, (i + 0.5) * stride, size / ratio**0.5, size * ratio**0.5
                    rows.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(rows, dtype=torch.float32)


def wrong_ratios_before_sizes(height, width, stride, sizes, ratios=(1.0,)):
    """Lists all sizes in the first ratio, then in the second."""
    rows = []
    for i in range(height):
        for j in range(width):
            for ratio in ratios:
                for size in sizes:
                    x, y, w, h = (j + 0.5) * stride, (i + 0.5) * stride, size / ratio**0.5, size * ratio**0.5
                    rows.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return torch.tensor(rows, dtype=torch.float32)


def wrong_rounded(height, width, stride, sizes, ratios=(1.0,)):
    """Rounds edges to whole pixels, as the first detectors did."""
    size = torch.tensor(sizes, dtype=torch.float32)[:, None]
    root = torch.tensor(ratios, dtype=torch.float32).sqrt()
    w, h = (size / root).flatten(), (size * root).flatten()
    y, x = (torch.arange(height) + 0.5) * stride, (torch.arange(width) + 0.5) * stride
    row, column = torch.meshgrid(y, x, indexing="ij")
    centres = torch.stack([column, row, column, row], dim=2)
    return (centres[:, :, None] + torch.stack([-w, -h, w, h], dim=1) / 2).reshape(-1, 4).round()


def wrong_clipped(height, width, stride, sizes, ratios=(1.0,)):
    """Cuts off what sticks out of the picture."""
    size = torch.tensor(sizes, dtype=torch.float32)[:, None]
    root = torch.tensor(ratios, dtype=torch.float32).sqrt()
    w, h = (size / root).flatten(), (size * root).flatten()
    y, x = (torch.arange(height) + 0.5) * stride, (torch.arange(width) + 0.5) * stride
    row, column = torch.meshgrid(y, x, indexing="ij")
    centres = torch.stack([column, row, column, row], dim=2)
    anchors = (centres[:, :, None] + torch.stack([-w, -h, w, h], dim=1) / 2).reshape(-1, 4)
    return torch.minimum(anchors.clamp(min=0), torch.tensor([width, height, width, height]) * stride)


def right_in_turn(height, width, stride, sizes, ratios=(1.0,)):
    """One after the other."""
    anchors = []
    for i in range(height):
        for j in range(width):
            for size in sizes:
                for ratio in ratios:
                    x, y = stride * (j + 0.5), stride * (i + 0.5)
                    w, h = size / math.sqrt(ratio), size * math.sqrt(ratio)
                    anchors.append(torch.tensor([x - w / 2, y - h / 2, x + w / 2, y + h / 2]))
    return torch.stack(anchors)


def right_all_combinations(height, width, stride, sizes, ratios=(1.0,)):
    """A table with all combinations of row, column, size and ratio; the height is found from the area."""
    rows, columns = torch.arange(height).float(), torch.arange(width).float()
    table = torch.cartesian_prod(rows, columns, torch.tensor(sizes).float(), torch.tensor(ratios).float())
    y, x = (table[:, 0] * 2 + 1) * stride / 2, (table[:, 1] * 2 + 1) * stride / 2
    half_h = (table[:, 2] ** 2 * table[:, 3]).sqrt() / 2
    half_w = half_h / table[:, 3]
    return torch.stack([x - half_w, y - half_h, x + half_w, y + half_h], dim=1)


def right_in_double(height, width, stride, sizes, ratios=(1.0,)):
    """Four dimensions that are made to fit by None, in double precision until the end."""
    i, j = torch.arange(height).double()[:, None, None, None], torch.arange(width).double()[:, None, None]
    size, ratio = torch.tensor(sizes, dtype=torch.double)[:, None], torch.tensor(ratios, dtype=torch.double)
    x, y = j * stride + stride / 2, i * stride + stride / 2
    w, h = size * ratio**-0.5, size * ratio**0.5
    edges = torch.broadcast_tensors(x - w / 2, y - h / 2, x + w / 2, y + h / 2)
    return torch.stack(edges, dim=-1).reshape(-1, 4).float()


def right_repeated(height, width, stride, sizes, ratios=(1.0,)):
    """Centres and shapes, repeated one against the other."""
    centres = torch.tensor([[j + 0.5, i + 0.5] for i in range(height) for j in range(width)]) * stride
    shapes = torch.tensor([[size / math.sqrt(r), size * math.sqrt(r)] for size in sizes for r in ratios])
    centres, shapes = centres.repeat_interleave(len(shapes), dim=0), shapes.repeat(len(centres), 1)
    return torch.cat([centres - shapes / 2, centres + shapes / 2], dim=1)
