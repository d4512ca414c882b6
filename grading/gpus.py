"""The GPUs of this machine, and whether they work."""

import os
from pathlib import Path

from .inside.client import OK
from .sandbox import Gpu, Sandbox, SandboxFault

DRIVER = Path("/proc/driver/nvidia/gpus")
TRIAL = "import torch\nassert torch.ones(1000, device='cuda').sum().item() == 1000"
TRIAL_SECONDS = 60


class GpuFault(OSError):
    """A GPU has stopped working: what ran on it has to run somewhere else."""


def find_gpus(driver: Path = DRIVER) -> list[Gpu]:
    """The GPUs that this process may use: all, or those that CUDA_VISIBLE_DEVICES names."""
    found = []
    for information in sorted(driver.glob("*/information")):  # in the order of the bus
        about = dict(line.split(":", 1) for line in information.read_text().splitlines() if ":" in line)
        found.append(Gpu(about["GPU UUID"].strip(), f"/dev/nvidia{about['Device Minor'].strip()}"))
    if (named := os.environ.get("CUDA_VISIBLE_DEVICES")) is None:
        return found
    names = [name.strip() for name in named.split(",")]
    return [gpu for number, gpu in enumerate(found) if str(number) in names or gpu.uuid in names]


def works(gpu: Gpu, sandbox: Sandbox) -> bool:
    """Whether a computation on this GPU comes to its end."""
    try:
        (answer,) = sandbox.run([{"code": TRIAL, "seconds": TRIAL_SECONDS, "replay": True}], gpu)
    except SandboxFault:
        return False
    return answer["status"] == OK
