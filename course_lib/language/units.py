"""What single units of a language model have to do with what we can name: quotes, brackets, the end of the line.

After Karpathy, Johnson and Fei-Fei 2015, "Visualizing and Understanding Recurrent Networks", who found units that are
on inside quotes, or that count down to the end of a line. A search among hundreds of units always finds a best one;
how good it is must therefore be measured on text that was not searched.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from .model import LanguageModel


def inside_quotes(text: str, mark: str = '"') -> Tensor:
    """For each character, 1.0 between an opening and a closing quotation mark (marks included), else 0.0; (N,).

    An opening mark without a closing one on the same paragraph opens nothing.
    """
    inside = torch.zeros(len(text))
    start = 0
    for paragraph in text.split("\n\n"):
        places = [start + k for k, character in enumerate(paragraph) if character == mark]
        for opening, closing in zip(places[::2], places[1::2], strict=False):
            inside[opening : closing + 1] = 1.0
        start += len(paragraph) + 2
    return inside


def line_position(text: str) -> Tensor:
    """For each character, how many others of its line stand before it; (N,)."""
    positions, position = [], 0
    for character in text:
        positions.append(float(position))
        position = 0 if character == "\n" else position + 1
    return torch.tensor(positions)


def bracket_depth(text: str, opening: str = "([{", closing: str = ")]}") -> Tensor:
    """For each character, how many brackets are open after it; at least 0; (N,)."""
    depths, depth = [], 0
    for character in text:
        depth += (character in opening) - (character in closing)
        depth = max(depth, 0)
        depths.append(float(depth))
    return torch.tensor(depths)


@torch.no_grad()
def unit_activations(model: LanguageModel, symbols: Tensor) -> Tensor:
    """What every unit of the model's state holds after each symbol of a text, read from the start.

    Args:
        model: the language model.
        symbols: (N,) integers.

    Returns:
        (N, U): all parts of the state side by side, for an LSTM the hidden state h and then the cell state c.
    """
    state, rows = model.initial_state(1), []
    for symbol in symbols:
        _, state = model.step(symbol[None], state)
        rows.append(torch.cat(_parts(state), dim=1)[0])
    return torch.stack(rows)


def _parts(state) -> list[Tensor]:
    return [part for s in state for part in _parts(s)] if isinstance(state, tuple) else [state]


class UnitSearch(NamedTuple):
    """Which unit predicts a property best, and how well on text that was not searched."""

    unit: int
    searched: float  # its |correlation| with the property where it was chosen
    held_out: float  # the same on the rest of the text
    by_chance: float  # what the same search finds for a property that has nothing to do with the text
    correlations: Tensor  # (U,), of all units, where they were searched


def search_units(activations: Tensor, values: Tensor, shift: int | None = None) -> UnitSearch:
    """Find the unit whose activation correlates best with a property of the text.

        r_u = cov(a_u, p) / (std(a_u) std(p))

    The first half of the text is searched, the second one tells how good the find is. As a comparison, the same
    search runs with the property moved along the text, so that it has the same form and means nothing.

    Args:
        activations: (N, U), see `unit_activations`.
        values: the property at each character, (N,).
        shift: by how many characters the property is moved for the comparison; a quarter of the text if None.

    Raises:
        ValueError: the property is the same everywhere in one of the halves.
    """
    N, U = activations.shape
    half = N // 2
    if values[:half].std() == 0 or values[half:].std() == 0:
        raise ValueError("search_units: the property should vary in both halves of the text; take a longer text")
    searched = _correlations(activations[:half], values[:half])
    unit = int(searched.abs().argmax())
    held_out = _correlations(activations[half:, unit : unit + 1], values[half:])
    chance = _correlations(activations[:half], values.roll(N // 4 if shift is None else shift)[:half])
    found = (searched[unit].abs(), held_out.abs(), chance.abs().max())
    return UnitSearch(unit, *(float(value) for value in found), searched)


def _correlations(activations: Tensor, values: Tensor) -> Tensor:
    """Pearson's correlation of each column (N, U) with the values (N,); 0 for a column that never changes."""
    a = activations - activations.mean(dim=0)
    v = values - values.mean()
    return (a.T @ v) / (a.norm(dim=0) * v.norm()).clamp(min=1e-12)
