"""How wide a gap does each kind of cell learn to cross, with the same size and the same budget of steps?

Run: OMP_NUM_THREADS=1 python benchmarks/gap_task.py
"""

import statistics
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.data import recall_task
from course_lib.recurrent import GRUCell, LSTMCell, RNNCell, unroll_fast
from course_lib.train import train

from record import write_results

GAPS = (5, 10, 20, 40, 80, 160)
SEEDS = (0, 1, 2)
STEPS, BATCH, HIDDEN, LEARNING_RATE, MAX_NORM = 500, 64, 32, 1e-3, 1.0
SYMBOLS = 4
SOLVED = 0.01  # ten losses in a row below this end the training
OPEN = 5.0  # forget bias: sigma(5) = 0.993


def orthogonal_rnn(input_size: int, hidden_size: int) -> RNNCell:
    """A vanilla cell whose recurrent matrix starts orthogonal."""
    cell = RNNCell(input_size, hidden_size)
    nn.init.orthogonal_(cell.W_hh)
    return cell


CELLS = {
    "rnn": RNNCell,
    "rnn_orthogonal": orthogonal_rnn,
    "gru": lambda D, H: GRUCell(D, H, convention="torch"),
    "lstm": LSTMCell,  # forget bias 1
    "lstm_open": lambda D, H: LSTMCell(D, H, forget_bias=OPEN),
}


class Recaller(nn.Module):
    """A cell, and a readout of its last output: which cue was it?"""

    def __init__(self, cell):
        super().__init__()
        self.cell, self.readout = cell, nn.Linear(cell.hidden_size, SYMBOLS)

    def forward(self, xs):
        """Scores of the cues, (B, SYMBOLS), from xs (B, T, D)."""
        outputs, _ = unroll_fast(self.cell, xs)
        return self.readout(outputs[:, -1])


def recall_loss(model: Recaller, batch: tuple[Tensor, Tensor]) -> Tensor:
    """How surprised the model is at the cues, of sequences and cues."""
    xs, cue = batch
    return F.cross_entropy(model(xs), cue)


def learn(kind: str, gap: int, seed: int) -> tuple[float, int]:
    """Train within the budget, less if the task is solved before; accuracy on 2000 new sequences, and the steps."""
    torch.manual_seed(seed)
    model = Recaller(CELLS[kind](2 * SYMBOLS + 1, HIDDEN))
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    losses: list[float] = []

    def until_solved() -> Iterator[tuple[Tensor, Tensor]]:
        while len(losses) < STEPS and not (len(losses) >= 10 and max(losses[-10:]) < SOLVED):
            yield recall_task(BATCH, gap, SYMBOLS)

    def loss(model: Recaller, batch: tuple[Tensor, Tensor]) -> Tensor:
        value = recall_loss(model, batch)
        losses.append(value.item())
        return value

    train(model, until_solved(), loss, optimizer, max_norm=MAX_NORM)
    with torch.no_grad():
        xs, cue = recall_task(2000, gap, SYMBOLS)
        return (model(xs).argmax(-1) == cue).float().mean().item(), len(losses)


def measure(kind: str, gap: int) -> dict:
    """All seeds of one cell at one gap."""
    runs = [learn(kind, gap, seed) for seed in SEEDS]
    accuracy = [round(reached, 4) for reached, _ in runs]
    figures = {"mean": round(statistics.mean(accuracy), 4), "each_seed": accuracy, "steps": [s for _, s in runs]}
    print(f"{kind:15} gap {gap:3}: {figures}", flush=True)
    return figures


if __name__ == "__main__":
    torch.set_num_threads(1)
    accuracy = {kind: {str(gap): measure(kind, gap) for gap in GAPS} for kind in CELLS}
    settings = {
        "task": f"recall_task, {SYMBOLS} cues, so that guessing reaches {1 / SYMBOLS}",
        "seeds": list(SEEDS),
        "steps_at_most": STEPS,
        "batch_size": BATCH,
        "hidden_size": HIDDEN,
        "optimizer": f"Adam, learning rate {LEARNING_RATE}, gradients clipped to {MAX_NORM}",
        "forget_bias": {"lstm": 1.0, "lstm_open": OPEN},
    }
    figures = {"settings": settings, "accuracy": accuracy}
    write_results("gap_task", figures, SEEDS[0])
