"""A sandbox for student code: bubblewrap around one warm process that forks a fresh kernel for each submission.

The outer wall (bubblewrap) hides the course directory, the gradebook, other submissions and the network from all that
runs here. The inner wall (`inside/jail.py`) parts the submissions from each other and from the warm process.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

INSIDE = Path(__file__).parent / "inside"
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/etc/passwd", "/etc/group")
ENVIRONMENT = Path("/environment")  # where a virtual environment lies in the sandbox
NOBODY = "65534"
SHARED_DEVICES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")  # that all who use a GPU need
SECONDS_TO_START = 180  # a cold disk takes long to read torch from
LINE_BYTES = 4 << 20  # of an answer about one cell


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    memory_mib: int = 3072  # of all its processes together
    disk_mib: int = 512  # in /tmp, which is memory too
    files: int = 10_000
    processes: int = 256  # threads count
    seconds: float = 900  # for the whole notebook
    seconds_per_cell: float = 120


@dataclass(frozen=True)
class Gpu:
    """A GPU, by the name that CUDA_VISIBLE_DEVICES takes and by its device file."""

    uuid: str
    device: str


class SandboxFault(OSError):
    """The sandbox itself failed, whatever the submission did: nobody's score may depend on it."""


class Sandbox:
    """A place that runs submissions, as many at a time as threads call `run`."""

    def __init__(self, library: Path, limits: Limits | None = None, isolated: bool = True, gpus: Sequence[Gpu] = ()):
        """Give it the folder that holds `course_lib`; `isolated=False` leaves out both walls."""
        self.library, self.limits, self.isolated, self.gpus = library, limits or Limits(), isolated, gpus
        self._process: subprocess.Popen | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the sandbox
        self._changing = threading.RLock()
        # bubblewrap dies with the thread that starts it, and those that call `run` come and go.
        self._starter = ThreadPoolExecutor(max_workers=1)
        self._closed = False

    def run(self, cells: list[dict], gpu: Gpu | None = None) -> list[dict]:
        """Run cells, {"code", "seconds", "replay"} each, and say what became of each, in order.

        They see this GPU, one of the sandbox's, and no other.

        Raises:
            SandboxFault: the sandbox died or answered nonsense. It starts anew with the next submission.
        """
        others = [other.device for other in self.gpus if other != gpu]
        seen = {"gpu": gpu.uuid if gpu else "", "hidden": others}
        job = {"cells": cells, "limits": asdict(self.limits), "isolated": self.isolated, **seen}
        deadline = time.monotonic() + SECONDS_TO_START + self.limits.seconds + 60
        try:
            with self._connect() as connection, connection.makefile("rb") as lines:
                connection.sendall(json.dumps(job).encode() + b"\n")
                answers = [_answer(connection, lines, deadline, due={"cell": i}) for i in range(len(cells))]
                _answer(connection, lines, deadline, due={"end": True})
        except TimeoutError:
            self._end()
            raise SandboxFault("the sandbox does not answer") from None
        except OSError as error:
            raise SandboxFault(f"{error}{self._last_words()}") from None
        return answers

    def close(self) -> None:
        """End the sandbox for good, and everything in it."""
        self._closed = True
        self._end()
        self._starter.shutdown(wait=False)

    def __enter__(self) -> "Sandbox":
        """The sandbox starts when it is first used."""
        return self

    def __exit__(self, *_) -> None:
        """End it."""
        self.close()

    def _connect(self) -> socket.socket:
        """A connection to a new fork of the warm process, which is started if there is none."""
        with self._changing:
            if self._closed:
                raise SandboxFault("the sandbox has been closed")
            if self._process is None or self._process.poll() is not None:
                self._start()
            ours, theirs = socket.socketpair()
            with theirs:
                socket.send_fds(self._control, [b"+"], [theirs.fileno()])
        return ours

    def _start(self) -> None:
        devices = [*SHARED_DEVICES, *(gpu.device for gpu in self.gpus)] if self.gpus else []
        command = (
            walls(self.library, "warm.py", devices=devices) if self.isolated else [sys.executable, INSIDE / "warm.py"]
        )
        environment = clean_environment(Path("/course") if self.isolated else self.library)
        self._control, theirs = socket.socketpair()
        self._said.truncate(0)
        with theirs:
            streams = {"stdin": theirs, "stdout": subprocess.DEVNULL, "stderr": self._said}
            start = self._starter.submit(subprocess.Popen, list(map(str, command)), env=environment, **streams)
            self._process = start.result()
        self._control.settimeout(SECONDS_TO_START)
        if not self._control.recv(1):
            raise SandboxFault("the sandbox did not start")

    def _end(self) -> None:
        with self._changing:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                self._control.close()
            self._process = None

    def _last_words(self) -> str:
        """What the sandbox said last, if it is ending."""
        with suppress(subprocess.TimeoutExpired, AttributeError):  # AttributeError: another thread has ended it
            self._process.wait(0.2)
        self._said.seek(0)
        said = self._said.read().decode(errors="replace").strip()
        return f"; its last words: {said[-1500:]}" if said else ""


def _answer(connection: socket.socket, lines: BinaryIO, deadline: float, due: dict) -> dict:
    """The next line from inside, which has to have what is `due` in it."""
    connection.settimeout(max(0.001, deadline - time.monotonic()))
    line = lines.readline(LINE_BYTES)
    if not line.endswith(b"\n"):
        raise SandboxFault("the sandbox said too much" if line else "the sandbox ended")
    try:
        answer = json.loads(line)
        if due.items() <= answer.items():
            return answer
    except (ValueError, AttributeError):
        pass
    raise SandboxFault(f"{due} was due from the sandbox, it said {line[:3000].decode(errors='replace')}")


def walls(
    library: Path, program: str, *arguments: object, writable: Path | None = None, devices: Sequence[str] = ()
) -> list:
    """The command that runs a program of `inside/` within bubblewrap.

    Args:
        library: the folder that holds `course_lib`; nothing else of it is shown.
        program: is told, as its first argument, which user to become.
        arguments: what follows.
        writable: a folder that is shown as /kernel, to be written to from both sides.
        devices: files of /dev that may be used, if they are there.
    """
    show = [word for path in (*SYSTEM, *SETTINGS) for word in ("--ro-bind-try", path, path)]
    python, base, packages = sys.executable, os.path.realpath(sys.base_prefix), Path(sysconfig.get_path("purelib"))
    if not base.startswith("/usr"):
        for parent in reversed(Path(base).parents[:-1]):  # bwrap would make them for its own user only
            show += ["--perms", "0755", "--dir", parent]
        show += ["--ro-bind", base, base]
    if sys.prefix != sys.base_prefix:
        show += ["--ro-bind", sys.prefix, ENVIRONMENT]
        packages = ENVIRONMENT / packages.relative_to(sys.prefix)
        python = ENVIRONMENT / Path(sys.executable).relative_to(sys.prefix)
    for package in ("course_lib", "grading"):  # an installed full edition has the solutions
        if Path(sysconfig.get_path("purelib"), package).is_dir():
            show += ["--tmpfs", packages / package]
    # Root becomes nobody inside. Anybody else is root in there, of nothing, and must be able to map that user on.
    root = os.geteuid() == 0
    users = [] if root else ["--unshare-user", "--uid", "0", "--gid", "0"]
    capabilities = ["SYS_ADMIN", *(["SETUID", "SETGID"] if root else ["SETFCAP"])]
    return [
        *(shutil.which("bwrap"), "--die-with-parent", "--new-session", *users),
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        *(word for capability in capabilities for word in ("--cap-add", f"CAP_{capability}")),
        *show,
        *("--proc", "/proc", "--dev", "/dev"),
        *(word for device in devices for word in ("--dev-bind-try", device, device)),
        *("--perms", "1777", "--size", str(64 << 20), "--tmpfs", "/tmp"),
        *("--perms", "0755", "--dir", "/course", "--ro-bind", library / "course_lib", "/course/course_lib"),
        *(("--bind", writable, "/kernel") if writable else ()),
        *("--ro-bind", INSIDE, "/inside", "--chdir", "/tmp"),
        *(python, f"/inside/{program}", NOBODY if root else "same", *arguments),
    ]


def clean_environment(library: Path) -> dict[str, str]:
    """All that a submission finds in its environment."""
    return {
        "PATH": f"{ENVIRONMENT}/bin:/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(library),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "TQDM_DISABLE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a warning about debuggers, which nobody starts
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",  # asking whether there is a GPU must not begin to use it: we fork later
        "CUDA_VISIBLE_DEVICES": "",
    }
