"""Recurrent networks: cells, running them over time, and the gradients that come back."""

from .backward import RNNGradients, rnn_backward, unroll_by_hand
from .bidirectional import Bidirectional, reverse_sequences, unroll_bidirectional
from .cells import Cell, RNNCell, rnn_step
from .convert import cell_from_torch, cell_to_torch
from .fast import unroll_fast
from .gradients import clip_by_norm, gradient_flow, spectral_radius
from .gru import GRUCell, gru_step, torch_gru_step
from .lstm import LSTMCell, LSTMState, lstm_step
from .mutated import MUT1, MUT2, MUT3
from .stacked import Stacked, stacked_step
from .unrolling import map_state, select_state, unroll
from .variants import CoupledLSTMCell, PeepholeLSTMCell, peephole_step

__all__ = [
    "MUT1",
    "MUT2",
    "MUT3",
    "Bidirectional",
    "Cell",
    "CoupledLSTMCell",
    "GRUCell",
    "LSTMCell",
    "LSTMState",
    "PeepholeLSTMCell",
    "RNNCell",
    "RNNGradients",
    "Stacked",
    "cell_from_torch",
    "cell_to_torch",
    "clip_by_norm",
    "gradient_flow",
    "gru_step",
    "lstm_step",
    "map_state",
    "peephole_step",
    "reverse_sequences",
    "rnn_backward",
    "rnn_step",
    "select_state",
    "spectral_radius",
    "stacked_step",
    "torch_gru_step",
    "unroll",
    "unroll_bidirectional",
    "unroll_by_hand",
    "unroll_fast",
]
