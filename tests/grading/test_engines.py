"""Who runs the jobs: threads, somebody with a list, a real Slurm cluster whose daemons die.

What it catches: a sandbox that dies with the thread that started it, a submission that sees a GPU of its neighbour's, a
result lost with a node, a scheduler that talks to anybody.
"""

import os
import random
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from grading import job
from grading.course import open_course
from grading.engines import JobsWait, by_hand, here, on_slurm, run_alone
from grading.gpus import find_gpus
from grading.grade import Grading
from grading.sandbox import Gpu, Sandbox
from tests.grading.slurm import Slurm, cluster
from tests.grading.tiny import ROOT, hand_in, make_course, written
from tests.grading.walls import needs_walls

WRONG = {"double": "def double(x):\n    return 1.5 * x"}
TWO_PLUS_TWO = [{"code": "2 + 2", "seconds": 5, "replay": True}]


@pytest.fixture(scope="module")
def empty_course(tmp_path_factory) -> Path:
    needs_walls()
    return make_course(tmp_path_factory.mktemp("course") / "course")


@pytest.fixture
def course(empty_course, tmp_path) -> Path:
    return shutil.copytree(empty_course, tmp_path / "course", symlinks=True)


def hand_in_class(course: Path, count: int) -> list[str]:
    for number in range(count):
        code = [{}, WRONG, {"double": "raise NotImplementedError"}][number % 3]
        hand_in(course, f"student-{number:02}", written(course, **code))
    return open_course(course).students("tiny")


def recorded(course: Path) -> dict[tuple[str, str], float]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            (submission.student.id, grade.name): grade.auto_score
            for submission in gradebook.assignment_submissions("tiny")
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def expected(count: int) -> dict[tuple[str, str], float]:
    points = {"check-double": (1, 0, 0), "hidden-double": (2, 0, 0), "hidden-share-double": (1, 0.75, 0)}
    points |= {"hidden-triple": (1, 1, 1)}
    return {(f"student-{n:02}", name): each[n % 3] for n in range(count) for name, each in points.items()}


def test_sandbox_outlives_the_thread_that_started_it(course):
    with Sandbox(course) as sandbox:
        for _ in range(2):
            thread = threading.Thread(target=sandbox.run, args=[TWO_PLUS_TWO])
            thread.start()
            thread.join()
            started = sandbox._process
            time.sleep(0.3)
        assert started is sandbox._process and started.poll() is None


def test_several_at_a_time_in_one_sandbox(course):
    """Each gets its own answer, and they run side by side."""
    cells = [[{"code": f"import time; time.sleep(2); {number}", "seconds": 9, "replay": True}] for number in range(4)]
    answers: dict[int, str] = {}
    with Sandbox(course) as sandbox:
        sandbox.run([])

        def run(number: int) -> None:
            (answer,) = sandbox.run(cells[number])
            answers[number] = answer["outputs"][0]["data"]["text/plain"]

        start = time.monotonic()
        threads = [threading.Thread(target=run, args=[number]) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == {number: str(number) for number in range(4)}
    assert time.monotonic() - start < 7, "one after the other they would sleep for eight seconds"


@pytest.mark.parametrize(
    ("visible", "found"), [(None, ["one", "two"]), ("1", ["two"]), ("GPU-one", ["one"]), ("", []), ("7", [])]
)
def test_gpus_of_this_machine(tmp_path, monkeypatch, visible, found):
    """By what the driver says of two, of which a scheduler may have given us only some. Minors have their own order."""
    for place, name, minor in (("0000:01:00.0", "one", 1), ("0000:02:00.0", "two", 0)):
        (tmp_path / place).mkdir()
        information = f"Model: \t NVIDIA\nGPU UUID: \t GPU-{name}\nDevice Minor: \t {minor}\n"
        (tmp_path / place / "information").write_text(information)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    all_gpus = {"one": Gpu("GPU-one", "/dev/nvidia1"), "two": Gpu("GPU-two", "/dev/nvidia0")}
    assert find_gpus(tmp_path) == [all_gpus[name] for name in found]


LOOK_AT_DEVICES = """
import os, stat
print(os.environ["CUDA_VISIBLE_DEVICES"])
for path in {devices}:
    try:
        os.open(path, os.O_RDONLY)
        print("opened")
    except OSError:
        print(stat.S_ISCHR(os.stat(path).st_mode) if os.path.exists(path) else "absent")
"""


def test_submission_sees_its_own_gpu_and_no_other(course):
    """With two devices that every Linux machine has in the place of GPUs: device files are all we hand out."""
    devices = [path for path in ("/dev/fuse", "/dev/kmsg", "/dev/net/tun") if os.path.exists(path)][:2]
    if len(devices) < 2:
        pytest.skip("this machine has no two device files to try it with")
    gpus = [Gpu("GPU-one", devices[0]), Gpu("GPU-two", devices[1])]
    cells = [{"code": LOOK_AT_DEVICES.format(devices=devices), "seconds": 5, "replay": True}]
    with Sandbox(course, gpus=gpus) as sandbox:
        said = {}
        for gpu in (*gpus, None):
            (answer,) = sandbox.run(cells, gpu)
            said[gpu] = answer["outputs"][0]["text"].split()
    assert stat.S_ISCHR(os.stat(devices[0]).st_mode)
    assert said[gpus[0]][0] == "GPU-one" and said[gpus[0]][1] in ("opened", "True") and said[gpus[0]][2] == "False"
    assert said[gpus[1]][0] == "GPU-two" and said[gpus[1]][1] == "False" and said[gpus[1]][2] in ("opened", "True")
    assert said[None] == ["False", "False"], "without a GPU of its own it sees none, and no name of one"


def test_slot_whose_gpu_fails_takes_no_more(course, monkeypatch):
    """What ran on it when it failed runs on the other one; when no GPU is left, the rest waits for a person."""
    students = hand_in_class(course, 4)
    good, bad = Gpu("GPU-good", "/dev/absent0"), Gpu("GPU-bad", "/dev/absent1")
    ran_on = []

    def works(gpu: Gpu, sandbox: Sandbox) -> bool:
        return gpu == good

    def run(sandbox: Sandbox, cells: list[dict], gpu: Gpu) -> list[dict]:
        ran_on.append(gpu)
        answers = plain_run(sandbox, cells, gpu)
        if gpu == bad:
            answers[-1]["status"] = "timeout"
        return answers

    plain_run = Sandbox.run
    monkeypatch.setattr(Sandbox, "run", run)
    monkeypatch.setattr(job, "works", works)
    grading = Grading(open_course(course), "tiny")
    entries = grading.grade(students, partial(here, workers=2, gpus=[good, bad]))
    assert {entry["state"] for entry in entries.values()} == {"graded"} and recorded(course) == expected(4)
    assert ran_on.count(bad) == 1 and {entry["gpu"] for entry in entries.values()} == {"GPU-good"}
    hand_in(course, "zoe", written(course))
    with pytest.raises(OSError, match="no slot works"):
        grading.grade(["zoe"], partial(here, workers=1, gpus=[bad]))
    assert grading.grade(["zoe"], here)["zoe"]["points"] == 5


def unrolled(course: Path, *words: str) -> subprocess.CompletedProcess:
    command = [Path(sys.executable).parent / "unrolled", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)


def test_jobs_that_somebody_runs(course):
    students = hand_in_class(course, 3)
    first = unrolled(course, "grade", "tiny", "--engine", "jobs")
    assert first.returncode == 2 and "4 jobs wait" in first.stderr, "the solution is one of them"
    (listed,) = course.glob("_build/grading/tiny/work/jobs.txt")
    jobs = listed.read_text().splitlines()
    private = [path.read_text() for path in Path(jobs[0]).parent.rglob("*") if path.is_file()]
    assert not any(student in text or "gradebook" in text for student in students for text in private)
    assert unrolled(course, "grade-one", *jobs[1:]).returncode == 0
    with pytest.raises(JobsWait, match="1 jobs wait"):
        Grading(open_course(course), "tiny").grade(students, by_hand)
    run_alone([Path(jobs[0])])
    before = [Path(folder, job.ANSWERS).stat().st_mtime_ns for folder in jobs]
    run_alone(list(map(Path, jobs)))
    assert before == [Path(folder, job.ANSWERS).stat().st_mtime_ns for folder in jobs], "run twice"
    last = unrolled(course, "grade", "tiny", "--engine", "jobs")
    assert last.returncode == 0 and recorded(course) == expected(3), last.stderr
    assert not list(course.glob("_build/grading/tiny/work/jobs")), "nothing is left to be run"


def test_no_job_there(tmp_path, course):
    done = unrolled(course, "grade-one", str(tmp_path / "jobs" / "x"))
    assert done.returncode == 2 and "no place of jobs" in done.stderr


@pytest.fixture(scope="module")
def slurm(tmp_path_factory) -> Slurm:
    needs_walls()
    with cluster(tmp_path_factory.mktemp("slurm")) as running:
        os.environ["SLURM_CONF"] = running.environment["SLURM_CONF"]
        yield running
        del os.environ["SLURM_CONF"]


def test_class_on_slurm(slurm, course, monkeypatch):
    """Two slots, each with a GPU of its own; nobody without the certificate can talk to the scheduler."""
    students = hand_in_class(course, 10)
    addresses, keys = [], []

    def strangers(student: str, entry: dict) -> None:
        if not addresses:
            logs = "".join(path.read_text() for path in course.glob("_build/grading/tiny/work/slurm/*.err"))
            addresses.extend(set(re.findall(r"(?:tls|tcp)://[\d.]+:\d+", logs)))
            keys.extend(course.glob("_build/grading/tiny/work/slurm/*/key.pem"))
            assert not any(path.parent.stat().st_mode & 0o077 for path in keys)
            scheduler = re.search(r"Registered to: +(\S+)", logs).group(1)
            ask = f"from distributed import Client; Client({scheduler.replace('tls', 'tcp')!r}, timeout=3)"
            refused = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
            assert refused.returncode and "Error" in refused.stderr

    engine = partial(on_slurm, slots=2, memory_mib=2048, options="--gres=gpu:1")
    entries = Grading(open_course(course), "tiny").grade(students, engine, strangers)
    assert recorded(course) == expected(10) and {entry["state"] for entry in entries.values()} == {"graded"}
    assert {entry["gpu"] for entry in entries.values()} == {"0", "1"}
    assert addresses and all(address.startswith("tls://") for address in addresses)
    assert keys and not any(path.exists() for path in keys), "its key has ended with the scheduler"
    slurm.wait_until(slurm.is_idle)


def test_job_array_of_the_handbook(slurm, course, tmp_path):
    """The script that the handbook shows, as it stands there."""
    hand_in_class(course, 4)
    (script,) = re.findall(r"```bash\n(#!/bin/bash\n#SBATCH.*?)```", (ROOT / "book/instructors.md").read_text(), re.S)
    (course / "grade.sh").write_text(script.replace("a1", "tiny"))
    assert unrolled(course, "grade", "tiny", "--engine", "jobs").returncode == 2
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**slurm.environment, "PATH": path, "PYTHONPATH": str(ROOT)}
    submit = subprocess.run(["sbatch", "--wait", "grade.sh"], cwd=course, env=environment, capture_output=True)
    assert submit.returncode == 0, submit.stderr
    assert unrolled(course, "grade", "tiny", "--engine", "jobs").returncode == 0
    assert recorded(course) == expected(4)


def processes_with(word: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word in path.read_bytes().decode(errors="replace"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def test_cluster_that_dies_again_and_again(slurm, course):
    """kill -9 of Slurm's daemons, of workers and of the coordinator: the gradebook ends as if nothing had happened."""
    hand_in_class(course, 60)
    choose = random.Random(6)
    words = ["grade", "tiny", "--engine", "slurm", "--workers", "2", "--slurm=--gres=gpu:1", "--memory", "2048"]
    command = [Path(sys.executable).parent / "unrolled", *words]
    environment = {**slurm.environment, "PYTHONPATH": str(ROOT)}
    victims = ["slurmd", "slurmctld", "worker", "coordinator", "worker", "slurmd"]
    process = None
    while victims:
        if process is None:
            process = subprocess.Popen(command, cwd=course, env=environment, stdout=subprocess.DEVNULL)
            time.sleep(7)
        time.sleep(choose.uniform(0, 2))
        assert process.poll() is None, "it was over before all were killed"
        victim = victims.pop()
        if victim == "coordinator":
            process.kill()
            process.wait()
            process = None
        elif victim == "worker":
            for worker in processes_with("distributed.cli.dask_worker")[:1]:
                os.kill(worker, signal.SIGKILL)
        else:
            slurm.kill(victim)
    assert process.wait(300) == 0, shlex.join(map(str, command))
    assert recorded(course) == expected(60)
    slurm.wait_until(slurm.is_idle, 90)
    assert not processes_with("distributed.cli.dask_worker"), "a worker without a scheduler stays"
