"""A submission as a folder that any machine may work on: what to run, and then what became of it.

    _build/grading/a1/work/library/course_lib     the library that submissions import
    _build/grading/a1/work/sandbox.json           their limits
    _build/grading/a1/work/jobs/KEY/job.json      the cells to run, written by the coordinator
    _build/grading/a1/work/jobs/KEY/answers.json  written whole by whoever has run it; it is not run again then

There is no name in it, no gradebook and no score. Where it is worked on is the engine's affair (`engines.py`), and if
an engine dies, nothing is lost but what it was running.
"""

import json
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from .doctor import what_is_missing
from .gpus import GpuFault, works
from .inside.client import DIED, ERROR, OK
from .journal import write_whole
from .sandbox import Gpu, Limits, Sandbox, SandboxFault

SETTINGS, JOB, ANSWERS, FAULT = "sandbox.json", "job.json", "answers.json", "fault.txt"
TRIES = 3  # for a submission whose sandbox fails; then a person looks at it


def secret_of(folder: Path) -> str:
    """What the job's canaries are made from: a new secret if the job is new."""
    job = folder / JOB
    return json.loads(job.read_text())["secret"] if job.exists() else secrets.token_hex(16)


def write_job(folder: Path, secret: str, cells: list[dict]) -> None:
    """Make the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / JOB, json.dumps({"secret": secret, "cells": cells}))


def write_settings(place: Path, limits: Limits, isolated: bool) -> None:
    """Say what submissions may use, for all jobs of this place."""
    write_whole(place / SETTINGS, json.dumps({"limits": asdict(limits), "isolated": isolated}))


def open_sandbox(place: Path, gpus: list[Gpu]) -> Sandbox:
    """A sandbox for the jobs of this place, in which they may use these GPUs.

    Raises:
        FileNotFoundError: there are no jobs here.
        SandboxFault: this machine has no sandbox.
    """
    if not (place / SETTINGS).is_file():
        raise FileNotFoundError(f"{place} is no place of jobs: it has no {SETTINGS}")
    settings = json.loads((place / SETTINGS).read_text())
    if settings["isolated"] and (missing := what_is_missing()):
        raise SandboxFault(f"no sandbox on {socket.gethostname()}: {missing}")
    return Sandbox(place / "library", Limits(**settings["limits"]), settings["isolated"], gpus)


def is_answered(folder: Path) -> bool:
    """Whether somebody has run this job."""
    return (folder / ANSWERS).exists()


def run_job(folder: Path, sandbox: Sandbox, gpu: Gpu | None = None) -> None:
    """Run a job, if nobody has, and write down what became of it.

    Raises:
        GpuFault: the GPU no longer works; nothing is written down.
    """
    if is_answered(folder):
        return
    cells = json.loads((folder / JOB).read_text())["cells"]
    told: dict = {"host": socket.gethostname(), "gpu": gpu.uuid if gpu else os.environ.get("CUDA_VISIBLE_DEVICES", "")}
    try:
        told["answers"], told["runs"] = _run(sandbox, cells, gpu)
        stopped = any(answer["status"] not in (OK, ERROR) for answer in told["answers"])
        if gpu and stopped and not works(gpu, sandbox):
            raise GpuFault(f"{gpu.uuid} does not work any more")
    except SandboxFault as error:
        write_fault(folder, f"the sandbox failed {TRIES} times: {error}")
    else:
        write_whole(folder / ANSWERS, json.dumps(told))


def write_fault(folder: Path, why: str) -> None:
    """Say why a job has no answers; whoever starts again runs it again."""
    (folder / FAULT).write_text(why, encoding="utf-8")


def read_answers(folder: Path) -> dict:
    """What became of it: {"answers" of each cell, "host", "gpu", "runs"}.

    Raises:
        SandboxFault: the sandbox failed, or nobody has run the job.
    """
    if not is_answered(folder):
        fault = folder / FAULT
        raise SandboxFault(fault.read_text(encoding="utf-8") if fault.exists() else "nobody has come to its end")
    return json.loads((folder / ANSWERS).read_text())


def _run(sandbox: Sandbox, cells: list[dict], gpu: Gpu | None) -> tuple[list[dict], int]:
    """What became of each cell, and how often all were run. When the sandbox fails, it is tried again a few times.

    A process that ended may have been ended by the system, which had no memory left, or by somebody: it is run once
    more, and what happens then counts.
    """
    answers, runs = _try(sandbox, cells, gpu)
    if any(answer["status"] == DIED for answer in answers):
        answers, more = _try(sandbox, cells, gpu)
        runs += more
    return answers, runs


def _try(sandbox: Sandbox, cells: list[dict], gpu: Gpu | None) -> tuple[list[dict], int]:
    for runs in range(1, TRIES):
        with suppress(SandboxFault):
            return sandbox.run(cells, gpu), runs
    return sandbox.run(cells, gpu), TRIES
