"""From one sequence to another: an encoder reads, a decoder writes, with or without attention in between."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ..exercises import exercise
from ..recurrent import Bidirectional, Cell, LSTMCell, Stacked, unroll_fast
from .loss import temporal_cross_entropy


class Encoded(NamedTuple):
    """What an encoder has understood."""

    keys: Tensor  # one vector for each place that can be looked at, (B, S, K)
    mask: Tensor  # which places are real and not padding, (B, S) bool
    summary: Tensor  # all of it in one vector, (B, K)


class DecoderState(NamedTuple):
    """What a decoder hands from step to step; it takes what it looks at with it."""

    cell: Any  # the state of the cell
    output: Tensor  # the cell's last output h_{t-1}, which asks the next query, (B, H)
    weights: Tensor  # where it looked in the last step, (B, S)
    keys: Tensor  # (B, S, K)
    mask: Tensor  # (B, S)


class Encoder(nn.Module):
    """Embeds the symbols of a sequence and runs layers over it.

    Args:
        vocabulary_size: V of the language that is read.
        embedding_size: D.
        layers: each a cell, a `Stacked`, or a `Bidirectional` network; from the lowest to the highest.
    """

    def __init__(self, vocabulary_size: int, embedding_size: int, *layers: nn.Module):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.layers = nn.ModuleList(layers)
        self.hidden_size = layers[-1].hidden_size

    def forward(self, symbols: Tensor, lengths: Tensor) -> Encoded:
        """Symbols (B, S) integers and their true lengths (B,) give keys (B, S, K), mask and summary.

        The summary is the output at the last true step, of both directions at their own last steps.
        """
        xs = self.embedding(symbols)  # (B, S, D)
        for layer in self.layers:
            xs, _ = layer(xs, lengths) if isinstance(layer, Bidirectional) else unroll_fast(layer, xs, None, lengths)
        rows, last = torch.arange(len(xs), device=xs.device), (lengths - 1).clamp(min=0)
        summary = xs[rows, last]
        if isinstance(self.layers[-1], Bidirectional):
            H = self.layers[-1].forward_cell.hidden_size
            summary = torch.cat([summary[:, :H], xs[:, 0, H:]], dim=1)
        mask = torch.arange(xs.shape[1], device=xs.device) < lengths[:, None]
        return Encoded(xs, mask, summary)


def _check_attention_decoder_step(x, state, cell, attend):
    if x.dim() != 2 or len(x) != len(state.output):
        raise ValueError(
            f"attention_decoder_step: x should have the shape (B, D) with B = {len(state.output)}, got {tuple(x.shape)}"
        )


@exercise("a4", accepts=_check_attention_decoder_step)
def attention_decoder_step(x: Tensor, state: DecoderState, cell: Cell, attend: Callable) -> tuple[Tensor, DecoderState]:
    """One step of a decoder that looks back at what it translates.

        z_t, alpha_t = attend(h_{t-1}, keys)            where to look: asked by what the cell put out last
        h_t, s_t = cell([x_t, z_t], s_{t-1})            what to say: from the last word and from what was seen
        features_t = [h_t, z_t]

    Args:
        x: the embedded last symbol, (B, D).
        state: the decoder's state.
        cell: any cell that takes D + K inputs.
        attend: `(query (B, H), keys (B, S, K), mask (B, S)) -> (context (B, K), weights (B, S))`.

    Returns:
        features (B, H + K), from which the next symbol is scored, and the new state, whose `weights` are alpha_t.

    Source: Bahdanau, Cho and Bengio 2015, section 3.1.
    """
    context, weights = attend(state.output, state.keys, state.mask)
    output, cell_state = cell(torch.cat([x, context], dim=1), state.cell)
    features = torch.cat([output, context], dim=1)  # (B, H + K)
    return features, state._replace(cell=cell_state, output=output, weights=weights)


class SequenceToSequence(nn.Module):
    """An encoder, a decoder cell, and attention between them, or none: then one vector must hold everything.

    Without attention the decoder sees the encoder's summary at every step, z_t = summary.

    Args:
        encoder: gives `Encoded(keys, mask, summary)` for what is called with, such as `Encoder`.
        cell: the decoder's cell, any that takes embedding_size + encoder.hidden_size inputs.
        vocabulary_size: V of the language that is written.
        embedding_size: D of that language.
        attend: such as `AdditiveAttention(cell.hidden_size, encoder.hidden_size, A)`; None for no attention.

    Source: Sutskever, Vinyals and Le 2014, "Sequence to Sequence Learning with Neural Networks", and Cho et al. 2014
    without attention; Bahdanau et al. 2015 with it.
    """

    def __init__(
        self, encoder: nn.Module, cell: Cell, vocabulary_size: int, embedding_size: int, attend: nn.Module | None = None
    ):
        super().__init__()
        self.encoder, self.cell, self.attend = encoder, cell, attend
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.first_query = nn.Linear(encoder.hidden_size, cell.hidden_size)
        self.readout = nn.Linear(cell.hidden_size + encoder.hidden_size, vocabulary_size)

    def encode(self, *source: Tensor) -> DecoderState:
        """Read the source, as the encoder takes it; gives the decoder's first state."""
        keys, mask, summary = self.encoder(*source)
        if self.attend is None:  # one place to look at, which is everything
            keys, mask = summary[:, None, :], torch.ones_like(mask[:, :1])
        first = self.cell.initial_state(len(keys)), torch.tanh(self.first_query(summary))
        return DecoderState(*first, keys.new_zeros(mask.shape), keys, mask)

    def step(self, symbols: Tensor, state: DecoderState) -> tuple[Tensor, DecoderState]:
        """One step, for decoding: symbols (B,) and a state give logits (B, V) and the new state."""
        attend = self.attend or _look_at_everything
        features, state = attention_decoder_step(self.embedding(symbols), state, self.cell, attend)
        return self.readout(features), state

    def forward(self, source: tuple, symbols: Tensor, teacher: float = 1.0) -> tuple[Tensor, Tensor]:
        """Scores for the symbol after each of those given.

        Args:
            source: what the encoder takes.
            symbols: the translation that is fed in, START first, (B, T) integers.
            teacher: the probability with which each step is fed the given symbol; otherwise it is fed the symbol that
                the model itself finds likeliest (Bengio et al. 2015, "Scheduled Sampling").

        Returns:
            logits (B, T, V), and where the decoder looked, (B, T, S).
        """
        state = self.encode(*source)
        logits, weights, fed = [], [], symbols[:, 0]
        for t in range(symbols.shape[1]):
            if t > 0:
                fed = symbols[:, t]
                if teacher < 1:
                    own = torch.rand(len(fed), device=fed.device) >= teacher
                    fed = torch.where(own, logits[-1].argmax(dim=1), fed)
            scores, state = self.step(fed, state)
            logits.append(scores)
            weights.append(state.weights)
        return torch.stack(logits, dim=1), torch.stack(weights, dim=1)


def _look_at_everything(query: Tensor, keys: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """In place of attention: the one key there is, with all the weight."""
    return keys[:, 0], mask.to(keys.dtype)


def translation_loss(model: SequenceToSequence, batch: tuple, padding: int, teacher: float = 1.0) -> Tensor:
    """`temporal_cross_entropy` of a batch: what the encoder takes, and last the target (B, T + 1), START first.

    Steps whose target is `padding` do not count.
    """
    *source, target = batch
    logits, _ = model(tuple(source), target[:, :-1], teacher)
    return temporal_cross_entropy(logits, target[:, 1:], ignore_index=padding)


def google_translator(
    source_size: int, target_size: int, attend: Callable[[int, int], nn.Module], hidden_size: int = 64, layers: int = 8
) -> SequenceToSequence:
    """A small relative of Google's translation system of 2016, which has 8 layers of 1024 units on each side.

    The encoder's lowest layer reads in both directions, all others forward with residual connections; the decoder is
    a stack with residual connections. Differences: attention is asked by the decoder's highest layer instead of its
    lowest, and what it sees enters the lowest layer and the readout instead of every layer.

    Args:
        source_size, target_size: the sizes V of the two vocabularies.
        attend: makes the attention from the sizes of query and key, such as `DotProductAttention`.
        hidden_size: units of each layer, even.
        layers: L, at least 2, of the encoder and of the decoder.

    Source: Wu et al. 2016, "Google's Neural Machine Translation System", section 3.
    """
    H = hidden_size
    both = Bidirectional(LSTMCell(H, H // 2), LSTMCell(H, H // 2))
    above = Stacked([LSTMCell(H, H) for _ in range(layers - 1)], residual=True)
    decoder = Stacked([LSTMCell(2 * H, H), *(LSTMCell(H, H) for _ in range(layers - 1))], residual=True)
    return SequenceToSequence(Encoder(source_size, H, both, above), decoder, target_size, H, attend(H, H))
