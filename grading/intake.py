"""Reading what was handed in, as text that nobody has checked: sizes, links, formats, nesting."""

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.validator import normalize

NOTEBOOK_BYTES = 20 << 20  # a notebook with pictures has one or two million
NESTING = 200  # of brackets; notebooks with widgets have about 15
STUDENT = re.compile(r"[\w.@+-]+(?: [\w.@+-]+)*")


class Refused(ValueError):
    """A submission that a person has to look at: says why."""


@dataclass(frozen=True)
class Submission:
    """What a student handed in."""

    student: str
    content: bytes
    notebook: NotebookNode


def read_submission(folder: Path, student: str, assignment: str) -> Submission:
    """Read FOLDER/ASSIGNMENT.ipynb of one student.

    Raises:
        Refused: it is not a notebook of this assignment that can be read safely.
    """
    check_student(student)
    content = read_regular_file(find_notebook(folder, assignment))
    return Submission(student, content, parse_notebook(content))


def check_student(student: str) -> None:
    """Refuse names that mean something else to a file system or to nbgrader's patterns."""
    if not STUDENT.fullmatch(student) or student in (".", ".."):
        raise Refused(f"a student's name should consist of letters, digits and . @ + - _, got {student!r}")


def find_notebook(folder: Path, assignment: str) -> Path:
    """The notebook with the assignment's name; another one is named, so that nobody gets a silent zero for it."""
    if folder.is_symlink() or not folder.is_dir():
        raise Refused(f"{folder} should be a folder, and no link")
    path = folder / f"{assignment}.ipynb"
    if not os.path.lexists(path):
        others = sorted(p.name for p in folder.iterdir())[:5]
        raise Refused(f"there is no {path.name}; the folder has {', '.join(map(repr, others)) or 'nothing'}")
    return path


def read_regular_file(path: Path) -> bytes:
    """The bytes of a file that is neither a link nor a device, nor too large."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(f"{path.name} is a link or cannot be opened: {error.strerror}") from None
    with os.fdopen(file, "rb") as opened:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise Refused(f"{path.name} is not a file")
        if about.st_size > NOTEBOOK_BYTES:
            raise Refused(f"{path.name} has {about.st_size / 1e6:.0f} MB; at most {NOTEBOOK_BYTES / 1e6:.0f} are read")
        return opened.read(NOTEBOOK_BYTES + 1)


def parse_notebook(content: bytes) -> NotebookNode:
    """A notebook of format 4, from bytes in any encoding of UTF-8 and any format that nbformat knows."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"not text in UTF-8: {error}") from None
    if not text.strip():
        raise Refused("the file is empty")
    _check_nesting(text)
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise Refused("not a notebook: it should be a JSON object with a number `nbformat`")
    if not 3 <= raw["nbformat"] <= 4:
        raise Refused(f"a notebook of format {raw['nbformat']}; 3 and 4 can be read")
    if raw["nbformat"] == 4 and not isinstance(raw.get("cells"), list):
        raise Refused("a notebook without cells")
    try:
        notebook = nbformat.reads(text, as_version=4)
        _, notebook = normalize(notebook, strip_invalid_metadata=True)
        cells = [(cell.cell_type, cell.source + "") for cell in notebook.cells]
    except Exception as error:  # nbformat raises whatever it stumbles over
        raise Refused(f"not a notebook that can be read: {type(error).__name__}: {str(error)[:300]}") from None
    if not cells:
        raise Refused("a notebook without cells")
    return notebook


def _check_nesting(text: str) -> None:
    """JSON's parser goes as deep as the text says; we say how deep first."""
    depth = 0
    for bracket in re.sub(r'"(?:[^"\\]|\\.)*"', "", text, flags=re.DOTALL):
        if bracket in "[{":
            depth += 1
            if depth > NESTING:
                raise Refused(f"brackets nested more than {NESTING} deep")
        elif bracket in "]}":
            depth -= 1
