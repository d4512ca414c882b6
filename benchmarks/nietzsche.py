"""How well do a vanilla network, a GRU, an LSTM and two layers of LSTM predict Nietzsche, character by character?

    UNROLLED_DATA=folder python benchmarks/nietzsche.py [epochs]

The setting of a public course notebook as far as it is stated: lower-cased text of which the last fifth is held out,
characters that occur at least three times, batches of 64 texts read in windows of 8 characters with the state carried
along, embeddings of 42, 256 hidden units, Adam. Every model has the same budget. The gated ones learn the text by heart
in this time; they have a fifth of their outputs dropped in training, which the vanilla network does not need. One
thread, about half an hour; interrupted, the same command goes on after the last model that is finished.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from course_lib.data import load_text, split_text
from course_lib.language import UNKNOWN, LanguageModel, Vocabulary, nats_per_symbol, temporal_cross_entropy
from course_lib.recurrent import GRUCell, LSTMCell, RNNCell, Stacked, map_state
from course_lib.train import train

from record import write_results

SEED, BATCH, WINDOW, EMBEDDING, HIDDEN = 0, 64, 8, 42, 256
RATES = {"rnn": 2e-3, "gru": 4e-3, "lstm": 4e-3, "lstm_2_layers": 4e-3}
DROPOUT = {"rnn": 0.0, "gru": 0.2, "lstm": 0.2, "lstm_2_layers": 0.2}  # of what the readout sees
CELLS = {
    "rnn": lambda: RNNCell(EMBEDDING, HIDDEN),
    "gru": lambda: GRUCell(EMBEDDING, HIDDEN, convention="torch"),
    "lstm": lambda: LSTMCell(EMBEDDING, HIDDEN),
    "lstm_2_layers": lambda: Stacked([LSTMCell(EMBEDDING, HIDDEN), LSTMCell(HIDDEN, HIDDEN)], dropout=0.2),
}


class ConsecutiveWindows:
    """BATCH long pieces of the text side by side, window after window: each batch goes on where the last one ended."""

    def __init__(self, symbols: Tensor):
        self.rows = symbols[: len(symbols) // BATCH * BATCH].reshape(BATCH, -1)

    def __len__(self) -> int:
        return (self.rows.shape[1] - 1) // WINDOW

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        for start in range(0, len(self) * WINDOW, WINDOW):
            window = self.rows[:, start : start + WINDOW + 1]
            yield window[:, :-1], window[:, 1:], torch.tensor(start == 0)


class CarriedLoss:
    """The loss of a window, read with the state in which the last window ended (truncated backpropagation)."""

    state = None

    def __call__(self, model: LanguageModel, batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """What `train` minimises."""
        symbols, targets, first = batch
        logits, state = model(symbols, None if first else self.state)
        self.state = map_state(Tensor.detach, state)  # the gradient stops at the window's edge
        return temporal_cross_entropy(logits, targets) / WINDOW


def measure(name: str, training: Tensor, held_out: Tensor, vocabulary_size: int, epochs: int) -> dict:
    """Train one model; its loss on the held-out text after every epoch."""
    model = LanguageModel(CELLS[name](), vocabulary_size, nn.Embedding(vocabulary_size, EMBEDDING))
    model.readout = nn.Sequential(nn.Dropout(DROPOUT[name]), model.readout)
    batches = ConsecutiveWindows(training)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATES[name])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    losses: list[float] = []
    begin = time.time()

    def evaluate(model: LanguageModel) -> float:
        schedule.step()
        losses.append(nats_per_symbol(model, held_out))
        print(f"  epoch {len(losses)}: {losses[-1]:.4f} nats, {time.time() - begin:.0f} s", flush=True)
        return losses[-1]

    train(model, batches, CarriedLoss(), optimizer, epochs, max_norm=1.0, evaluate=evaluate)
    return {
        "nats_per_character": round(losses[-1], 4),
        "bits_per_character": round(losses[-1] / 0.6931472, 4),
        "by_epoch": [round(value, 4) for value in losses],
        "weights": sum(p.numel() for p in model.parameters()),
    }


def main(epochs: int) -> None:
    """All four models on the same text, one after the other."""
    torch.set_num_threads(1)
    text = load_text("nietzsche").lower()
    frequent = sorted(c for c, n in Counter(text).items() if n >= 3)
    vocabulary = Vocabulary([UNKNOWN, *frequent])
    training, held_out = (vocabulary.encode(part) for part in split_text(text, held_out=0.2))
    setting = {"epochs": epochs, "vocabulary": len(vocabulary), "batch": BATCH, "window": WINDOW, "rates": RATES}
    setting |= {"hidden": HIDDEN, "embedding": EMBEDDING, "dropout": DROPOUT}
    finished = Path(tempfile.gettempdir()) / "unrolled-nietzsche.json"
    figures = json.loads(finished.read_text()) if finished.exists() else {}
    if figures.get("setting") != setting:
        figures = {"setting": setting}
    for name in CELLS:
        if name not in figures:
            print(name, flush=True)
            torch.manual_seed(SEED)
            figures[name] = measure(name, training, held_out, len(vocabulary), epochs)
            finished.write_text(json.dumps(figures))
    write_results("nietzsche", figures, SEED)
    finished.unlink()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 16)
