"""Many to one: a judgement about a whole sequence."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..recurrent import Cell, unroll_fast


class SequenceClassifier(nn.Module):
    """Reads a sequence of symbols and says, at its end, which class it belongs to.

        x_t = W_e[symbol_t]        h_t, state_t = cell(x_t, state_{t-1})        logits = h_T W_hy + b_y

    Args:
        vocabulary_size: V.
        cell: any cell; its input size is the size D of the embeddings.
        classes: K, such as 3 for negative, neutral and positive.
        unroll: how to run the cell over time.
    """

    def __init__(self, vocabulary_size: int, cell: Cell, classes: int, unroll: Callable = unroll_fast):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, cell.input_size)
        self.cell, self.unroll = cell, unroll
        self.readout = nn.Linear(cell.hidden_size, classes)

    def forward(self, symbols: Tensor, lengths: Tensor) -> Tensor:
        """Symbols (B, T) integers and true lengths (B,), at least 1, give logits (B, K)."""
        return self.every_step(symbols, lengths)[torch.arange(len(symbols), device=symbols.device), lengths - 1]

    def every_step(self, symbols: Tensor, lengths: Tensor) -> Tensor:
        """What it would say if the sequence ended here, after each step: logits (B, T, K)."""
        hs, _ = self.unroll(self.cell, self.embedding(symbols), None, lengths)
        return self.readout(hs)


def classification_loss(model: SequenceClassifier, batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Cross-entropy of a batch (symbols (B, T), lengths (B,), classes (B,)): what `train` minimises."""
    symbols, lengths, classes = batch
    return F.cross_entropy(model(symbols, lengths), classes)


@torch.no_grad()
def accuracy(model: SequenceClassifier, batch: tuple[Tensor, Tensor, Tensor]) -> float:
    """The share of sequences of a batch (symbols, lengths, classes) whose likeliest class is the right one."""
    symbols, lengths, classes = batch
    return (model(symbols, lengths).argmax(dim=1) == classes).float().mean().item()
