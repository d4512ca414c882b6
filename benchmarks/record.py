"""Side-by-side timing in one run, and a file with everything one needs to believe or repeat it."""

import datetime
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

RESULTS = Path(__file__).parent / "results"


def time_side_by_side(contestants: dict[str, Callable[[], None]], rounds: int = 15) -> dict[str, float]:
    """Seconds per call of each contestant: the median over rounds in which all take turns.

    Taking turns spreads whatever else the machine is doing over all of them; only ratios should be quoted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for run in range(rounds + 2):  # the first two rounds warm up
        for name, contestant in contestants.items():
            start = time.perf_counter()
            contestant()
            if run >= 2:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def write_results(name: str, figures: dict, seed: int) -> None:
    """Write `results/NAME.json`: the figures, and on what, with which versions and when they were measured."""
    record = {
        "command": f"python benchmarks/{Path(sys.argv[0]).name} {' '.join(sys.argv[1:])}".strip(),
        "date": datetime.date.today().isoformat(),
        "hardware": f"{_processor()}, {torch.get_num_threads()} threads",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "seed": seed,
        **figures,
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(f"{path}:\n{json.dumps(record, indent=2)}")


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
