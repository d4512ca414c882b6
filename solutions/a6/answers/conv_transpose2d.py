"""Answers to conv_transpose2d that students might give."""

import torch
from torch.nn import functional as F


def wrong_overwrites(x, filters, bias=None, stride=1, padding=0):
    """Writes each stamp over what is there already, instead of adding."""
    (B, _, H, W), (_, out, kH, kW) = x.shape, filters.shape
    y = x.new_zeros(B, out, (H - 1) * stride + kH, (W - 1) * stride + kW)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,cfuv->bfuv", x[:, :, i, j], filters)
            y[:, :, i * stride : i * stride + kH, j * stride : j * stride + kW] = stamp
    y = y[:, :, padding : y.shape[2] - padding, padding : y.shape[3] - padding]
    return y if bias is None else y + bias[:, None, None]


def wrong_keeps_the_largest(x, filters, bias=None, stride=1, padding=0):
    """Takes the larger of two numbers where stamps overlap."""
    (B, _, H, W), (_, out, kH, kW) = x.shape, filters.shape
    y = x.new_zeros(B, out, (H - 1) * stride + kH, (W - 1) * stride + kW)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,cfuv->bfuv", x[:, :, i, j], filters)
            part = (slice(None), slice(None), slice(i * stride, i * stride + kH), slice(j * stride, j * stride + kW))
            y[part] = torch.maximum(y[part].clone(), stamp)
    y = y[:, :, padding : y.shape[2] - padding, padding : y.shape[3] - padding]
    return y if bias is None else y + bias[:, None, None]


def wrong_mean_where_they_overlap(x, filters, bias=None, stride=1, padding=0):
    """Divides by the number of stamps that meet at a pixel."""
    y = F.conv_transpose2d(x, filters, None, stride, padding)
    ones = torch.ones_like(filters[:1, :1])
    count = F.conv_transpose2d(torch.ones_like(x[:1, :1]), ones, None, stride, padding).clamp(min=1)
    return y / count if bias is None else y / count + bias[:, None, None]


def wrong_flipped(x, filters, bias=None, stride=1, padding=0):
    """Turns the filters by 180 degrees."""
    return F.conv_transpose2d(x, filters.flip(2, 3), bias, stride, padding)


def wrong_flipped_left_to_right(x, filters, bias=None, stride=1, padding=0):
    """Mirrors the filters."""
    return F.conv_transpose2d(x, filters.flip(3), bias, stride, padding)


def wrong_spread_but_not_flipped(x, filters, bias=None, stride=1, padding=0):
    """Puts zeros between the numbers and convolves, but forgets that a convolution needs the filters turned."""
    (B, C, H, W), (kH, kW) = x.shape, filters.shape[2:]
    wide = x.new_zeros(B, C, (H - 1) * stride + 1, (W - 1) * stride + 1)
    wide[:, :, ::stride, ::stride] = x
    wide = F.pad(wide, (kW - 1 - padding, kW - 1 - padding, kH - 1 - padding, kH - 1 - padding))
    return F.conv2d(wide, filters.transpose(0, 1), bias)


def wrong_stride_ignored(x, filters, bias=None, stride=1, padding=0):
    """Sets the stamps one pixel apart, whatever the stride."""
    return F.conv_transpose2d(x, filters, bias, 1, padding)


def wrong_stride_for_rows_only(x, filters, bias=None, stride=1, padding=0):
    """Sets the stamps `stride` apart in one direction, 1 in the other."""
    return F.conv_transpose2d(x, filters, bias, (stride, 1), padding)


def wrong_stride_for_columns_only(x, filters, bias=None, stride=1, padding=0):
    """Sets the stamps `stride` apart from left to right only."""
    return F.conv_transpose2d(x, filters, bias, (1, stride), padding)


def wrong_stride_between_taps(x, filters, bias=None, stride=1, padding=0):
    """Draws the stamp out instead of the places: a dilated filter in steps of one."""
    return F.conv_transpose2d(x, filters, bias, 1, padding, dilation=stride)


def wrong_repeats_pixels(x, filters, bias=None, stride=1, padding=0):
    """Enlarges by repeating numbers, and then presses a stamp for each."""
    x = x.repeat_interleave(stride, dim=2).repeat_interleave(stride, dim=3)
    y = F.conv_transpose2d(x, filters, bias, 1, padding)
    return y[:, :, : y.shape[2] - stride + 1, : y.shape[3] - stride + 1]


def wrong_padding_added(x, filters, bias=None, stride=1, padding=0):
    """Adds rows and columns of zeros to the output instead of cutting some off."""
    y = F.pad(F.conv_transpose2d(x, filters, None, stride), (padding,) * 4)
    return y if bias is None else y + bias[:, None, None]


def right_place_by_place(x, filters, bias=None, stride=1, padding=0):
    """Presses the stamps one after the other into a map of zeros."""
    (B, _, H, W), (_, out, kH, kW) = x.shape, filters.shape
    y = x.new_zeros(B, out, (H - 1) * stride + kH, (W - 1) * stride + kW)
    for i in range(H):
        for j in range(W):
            stamp = (x[:, :, i, j, None, None, None] * filters).sum(dim=1)
            y[:, :, i * stride : i * stride + kH, j * stride : j * stride + kW] += stamp
    y = y[:, :, padding : y.shape[2] - padding, padding : y.shape[3] - padding]
    return y if bias is None else y + bias[:, None, None]


def right_tap_by_tap(x, filters, bias=None, stride=1, padding=0):
    """For each tap of the filter, all places at once: they are `stride` apart."""
    B, C, H, W = x.shape
    C, out, kH, kW = filters.shape
    rows, columns = (H - 1) * stride, (W - 1) * stride
    y = torch.zeros(B, out, rows + kH, columns + kW, dtype=x.dtype, device=x.device)
    for u in range(kH):
        for v in range(kW):
            part = torch.tensordot(x, filters[:, :, u, v], dims=([1], [0])).permute(0, 3, 1, 2)
            y[:, :, u : u + rows + 1 : stride, v : v + columns + 1 : stride] += part
    if bias is not None:
        y = y + bias.reshape(1, out, 1, 1)
    return y[:, :, padding : rows + kH - padding, padding : columns + kW - padding]


def right_torch(x, filters, bias=None, stride=1, padding=0):
    """torch's own."""
    return F.conv_transpose2d(x, filters, bias=bias, stride=stride, padding=padding)


def right_spread_and_convolved(x, filters, bias=None, stride=1, padding=0):
    """Zeros between the numbers and around them, then a convolution with the filters turned."""
    (B, C, H, W), (kH, kW) = x.shape, filters.shape[2:]
    wide = x.new_zeros(B, C, (H - 1) * stride + 1, (W - 1) * stride + 1)
    wide[:, :, ::stride, ::stride] = x
    wide = F.pad(wide, (kW - 1, kW - 1, kH - 1, kH - 1))
    y = F.conv2d(wide, filters.flip(2, 3).transpose(0, 1), bias)
    return y[:, :, padding : y.shape[2] - padding, padding : y.shape[3] - padding]
