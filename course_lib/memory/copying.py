"""The copy task: hear a sequence, and say it again."""

from pathlib import Path

import torch
from torch import Tensor, nn

from ..recurrent import Cell, unroll_fast
from .machine import NTMCell

BITS = 6  # of each vector, unless said otherwise
WEIGHTS = Path(__file__).parents[1] / "memory.pt"  # made by benchmarks/memory.py


def copy_batch(
    count: int, length: int, width: int = BITS, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """The copy task: read random vectors of bits, then say them all again in the same order.

    The input is a start flag, the vectors one by one, an end flag, and then nothing for as many steps as there were
    vectors; in these steps they are to be said. Each flag has an input of its own.

    Args:
        count: B, sequences.
        length: L, vectors in each of them.
        width: W, bits in each vector.
        generator: source of randomness; torch's global one if None.

    Returns:
        xs (B, 2L + 2, W + 2), whose last two features are the flags; and the bits to say, (B, L, W), 0 or 1.

    Source: Graves et al. 2014, section 4.1; its sequences have a flag at their end only.
    """
    bits = torch.randint(2, (count, length, width), generator=generator).float()
    xs = torch.zeros(count, 2 * length + 2, width + 2)
    xs[:, 0, width] = 1.0
    xs[:, 1 : length + 1, :width] = bits
    xs[:, length + 1, width + 1] = 1.0
    return xs, bits


class Copier(nn.Module):
    """A cell that learns the copy task, and a readout of its outputs: logits_t = output_t W_hy + b_y.

    cell is any that takes W + 2 inputs, and width is W, the bits in each vector.
    """

    def __init__(self, cell: Cell, width: int = BITS):
        super().__init__()
        self.cell, self.readout = cell, nn.Linear(cell.hidden_size, width)

    def forward(self, xs: Tensor) -> Tensor:
        """Sequences (B, 2L + 2, W + 2) of `copy_batch` give logits (B, L, W) of the bits said in the last L steps."""
        outputs, _ = unroll_fast(self.cell, xs)  # (B, 2L + 2, H)
        return self.readout(outputs[:, outputs.shape[1] // 2 + 1 :])


def ntm_copier(locations: int = 24) -> Copier:
    """A Neural Turing Machine for the copy task, untrained; the longest sequence needs as many locations as vectors."""
    return Copier(NTMCell(BITS + 2, hidden_size=32, locations=locations, width=8))


def trained_copier(locations: int = 24) -> Copier:
    """A Neural Turing Machine that has learned to copy sequences of 1 to 10 vectors, ready for longer ones.

    Its weights were trained by benchmarks/memory.py and come with the library; none belongs to a location.
    """
    model = ntm_copier(locations)
    model.load_state_dict(torch.load(WEIGHTS))
    return model.eval()
