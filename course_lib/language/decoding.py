"""Letting a model write: drawing symbols, or taking the likeliest.

Everything here asks one thing of a model, whether it continues a text, translates or describes a picture:
`model.step(symbols (B,), state) -> (logits (B, V), state)`. The state is any (named) tuple of tensors whose first
dimension is the batch; `model.initial_state(B)` gives the first one unless the caller does.
"""

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise
from .model import LanguageModel
from .vocabulary import Vocabulary


class Writer(Protocol):
    """What can be decoded: no base class, only this agreement."""

    def step(self, symbols: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Read one symbol each, (B,), and score what comes next: logits (B, V), and the new state."""


def _check_sample_symbol(logits, temperature=1.0, generator=None):
    check_shapes("sample_symbol", logits=(logits, "B V"))
    if not temperature > 0:
        raise ValueError(f"sample_symbol: temperature should be above 0, got {temperature}")


@exercise("a1", accepts=_check_sample_symbol)
def sample_symbol(logits: Tensor, temperature: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    """Draw the next symbol from the scores of a model.

        p(k) = exp(logits_k / temperature) / sum_j exp(logits_j / temperature)

    A low temperature favours the likeliest symbols, a high one makes all of them more alike.

    Args:
        logits: unnormalised scores, (B, V).
        temperature: above 0; 1 draws from the model's own distribution.
        generator: source of randomness; torch's global one if None.

    Returns:
        One symbol for each row, (B,) int64.
    """
    p = torch.softmax(logits / temperature, dim=-1)
    return torch.multinomial(p, num_samples=1, generator=generator).squeeze(1)


def _check_keep_top_k(logits, k):
    check_shapes("keep_top_k", logits=(logits, "B V"))
    if not 1 <= k <= logits.shape[1]:
        raise ValueError(f"keep_top_k: k should lie between 1 and V = {logits.shape[1]}, got {k}")


@exercise("a2", accepts=_check_keep_top_k)
def keep_top_k(logits: Tensor, k: int) -> Tensor:
    """Rule out all but the k likeliest symbols, so that `sample_symbol` cannot draw the nonsense of the long tail.

    Scores below the k-th largest of their row become minus infinity, the others stay as they are (where several are
    equal to the k-th largest, all of them stay).

    Args:
        logits: unnormalised scores, (B, V); not changed.
        k: how many symbols remain possible, 1 ... V.

    Returns:
        The new scores, (B, V).

    Source: Fan, Lewis and Dauphin 2018, "Hierarchical Neural Story Generation", section 5.4.
    """
    smallest_kept = logits.topk(k, dim=1).values[:, -1:]  # (B, 1)
    return logits.masked_fill(logits < smallest_kept, float("-inf"))


def read_prompt(model: Writer, prompt: Tensor, state: Any) -> tuple[Tensor, Any]:
    """Let the model read a prompt (B, S): the scores after its last symbol, and the state."""
    B, S = prompt.shape
    if S == 0:
        raise ValueError("decoding: prompt should hold at least one symbol, got none")
    if state is None:
        state = model.initial_state(B)
    for symbols in prompt.unbind(dim=1):
        logits, state = model.step(symbols, state)
    return logits, state


def write(
    model: Writer, logits: Tensor, state: Any, length: int, choose: Callable[[Tensor], Tensor], end: int | None = None
) -> Tensor:
    """Let a model write on: choose a symbol from the scores, feed it in, and so on.

        y_t = choose(logits_t)            logits_{t+1}, state_{t+1} = model.step(y_t, state_t)

    Args:
        model: the model that writes; only its `step` is used.
        logits: its scores for the first symbol to write, (B, V).
        state: its state, after which they came.
        length: how many symbols to write at most.
        choose: scores (B, V) to symbols (B,); taking the likeliest is greedy decoding.
        end: the symbol after which a text is finished; None if there is none.

    Returns:
        The symbols, (B, length) int64, or fewer columns if all texts ended earlier: the last column then holds the
        last `end`. What follows the first `end` of a row is `end` too, whatever the model would say.
    """
    check_shapes("write", logits=(logits, "B V"))
    written = []
    ended = torch.zeros(len(logits), dtype=torch.bool, device=logits.device)
    while len(written) < length and not ended.all():
        symbols = choose(logits)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
        logits, state = model.step(symbols, state)
    if not written:
        return torch.zeros(len(logits), 0, dtype=torch.long, device=logits.device)
    return torch.stack(written, dim=1)


@torch.no_grad()
def sample_decode(
    model: Writer,
    prompt: Tensor,
    length: int,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
    top_k: int | None = None,
    state: Any = None,
    end: int | None = None,
) -> Tensor:
    """Read a prompt, then write on: each drawn symbol is the input of the next step.

    Args:
        model: the model that writes.
        prompt: (B, S) integers with S at least 1.
        length: how many symbols to write at most.
        temperature, generator: as in `sample_symbol`.
        top_k: draw from the `top_k` likeliest symbols only; from all if None.
        state: the model's state before the prompt; its initial state if None.
        end: the symbol after which a text is finished.

    Returns:
        The written symbols without the prompt, (B, length) int64, or fewer columns if all texts ended earlier. What
        follows the first `end` of a row is `end` too.

    Raises:
        ValueError: the prompt is empty.
    """

    def draw(logits: Tensor) -> Tensor:
        return sample_symbol(logits if top_k is None else keep_top_k(logits, top_k), temperature, generator)

    return write(model, *read_prompt(model, prompt, state), length, draw, end)


@torch.no_grad()
def greedy_decode(model: Writer, prompt: Tensor, length: int, state: Any = None, end: int | None = None) -> Tensor:
    """`sample_decode` that takes the likeliest symbol of each step instead of drawing one."""
    return write(model, *read_prompt(model, prompt, state), length, lambda logits: logits.argmax(dim=1), end)


def write_text(
    model: LanguageModel,
    vocabulary: Vocabulary,
    prompt: str,
    length: int,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
    top_k: int | None = None,
) -> str:
    """The prompt and `length` more characters written by the model."""
    device = next(model.parameters()).device
    symbols = vocabulary.encode(prompt)[None].to(device)  # (1, S)
    return prompt + vocabulary.decode(sample_decode(model, symbols, length, temperature, generator, top_k)[0])
