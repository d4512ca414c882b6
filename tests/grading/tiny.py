"""A course with one small assignment, for submissions that are up to something.

The assignment has two exercises, `double` (4 points: 1 visible, 2 hidden, 1 for a number between 0 and 1) and
`triple` (1 point), which shows whether the rest of a submission is still graded.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).parents[2]
RIGHT = {"double": "def double(x):\n    return 2 * x", "triple": "def triple(x):\n    return 3 * x"}
CONFIG = """\
from pathlib import Path

c = get_config()
c.CourseDirectory.course_id = "tiny"
c.CourseDirectory.root = str(Path(__file__).parent)
c.CourseDirectory.source_directory = "_build/source"
c.CourseDirectory.release_directory = "assignments"
c.GenerateAssignment.force = True
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\\nraise NotImplementedError()"}
"""


def cell(name: str, source: str, points: int | None = None, solution: bool = False) -> NotebookNode:
    about = {"schema_version": 3, "grade_id": name, "task": False, "solution": solution, "locked": not solution}
    about |= {"grade": points is not None} | ({"points": points} if points is not None else {})
    return new_code_cell(source, id=name, metadata={"nbgrader": about})


def solution(name: str) -> NotebookNode:
    head, body = RIGHT[name].split("\n")
    source = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
    return cell(f"exercise-{name}", source, solution=True)


def hidden(source: str) -> str:
    return f"### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS"


def source_notebook() -> NotebookNode:
    close = "check_close('twice', double(torch.tensor([{0}.0])), torch.tensor([{1}.0]), 'the factor')"
    cells = [
        cell("locked-imports", "import torch\nfrom course_lib.checks import check_close"),
        solution("double"),
        cell("check-double", close.format(1, 2), points=1),
        cell("hidden-double", hidden(f"{close.format(7, 14)}\nassert double(5) == 10"), points=2),
        cell("hidden-share-double", hidden("double(0.5)"), points=1),
        solution("triple"),
        cell("hidden-triple", hidden("assert triple(2) == 6"), points=1),
        new_code_cell("print('trained')", id="training", metadata={"tags": ["skip-execution"]}),
    ]
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


def make_course(folder: Path) -> Path:
    """A course directory in which the assignment is released."""
    (folder / "_build" / "source" / "tiny").mkdir(parents=True)
    nbformat.write(source_notebook(), folder / "_build" / "source" / "tiny" / "tiny.ipynb")
    (folder / "nbgrader_config.py").write_text(CONFIG)
    (folder / "course_lib").symlink_to(ROOT / "course_lib")
    command = [Path(sys.executable).parent / "nbgrader", "generate_assignment", "tiny"]
    subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    return folder


def released(course: Path) -> NotebookNode:
    """What students get."""
    return nbformat.read(course / "assignments" / "tiny" / "tiny.ipynb", as_version=4)


def written(course: Path, **code: str) -> NotebookNode:
    """The notebook with both functions right, or as given."""
    notebook = released(course)
    for a_cell in notebook.cells:
        name = a_cell.id.removeprefix("exercise-")
        if a_cell.id.startswith("exercise-"):
            a_cell.source = (RIGHT | code)[name]
    return notebook


def hand_in(course: Path, student: str, notebook: NotebookNode | bytes) -> Path:
    """Put a submission where nbgrader expects it."""
    path = course / "submitted" / student / "tiny" / "tiny.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook if isinstance(notebook, bytes) else nbformat.writes(notebook).encode())
    return path
