"""Letting a model write.

A model can be decoded if it has `step(symbols (B,), state) -> (logits (B, V), state)`.
"""

from typing import Any

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise
from .model import LanguageModel
from .vocabulary import Vocabulary


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


@torch.no_grad()
def sample_decode(
    model: LanguageModel,
    prompt: Tensor,
    length: int,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Read a prompt, then write on: each drawn symbol is the input of the next step.

    Args:
        model: the model that writes.
        prompt: (B, S) integers with S at least 1.
        length: how many symbols to write.
        temperature, generator: as in `sample_symbol`.

    Returns:
        The written symbols without the prompt, (B, length) int64.

    Raises:
        ValueError: the prompt is empty.
    """
    B, S = prompt.shape
    if S == 0:
        raise ValueError("sample_decode: prompt should hold at least one symbol, got none")
    state: Any = model.initial_state(B)
    for s in range(S):
        logits, state = model.step(prompt[:, s], state)
    written = []
    for _ in range(length):
        symbol = sample_symbol(logits, temperature, generator)
        written.append(symbol)
        logits, state = model.step(symbol, state)
    return torch.stack(written, dim=1) if written else prompt[:, :0]


def write_text(
    model: LanguageModel,
    vocabulary: Vocabulary,
    prompt: str,
    length: int,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
) -> str:
    """The prompt and `length` more characters written by the model."""
    device = next(model.parameters()).device
    symbols = vocabulary.encode(prompt)[None].to(device)  # (1, S)
    return prompt + vocabulary.decode(sample_decode(model, symbols, length, temperature, generator)[0])
