"""Several layers of cells on top of each other."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from ..exercises import exercise
from .cells import Cell


def _check_stacked_step(cells, x, states, residual=False, dropout=0.0):
    if len(cells) != len(states):
        raise ValueError(f"stacked_step: states should be one per cell, got {len(states)} for {len(cells)} cells")


@exercise("a2", accepts=_check_stacked_step)
def stacked_step(
    cells: Sequence[Cell], x: Tensor, states: Sequence[Any], residual: bool = False, dropout: float = 0.0
) -> tuple[Tensor, tuple]:
    """One time step through several layers: the output of each is the input of the next.

        h^(l)_t, state^(l)_t = cell^(l)(x^(l)_t, state^(l)_{t-1})
        x^(1)_t = x_t,    x^(l+1)_t = dropout(h^(l)_t)            or, with residual connections and l > 1,
                          x^(l+1)_t = dropout(h^(l)_t + x^(l)_t)

    The output of the step is x^(L+1)_t without dropout. Dropout is for what goes from layer to layer; states are
    handed on through time as they are.

    Args:
        cells: L cells, from the lowest to the highest.
        x: input of this time step, (B, D).
        states: their L states.
        residual: whether every layer but the lowest adds its input to its output.
        dropout: the probability with which `torch.nn.functional.dropout` zeroes what goes up a layer.

    Returns:
        The output of the highest layer (B, H), and the tuple of the L new states.

    Source: Wu et al. 2016, "Google's Neural Machine Translation System", section 3.1 (residual connections);
    Zaremba et al. 2014, "Recurrent Neural Network Regularization" (dropout only between layers).
    """
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        if layer > 0:
            x = F.dropout(x, dropout)
        output, state = cell(x, state)
        x = output + x if residual and layer > 0 else output
        new_states.append(state)
    return x, tuple(new_states)


class Stacked(nn.Module):
    """Several cells on top of each other, which together are a cell again: its state is the tuple of theirs.

    Args:
        cells: from the lowest to the highest; each takes what the one below puts out.
        dropout: probability of dropping what goes from one layer to the next, while training.
        residual: whether every layer but the lowest adds its input to its output.

    Raises:
        ValueError: sizes of neighbouring layers do not fit.
    """

    def __init__(self, cells: Sequence[Cell], dropout: float = 0.0, residual: bool = False):
        super().__init__()
        for low, high in pairwise(cells):
            if low.hidden_size != high.input_size or (residual and high.hidden_size != high.input_size):
                raise ValueError(
                    f"Stacked: a layer of {low.hidden_size} units is followed by one that takes {high.input_size} and "
                    f"has {high.hidden_size}; the first two should agree, and with residual connections all three"
                )
        self.cells, self.dropout, self.residual = nn.ModuleList(cells), dropout, residual
        self.input_size, self.hidden_size = cells[0].input_size, cells[-1].hidden_size

    def initial_state(self, batch_size: int) -> tuple:
        """The initial states of all layers."""
        return tuple(cell.initial_state(batch_size) for cell in self.cells)

    def forward(self, x_t: Tensor, state: tuple) -> tuple[Tensor, tuple]:
        """One step: x_t (B, D) and the states give the highest layer's output (B, H) and the new states."""
        return stacked_step(self.cells, x_t, state, self.residual, self.dropout if self.training else 0.0)
