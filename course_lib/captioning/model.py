"""The captioner: an encoder sees, a recurrent cell writes, and there are several ways to show it the picture."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, nn

from ..language import DecoderState, Vocabulary, attention_decoder_step, beam_search
from ..language.vocabulary import END, START
from ..recurrent import Cell, map_state
from ..recurrent.cells import new_weights
from .showing import picture_as_first_state, picture_as_first_word, picture_at_every_step, word_embedding

Showing = Literal["every step", "first step", "initial state"]


class Captioner(nn.Module):
    """Writes captions; built from an encoder, a cell and, if wanted, attention.

    The picture is a stack of maps, and v is their mean over all places (or what `glance` makes of them). It is shown in
    one of the lectures' three ways:

        "every step"       the cell reads [x_t, v]: for the plain cell, h = tanh(x W_xh + h W_hh + v W_ih + b)
        "first step"       v becomes a "word" that is read before START
        "initial state"    v becomes the state in which the cell begins

    Attention adds to it: at every step the cell also reads z_t = attend(h_{t-1}, maps). Where v is shown at every step
    anyway, z_t takes its place. As h_{t-1} has not read the last word yet, `word_asks` makes the query [h_{t-1}, x_t].

    Args:
        encoder: pictures to maps (B, D, h, w), such as `SmallEncoder`; `nn.Identity()` if maps come in.
        feature_size: D.
        cell: any; it takes E inputs, and as many more as v has with "every step", or D with attention.
        vocabulary_size: V.
        embedding_size: E.
        showing: which way.
        attend: `(query (B, H), maps (B, D, h, w), mask) -> (context (B, D), weights (B, h, w))`, such as
            `SpatialAttention`, or None.
        glance: maps to those whose mean is v, with its `feature_size`, such as `WholePicture`; if None, v is the mean
            of the encoder's maps.
        word_asks: whether the last word, too, asks where to look; then the query has H + E features in place of H.

    Raises:
        ValueError: there is no such way of showing.

    Source: Vinyals et al. 2015, "Show and Tell" (first step); Xu et al. 2015, "Show, Attend and Tell" (initial state,
    attention). Lu et al. 2017, "Knowing When to Look", ask even later, with h_t.
    """

    def __init__(
        self,
        encoder: nn.Module,
        feature_size: int,
        cell: Cell,
        vocabulary_size: int,
        embedding_size: int,
        showing: Showing = "initial state",
        attend: nn.Module | None = None,
        glance: nn.Module | None = None,
        word_asks: bool = False,
    ):
        super().__init__()
        if showing not in ("every step", "first step", "initial state"):
            raise ValueError(
                f"Captioner: showing should be 'every step', 'first step' or 'initial state', got {showing!r}"
            )
        self.encoder, self.cell, self.attend, self.showing = encoder, cell, attend, showing
        self.word_asks = word_asks
        self.glance = glance or nn.Identity()
        seen, D, H = glance.feature_size if glance else feature_size, feature_size, cell.hidden_size
        self.words = nn.Parameter(torch.randn(vocabulary_size, embedding_size))
        self.readout = nn.Linear(H + D if attend else H, vocabulary_size)
        sizes = []  # of what the picture turns into, apart from maps
        if showing == "first step":
            sizes = [embedding_size]
        elif showing == "initial state":
            sizes = [part.shape[1] for part in _tensors(cell.initial_state(1))]
        self.shown_W = nn.ParameterList(new_weights(seen, seen, size) for size in sizes)
        self.shown_b = nn.ParameterList(nn.Parameter(torch.zeros(size)) for size in sizes)

    def begin(self, pictures: Tensor) -> DecoderState:
        """Look at pictures, (B, 3, H, W) or whatever the encoder takes; gives the state before START."""
        maps = self.encoder(pictures)
        glanced = self.glance(maps)
        state = self._first_state(glanced)
        output = next(_tensors(state))  # h asks the first query
        keys = maps if self.attend else glanced.mean(dim=(2, 3))
        nowhere = torch.zeros_like(maps[:, 0])  # has not looked yet
        return DecoderState(state, output, nowhere, keys, torch.ones_like(nowhere, dtype=torch.bool))

    def step(self, symbols: Tensor, state: DecoderState) -> tuple[Tensor, DecoderState]:
        """One step, for training and for every kind of decoding: symbols (B,) give logits (B, V) and the new state."""
        x = word_embedding(symbols, self.words)
        if self.attend:
            features, state = attention_decoder_step(x, state, self.cell, partial(self._look, x))
        else:
            if self.showing == "every step":
                x = picture_at_every_step(x, state.keys)
            features, cell_state = self.cell(x, state.cell)
            state = state._replace(cell=cell_state, output=features)
        return self.readout(features), state

    def forward(self, pictures: Tensor, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """Scores for the word after each of those given.

        Args:
            pictures: what the encoder takes, B of them.
            symbols: captions that are fed in, START first: one for each picture, (B, T) integers, or k for the first,
                then k for the second, and so on, (B k, T).

        Returns:
            logits (B k, T, V), and where the model looked, (B k, T, h, w), all zero without attention.
        """
        k = len(symbols) // len(pictures)
        state, logits, looks = self.begin(pictures), [], []
        if k > 1:  # each picture is looked at once
            state = map_state(lambda part: part.repeat_interleave(k, dim=0), state)
        for fed in symbols.unbind(dim=1):
            scores, state = self.step(fed, state)
            logits.append(scores)
            looks.append(state.weights)
        return torch.stack(logits, dim=1), torch.stack(looks, dim=1)

    def _look(self, x: Tensor, h: Tensor, maps: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """What attention sees when it is asked by the state h_{t-1}, or by state and word [h_{t-1}, x_t]."""
        return self.attend(torch.cat([h, x], dim=1) if self.word_asks else h, maps, mask)

    def _first_state(self, glanced: Tensor) -> Any:
        """The cell's state before START."""
        shown = list(zip(self.shown_W, self.shown_b, strict=True))
        if self.showing == "first step":
            return self._read_picture(glanced.mean(dim=(2, 3)), *shown[0])
        empty = self.cell.initial_state(len(glanced))
        if self.showing == "every step":
            return empty
        parts = iter(shown)
        return map_state(lambda _: picture_as_first_state(glanced, *next(parts)), empty)

    def _read_picture(self, v: Tensor, W: Tensor, b: Tensor) -> Any:
        """The state after the picture was read as a word; where contexts are read too, nothing is seen yet."""
        if not self.attend:
            return picture_as_first_word(v, W, b, self.cell)
        pad = (0, self.cell.input_size - W.shape[1])
        return picture_as_first_word(v, nn.functional.pad(W, pad), nn.functional.pad(b, pad), self.cell)


@torch.no_grad()
def describe(
    model: Captioner, pictures: Tensor, vocabulary: Vocabulary, width: int = 1, length: int = 20
) -> list[list[str]]:
    """The likeliest caption of each picture, in words, by beam search.

    Args:
        model: the captioner; put into evaluation mode.
        pictures: what its encoder takes.
        vocabulary: of the words, with START and END.
        width: of the beam; 1 is greedy.
        length: the most words, END included.
    """
    model.eval()
    start = torch.full((len(pictures), 1), vocabulary.numbers[START], device=model.words.device)
    found = beam_search(model, start, width, length, model.begin(pictures), vocabulary.numbers[END])
    return [[word for word in vocabulary.lookup(best[0].symbols) if word != END] for best in found]


def _tensors(state: Tensor | tuple) -> Iterator[Tensor]:
    """The tensors of a state, in the order in which `map_state` visits them."""
    if isinstance(state, tuple):
        for part in state:
            yield from _tensors(part)
    else:
        yield state
