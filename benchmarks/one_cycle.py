"""Training as most benchmarks do it, with what it cost."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import nn

from course_lib.train import train

CHECKPOINTS = Path(__file__).parents[1] / "_build"


def fit(
    model: nn.Module,
    batches: Iterable,
    loss: Callable,
    epochs: int,
    rate: float,
    weight_decay: float = 1e-4,
    checkpoint: str | None = None,
) -> dict:
    """AdamW, with a rate that rises over the first fifth of the steps and then falls to 0.

    With the name of a checkpoint, what was interrupted goes on where it was; its seconds are then those of the rest.
    """
    optimizer = torch.optim.AdamW(model.parameters(), rate, weight_decay=weight_decay)
    steps = epochs * len(batches)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.2)
    begin, processor = time.time(), time.process_time()
    place = CHECKPOINTS / f"{checkpoint}.checkpoint" if checkpoint else None
    if place:
        CHECKPOINTS.mkdir(exist_ok=True)
    history = train(model, batches, loss, optimizer, epochs, max_norm=5.0, checkpoint=place, schedule=schedule)
    if history.epochs < epochs:
        raise SystemExit("Stopped by hand." + (" Start again to go on." if checkpoint else ""))
    if place:
        place.unlink()  # else the next run would start where this one has ended
    seconds = {"seconds": round(time.time() - begin, 1), "processor_seconds": round(time.process_time() - processor, 1)}
    return {"steps": steps, "rate": rate, "parameters": sum(p.numel() for p in model.parameters()), **seconds}
