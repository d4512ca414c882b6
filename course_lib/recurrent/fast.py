"""The same results, sooner: torch's compiled loops where they compute what our cells compute."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ..exercises import is_library
from .cells import Cell, RNNCell
from .convert import torch_weights
from .gru import GRUCell
from .lstm import LSTMCell, LSTMState
from .stacked import Stacked
from .unrolling import unroll

_KERNELS = {RNNCell: (nn.RNN, "rnn_step"), LSTMCell: (nn.LSTM, "lstm_step"), GRUCell: (nn.GRU, None)}


def unroll_fast(cell: Cell, xs: Tensor, state: Any = None, lengths: Tensor | None = None) -> tuple[Tensor, Any]:
    """`unroll` with equal outputs, states and gradients, and several times faster where torch has such a network.

    That is so for `RNNCell`, `LSTMCell`, `GRUCell` in torch's convention, and `Stacked` layers of them. Any other cell,
    and every cell for which you completed a function yourself, runs step by step in `unroll`: then it is your
    function that computes.

    Args and returns: as in `unroll`.
    """
    if is_library("unroll", "stacked_step") and type(cell) is Stacked:
        return _unroll_layers(cell, xs, state, lengths)
    if not _has_kernel(cell) or (lengths is not None and lengths.min() < 1):
        return unroll(cell, xs, state, lengths)
    network_type, _ = _KERNELS[type(cell)]
    if state is None:
        state = cell.initial_state(len(xs))
    with torch.device("meta"):  # the layers' structure; the weights are the cell's
        network = network_type(cell.input_size, cell.hidden_size, batch_first=True)
    first = tuple(part[None] for part in state) if isinstance(state, tuple) else state[None]
    inputs = xs
    if lengths is not None:
        inputs = pack_padded_sequence(xs, lengths.cpu(), batch_first=True, enforce_sorted=False)
    outputs, last = functional_call(network, torch_weights(cell), (inputs, first))
    if lengths is not None:
        outputs, _ = pad_packed_sequence(outputs, batch_first=True, total_length=xs.shape[1])
    return outputs, LSTMState(last[0][0], last[1][0]) if isinstance(state, tuple) else last[0]


def _has_kernel(cell: Cell) -> bool:
    """Whether torch computes what this cell computes, with the functions in use now."""
    network_type, step = _KERNELS.get(type(cell), (None, None))
    if network_type is nn.GRU and cell.convention != "torch":
        return False
    return network_type is not None and is_library("unroll", *filter(None, [step]))


def _unroll_layers(cell: Stacked, xs: Tensor, state: Any, lengths: Tensor | None) -> tuple[Tensor, tuple]:
    """All time steps of one layer, then all of the next: the same sums in another order."""
    states = cell.initial_state(len(xs)) if state is None else state
    last = []
    for layer, (one, first) in enumerate(zip(cell.cells, states, strict=True)):
        if layer > 0:
            xs = nn.functional.dropout(xs, cell.dropout, cell.training)
        outputs, final = unroll_fast(one, xs, first, lengths)
        xs = outputs + xs if cell.residual and layer > 0 else outputs
        last.append(final)
    return xs, tuple(last)
