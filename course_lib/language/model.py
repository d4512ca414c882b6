"""Language models: predicting the next symbol of a sequence."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..recurrent import Cell, unroll_fast
from .loss import temporal_cross_entropy


class LanguageModel(nn.Module):
    """A cell that reads symbols one by one and scores what comes next.

        x_t = one-hot(symbol_t)        h_t, state_t = cell(x_t, state_{t-1})        logits_t = h_t W_hy + b_y

    With learned embeddings x_t is instead a row of a matrix W_e (V, D), the one that belongs to symbol_t.

    Args:
        cell: any cell; its input size is V, or the size D of the embeddings.
        vocabulary_size: V.
        embedding: turns symbols (...) into vectors (..., D), such as `nn.Embedding(V, D)`; one-hot vectors if None.
        unroll: how to run the cell over time, with the arguments of `course_lib.recurrent.unroll`.
    """

    def __init__(
        self, cell: Cell, vocabulary_size: int, embedding: nn.Module | None = None, unroll: Callable = unroll_fast
    ):
        super().__init__()
        self.cell, self.vocabulary_size, self.unroll = cell, vocabulary_size, unroll
        self.embedding = embedding
        self.readout = nn.Linear(cell.hidden_size, vocabulary_size)

    def initial_state(self, batch_size: int) -> Any:
        """The cell's state before the first symbol."""
        return self.cell.initial_state(batch_size)

    def forward(self, symbols: Tensor, state: Any = None, lengths: Tensor | None = None) -> tuple[Tensor, Any]:
        """Scores for the symbol after each position.

        Args:
            symbols: (B, T) integers.
            state: the cell's state before the first symbol; its initial state if None.
            lengths: (B,) integers, if the sequences differ in length.

        Returns:
            logits (B, T, V), and the state after the last symbol.
        """
        hs, state = self.unroll(self.cell, self._embed(symbols), state, lengths)
        return self.readout(hs), state

    def step(self, symbols: Tensor, state: Any) -> tuple[Tensor, Any]:
        """One step, for decoding: symbols (B,) and a state give logits (B, V) and the new state."""
        h, state = self.cell(self._embed(symbols), state)
        return self.readout(h), state

    def _embed(self, symbols: Tensor) -> Tensor:
        if self.embedding is not None:
            return self.embedding(symbols)
        return F.one_hot(symbols, self.vocabulary_size).to(self.readout.weight.dtype)


def next_symbol_loss(model: LanguageModel, batch: tuple[Tensor, Tensor]) -> Tensor:
    """`temporal_cross_entropy` of a batch (symbols, next symbols), both (B, T): what `train` minimises."""
    symbols, targets = batch
    logits, _ = model(symbols)
    return temporal_cross_entropy(logits, targets)


@torch.no_grad()
def nats_per_symbol(model: LanguageModel, symbols: Tensor, window: int = 512) -> float:
    """How surprised the model is by a text, per symbol: the mean of -log p(next symbol), in nats.

    The text is read from start to end with the state carried along; divide by log 2 for bits.

    Args:
        model: the language model.
        symbols: (N,) integers, N at least 2.
        window: how many symbols are processed at once; it limits memory and does not change the result.
    """
    state, total = None, 0.0
    for start in range(0, len(symbols) - 1, window):
        read = symbols[None, start : start + window + 1]
        logits, state = model(read[:, :-1], state)
        total += F.cross_entropy(logits[0], read[0, 1:], reduction="sum").item()
    return total / (len(symbols) - 1)


def bits_per_symbol(model: LanguageModel, symbols: Tensor) -> float:
    """`nats_per_symbol` in bits: how many yes-or-no questions the next symbol is worth."""
    return nats_per_symbol(model, symbols) / math.log(2)
