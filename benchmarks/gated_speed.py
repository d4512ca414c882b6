"""How fast are our gated cells? Forward and backward, against torch.nn, loops over its cells, and textbook loops.

Two threads on the CPU, or the GPU where there is one (timed with CUDA events). A textbook loop has one matrix per gate
and calls the layers of torch.nn, which is how these networks are usually written the first time.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from course_lib.recurrent import (
    CoupledLSTMCell,
    GRUCell,
    LSTMCell,
    PeepholeLSTMCell,
    cell_to_torch,
    unroll,
    unroll_fast,
)

from record import time_side_by_side, write_results

SHAPES = {"small": (8, 256, 64, 128), "large": (32, 64, 128, 256)}  # B, T, D, H
SEED = 0
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class TextbookCell(nn.Module):
    """The usual first version: for every gate one layer for the input and one for the hidden state."""

    def __init__(self, gates: int, D: int, H: int, step: Callable):
        super().__init__()
        self.from_x = nn.ModuleList(nn.Linear(D, H) for _ in range(gates))
        self.from_h = nn.ModuleList(nn.Linear(H, H, bias=False) for _ in range(gates))
        self.peepholes = nn.Parameter(torch.randn(3, H))
        self.step = step


def lstm(cell: TextbookCell, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """Long short-term memory, gate by gate."""
    i, f, o = (torch.sigmoid(cell.from_x[k](x) + cell.from_h[k](h)) for k in range(3))
    c = f * c + i * torch.tanh(cell.from_x[3](x) + cell.from_h[3](h))
    return o * torch.tanh(c), c


def peephole(cell: TextbookCell, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """The same with peepholes."""
    i, f = (torch.sigmoid(cell.from_x[k](x) + cell.from_h[k](h) + cell.peepholes[k] * c) for k in range(2))
    c = f * c + i * torch.tanh(cell.from_x[3](x) + cell.from_h[3](h))
    return torch.sigmoid(cell.from_x[2](x) + cell.from_h[2](h) + cell.peepholes[2] * c) * torch.tanh(c), c


def coupled(cell: TextbookCell, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """The same with one gate for forgetting and taking in."""
    f, o = (torch.sigmoid(cell.from_x[k](x) + cell.from_h[k](h)) for k in range(2))
    c = f * c + (1 - f) * torch.tanh(cell.from_x[2](x) + cell.from_h[2](h))
    return o * torch.tanh(c), c


def gru(cell: TextbookCell, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """A gated recurrent unit in the lectures' convention; c is not used."""
    z, r = (torch.sigmoid(cell.from_x[k](x) + cell.from_h[k](h)) for k in range(2))
    return (1 - z) * h + z * torch.tanh(cell.from_x[2](x) + cell.from_h[2](r * h)), c


def textbook_loop(cell: TextbookCell, xs: Tensor, H: int) -> Tensor:
    """Step after step, as in a textbook."""
    h = c = xs.new_zeros(len(xs), H)
    hs = []
    for t in range(xs.shape[1]):
        h, c = cell.step(cell, xs[:, t], h, c)
        hs.append(h)
    return torch.stack(hs, dim=1)


def loop_over_torch_cell(cell: nn.Module, xs: Tensor, H: int) -> Tensor:
    """A loop over nn.LSTMCell or nn.GRUCell."""
    h = xs.new_zeros(len(xs), H)
    state, hs = ((h, h) if isinstance(cell, nn.LSTMCell) else h), []
    for t in range(xs.shape[1]):
        state = cell(xs[:, t], state)
        hs.append(state[0] if isinstance(state, tuple) else state)
    return torch.stack(hs, dim=1)


def compare(B: int, T: int, D: int, H: int) -> dict:
    """Milliseconds of every way at one size, and what each costs compared with torch.nn or with the textbook loop."""
    torch.manual_seed(SEED)
    xs = torch.randn(B, T, D, device=DEVICE)
    cells = {"lstm": LSTMCell(D, H), "gru torch": GRUCell(D, H, convention="torch"), "gru lecture": GRUCell(D, H)}
    cells |= {"peephole": PeepholeLSTMCell(D, H), "coupled": CoupledLSTMCell(D, H)}
    textbook = {"lstm": (lstm, 4), "peephole": (peephole, 4), "coupled": (coupled, 3), "gru lecture": (gru, 3)}
    ways = {}
    for name, cell in cells.items():
        cell.to(DEVICE)
        ways[f"{name}: unroll"] = lambda cell=cell: unroll(cell, xs)[0]
        if name in ("lstm", "gru torch"):
            network = cell_to_torch(cell)
            one = (nn.LSTMCell if name == "lstm" else nn.GRUCell)(D, H).to(DEVICE)
            one.load_state_dict({key.removesuffix("_l0"): value for key, value in network.state_dict().items()})
            ways[f"{name}: torch.nn"] = lambda network=network: network(xs)[0]
            ways[f"{name}: unroll_fast"] = lambda cell=cell: unroll_fast(cell, xs)[0]
            ways[f"{name}: loop over torch's cell"] = lambda one=one: loop_over_torch_cell(one, xs, H)
            for way in ("unroll", "unroll_fast", "loop over torch's cell"):
                difference = (ways[f"{name}: {way}"]() - ways[f"{name}: torch.nn"]()).abs().max()
                assert difference < 1e-4, f"{way} computes something else"
        if name in textbook:
            step, gates = textbook[name]
            loop = TextbookCell(gates, D, H, step).to(DEVICE)
            ways[f"{name}: textbook loop"] = lambda loop=loop: textbook_loop(loop, xs, H)
    contestants = {name: lambda way=way: way().sum().backward() for name, way in ways.items()}
    seconds = time_side_by_side(contestants, rounds=11, device=DEVICE)

    def ratio(way: str, reference: str) -> float:
        return round(seconds[way] / seconds[reference], 2)

    return {
        "shape": f"B={B}, T={T}, D={D}, H={H}",
        "milliseconds": {name: round(1000 * value, 2) for name, value in seconds.items()},
        "over_torch": {
            key: ratio(f"{name}: {way}", f"{name}: torch.nn")
            for key, name, way in [
                ("lstm_fast", "lstm", "unroll_fast"),
                ("lstm_unroll", "lstm", "unroll"),
                ("lstm_cell_loop", "lstm", "loop over torch's cell"),
                ("lstm_textbook", "lstm", "textbook loop"),
                ("gru_fast", "gru torch", "unroll_fast"),
                ("gru_unroll", "gru torch", "unroll"),
                ("gru_cell_loop", "gru torch", "loop over torch's cell"),
            ]
        },
        "over_textbook": {
            name.replace(" ", "_"): ratio(f"{name}: unroll", f"{name}: textbook loop") for name in textbook
        },
    }


if __name__ == "__main__":
    torch.set_num_threads(2)
    name = "gated_speed" if DEVICE.type == "cpu" else "gated_speed_gpu"
    write_results(name, {size: compare(*shape) for size, shape in SHAPES.items()}, SEED)
