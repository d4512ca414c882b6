"""Reading in both directions."""

from typing import Any

import torch
from torch import Tensor, nn

from ..exercises import exercise
from .cells import Cell
from .fast import unroll_fast


def reverse_sequences(xs: Tensor, lengths: Tensor | None = None) -> Tensor:
    """Each sequence back to front, its padding left where it is.

    Args:
        xs: (B, T, D).
        lengths: (B,) integers; all sequences have length T if None.
    """
    B, T, D = xs.shape
    if lengths is None:
        return xs.flip(1)
    t = torch.arange(T, device=xs.device)
    source = torch.where(t < lengths[:, None], lengths[:, None] - 1 - t, t)  # (B, T)
    return xs.gather(1, source[:, :, None].expand(B, T, D))


def _check_unroll_bidirectional(forward_cell, backward_cell, xs, lengths=None):
    if xs.dim() != 3 or xs.shape[1] == 0:
        raise ValueError(f"unroll_bidirectional: xs should have the shape (B, T, D), got {tuple(xs.shape)}")


@exercise("a2", accepts=_check_unroll_bidirectional)
def unroll_bidirectional(
    forward_cell: Cell, backward_cell: Cell, xs: Tensor, lengths: Tensor | None = None
) -> tuple[Tensor, tuple[Any, Any]]:
    """Run one cell from left to right and another from right to left, and put their outputs side by side.

        output_t = [h->_t, h<-_t]

    The backward cell starts at the last true step of each sequence, not in its padding; h<-_t is what it knows after
    reading step t, having come from the end.

    Args:
        forward_cell, backward_cell: any two cells.
        xs: inputs, (B, T, D).
        lengths: (B,) integers, the true lengths, if they differ. Outputs after the end are zero.

    Returns:
        outputs (B, T, H_forward + H_backward), and the two cells' last states.

    Source: Schuster and Paliwal 1997, "Bidirectional Recurrent Neural Networks".
    """
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths), lengths=lengths)
    outputs = torch.cat([forward, reverse_sequences(backward, lengths)], dim=2)
    return outputs, (forward_state, backward_state)


class Bidirectional(nn.Module):
    """Two cells that read a sequence in both directions. It needs the whole sequence, so it is not a cell itself.

    Args:
        forward_cell, backward_cell: cells with the same input size.
    """

    def __init__(self, forward_cell: Cell, backward_cell: Cell):
        super().__init__()
        self.forward_cell, self.backward_cell = forward_cell, backward_cell
        self.input_size = forward_cell.input_size
        self.hidden_size = forward_cell.hidden_size + backward_cell.hidden_size

    def forward(self, xs: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, tuple[Any, Any]]:
        """xs (B, T, D) give outputs (B, T, H) and the last states of both directions; see `unroll_bidirectional`."""
        return unroll_bidirectional(self.forward_cell, self.backward_cell, xs, lengths)
