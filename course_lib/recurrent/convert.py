"""Weights to and from torch.nn, whose conventions differ from the course's.

torch.nn multiplies column vectors from the left (`weight_ih @ x`), so its matrices are our transposes. It keeps two
biases of which only the sum matters, except in the GRU's candidate. It stacks an LSTM's gates i, f, g, o where we
have i, f, o, g, and a GRU's r, z, n where we have z, r and the candidate.
"""

import torch
from torch import Tensor, nn

from .cells import Cell, RNNCell
from .gru import GRUCell
from .lstm import LSTMCell

# For each kind of cell: torch's network, and our blocks of columns in torch's order (the same list leads back).
_KINDS = {RNNCell: (nn.RNN, [0]), LSTMCell: (nn.LSTM, [0, 1, 3, 2]), GRUCell: (nn.GRU, [1, 0, 2])}


def torch_weights(cell: Cell) -> dict[str, Tensor]:
    """The parameters that make a one-layer torch.nn network equal to our cell, by torch's names.

    They are computed from the cell's, so gradients flow back to it.

    Raises:
        TypeError: torch.nn has no network that computes the same.
    """
    if type(cell) not in _KINDS or (type(cell) is GRUCell and cell.convention != "torch"):
        raise TypeError(f"torch.nn has no network that computes the same as {cell}")
    _, order = _KINDS[type(cell)]
    bias_hh = torch.zeros_like(cell.b)
    if type(cell) is GRUCell:
        bias_hh = torch.cat([bias_hh[cell.hidden_size :], cell.b_hc])
    return {
        "weight_ih_l0": _reorder(cell.W_xh, order).T,
        "weight_hh_l0": _reorder(cell.W_hh, order).T,
        "bias_ih_l0": _reorder(cell.b, order),
        "bias_hh_l0": bias_hh,
    }


def cell_to_torch(cell: Cell) -> nn.RNNBase:
    """A `torch.nn.RNN`, `LSTM` or `GRU` (batch first) that computes the same as our cell.

    Raises:
        TypeError: torch.nn has no network that computes the same.
    """
    weights = torch_weights(cell)
    network_type, _ = _KINDS[type(cell)]
    network = network_type(cell.input_size, cell.hidden_size, batch_first=True).to(cell.b)
    network.load_state_dict(weights)
    return network


def cell_from_torch(network: nn.RNNBase) -> Cell:
    """Our cell with the weights of a one-layer, one-direction `torch.nn.RNN` (with tanh), `LSTM` or `GRU`.

    Raises:
        ValueError: the network has several layers, two directions, no bias, projections, or relu.
    """
    plain = network.num_layers == 1 and not network.bidirectional and network.bias and network.proj_size == 0
    if not plain or getattr(network, "nonlinearity", "tanh") != "tanh":
        raise ValueError(f"cell_from_torch: expected one layer, one direction, bias and tanh; got {network}")
    kind = next(kind for kind, (network_type, _) in _KINDS.items() if isinstance(network, network_type))
    _, order = _KINDS[kind]
    more = {"convention": "torch"} if kind is GRUCell else {}
    cell = kind(network.input_size, network.hidden_size, **more).to(network.weight_ih_l0)
    bias_ih, bias_hh = network.bias_ih_l0.detach(), network.bias_hh_l0.detach().clone()
    with torch.no_grad():
        if kind is GRUCell:
            cell.b_hc.copy_(bias_hh[2 * network.hidden_size :])
            bias_hh[2 * network.hidden_size :] = 0
        cell.W_xh.copy_(_reorder(network.weight_ih_l0.T, order))
        cell.W_hh.copy_(_reorder(network.weight_hh_l0.T, order))
        cell.b.copy_(_reorder(bias_ih + bias_hh, order))
    return cell


def _reorder(columns: Tensor, order: list[int]) -> Tensor:
    """The equally wide blocks of the last dimension in another order."""
    blocks = columns.chunk(len(order), dim=-1)
    return torch.cat([blocks[k] for k in order], dim=-1)
