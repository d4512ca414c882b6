"""A sandbox for student code: bubblewrap around a warm process that forks a fresh kernel for each submission.

The outer wall (bubblewrap) hides the course directory, the gradebook, other submissions and the network from all that
runs here. The inner wall (`inside/jail.py`) parts the submissions from each other and from the warm process.
"""

import json
import os
import selectors
import shutil
import subprocess
import sys
import sysconfig
import time
from dataclasses import asdict, dataclass
from pathlib import Path

INSIDE = Path(__file__).parent / "inside"
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/etc/passwd", "/etc/group")
ENVIRONMENT = Path("/environment")  # where a virtual environment lies in the sandbox
NOBODY = "65534"
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


class SandboxFault(OSError):
    """The sandbox itself failed, whatever the submission did: nobody's score may depend on it."""


class Sandbox:
    """A place that runs one submission after the other."""

    def __init__(self, library: Path, limits: Limits | None = None, isolated: bool = True):
        """Give it the folder that holds `course_lib`; `isolated=False` leaves out both walls."""
        self.library, self.limits, self.isolated = library, limits or Limits(), isolated
        self._process: subprocess.Popen | None = None
        self._received = b""
        self._closed = False

    def run(self, cells: list[dict]) -> list[dict]:
        """Run cells, {"code", "seconds", "replay"} each, and say what became of each, in order.

        Raises:
            SandboxFault: the sandbox died or answered nonsense. It starts anew with the next submission.
        """
        if self._closed:
            raise SandboxFault("the sandbox has been closed")
        if self._process is None:
            self._start()
        job = {"cells": cells, "limits": asdict(self.limits), "isolated": self.isolated}
        try:
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._fault(f"the sandbox is gone: {error}") from None
        deadline = time.monotonic() + self.limits.seconds + 60
        answers = []
        for number in range(len(cells)):
            answer = self._answer(deadline)
            if answer.get("cell") != number:
                raise self._fault(f"an answer about cell {number} was due, got {str(answer)[:200]}")
            answers.append(answer)
        if self._answer(deadline) != {"end": True}:
            raise self._fault("the end was due")
        return answers

    def close(self) -> None:
        """End the sandbox for good, and everything in it."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                pipe.close()
        self._process, self._received = None, b""

    def __enter__(self) -> "Sandbox":
        """The sandbox starts when it is first used."""
        return self

    def __exit__(self, *_) -> None:
        """End it."""
        self.close()

    def _start(self) -> None:
        command = walls(self.library, "warm.py") if self.isolated else [sys.executable, INSIDE / "warm.py"]
        environment = clean_environment(Path("/course") if self.isolated else self.library)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(list(map(str, command)), stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
        os.set_blocking(self._process.stdout.fileno(), False)
        if self._answer(time.monotonic() + SECONDS_TO_START) != {"ready": True}:
            raise self._fault("the sandbox did not start")

    def _answer(self, deadline: float) -> dict:
        """The next line from inside."""
        output = self._process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while b"\n" not in self._received:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise self._fault("the sandbox does not answer")
                more = os.read(output.fileno(), 1 << 16)
                self._received += more
                if not more or len(self._received) > LINE_BYTES:
                    raise self._fault("the sandbox ended" if not more else "the sandbox said too much")
        line, _, self._received = self._received.partition(b"\n")
        try:
            answer = json.loads(line)
        except ValueError:
            raise self._fault(f"the sandbox said {line[:200]!r}") from None
        if not isinstance(answer, dict):
            raise self._fault(f"the sandbox said {line[:200]!r}")
        return answer

    def _fault(self, why: str) -> SandboxFault:
        """The error to raise; the sandbox is ended, and what it said last is told."""
        process = self._process
        process.kill()
        said = process.stderr.read().decode(errors="replace").strip()
        self._end()
        return SandboxFault(f"{why}; its last words: {said[-1500:]}" if said else why)


def walls(library: Path, program: str, *arguments: object, writable: Path | None = None) -> list:
    """The command that runs a program of `inside/` within bubblewrap.

    Args:
        library: the folder that holds `course_lib`; nothing else of it is shown.
        program: is told, as its first argument, which user to become.
        arguments: what follows.
        writable: a folder that is shown as /kernel, to be written to from both sides.
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
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
    }
