"""Weights to and from torch.nn, whose conventions differ from the course's.

torch.nn multiplies column vectors from the left (`weight_ih @ x`), so its matrices are our transposes, and it
keeps two biases of which only the sum matters.
"""

import torch
from torch import nn

from .cells import RNNCell


def rnn_cell_from_torch(rnn: nn.RNN) -> RNNCell:
    """Our cell with the weights of a one-layer, one-direction `torch.nn.RNN` with tanh.

    Raises:
        ValueError: the network has several layers, two directions, no bias, or relu.
    """
    if rnn.num_layers != 1 or rnn.bidirectional or not rnn.bias or rnn.nonlinearity != "tanh":
        raise ValueError(f"rnn_cell_from_torch: expected one layer, one direction, bias and tanh; got {rnn}")
    cell = RNNCell(rnn.input_size, rnn.hidden_size).to(rnn.weight_ih_l0)
    with torch.no_grad():
        cell.W_xh.copy_(rnn.weight_ih_l0.T)
        cell.W_hh.copy_(rnn.weight_hh_l0.T)
        cell.b.copy_(rnn.bias_ih_l0 + rnn.bias_hh_l0)
    return cell


def rnn_cell_to_torch(cell: RNNCell) -> nn.RNN:
    """A `torch.nn.RNN` (batch first) that computes the same as our cell; its second bias is zero."""
    rnn = nn.RNN(cell.input_size, cell.hidden_size, batch_first=True).to(cell.b)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(cell.W_xh.T)
        rnn.weight_hh_l0.copy_(cell.W_hh.T)
        rnn.bias_ih_l0.copy_(cell.b)
        rnn.bias_hh_l0.zero_()
    return rnn
