"""Recurrent networks: cells, running them over time, and the gradients that come back."""

from .backward import RNNGradients, rnn_backward, unroll_by_hand
from .cells import Cell, RNNCell, rnn_step
from .convert import rnn_cell_from_torch, rnn_cell_to_torch
from .gradients import clip_by_norm, gradient_flow, spectral_radius
from .unrolling import select_state, unroll

__all__ = [
    "Cell",
    "RNNCell",
    "RNNGradients",
    "clip_by_norm",
    "gradient_flow",
    "rnn_backward",
    "rnn_cell_from_torch",
    "rnn_cell_to_torch",
    "rnn_step",
    "select_state",
    "spectral_radius",
    "unroll",
    "unroll_by_hand",
]
