"""Beam search: looking for the likeliest text, several of them side by side."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise
from ..recurrent import map_state
from .decoding import Writer, read_prompt


class Hypothesis(NamedTuple):
    """One text that beam search found."""

    symbols: list[int]  # without the prompt; with the end symbol, if it got that far
    log_p: float  # log of its probability, in nats
    score: float  # log_p / size^alpha: what it was ranked by


class Beams(NamedTuple):
    """The W best texts so far, for each of B searches."""

    texts: Tensor  # what was written after t steps, (B, W, t) int64
    log_p: Tensor  # log of each text's probability, (B, W); minus infinity where there is no text yet
    sizes: Tensor  # how many symbols each text has, its end included, (B, W) int64
    ended: Tensor  # whether it is finished, (B, W) bool


def _check_beam_step(beams, log_next, end=None, alpha=0.0):
    check_shapes("beam_step", log_p=(beams.log_p, "B W"), log_next=(log_next, "B W V"))


@exercise("a2", accepts=_check_beam_step)
def beam_step(beams: Beams, log_next: Tensor, end: int | None = None, alpha: float = 0.0) -> tuple[Beams, Tensor]:
    """One step of beam search: continue all texts in all ways, and keep the W best.

        score(Y) = log p(Y) / size(Y)^alpha,        log p(Y) = sum_t log p(y_t | y_1 ... y_{t-1})

    The candidates of one search are each unfinished text followed by each of the V symbols, and each finished text as
    it is. The W with the highest scores are kept, the best first. size(Y) counts the end symbol.

    Args:
        beams: the texts so far.
        log_next: log p of each symbol after each text, (B, W, V); of no meaning for finished texts.
        end: the symbol that finishes a text; None if there is none.
        alpha: 0 ranks by probability, which favours short texts; 1 by the mean log probability per symbol.

    Returns:
        The new `Beams`, with texts one column longer (a finished text gets `end` there once more), and the place in
        the old beams from which each text comes, (B, W) int64.

    Source: Graves 2012, "Sequence Transduction with Recurrent Neural Networks"; the normalisation is the simplest form
    of Wu et al. 2016, section 7.
    """
    B, W, V = log_next.shape
    if end is not None:  # a finished text is continued in one way only, which costs nothing
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)  # (B, W V)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices  # (B, W)
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    ended = symbols == end if end is not None else beams.ended
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def search_beams(
    model: Writer, logits: Tensor, state: Any, width: int, length: int, end: int | None = None, alpha: float = 0.0
) -> Beams:
    """Search for the likeliest texts, `width` of them side by side, as rows of one large batch.

    At each step `beam_step` chooses from all continuations. Each text that it keeps continues one of the old texts, and
    the model's state must come from the row of that text. The search is over when all kept texts are finished, or
    have `length` symbols.

    Args:
        model: the model that writes; only its `step` is used, on (B W) rows: W texts for the first row of the batch,
            then W for the second, and so on.
        logits: its scores for the first symbol to write, (B, V).
        state: its state, after which they came; tensors (B, ...), or (named) tuples of such.
        width: W.
        length: how many symbols a text may have at most.
        end, alpha: as in `beam_step`.

    Returns:
        The last `Beams`.
    """
    check_shapes("search_beams", logits=(logits, "B V"))
    if width < 1 or length < 1:
        raise ValueError(f"search_beams: width and length should be at least 1, got {width} and {length}")
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))  # (B W, ...)
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0  # one empty text to begin with; the other places are free
    sizes = torch.zeros(B, W, dtype=torch.long, device=logits.device)
    beams = Beams(sizes[:, :, None][:, :, :0], log_p, sizes, sizes.bool())
    first_row = W * torch.arange(B, device=logits.device)[:, None]
    for _ in range(length):
        beams, source = beam_step(beams, torch.log_softmax(logits, dim=1).reshape(B, W, -1), end, alpha)
        if beams.ended.all():
            break
        rows = (first_row + source).flatten()  # each kept text goes on with the state of the text that it continues
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


@torch.no_grad()
def beam_search(
    model: Writer,
    prompt: Tensor,
    width: int,
    length: int,
    state: Any = None,
    end: int | None = None,
    alpha: float = 0.0,
) -> list[list[Hypothesis]]:
    """Keep the `width` best texts so far, at every step, and return those that are best in the end.

    See `beam_step` for what is best. The search is over when all kept texts are finished, or have `length` symbols.

    Args:
        model: the model that writes.
        prompt: what all texts begin with, (B, S) integers with S at least 1; the results are without it.
        width: how many texts are kept, W.
        length: how many symbols a text may have at most.
        state: the model's state before the prompt; its initial state if None.
        end: the symbol that finishes a text; None if texts only stop at `length`.
        alpha: strength of the length normalisation.

    Returns:
        For each row of the batch at most `width` different hypotheses, the best first.

    Raises:
        ValueError: `width` or `length` is below 1, or the prompt is empty.
    """
    if width < 1 or length < 1:
        raise ValueError(f"beam_search: width and length should be at least 1, got {width} and {length}")
    beams = search_beams(model, *read_prompt(model, prompt, state), width, length, end, alpha)
    scores = beams.log_p / beams.sizes.to(beams.log_p.dtype) ** alpha
    return [
        [
            Hypothesis(beams.texts[b, w, : beams.sizes[b, w]].tolist(), beams.log_p[b, w].item(), scores[b, w].item())
            for w in range(width)
            if scores[b, w] > float("-inf")
        ]
        for b in range(len(prompt))
    ]
