"""Training as segmentation.py, detectors.py and blood_cells.py do it, with what it cost."""

import time
from collections.abc import Callable, Iterable

import torch
from torch import nn

from course_lib.train import train


def fit(
    model: nn.Module, batches: Iterable, loss: Callable, epochs: int, rate: float, weight_decay: float = 1e-4
) -> dict:
    """AdamW, with a rate that rises over the first fifth of the steps and then falls to 0."""
    optimizer = torch.optim.AdamW(model.parameters(), rate, weight_decay=weight_decay)
    steps = epochs * len(batches)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.2)
    begin, processor = time.time(), time.process_time()
    train(model, batches, loss, optimizer, epochs, max_norm=5.0, schedule=schedule)
    seconds = {"seconds": round(time.time() - begin, 1), "processor_seconds": round(time.process_time() - processor, 1)}
    return {"steps": steps, "rate": rate, "parameters": sum(p.numel() for p in model.parameters()), **seconds}
