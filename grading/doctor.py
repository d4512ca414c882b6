"""What this machine can isolate, and what that means for grading."""

import os
import shutil
import subprocess
from pathlib import Path

from .gpus import find_gpus


def what_is_missing() -> str:
    """Why submissions cannot be shut into a sandbox here; empty if they can."""
    if not Path("/proc/self/ns/user").exists():
        return "the system has no user namespaces; the sandbox needs Linux"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed: `apt-get install bubblewrap`, or your system's package of that name"
    root = os.geteuid() == 0
    walls = ["bwrap", "--ro-bind", "/", "/", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    walls += ["--cap-add", "CAP_SYS_ADMIN", *([] if root else ["--unshare-user", "--uid", "0"]), "true"]
    tried = subprocess.run(walls, capture_output=True, text=True)
    if tried.returncode:
        return f"bubblewrap cannot make namespaces: {tried.stderr.strip()}"
    if most := _number(Path("/proc/sys/user/max_user_namespaces")):
        return "" if most > 1 else "the system allows no user namespaces: sysctl user.max_user_namespaces is too low"
    return "the system allows no user namespaces: sysctl user.max_user_namespaces is 0"


def _number(path: Path) -> int:
    return int(path.read_text()) if path.exists() else 0


def report() -> str:
    """A readable account of this machine."""
    missing = what_is_missing()
    memory = _number_in(Path("/proc/meminfo"), "MemAvailable:") / 2**20
    lines = [
        f"cores            {os.cpu_count()}",
        f"memory free      {memory:.0f} GiB",
        f"user             {'root; submissions run as nobody' if os.geteuid() == 0 else os.geteuid()}",
        f"bubblewrap       {shutil.which('bwrap') or 'not installed'}",
        f"namespaces       {_number(Path('/proc/sys/user/max_user_namespaces'))} for users",
        f"GPUs             {' '.join(gpu.uuid for gpu in find_gpus()) or 'none of NVIDIA'}",
        f"Slurm            {shutil.which('sbatch') or 'no sbatch here'}",
        "",
        f"Not safe: {missing}." if missing else "Submissions can be shut into sandboxes here.",
    ]
    return "\n".join(lines)


def _number_in(path: Path, name: str) -> int:
    """The number behind a name in a file of lines such as `MemTotal: 123 kB`; 0 if it is not there."""
    if not path.exists():
        return 0
    return next((int(line.split()[1]) for line in path.read_text().splitlines() if line.startswith(name)), 0)
