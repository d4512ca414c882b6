"""Nine cells, about as many parameters each, trained alike: on text, on recalling a symbol, and on keeping time.

All gated cells are born equally willing to remember: the bias of the gate that keeps the old state is set to the same
value. Each cell reads text with the learning rate that served it best in a run with another seed, judged on other text.
One thread, about a quarter of an hour.
"""

import statistics
from itertools import islice

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.data import TextWindows, load_text, recall_task, split_text
from course_lib.language import LanguageModel, Vocabulary, nats_per_symbol, next_symbol_loss
from course_lib.recurrent import (
    MUT1,
    MUT2,
    MUT3,
    Cell,
    CoupledLSTMCell,
    GRUCell,
    LSTMCell,
    PeepholeLSTMCell,
    RNNCell,
)
from course_lib.train import train

from gap_task import Recaller, recall_loss
from record import write_results

CELLS = {
    "rnn": RNNCell,
    "lstm": LSTMCell,
    "peephole": PeepholeLSTMCell,
    "coupled": CoupledLSTMCell,
    "gru": GRUCell,
    "gru_torch": lambda D, H: GRUCell(D, H, convention="torch"),
    "mut1": MUT1,
    "mut2": MUT2,
    "mut3": MUT3,
}
SEEDS = (0, 1, 2, 3, 4)
TEXT = {"parameters": 40_000, "batch_size": 32, "length": 32, "steps": 600, "keep": 1.0}
RATES = (0.008, 0.016, 0.032)
RECALL = {"parameters": 4_000, "gap": 30, "batch_size": 64, "steps": 200, "rate": 0.004, "seeds": 3}
SPIKES = {"every": 8, "training_steps": 500, "length": 41, "hidden_size": 4, "seeds": 8, "rate": 0.03, "tested": 200}


def set_keep_bias(cell: Cell, keep: float) -> None:
    """Let the gate that keeps the old state start near sigma(keep), whatever the cell calls it."""
    H = cell.hidden_size
    with torch.no_grad():
        if isinstance(cell, LSTMCell | PeepholeLSTMCell):
            cell.b[H : 2 * H] = keep
        elif isinstance(cell, CoupledLSTMCell):
            cell.b[:H] = keep
        elif isinstance(cell, GRUCell):
            cell.b[:H] = keep if cell.convention == "torch" else -keep
        elif isinstance(cell, MUT1 | MUT2 | MUT3):
            cell.b_z.fill_(-keep)


def parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def hidden_size_for(budget: int, build) -> int:
    """The H with which the model `build(H)` comes closest to the budget of parameters."""
    return min(range(4, 300), key=lambda H: abs(parameters(build(H)) - budget))


def summary(values: list[float]) -> dict:
    return {
        "values": [round(v, 3) for v in values],
        "mean": round(statistics.mean(values), 3),
        "spread": round(max(values) - min(values), 3),
    }


def read_text(name: str) -> dict:
    """Nats per character on text that the model has not seen, for each seed."""
    vocabulary = Vocabulary.from_text(load_text())
    reading, held_out = (vocabulary.encode(part) for part in split_text(load_text()))
    V = len(vocabulary)
    H = hidden_size_for(TEXT["parameters"], lambda H: LanguageModel(CELLS[name](V, H), V))

    def nats(seed: int, rate: float, measured: Tensor) -> float:
        torch.manual_seed(seed)
        model = LanguageModel(CELLS[name](V, H), V)
        set_keep_bias(model.cell, TEXT["keep"])
        optimizer = torch.optim.Adam(model.parameters(), lr=rate)
        windows = TextWindows(reading, TEXT["batch_size"], TEXT["length"])
        batches = [batch for _ in range(2) for batch in windows][: TEXT["steps"]]
        train(model, batches, next_symbol_loss, optimizer, max_norm=50.0)
        return nats_per_symbol(model, measured)

    tried = {rate: nats(100, rate, held_out[:5_000]) for rate in RATES}
    best = min(tried, key=tried.get)
    reached = [nats(seed, best, held_out[5_000:20_000]) for seed in SEEDS]
    size = parameters(LanguageModel(CELLS[name](V, H), V))
    return {"hidden_size": H, "parameters": size, "rate": best, **summary(reached)}


def recall(name: str, keep: float) -> dict:
    """Accuracy of naming the first symbol after the gap, for each seed."""
    H = hidden_size_for(RECALL["parameters"], lambda H: Recaller(CELLS[name](9, H)))
    reached = []
    for seed in SEEDS[: RECALL["seeds"]]:
        torch.manual_seed(seed)
        model = Recaller(CELLS[name](9, H))
        set_keep_bias(model.cell, keep)
        optimizer = torch.optim.Adam(model.parameters(), lr=RECALL["rate"])
        batches = [recall_task(RECALL["batch_size"], RECALL["gap"]) for _ in range(RECALL["steps"])]
        train(model, batches, recall_loss, optimizer, max_norm=1.0)
        xs, cue = recall_task(1000, RECALL["gap"])
        with torch.no_grad():
            reached.append(float((model(xs).argmax(-1) == cue).float().mean()))
    return {"hidden_size": H, **summary(reached)}


def keep_time(name: str) -> dict:
    """How many of the seeds spike at every eighth step, without input, all through a long test."""
    every, tested = SPIKES["every"], SPIKES["tested"]
    due = torch.zeros(1, tested)
    due[:, every - 1 :: every] = 1
    silence = torch.zeros(1, tested, 1)
    exact = 0
    for seed in range(SPIKES["seeds"]):
        torch.manual_seed(seed)
        model = LanguageModel(CELLS[name](1, SPIKES["hidden_size"]), 1, embedding=nn.Identity())
        optimizer = torch.optim.Adam(model.parameters(), lr=SPIKES["rate"])
        batch = silence[:, : SPIKES["length"]], due[:, : SPIKES["length"], None]
        batches = islice(iter(lambda batch=batch: batch, None), SPIKES["training_steps"])
        train(model, batches, lambda m, b: F.binary_cross_entropy_with_logits(m(b[0])[0], b[1]), optimizer, max_norm=1)
        with torch.no_grad():
            exact += bool(((model(silence)[0][..., 0] > 0) == (due > 0)).all())
    return {"exact": exact}


if __name__ == "__main__":
    torch.set_num_threads(1)
    figures = {"settings": {"text": TEXT, "rates": RATES, "recall": RECALL, "spikes": SPIKES, "seeds": list(SEEDS)}}
    figures["spikes"] = {name: keep_time(name) for name in ("lstm", "peephole")}
    figures["recall"] = {"rnn": recall("rnn", 0)}
    for name in list(CELLS)[1:]:
        figures["recall"][name] = {f"keep_{keep}": recall(name, keep) for keep in (0, 1, 3)}
        print(name, figures["recall"][name], flush=True)
    figures["text"] = {}
    for name in CELLS:
        figures["text"][name] = read_text(name)
        print(name, figures["text"][name], flush=True)
    gated = [result for name, result in figures["text"].items() if name != "rnn"]
    figures["among_gated"] = {
        "best": min(r["mean"] for r in gated),
        "worst": max(r["mean"] for r in gated),
        "largest_spread": max(r["spread"] for r in gated),
    }
    write_results("gated_variants", figures, SEEDS[0])
