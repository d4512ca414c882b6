"""Answers to masked_conv2d that students might give."""

import torch
from torch.nn import functional as F


def wrong_no_mask(x, filters, bias, kind):
    """A convolution like any other: it sees the future."""
    kH, kW = filters.shape[2:]
    return F.conv2d(x, filters, bias, padding=(kH // 2, kW // 2))


def wrong_always_b(x, filters, bias, kind):
    """Forgets the kind: the first layer sees the pixel it should guess."""
    kH, kW = filters.shape[2:]
    return F.conv2d(x, filters * causal_mask((kH, kW), "B").to(filters), bias, padding=(kH // 2, kW // 2))


def wrong_no_bias(x, filters, bias, kind):
    """Forgets the bias."""
    kH, kW = filters.shape[2:]
    return F.conv2d(x, filters * causal_mask((kH, kW), kind).to(filters), padding=(kH // 2, kW // 2))


def wrong_smaller_map(x, filters, bias, kind):
    """Adds no zeros around the map."""
    kH, kW = filters.shape[2:]
    return F.conv2d(x, filters * causal_mask((kH, kW), kind).to(filters), bias)


def wrong_padding_exchanged(x, filters, bias, kind):
    """Adds rows for the columns of the filter: right for square ones."""
    kH, kW = filters.shape[2:]
    return F.conv2d(x, filters * causal_mask((kH, kW), kind).to(filters), bias, padding=(kW // 2, kH // 2))


def wrong_changes_the_filters(x, filters, bias, kind):
    """Sets the caller's weights to zero."""
    kH, kW = filters.shape[2:]
    with torch.no_grad():
        filters.mul_(causal_mask((kH, kW), kind).to(filters))
    return F.conv2d(x, filters, bias, padding=(kH // 2, kW // 2))


def wrong_hidden_weights_learn(x, filters, bias, kind):
    """Masks the numbers but not their gradients."""
    kH, kW = filters.shape[2:]
    masked = filters * causal_mask((kH, kW), kind).to(filters)
    masked = filters + (masked - filters).detach()
    return F.conv2d(x, masked, bias, padding=(kH // 2, kW // 2))


def wrong_first_map_only(x, filters, bias, kind):
    """Masks the filters of the first map that comes in; the others see everything."""
    kH, kW = filters.shape[2:]
    mask = torch.ones_like(filters)
    mask[:, 0] = causal_mask((kH, kW), kind).to(filters)
    return F.conv2d(x, filters * mask, bias, padding=(kH // 2, kW // 2))


def wrong_filters_cut_off(x, filters, bias, kind):
    """Detaches the filters: they never learn."""
    kH, kW = filters.shape[2:]
    return F.conv2d(x, filters.detach() * causal_mask((kH, kW), kind).to(filters), bias, padding=(kH // 2, kW // 2))


def right_masked_fill(x, filters, bias, kind):
    """Writes zeros over what is hidden, in a copy."""
    hidden = causal_mask(tuple(filters.shape[2:]), kind) == 0
    return F.conv2d(x, filters.masked_fill(hidden, 0.0), bias, padding="same")


def right_windows(x, filters, bias, kind):
    """Takes the windows apart and multiplies them with the filters as matrices."""
    (B, _, H, W), (kH, kW) = x.shape, filters.shape[2:]
    windows = F.unfold(x, (kH, kW), padding=(kH // 2, kW // 2))  # (B, C kH kW, H W)
    matrix = (filters * causal_mask((kH, kW), kind).to(filters)).flatten(1)
    return (matrix @ windows + bias[:, None]).view(B, len(filters), H, W)


def right_above_and_beside(x, filters, bias, kind):
    """Two convolutions without any mask: one for the rows above, one for what is to the left."""
    (_, _, H, W), (kH, kW) = x.shape, filters.shape[2:]
    up, left = kH // 2, kW // 2
    last = left + (kind == "B")
    y = bias.view(-1, 1, 1)
    if up:
        above = F.pad(x, (left, left, up, 0))[:, :, : H + up - 1]
        y = y + F.conv2d(above, filters[:, :, :up])
    if last:
        beside = F.pad(x, (left, 0, 0, 0))[:, :, :, : W + last - 1]
        y = y + F.conv2d(beside, filters[:, :, up : up + 1, :last])
    return y if up or last else y.expand(len(x), -1, H, W) + 0 * x.sum() + 0 * filters.sum()
