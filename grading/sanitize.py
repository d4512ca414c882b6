"""The notebook that is graded: the instructor's, cell by cell, with text of the student's in it.

Nothing else is taken over: no output, no metadata, no tag, no order. So whatever was done to points, locks, names or
tests in the submission has no effect. Cells that the student added, a helper function perhaps, stay behind the cell
they were written behind.
"""

import re
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from .intake import Refused

SKIPPED = "skip-execution"
REACHING = re.compile(  # words by which code gets at what is not its own
    r"__\w+__|_getframe|\b(?:get_ipython|builtins|setattr|globals|exec|eval|gc|inspect|ctypes|signal|threading|"
    r"_?os\._exit|sys\.\w+|importlib|input_transformers\w*|ast_transformers|do_execute)\b|\btorch(?:\.\w+)+\s*="
)
LINES = 8  # of a submission that are shown as telling
MISSING = "raise NotImplementedError('this cell was missing from the notebook that was handed in')"


@dataclass(frozen=True)
class Sanitized:
    """A notebook to run, and what differed from what was handed out."""

    notebook: NotebookNode
    notes: list[str]


def sanitize(source: NotebookNode, submitted: NotebookNode) -> Sanitized:
    """Put a student's solution cells, and cells of their own, into a copy of the instructor's notebook.

    Raises:
        Refused: no cell of the assignment is in it, or a cell's metadata is no metadata.
    """
    known = {name(cell) for cell in source.cells}
    found, own, notes = _take(submitted, known)
    if not any(is_solution(cell) and name(cell) in found for cell in source.cells):
        raise Refused("no cell of this assignment is there: another file was handed in, or its cells lost their marks")
    notebook = NotebookNode(source, cells=list(own.get(None, [])))
    for theirs in source.cells:
        cell = NotebookNode(theirs)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if is_solution(cell) and name(cell) not in found:
            cell.source = MISSING
            notes.append(f"the cell {name(cell)} was missing")
        elif is_solution(cell) or (name(cell) in found and not is_locked(cell)):
            cell.source = found[name(cell)]
        notebook.cells += [cell, *own.get(name(cell), [])]
    return Sanitized(notebook, notes)


def name(cell: NotebookNode) -> str:
    """The name that nbgrader knows a cell by; for cells it does not care for, Jupyter's."""
    about = cell.metadata.get("nbgrader", {})
    if not isinstance(about, dict):
        raise Refused("a cell's `nbgrader` metadata is no object")
    grade_id = about.get("grade_id")
    return grade_id if isinstance(grade_id, str) else str(cell.get("id", ""))


def is_solution(cell: NotebookNode) -> bool:
    """Whether students write this cell."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_test(cell: NotebookNode) -> bool:
    """Whether this cell is worth points."""
    return bool(cell.metadata.get("nbgrader", {}).get("grade")) and not is_solution(cell)


def is_locked(cell: NotebookNode) -> bool:
    """Whether students may not change this cell."""
    return "nbgrader" in cell.metadata and not is_solution(cell)


def telling_lines(notebook: NotebookNode) -> list[str]:
    """Lines of the student's by which code reaches beyond itself, for whoever has to look at a suspicion."""
    theirs = [c for c in notebook.cells if c.cell_type == "code" and (is_solution(c) or c.id.startswith("own-"))]
    found = [f"{name(c)}: {line.strip()}" for c in theirs for line in c.source.splitlines() if REACHING.search(line)]
    return found[:LINES]


def is_run(cell: NotebookNode) -> bool:
    """Whether this cell is run when grading: code that does more than train or show something."""
    return cell.cell_type == "code" and SKIPPED not in cell.metadata.get("tags", [])


def _take(submitted: NotebookNode, known: set[str]) -> tuple[dict[str, str], dict[str | None, list], list[str]]:
    """The text of cells that were handed out; code cells that were not, by the known cell before them; notes."""
    found: dict[str, str] = {}
    own: dict[str | None, list] = {}
    notes, before = [], None
    for cell in submitted.cells:
        if name(cell) in found:
            notes.append(f"the cell {name(cell)} was there more than once: the first one counts")
        elif name(cell) in known:
            before = name(cell)
            found[before] = cell.source
        elif cell.cell_type == "code" and cell.source.strip():
            cells = own.setdefault(before, [])
            cells.append(new_code_cell(cell.source, id=f"own-{sum(map(len, own.values()))}"))
    return found, own, notes
