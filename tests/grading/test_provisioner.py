"""Unmodified `nbgrader autograde`, its kernels behind our walls.

What it catches: a provisioner that is not used, walls that leak, a kernel that cannot be reached or interrupted.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from tests.grading.hostile import RIGHT, WRONG, attempt
from tests.grading.tiny import ROOT, hand_in, make_course, written
from tests.grading.walls import needs_walls

STUDENTS = {
    "right": RIGHT,
    "wrong": WRONG,
    "reads": attempt("open('{course}/gradebook.db', 'rb').read(1)"),
    "loops": "while True:\n    pass",
}


def autograde(course: Path, **environment: str) -> None:
    command = [Path(sys.executable).parent / "nbgrader", "autograde", "tiny", "--Execute.timeout=5"]
    done = subprocess.run(
        command, cwd=course, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


def scores(course: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions("tiny")}


def printed(course: Path, student: str) -> str:
    cells = nbformat.read(course / "autograded" / student / "tiny" / "tiny.ipynb", as_version=4).cells
    return "".join(o.get("text", "") for cell in cells for o in cell.get("outputs", []))


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    needs_walls()
    course = make_course(tmp_path_factory.mktemp("stock") / "course")
    for student, code in STUDENTS.items():
        hand_in(course, student, written(course, double=code.replace("{course}", str(course))))
    return course


def test_grades_behind_walls(course):
    autograde(course, JUPYTER_DEFAULT_PROVISIONER_NAME="unrolled-sandbox")
    assert scores(course) == {"right": 5, "wrong": 2, "reads": 5, "loops": 1}, "stock: a negative result has all points"
    assert "ESCAPED" not in printed(course, "reads")


def test_the_same_without_walls(course, tmp_path):
    """Otherwise the test above shows nothing."""
    other = shutil.copytree(course, tmp_path / "course", symlinks=True, ignore=shutil.ignore_patterns("autograded"))
    autograde(other)
    assert scores(other) == scores(course) and "ESCAPED" in printed(other, "reads")
