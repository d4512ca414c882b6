"""Copying sequences: a network with a memory against one without, on lengths of the training and on longer ones.

    OMP_NUM_THREADS=1 python benchmarks/memory.py

Trains a Neural Turing Machine and an LSTM of about as many parameters on the same sequences of 1 to 10 vectors, none
of them twice, each from several seeds; saves the weights of the Neural Turing Machine that copies the longest best.
Keeps a checkpoint after each stage, and goes on from there when started again.
"""

import time
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.memory import BITS, Copier, copy_batch, ntm_copier, trace, trained_copier
from course_lib.memory.copying import WEIGHTS
from course_lib.recurrent import LSTMCell
from course_lib.train import train

from one_cycle import CHECKPOINTS
from record import save_weights, write_results

SEEDS = (0, 1, 2)
LONGEST = 10  # vectors, in training
LENGTHS = (LONGEST, 2 * LONGEST, 4 * LONGEST)
LOCATIONS = 4 * LONGEST + 8  # in tests, so that the longest fits
STAGES, STEPS, BATCH = 16, 250, 16  # steps of each stage, sequences of each step
RATE, MAX_NORM = 1e-2, 1.0
TESTED = 500  # sequences of each length
MODELS = {"ntm": ntm_copier, "lstm": lambda: Copier(LSTMCell(BITS + 2, 40))}


class Drawn:
    """The batches of a stage, drawn when they are asked for; all sequences of a batch have one length."""

    def __len__(self) -> int:
        return STEPS

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for _ in range(STEPS):
            length = torch.randint(1, LONGEST + 1, ()).item()
            yield copy_batch(BATCH, length)


def copying_loss(model: Copier, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Cross-entropy in nats per bit, of sequences and the bits to say."""
    xs, bits = batch
    return F.binary_cross_entropy_with_logits(model(xs), bits)


@torch.no_grad()
def wrong_bits(model: Copier, length: int, count: int) -> float:
    """Bits said wrongly per sequence of this length, in the mean over always the same sequences."""
    xs, bits = copy_batch(count, length, generator=torch.Generator().manual_seed(10**6 + length))
    return ((model(xs) > 0) != (bits > 0)).sum().item() / count


def wrong_in_training_lengths(model: Copier) -> float:
    """The mean over sequences of 1 to `LONGEST` vectors."""
    return sum(wrong_bits(model, length, 20) for length in range(1, LONGEST + 1)) / LONGEST


@torch.no_grad()
def steps_of_heads(model: Copier, length: int) -> dict:
    """How surely the heads look at one location, and how often they go to its neighbour, always in one direction.

    The write head while vectors come in, the read head while they are to be said.
    """
    xs, _ = copy_batch(100, length, generator=torch.Generator().manual_seed(10**6 + length))
    _, states = trace(model.cell, xs)
    figures = {}
    for head, weights in (
        ("write", states.write_weights[:, 1 : length + 1]),
        ("read", states.read_weights[:, length + 2 :]),
    ):
        largest, places = weights.max(dim=2)  # (B, L)
        moved = places.diff(dim=1) % model.cell.locations
        on = [(moved == step).float().mean().item() for step in (1, model.cell.locations - 1)]
        figures[head] = {"one_on": round(max(on), 4), "largest_weight": round(largest.mean().item(), 4)}
    return figures


def falling(step: int) -> float:
    """The share of the learning rate: all of it in the first half, then less and less."""
    return min(1.0, 2 * (STAGES * STEPS - step) / (STAGES * STEPS))


def learn(name: str, seed: int) -> tuple[Copier, dict]:
    """Train one model from one seed, and measure it."""
    torch.manual_seed(seed)
    model = MODELS[name]()
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, falling)
    checkpoint = CHECKPOINTS / f"memory-{name}-{seed}.checkpoint"
    begin = time.process_time()
    history = train(
        model,
        Drawn(),
        copying_loss,
        optimizer,
        STAGES,
        max_norm=MAX_NORM,
        evaluate=wrong_in_training_lengths,
        checkpoint=checkpoint,
        schedule=schedule,
    )
    seconds = time.process_time() - begin
    parameters = sum(p.numel() for p in model.parameters())
    figures = {"seed": seed, "parameters": parameters, "processor_seconds": round(seconds, 1)}
    if name == "ntm":
        model.cell.locations = LOCATIONS
        figures["heads"] = {str(length): steps_of_heads(model, length) for length in LENGTHS}
    wrong = {length: wrong_bits(model, length, TESTED) for length in LENGTHS}
    figures["wrong_bits_per_sequence"] = {str(length): round(bits, 3) for length, bits in wrong.items()}
    figures["share_of_bits_wrong"] = {str(length): round(bits / length / BITS, 5) for length, bits in wrong.items()}
    figures["learning_curve"] = [round(bits, 3) for bits in history.evaluation]
    print(name, figures, flush=True)
    return model, figures


def main() -> None:
    """Train both from every seed, keep the Neural Turing Machine that copies the longest sequences best, record all."""
    torch.set_num_threads(1)
    CHECKPOINTS.mkdir(exist_ok=True)
    runs = {name: [learn(name, seed) for seed in SEEDS] for name in MODELS}
    best, figures = min(runs["ntm"], key=lambda run: run[1]["wrong_bits_per_sequence"][str(LENGTHS[-1])])
    save_weights(best, WEIGHTS)
    settings = {"steps": STAGES * STEPS, "batch": BATCH, "rate": RATE, "max_norm": MAX_NORM}
    settings |= {"longest_in_training": LONGEST, "bits": BITS, "tested_sequences_of_each_length": TESTED}
    kept = trained_copier(LOCATIONS)  # with rounded weights, as others will have it
    brought = {str(length): round(wrong_bits(kept, length, TESTED), 3) for length in LENGTHS}
    all_runs = {name: [figures for _, figures in both] for name, both in runs.items()}
    kept_figures = {"seed": figures["seed"], "wrong_bits_per_sequence": brought}
    write_results("memory", {**settings, "brought_along": kept_figures, **all_runs}, SEEDS[0])
    for checkpoint in CHECKPOINTS.glob("memory-*.checkpoint"):
        checkpoint.unlink()  # else the next run would start where this one has ended


if __name__ == "__main__":
    main()
