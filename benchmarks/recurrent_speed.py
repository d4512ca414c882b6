"""How much slower is our readable loop than torch.nn.RNN? Forward and backward, on the CPU, two threads."""

import torch
from torch import nn

from course_lib.recurrent import RNNCell, cell_to_torch, unroll, unroll_by_hand

from record import time_side_by_side, write_results

SHAPES = {"small": (8, 256, 64, 128), "large": (32, 64, 128, 256)}  # B, T, D, H
SEED = 0


def compare(B: int, T: int, D: int, H: int) -> dict:
    """Time four ways to compute the same network at one size."""
    torch.manual_seed(SEED)
    xs = torch.randn(B, T, D)
    cell = RNNCell(D, H)
    fused = cell_to_torch(cell)
    torch_cell = nn.RNNCell(D, H)
    torch_cell.load_state_dict({name.removesuffix("_l0"): value for name, value in fused.state_dict().items()})

    def loop_over_torch_cell() -> torch.Tensor:
        h, hs = torch.zeros(B, H), []
        for t in range(T):
            h = torch_cell(xs[:, t], h)
            hs.append(h)
        return torch.stack(hs, dim=1)

    ways = {
        "torch.nn.RNN": lambda: fused(xs)[0],
        "loop over torch.nn.RNNCell": loop_over_torch_cell,
        "unroll": lambda: unroll(cell, xs)[0],
        "unroll_by_hand": lambda: unroll_by_hand(cell, xs)[0],
    }
    expected = fused(xs)[0]
    for name, way in ways.items():
        assert torch.allclose(way(), expected, atol=1e-5), f"{name} computes something else"
    seconds = time_side_by_side({name: lambda way=way: way().sum().backward() for name, way in ways.items()})
    reference = seconds["torch.nn.RNN"]
    return {
        "shape": f"B={B}, T={T}, D={D}, H={H}",
        "milliseconds": {name: round(1000 * value, 2) for name, value in seconds.items()},
        "unroll_over_torch": round(seconds["unroll"] / reference, 2),
        "by_hand_over_torch": round(seconds["unroll_by_hand"] / reference, 2),
        "torch_cell_loop_over_torch": round(seconds["loop over torch.nn.RNNCell"] / reference, 2),
    }


if __name__ == "__main__":
    torch.set_num_threads(2)
    write_results("recurrent_speed", {size: compare(*shape) for size, shape in SHAPES.items()}, SEED)
