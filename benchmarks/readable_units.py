"""What can be read off the units of a larger character model? LSTM of 320 units, Python's documentation, one thread.

Some six minutes of computing. The training keeps its state in the system's folder for temporary files: interrupted,
the same command goes on after the last finished epoch.
"""

import tempfile
from pathlib import Path

import torch
from torch import Tensor, nn

from course_lib.data import TextWindows, load_text, split_text
from course_lib.language import (
    LanguageModel,
    Vocabulary,
    bits_per_symbol,
    bracket_depth,
    inside_quotes,
    line_position,
    next_symbol_loss,
    search_units,
    unit_activations,
)
from course_lib.recurrent import LSTMCell
from course_lib.train import train

from record import write_results

SEED = 0
D, H, EPOCHS = 64, 320, 6
PASSAGE = 20_000  # characters in which units are searched: half to choose, half to measure
PROPERTIES = {"quotes": inside_quotes, "line": line_position, "brackets": bracket_depth}
CLEAR = 0.5  # |correlation| from which a unit is counted as readable
RIDGE = 10.0  # keeps the weights of the fit over all units small


def train_writer(reading: Tensor, fresh: Tensor, V: int) -> tuple[LanguageModel, list[float]]:
    """The model, and its bits per character on text it has not seen, after every epoch."""
    torch.manual_seed(SEED)
    model = LanguageModel(LSTMCell(D, H), V, nn.Embedding(V, D))
    optimizer = torch.optim.Adam(model.parameters(), lr=6e-3)

    def evaluate(model: LanguageModel) -> float:
        for group in optimizer.param_groups:  # for the next epoch
            group["lr"] *= 0.65
        bits = bits_per_symbol(model, fresh)
        print(f"{bits:.3f} bits per character", flush=True)
        return bits

    windows = TextWindows(reading, batch_size=16, length=64)
    checkpoint = Path(tempfile.gettempdir()) / "unrolled-readable-units.pt"
    history = train(model, windows, next_symbol_loss, optimizer, EPOCHS, 20.0, evaluate, checkpoint)
    return model.eval(), history.evaluation


def all_units_together(activations: Tensor, values: Tensor) -> float:
    """Correlation, in the second half, of the property with a weighted sum of all units fitted in the first half."""
    half = len(values) // 2
    columns = torch.cat([activations, torch.ones(len(values), 1)], dim=1)
    first = columns[:half]
    fit = torch.linalg.solve(first.T @ first + RIDGE * torch.eye(columns.shape[1]), first.T @ values[:half])
    return torch.corrcoef(torch.stack([columns[half:] @ fit, values[half:]]))[0, 1].item()


def look_for(name: str, activations: Tensor, passage: str) -> dict:
    """The best unit for one property, how many of all units are clear about it, and what all of them know."""
    values = PROPERTIES[name](passage)
    found = search_units(activations, values)
    return {
        "best_unit": f"{'hc'[found.unit // H]} {found.unit % H}",
        "searched": round(found.searched, 3),
        "held_out": round(found.held_out, 3),
        "by_chance": round(found.by_chance, 3),
        "median": round(found.correlations.abs().median().item(), 3),
        "clear": int((found.correlations.abs() > CLEAR).sum()),
        "all_units": round(all_units_together(activations, values), 3),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    text = load_text()
    vocabulary = Vocabulary.from_text(text)
    training, held_out = split_text(text)
    passages = {"new_text": held_out[:PASSAGE], "known_text": training[:PASSAGE]}
    model, bits = train_writer(vocabulary.encode(training), vocabulary.encode(passages["new_text"]), len(vocabulary))
    figures = {
        "model": f"LSTM of {H} units, embedding {D}, {EPOCHS} epochs",
        "bits_per_character": {"by_epoch": [round(value, 3) for value in bits], "last": round(bits[-1], 3)},
        "units": 2 * H,
    }
    for name, passage in passages.items():
        activations = unit_activations(model, vocabulary.encode(passage))
        figures[name] = {prop: look_for(prop, activations, passage) for prop in PROPERTIES}
        figures[name]["clear"] = sum(found["clear"] for found in figures[name].values())
    write_results("readable_units", figures, SEED)
