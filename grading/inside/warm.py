"""The process that has imported torch already and forks itself for each submission.

Its standard input is a socket, over which it is handed a connection for each submission. A fork of it reads one line
from there, the job, and answers, line by line, what became of each cell:

    {"cells": [{"code": ..., "seconds": ..., "replay": ...}, ...], "limits": {...}, "isolated": true,
     "gpu": "GPU-...", "hidden": ["/dev/nvidia1"]}
    {"cell": 0, "status": "ok", "seconds": 0.01, "outputs": [...], ...}
    ...
    {"end": true}

When a submission ends its own kernel, or has to be ended, a new kernel runs the cells marked `replay` again (all but
canaries and the cell it happened in) and goes on behind. Run it as `python warm.py USER` within bubblewrap, where USER
is the number of the user to become or `same`; without a sandbox, as `python warm.py`.
"""

import gc
import importlib
import json
import os
import shutil
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import TextIO

import jail
from client import DIED, TIMEOUT, Client, Ended, Watcher

KERNELS = 4  # for one submission at most
CLIENT_BYTES = 1 << 30  # of memory for the client beside a submission
NOT_RUN = "not run"
READY = b"!"
WHAT_TAKES_TIME = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.core.completer",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "tornado.platform.asyncio",
    "matplotlib.pyplot",
    "torchvision.ops",
    "skimage.segmentation",
    "course_lib.checks",
    "course_lib.notebook",
)


def main() -> None:
    """Get ready, say so, and fork for each connection until there will be no more."""
    control = socket.socket(fileno=0)
    _import_what_takes_time()
    if len(sys.argv) > 1:
        jail.become(sys.argv[1])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks that have ended need no farewell
    control.send(READY)
    while True:
        message, connections, *_ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            with socket.socket(fileno=connections[0]).makefile("rw") as connection:
                work_on(json.loads(connection.readline()), connection)
            os._exit(0)
        os.close(connections[0])


def work_on(job: dict, answers: TextIO) -> None:
    """Run a job's cells, with as many kernels as it needs and may have."""
    cells, limits = job["cells"], job["limits"]
    end = time.monotonic() + limits["seconds"]
    begin, without = 0, set()
    for _ in range(KERNELS):
        steps = [i for i in range(len(cells)) if i >= begin or (cells[i]["replay"] and i not in without)]
        done, status = _run_once(job, steps, begin, end, answers)
        if status is None:
            begin = len(cells)
            break
        without.add(done)  # the cell in which it ended
        _say(answers, {"cell": done, "status": status, "outputs": []})
        begin = done + 1
        if begin >= len(cells) or time.monotonic() > end:
            break
    for i in range(begin, len(cells)):
        _say(answers, {"cell": i, "status": NOT_RUN, "outputs": []})
    _say(answers, {"end": True})


def _run_once(job: dict, steps: list[int], begin: int, end: float, answers: TextIO) -> tuple[int, str | None]:
    """Run cells on one kernel; returns where it ended and why, or None if it came to the last one."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _be_client(job, steps, begin, os.fdopen(writing, "w"))
        except Ended as ended:
            os.write(writing, json.dumps({"ended": ended.status}).encode() + b"\n")
        except BaseException as error:
            fault = "".join(traceback.format_exception(error))[-3000:]
            os.write(writing, json.dumps({"fault": fault}).encode() + b"\n")
        os._exit(0)
    os.close(writing)
    at, status = begin, DIED
    with os.fdopen(reading) as lines:
        signal.setitimer(signal.ITIMER_REAL, max(0.1, end - time.monotonic()))
        signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
        for line in lines:
            told = json.loads(line)
            if "fault" in told:
                _say(answers, told)
                os._exit(1)
            if "ended" in told:
                status = told["ended"]
            elif "last" in told:
                status = None
            else:
                at = told["cell"] + 1
                _say(answers, told)
        signal.setitimer(signal.ITIMER_REAL, 0)
    os.waitpid(child, 0)
    if not job["isolated"]:  # else it had a /tmp of its own
        for left in Path("/tmp").glob(f".{child}-*"):
            shutil.rmtree(left, ignore_errors=True)
    return at, TIMEOUT if status == DIED and time.monotonic() > end else status


def _be_client(job: dict, steps: list[int], begin: int, answers) -> None:
    """In a fork: shut the submission in, start its kernel, send it the cells and write down what comes back."""
    limits = job["limits"]
    os.setsid()
    jail.die_with_parent()
    if job["isolated"]:
        jail.new_namespaces(limits["disk_mib"], limits["files"], job["hidden"])
    place = Path("/tmp", f".{os.getpid()}-submission")
    folder = place / "work"
    folder.mkdir(parents=True)
    connection = {
        "transport": "ipc",
        "ip": str(place / "kernel"),
        "key": os.urandom(16).hex(),
        "signature_scheme": "hmac-sha256",
        "kernel_name": "python3",
        **{f"{name}_port": port for port, name in enumerate(("shell", "iopub", "stdin", "control", "hb"), 1)},
    }
    most = jail.data_size() + CLIENT_BYTES
    watcher = Watcher(limits["memory_mib"] << 20, alone=job["isolated"])
    watcher.keeper = keeper = os.fork()
    if keeper == 0:
        try:
            keep(job, folder, connection)
        finally:
            os._exit(1)
    jail.limit(most, int(limits["seconds"]) + 60, 1 << 20, 4096)
    if job["isolated"]:
        jail.drop_privileges()
    client = Client(connection, watcher)
    client.wait_until_ready()
    for i in steps:
        result = client.run(job["cells"][i]["code"], job["cells"][i]["seconds"])
        if i >= begin:
            print(json.dumps({"cell": i, **result}), file=answers, flush=True)
    print(json.dumps({"last": True}), file=answers, flush=True)


def keep(job: dict, folder: Path, connection: dict) -> None:
    """Start the submission's process space and end with it: between client and submission, as only a parent can."""
    jail.die_with_parent()
    os.closerange(3, 4096)
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    if job["isolated"]:
        jail.new_process_space()
    first = os.fork()
    if first == 0:
        _be_first_process(job, folder, connection)
    if job["isolated"]:
        jail.drop_privileges()
    os.waitpid(first, 0)
    os._exit(0)


def _be_first_process(job: dict, folder: Path, connection: dict) -> None:
    """Process 1 of the submission's space: when it ends, all others in it are killed. It ends with the kernel."""
    jail.die_with_parent()
    if job["isolated"]:
        jail.own_proc()
        jail.drop_privileges()
    jail.hide()
    kernel = os.fork()
    if kernel == 0:
        _be_kernel(job["limits"], job["gpu"], folder, connection)
    while os.wait()[0] != kernel:
        pass
    os._exit(0)


def _be_kernel(limits: dict, gpu: str, folder: Path, connection: dict) -> None:
    """IPython's own kernel, in the submission's folder."""
    from ipykernel.kernelapp import IPKernelApp

    jail.die_with_parent()
    os.setsid()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    jail.limit(
        jail.data_size() + (limits["memory_mib"] << 20),
        int(limits["seconds"]) + 5,
        limits["disk_mib"] << 20,
        limits["processes"],
    )
    os.environ["CUDA_VISIBLE_DEVICES"] = gpu
    os.chdir(folder)
    sys.argv = ["kernel"]
    file = Path(f"{connection['ip']}.json")
    file.write_text(json.dumps(connection))
    arguments = ["-f", str(file), "--HistoryManager.enabled=False", "--log-level=CRITICAL"]
    IPKernelApp.launch_instance(arguments)


def _import_what_takes_time() -> None:
    """Import only: a thread started before a fork is not there after it."""
    for name in WHAT_TAKES_TIME:
        importlib.import_module(name)
    importlib.import_module("course_lib.exercises").exercises()  # imports all modules that have some
    gc.freeze()  # a collection in a fork would copy every page it looks at


def _say(answers: TextIO, what: dict) -> None:
    print(json.dumps(what), file=answers, flush=True)


if __name__ == "__main__":
    main()
