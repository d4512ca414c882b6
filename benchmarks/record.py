"""Side-by-side timing in one run, a file with everything one needs to believe or repeat it, and trained weights."""

import datetime
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

RESULTS = Path(__file__).parent / "results"


def time_side_by_side(
    contestants: dict[str, Callable[[], None]], rounds: int = 15, device: torch.device | str = "cpu"
) -> dict[str, float]:
    """Seconds per call of each contestant: the median over rounds in which all take turns.

    Taking turns spreads whatever else the machine is doing over all of them; only ratios should be quoted.
    """
    stopwatch = _seconds_on_gpu if torch.device(device).type == "cuda" else _seconds_on_cpu
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for run in range(rounds + 2):  # the first two rounds warm up
        for name, contestant in contestants.items():
            taken = stopwatch(contestant)
            if run >= 2:
                seconds[name].append(taken)
    return {name: statistics.median(values) for name, values in seconds.items()}


def _seconds_on_cpu(call: Callable[[], None]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _seconds_on_gpu(call: Callable[[], None]) -> float:
    """By CUDA events, because a call returns before the GPU is done."""
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    call()
    end.record()
    torch.cuda.synchronize()
    return start.elapsed_time(end) / 1000


def write_results(name: str, figures: dict, seed: int) -> None:
    """Write `results/NAME.json`: the figures, and on what, with which versions and when they were measured."""
    record = {
        "command": f"python benchmarks/{Path(sys.argv[0]).name} {' '.join(sys.argv[1:])}".strip(),
        "date": datetime.date.today().isoformat(),
        "hardware": f"{_processor()}, {torch.get_num_threads()} threads" + _gpu(),
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "seed": seed,
        **figures,
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(f"{path}:\n{json.dumps(record, indent=2)}")


def save_weights(model: nn.Module, path: Path) -> None:
    """Write what the library brings along: in half precision, which is enough and half as large; counters stay."""
    state = model.state_dict()
    torch.save({name: part.half() if part.is_floating_point() else part for name, part in state.items()}, path)


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _gpu() -> str:
    return f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
