"""Writing the caption of a single picture: the likeliest word each time, or the likeliest captions by beam search.

This is the plain form of what `course_lib.language` does for many texts at once; `describe` uses that one.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise
from ..language import Writer
from ..recurrent import map_state


class Caption(NamedTuple):
    """A caption, or the beginning of one."""

    words: list[int]  # with its END, if it got that far
    log_p: float  # log of its probability, in nats


def _check_greedy_caption(model, logits, state, end, length):
    check_shapes("greedy_caption", logits=(logits, "1 V"))
    if length < 1:
        raise ValueError(f"greedy_caption: length should be at least 1, got {length}")


@exercise("a3", accepts=_check_greedy_caption)
def greedy_caption(model: Writer, logits: Tensor, state: Any, end: int, length: int) -> list[int]:
    """Take the likeliest word, feed it in, take the likeliest next word, and so on, up to END.

        S_t = argmax_k p(k | I, S_0 ... S_{t-1})

    Args:
        model: what writes; only its `step(symbols (1,), state) -> (logits (1, V), new state)` is used.
        logits: its scores for the first word, (1, V).
        state: its state, after which they came.
        end: the number of END.
        length: how many words to write at most, END included.

    Returns:
        The numbers of the words, with END if it came.
    """
    words: list[int] = []
    while len(words) < length and end not in words:
        likeliest = logits.argmax(dim=1)  # (1,)
        words.append(likeliest.item())
        logits, state = model.step(likeliest, state)
    return words


def _check_beam_captions(model, logits, state, width, end, length):
    check_shapes("beam_captions", logits=(logits, "1 V"))
    if width < 1 or length < 1:
        raise ValueError(f"beam_captions: width and length should be at least 1, got {width} and {length}")


@exercise("a3", accepts=_check_beam_captions)
def beam_captions(model: Writer, logits: Tensor, state: Any, width: int, end: int, length: int) -> list[Caption]:
    """Keep the `width` likeliest captions so far, finished or not, at every step.

        log p(S_0 ... S_t | I) = log p(S_0 ... S_{t-1} | I) + log p(S_t | I, S_0 ... S_{t-1})

    The candidates of a step are the finished captions that were kept, as they are, and each unfinished one followed by
    each of the V words. The search is over when all that are kept are finished, or have `length` words.

    Args:
        model: what writes; only its `step(symbols (K,), state) -> (logits (K, V), new state)` is used, with one row for
            each unfinished caption, once a step for all of them.
        logits: its scores for the first word, (1, V).
        state: its state, after which they came; tensors (1, ...), or (named) tuples of such.
        width: W.
        end, length: as in `greedy_caption`.

    Returns:
        At most W captions with the log of their probabilities, the likeliest first.

    Source: Vinyals et al. 2015, "Show and Tell", section 3.2.
    """
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)  # (K, V)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)  # each goes on where its beginning was left
        last_words = torch.tensor([caption.words[-1] for caption in begun], device=logits.device)
        logits, state = model.step(last_words, state)
    return [caption for caption, _ in kept]
