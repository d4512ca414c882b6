"""From an instructor's text notebook to the notebook that nbgrader starts from.

`solutions/a1/a1.md` is a MyST notebook. Its code cells say in their options what they are:

    :start: a1            the first cell: is everything here that the notebook needs?
    :exercise: rnn_step   where the student writes; filled with the library's own source as the solution
    :check: rnn_step      a check that students see            (with :points:)
    :hidden: rnn_step     tests that only the grader sees      (with :points:)
    :complete: rnn_step   puts the student's function into the library
    :locked: imports      any other cell that students run and cannot change, with a name of its own

All others are the student's to change; the tag `skip-execution` marks those that only train or show
something, which a grader need not run.
"""

import os
import tomllib
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbformat import NotebookNode

from .exercise_code import ExerciseCode, assignment_number, find_exercises

HIDDEN_BEGIN, HIDDEN_END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
KINDS = ("start", "exercise", "check", "hidden", "complete", "locked")


def write_sources(root: Path) -> list[Path]:
    """Write `_build/source/NAME/NAME.ipynb` for each `solutions/NAME/NAME.md` below the course's root folder.

    A notebook that is there already and has not changed is left as it is.
    """
    exercises = find_exercises(root / "course_lib")
    written = []
    for text in sorted((root / "solutions").glob("*/*.md")):
        if text.stem != text.parent.name:
            continue
        notebook = source_notebook(text, exercises, first_cell(root, text.stem))
        path = root / "_build" / "source" / text.stem / f"{text.stem}.ipynb"
        _write_if_changed(path, nbformat.writes(notebook) + "\n")
        written.append(path)
    return written


def source_notebook(text: Path, exercises: dict[str, ExerciseCode], first: str) -> NotebookNode:
    """The notebook with solutions and hidden tests, in nbgrader's own format.

    Raises:
        ValueError: a cell names an exercise that the library does not have, or has no points.
    """
    notebook = jupytext.read(text, fmt="md:myst")
    notebook.metadata = NotebookNode(kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"})
    for number, cell in enumerate(notebook.cells):
        kind = next((kind for kind in KINDS if kind in cell.metadata), None)
        subject = cell.metadata.pop(kind, None)
        if kind in ("exercise", "check", "hidden", "complete") and subject not in exercises:
            raise ValueError(f"{text}: {kind} {subject!r} should name one of: {', '.join(sorted(exercises))}")
        if kind == "start":
            cell.source = first
        elif kind == "exercise":
            cell.source = _solution(exercises[subject])
        elif kind == "hidden":
            cell.source = f"# Here, {subject} is tested further when you are graded.\n{_hidden(cell.source)}"
        elif kind == "complete":
            cell.source = f"complete({subject})"
        cell.id = f"{kind}-{subject}" if kind else f"cell-{number}"
        if kind is not None:
            cell.metadata["nbgrader"] = _nbgrader_metadata(kind, cell, text)
    nbformat.validate(notebook)
    return notebook


def student_wheel(version: str, through: str | None) -> str:
    """The file name of the student edition in which the exercises up to assignment `through` are filled in.

    The versions differ, so that pip installs a later edition over an earlier one.
    """
    return f"unrolled-{version}+student{'.' + through if through else ''}-py3-none-any.whl"


def install_cell(root: Path, through: str | None) -> str:
    """The code that installs that student edition on Colab, and elsewhere says how to do it."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    wheel = student_wheel(library_version(root), through)
    return f'''\
import importlib.util
import sys

if importlib.util.find_spec("course_lib") is None:
    if "google.colab" in sys.modules:
        %pip install -q "{config["html"]["baseurl"]}wheels/{wheel}"
    else:
        raise ImportError(
            "the course's library is not installed for this Python. In a terminal, in the folder with its wheel, run\\n"
            "    pip install {wheel}\\n"
            "then restart the kernel and run this cell again."
        )'''


def first_cell(root: Path, assignment: str) -> str:
    """The code of an assignment's first cell: is everything here that it needs?

    The student edition for assignment a3 has the exercises up to a2 filled in.
    """
    before = assignment_number(assignment) - 1
    return f'''\
# Run this cell first: it says whether everything the notebook needs is here.
{install_cell(root, f"a{before}" if before else None)}
from course_lib.notebook import start

start("{assignment}", written_for="{library_version(root)}")'''


def library_version(root: Path) -> str:
    """The version in pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def _solution(exercise: ExerciseCode) -> str:
    return f"{exercise.head}\n    ### BEGIN SOLUTION\n{exercise.body}\n    ### END SOLUTION"


def _hidden(tests: str) -> str:
    return f"{HIDDEN_BEGIN}\n{tests}\n{HIDDEN_END}"


def _nbgrader_metadata(kind: str, cell: NotebookNode, text: Path) -> dict:
    graded = kind in ("check", "hidden")
    metadata = {
        "schema_version": 3,
        "grade_id": cell.id,
        "grade": graded,
        "solution": kind == "exercise",
        "locked": kind != "exercise",
        "task": False,
    }
    if graded:
        points = cell.metadata.pop("points", None)
        if not isinstance(points, int) or points < 0:
            raise ValueError(f"{text}: {cell.id} should have `:points:` as a whole number, got {points!r}")
        metadata["points"] = points
    return metadata


def _write_if_changed(path: Path, content: str) -> None:
    """Write a file whole or not at all; several nbgrader processes may do so at once."""
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(content, encoding="utf-8")
    os.replace(part, path)
