"""Submissions that are up to something, graded by the real runner in the real sandbox.

What it catches: a wall that is missing, a limit that is not enforced, a forgery that is believed, an honest answer that
loses points because somebody else was up to something before it.
"""

import os
import secrets
import socket
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook, MissingEntry

from grading.course import open_course
from grading.engines import here
from grading.grade import Grading
from grading.sandbox import Limits, Sandbox
from tests.grading.hostile import ASIDE, CASES, FULL, LOST, ZERO, Case
from tests.grading.tiny import hand_in, make_course, written
from tests.grading.walls import needs_walls

LIMITS = Limits(memory_mib=1024, disk_mib=64, files=500, seconds=20, seconds_per_cell=3)


@pytest.fixture(scope="module")
def neighbours():
    """What a submission must not reach: two servers and a secret in the environment."""
    needs_walls()
    os.environ["UNROLLED_SECRET"] = "s3cret"
    abstract = f"unrolled-{secrets.token_hex(4)}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(f"\0{abstract}")
        unix.listen(64)
        yield {"port": str(tcp.getsockname()[1]), "abstract": abstract}
    del os.environ["UNROLLED_SECRET"]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    return make_course(tmp_path_factory.mktemp("tiny"))


def code_of(case: Case, course: Path, neighbours: dict[str, str]) -> str:
    code = case.code.replace("{course}", str(course))
    for name, value in neighbours.items():
        code = code.replace(f"{{{name}}}", value)
    return code


@pytest.fixture(scope="module")
def entries(course, neighbours) -> dict[str, dict]:
    """What became of each case; all are handed in to one class and graded by two workers side by side."""
    for case in CASES:
        notebook = written(course, double=code_of(case, course, neighbours))
        if case.change:
            case.change(notebook)
        hand_in(course, case.student, notebook)
    grading = Grading(open_course(course), "tiny", LIMITS)
    return grading.grade([case.student for case in CASES], engine=partial(here, workers=2))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.student)
def test_case_ends_as_it_should(case, entries, course):
    entry = entries[case.student]
    said = str([(r["name"], r["points"], r["message"]) for r in entry.get("results", [])]) + entry.get("why", "")
    points = {result["name"]: result["points"] for result in entry.get("results", [])}
    double = sum(reached for name, reached in points.items() if name.endswith("double"))
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        try:
            recorded = gradebook.find_submission("tiny", case.student).score
        except MissingEntry:
            recorded = None
    if case.outcome == ASIDE:
        assert entry["state"] == "quarantined" and recorded is None, said
    else:
        expected = {ZERO: (0, 1), FULL: (4, 1), LOST: (0, 0)}.get(case.outcome) or (case.outcome - 1, 1)
        assert entry["state"] == "graded" and (double, points["hidden-triple"]) == expected, said
        assert recorded == sum(expected)
    assert case.says in said
    notebook = course / "autograded" / case.student / "tiny" / "tiny.ipynb"
    assert not notebook.exists() or ("ESCAPED" not in printed(notebook) and notebook.stat().st_size < 3_000_000)


def printed(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "".join(o.get("text", "") for cell in cells for o in cell.get("outputs", []))


@pytest.mark.parametrize("case", [c for c in CASES if c.escapes_without_walls], ids=lambda case: case.student)
def test_the_same_act_succeeds_without_walls(case, course, neighbours, entries):
    """Otherwise the case shows nothing: it would be refused for another reason."""
    code = code_of(case, course, neighbours)
    with Sandbox(Path(course), LIMITS, isolated=False) as sandbox:
        (answer,) = sandbox.run([{"code": code, "seconds": 10, "replay": True}])
    assert "ESCAPED" in "".join(output.get("text", "") for output in answer["outputs"]), answer


def test_memory_without_walls(course):
    """All processes of the machine can be seen, and those of the submission count: its children, and nobody else's."""
    holding = f"x = bytearray({LIMITS.memory_mib + 100} << 20); print('ready', flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    family = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        x = bytearray(500 << 20)
        time.sleep(9)
time.sleep(9)
"""
    with subprocess.Popen([sys.executable, "-c", holding], **pipes) as other:
        other.stdout.readline()
        with Sandbox(Path(course), LIMITS, isolated=False) as sandbox:
            cells = [{"code": code, "seconds": 15, "replay": True} for code in ("1 + 1", family)]
            answers = sandbox.run(cells)
        other.communicate(b"\n")
    assert [answer["status"] for answer in answers] == ["ok", "memory"], answers


def test_nothing_stays_behind(entries, course):
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert "98765.4" not in processes and str(course) not in processes


def test_cases_are_counted(entries, capsys):
    """How many cases were run, for whoever reads the log."""
    states = Counter(entry["state"] for entry in entries.values())
    with capsys.disabled():
        print(f"\n{len(CASES)} hostile and honest submissions were run here: {dict(states)}")
    assert states["fault"] == 0
