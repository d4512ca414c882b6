"""One training loop for every model of the course."""

import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from .recurrent import clip_by_norm


@dataclass
class History:
    """What happened during training."""

    loss: list[float] = field(default_factory=list)  # per step
    gradient_norm: list[float] = field(default_factory=list)  # per step, before clipping, if `max_norm` was given
    evaluation: list[float] = field(default_factory=list)  # per epoch, if `evaluate` was given
    epochs: int = 0  # finished ones


def train(
    model: nn.Module,
    batches: Iterable,
    loss: Callable[[nn.Module, Any], Tensor],
    optimizer: torch.optim.Optimizer,
    epochs: int = 1,
    max_norm: float | None = None,
    evaluate: Callable[[nn.Module], float] | None = None,
    checkpoint: str | Path | None = None,
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
) -> History:
    """Minimise `loss(model, batch)` over all batches, `epochs` times.

    Interrupt it (Ctrl-C, or the stop button) and it returns what happened so far. With a checkpoint file, it
    writes the state after every epoch and, started again, goes on after the last finished epoch as if it had
    not been interrupted, as long as `batches` draws its randomness from torch.

    Args:
        model: trained in place, on the device where it is.
        batches: iterated once per epoch; each batch is a tensor, or a tuple or dict of such.
        loss: the scalar to minimise.
        optimizer: over the model's parameters.
        epochs: how many times to go through `batches`.
        max_norm: gradients are clipped to this norm by `clip_by_norm`.
        evaluate: a figure to record after every epoch, such as the loss on held-out data.
        checkpoint: a file to keep the state in.
        schedule: of the optimizer's learning rate; goes on after every batch.

    Raises:
        FloatingPointError: the loss is not finite any more.
    """
    history = History()
    if checkpoint is not None and Path(checkpoint).exists():
        history = _resume(checkpoint, model, optimizer, schedule)
    device = next(model.parameters()).device
    try:
        for epoch in range(history.epochs, epochs):
            model.train()
            for batch in (bar := tqdm(batches, desc=f"epoch {epoch + 1}/{epochs}", leave=False)):
                value = loss(model, _to(device, batch))
                if not value.isfinite():
                    raise FloatingPointError(
                        f"the loss became {value.item()} at step {len(history.loss) + 1}: "
                        "try a smaller learning rate, or clip the gradients with max_norm"
                    )
                optimizer.zero_grad()
                value.backward()
                if max_norm is not None:
                    history.gradient_norm.append(_clip(model, max_norm))
                optimizer.step()
                if schedule is not None:
                    schedule.step()
                history.loss.append(value.item())
                bar.set_postfix(loss=f"{value.item():.3f}")
            if evaluate is not None:
                model.eval()
                history.evaluation.append(float(evaluate(model)))
            history.epochs = epoch + 1
            if checkpoint is not None:
                _save(checkpoint, model, optimizer, schedule, history)
    except KeyboardInterrupt:
        print(f"Stopped after {len(history.loss)} steps, in epoch {history.epochs + 1} of {epochs}.")
    return history


def _clip(model: nn.Module, max_norm: float) -> float:
    """Clip the model's gradients together; returns their norm before."""
    trained = [p for p in model.parameters() if p.grad is not None]
    clipped, norm = clip_by_norm([p.grad for p in trained], max_norm)
    for parameter, gradient in zip(trained, clipped, strict=True):
        parameter.grad = gradient
    return norm.item()


def _to(device: torch.device, batch: Any) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {name: _to(device, part) for name, part in batch.items()}
    return tuple(_to(device, part) for part in batch)


def _save(path: str | Path, model: nn.Module, optimizer: Any, schedule: Any, history: History) -> None:
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": None if schedule is None else schedule.state_dict(),
        "history": asdict(history),
        "random": torch.get_rng_state(),
    }
    unfinished = Path(f"{path}.unfinished")
    torch.save(state, unfinished)
    os.replace(unfinished, path)  # so that the checkpoint is always a whole one


def _resume(path: str | Path, model: nn.Module, optimizer: Any, schedule: Any) -> History:
    state = torch.load(path, map_location="cpu")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    if schedule is not None:
        schedule.load_state_dict(state["schedule"])
    torch.set_rng_state(state["random"])
    print(f"{path}: going on after epoch {state['history']['epochs']}.")
    return History(**state["history"])
