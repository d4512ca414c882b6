"""Painting pixel after pixel: PixelRNN and PixelCNN."""

from .masks import MaskedConv2d, causal_mask, masked_conv2d
from .model import MaskedBlock, Painter, convolution_painter, diagonal_painter, row_painter, trained_painter
from .painting import bits_per_dimension, fill_in, grey_levels, pixel_loss, sample
from .recurrence import (
    DiagonalBiLSTM,
    RowLSTM,
    diagonal_bilstm,
    diagonal_lstm,
    line_lstm_step,
    lstm_over_lines,
    skew,
    unskew,
)

__all__ = [
    "DiagonalBiLSTM",
    "MaskedBlock",
    "MaskedConv2d",
    "Painter",
    "RowLSTM",
    "bits_per_dimension",
    "causal_mask",
    "convolution_painter",
    "diagonal_bilstm",
    "diagonal_lstm",
    "diagonal_painter",
    "fill_in",
    "grey_levels",
    "line_lstm_step",
    "lstm_over_lines",
    "masked_conv2d",
    "pixel_loss",
    "row_painter",
    "sample",
    "skew",
    "trained_painter",
    "unskew",
]
