"""Small made-up sequences in which one thing can be studied at a time."""

from typing import NamedTuple

import torch
from torch import Tensor

WEATHER = ("sun", "clouds", "rain")
# Row: today's weather. Column: the probability of tomorrow's.
WEATHER_TRANSITION = torch.tensor([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.2, 0.4, 0.4]])


class StoreDays(NamedTuple):
    """What happened at the ice cream store; all (B, T) int64."""

    weather: Tensor  # an index into WEATHER
    run_out: Tensor  # 1 if the last crate is sold by the evening, 0 if the store can still sell
    crates: Tensor  # what is left in the evening; nobody outside sees it


def ice_cream_store(
    days: int, batch_size: int = 1, order: int = 4, generator: torch.Generator | None = None
) -> StoreDays:
    """The lectures' ice cream store: we see the weather and whether there is ice cream, not how it is ordered.

    The weather is a Markov chain (`WEATHER_TRANSITION`). On a day of sun, clouds or rain the store sells 2, 1 or
    0 crates, as long as it has any. On the evening when the last one is gone it orders `order` new ones, which
    arrive on the morning of the day after next. It starts with as many.

    Args:
        days: T.
        batch_size: B independent stores.
        order: how many crates come with an order.
        generator: source of randomness; torch's global one if None.

    Returns:
        `StoreDays(weather, run_out, crates)`.

    Source: O. Dürr, "Recurrent Neural Networks" (Winterthur 2017); the order policy is ours.
    """
    today = torch.randint(3, (batch_size,), generator=generator)
    weather = [today]
    for _ in range(days - 1):
        today = torch.multinomial(WEATHER_TRANSITION[today], 1, generator=generator).squeeze(1)
        weather.append(today)
    weather = torch.stack(weather, dim=1)  # (B, T)

    demand = torch.tensor([2, 1, 0])
    crates = torch.full((batch_size,), order)
    wait = torch.zeros(batch_size, dtype=torch.long)  # days until the delivery; 0: nothing is ordered
    evenings = []
    for t in range(days):
        crates = crates + order * (wait == 1)
        wait = (wait - 1).clamp(min=0)
        crates = (crates - demand[weather[:, t]]).clamp(min=0)
        wait = torch.where((crates == 0) & (wait == 0), 2, wait)
        evenings.append(crates)
    crates = torch.stack(evenings, dim=1)  # (B, T)
    return StoreDays(weather, (crates == 0).long(), crates)


def recall_task(
    batch_size: int, gap: int, symbols: int = 4, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Remember the first symbol until asked: the task whose difficulty is the length of the gap.

    A sequence is one of `symbols` cues, then `gap` steps of random distractors, then a step that says "now".
    The answer is the cue. Guessing is right once in `symbols` times.

    Args:
        batch_size: B.
        gap: how many distractors lie between the cue and the question.
        symbols: K, how many cues (and as many distractors) there are.
        generator: source of randomness; torch's global one if None.

    Returns:
        xs (B, gap + 2, 2K + 1), one-hot: K cues, K distractors, "now"; and the cue (B,) int64.
    """
    cue = torch.randint(symbols, (batch_size, 1), generator=generator)
    distractors = torch.randint(symbols, 2 * symbols, (batch_size, gap), generator=generator)
    now = torch.full((batch_size, 1), 2 * symbols)
    sequence = torch.cat([cue, distractors, now], dim=1)  # (B, gap + 2)
    return torch.nn.functional.one_hot(sequence, 2 * symbols + 1).float(), cue.squeeze(1)
