"""Painters: models that say how likely each grey level of a pixel is, given the pixels painted before."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..data.digits import LEVELS
from .masks import MaskedConv2d
from .recurrence import DiagonalBiLSTM, RowLSTM

WEIGHTS = Path(__file__).parents[1] / "pixelrnn.pt"  # made by benchmarks/pixelrnn.py
HIDDEN, LAYERS = 23, 2  # of the painter with these weights


class MaskedBlock(nn.Module):
    """A layer of the PixelCNN: a masked convolution of 3 x 3 between two of 1 x 1, added to the maps that came in.

    Args:
        hidden_size: h; maps come and go with 2h channels.

    Source: van den Oord et al. 2016, "Pixel Recurrent Neural Networks", sections 3.3 and 3.5.
    """

    def __init__(self, hidden_size: int):
        super().__init__()
        h = hidden_size
        self.narrow = nn.Conv2d(2 * h, h, 1)
        self.look = MaskedConv2d(h, h, (3, 3), "B")
        self.widen = nn.Conv2d(h, 2 * h, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, 2h, H, W) give maps of the same shape."""
        return x + self.widen(F.relu(self.look(F.relu(self.narrow(F.relu(x))))))


class Painter(nn.Module):
    """Says for each pixel how likely its grey levels are, given all earlier pixels that it can see.

        p(x) = prod_i p(x_i | x_1, ..., x_{i-1})        pixels counted row by row, each row from left to right

    A masked convolution of kind A looks at the pixels; layers that see no later place follow; two convolutions of 1 x 1
    end in a softmax over the grey levels of each pixel. All pixels of a known picture are judged at once. Layers of
    LSTMs make it a PixelRNN, convolutions a PixelCNN.

    It is smaller than the paper's, and has no connections from each layer to the output. Grey is put between -1 and 1
    first, which makes white paper, -1, another thing than the zeros beyond the edge.

    Args:
        layers: `RowLSTM`, `DiagonalBiLSTM` or `MaskedBlock`, all for the same h.
        hidden_size: h; the maps between the layers have 2h channels.
        levels: L, how many grey levels there are.
        kernel_size: rows and columns of the first filters.

    Source: van den Oord, Kalchbrenner and Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", equation 1, section 2.2
    and table 1.
    """

    def __init__(self, layers: Sequence[nn.Module], hidden_size: int, levels: int, kernel_size: int = 7):
        super().__init__()
        C, self.levels = 2 * hidden_size, levels
        self.first = MaskedConv2d(1, C, (kernel_size, kernel_size), "A")
        self.layers = nn.Sequential(*layers)
        self.readout = nn.Sequential(nn.ReLU(), nn.Conv2d(C, C, 1), nn.ReLU(), nn.Conv2d(C, levels, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 1, H, W) from 0 to 1 give logits (B, L, H, W), each pixel's without knowing it or later ones."""
        return self.readout(self.layers(self.first(2 * pictures - 1)))


def row_painter(levels: int, hidden_size: int, layers: int, kernel_size: int = 7) -> Painter:
    """A PixelRNN with layers of `RowLSTM`; `layers` says how many, the other arguments are those of `Painter`."""
    return Painter([RowLSTM(hidden_size) for _ in range(layers)], hidden_size, levels, kernel_size)


def diagonal_painter(levels: int, hidden_size: int, layers: int, kernel_size: int = 7) -> Painter:
    """A PixelRNN with layers of `DiagonalBiLSTM`; arguments as in `row_painter`."""
    return Painter([DiagonalBiLSTM(hidden_size) for _ in range(layers)], hidden_size, levels, kernel_size)


def convolution_painter(levels: int, hidden_size: int, layers: int, kernel_size: int = 7) -> Painter:
    """A PixelCNN, with layers of `MaskedBlock`; arguments as in `row_painter`."""
    return Painter([MaskedBlock(hidden_size) for _ in range(layers)], hidden_size, levels, kernel_size)


def trained_painter() -> Painter:
    """A PixelRNN with diagonal LSTMs that has learned from `load_digits`, ready to paint 8 x 8 pixels.

    Trained by benchmarks/pixelrnn.py; the weights come with the library.
    """
    model = diagonal_painter(LEVELS, HIDDEN, LAYERS)
    model.load_state_dict(torch.load(WEIGHTS))
    return model.eval()
