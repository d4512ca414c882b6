"""A student's answers inside the instructor's notebook."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .sanitize import sanitize
from .source import write_sources


def with_hidden_tests(assignment: str, submitted: NotebookNode) -> NotebookNode:
    """The instructor's notebook, hidden tests included, with the student's code in place of the solutions.

    Raises:
        FileNotFoundError: this installation has no solutions.
        Refused: no cell of the assignment is in the notebook.
    """
    root = Path(__file__).parents[1]
    text = root / "solutions" / assignment / f"{assignment}.md"
    if not text.is_file():
        raise FileNotFoundError(f"there are no hidden tests of {assignment} here: {text} does not exist")
    write_sources(root)
    source = nbformat.read(root / "_build" / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    return sanitize(source, submitted).notebook
