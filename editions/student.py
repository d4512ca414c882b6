"""The student edition: the library without the bodies of the exercises, as a wheel, and the notebooks."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from grading.exercise_code import ExerciseCode, assignment_number, find_exercises, remove_bodies
from grading.source import library_version, student_wheel

ROOT = Path(__file__).parents[1]


def remove_solutions(library: Path, through: str | None) -> list[ExerciseCode]:
    """Empty, in place, the exercises of all assignments after `through`; returns them."""
    last = assignment_number(through)
    removed = [e for e in find_exercises(library).values() if assignment_number(e.assignment) > last]
    remove_bodies(removed)
    return removed


def build_wheel(folder: Path, through: str | None) -> Path:
    """Build the student edition's wheel into a folder; the exercises up to `through` are filled in.

    Raises:
        subprocess.CalledProcessError: pip could not build it.
    """
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary)
        shutil.copytree(ROOT / "course_lib", copy / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        remove_solutions(copy / "course_lib", through)
        wheel = student_wheel(library_version(ROOT), through)
        (copy / "pyproject.toml").write_text(_project_file(wheel.split("-")[1]), encoding="utf-8")
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}  # the same sources give the same file
        subprocess.run([*command, "--wheel-dir", str(folder), str(copy)], check=True, env=environment)
        return folder / wheel


def build_student_edition(folder: Path, through: str | None) -> None:
    """Write what students get: the wheel, the assignments' notebooks and how to begin; and the same as a zip file."""
    shutil.rmtree(folder, ignore_errors=True)
    build_wheel(folder, through)
    for notebook in sorted((ROOT / "assignments").glob("*/*.ipynb")):
        target = folder / notebook.parent.name / notebook.name
        target.parent.mkdir()
        shutil.copy(notebook, target)
    shutil.copy(ROOT / "book" / "students.md", folder / "README.md")
    shutil.make_archive(str(folder), "zip", folder)


def _project_file(version: str) -> str:
    """pyproject.toml of the student edition: another version, one package, none of the instructor's extras."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    text = re.sub(r'^version = ".*"$', f'version = "{version}"', text, count=1, flags=re.MULTILINE)
    text = re.sub(
        r"\[project\.optional-dependencies\].*?(?=^\[project\.scripts\])", "", text, flags=re.DOTALL | re.MULTILINE
    )
    return text.replace('include = ["course_lib*", "grading*"]', 'include = ["course_lib*"]')
