"""A course directory as nbgrader sees it, and what grading needs to know about it."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from traitlets.config import Config, PyFileConfigLoader

from .exercise_code import find_exercises, remove_bodies
from .intake import Refused, read_regular_file
from .sanitize import is_test, name

CONFIG = "nbgrader_config.py"


@dataclass(frozen=True)
class Course:
    """nbgrader's configuration and folders."""

    config: Config
    directory: CourseDirectory

    @property
    def root(self) -> Path:
        """The course directory."""
        return Path(self.directory.root)

    def journal(self, assignment: str) -> Path:
        """Where the results of this assignment are kept while it is graded."""
        return self.root / "_build" / "grading" / assignment

    def submitted(self, student: str, assignment: str) -> Path:
        """The folder a student's submission is in."""
        return Path(self.directory.format_path(self.directory.submitted_directory, student, assignment))

    def autograded(self, student: str, assignment: str) -> Path:
        """The folder nbgrader keeps the graded notebook in."""
        return Path(self.directory.format_path(self.directory.autograded_directory, student, assignment))

    def students(self, assignment: str) -> list[str]:
        """All who have a folder for this assignment."""
        folder = self.root / self.directory.submitted_directory
        return sorted(p.parent.name for p in folder.glob(f"*/{assignment}"))

    def source(self, assignment: str) -> NotebookNode:
        """The instructor's notebook with all tests.

        Raises:
            ValueError: there is none, or the gradebook has other tests, or none.
        """
        folder = self.directory.format_path(self.directory.source_directory, ".", assignment)
        path = Path(folder) / f"{assignment}.ipynb"
        if not path.is_file():
            there = ", ".join(sorted(p.parent.name for p in path.parents[1].glob("*/*.ipynb")))
            raise ValueError(f"no assignment {assignment} here; there are: {there or 'none'}")
        notebook = nbformat.read(path, as_version=4)
        with Gradebook(self.directory.db_url, self.directory.course_id) as gradebook:
            try:
                cells = gradebook.find_notebook(assignment, assignment).source_cells
                known = {cell.name: cell.source for cell in cells}
            except MissingEntry:
                known = {}
        if any(known.get(name(cell)) != cell.source for cell in filter(is_test, notebook.cells)):
            raise ValueError(
                f"the gradebook does not have the tests of {assignment} as they are now; run "
                f"`nbgrader generate_assignment {assignment}` first"
            )
        return notebook

    def handed_in_at(self, student: str, assignment: str) -> datetime | None:
        """What timestamp.txt beside the submission says, if it says anything."""
        path = self.submitted(student, assignment) / "timestamp.txt"
        if not path.is_file():
            return None
        try:
            return parse_utc(read_regular_file(path).decode().strip())
        except (ValueError, OverflowError) as error:
            raise Refused(f"timestamp.txt is no time: {error}") from None

    def write_library(self, assignment: str, folder: Path) -> None:
        """Copy the library as it is for grading: without the bodies of this assignment's exercises."""
        shutil.rmtree(folder, ignore_errors=True)
        original, copy = self.root / "course_lib", folder / "course_lib"
        try:
            shutil.copytree(original, copy, ignore=shutil.ignore_patterns("__pycache__"))
        except shutil.Error as error:  # it has tried all files, and says the same of each
            raise OSError(f"{original} could not be copied to {copy}: {error.args[0][0][2]}") from None
        exercises = [e for e in find_exercises(folder / "course_lib").values() if e.assignment == assignment]
        remove_bodies(exercises)


def open_course(root: Path) -> Course:
    """Read a course directory's configuration.

    Raises:
        FileNotFoundError: it has none.
    """
    if not (root / CONFIG).is_file():
        raise FileNotFoundError(f"no {CONFIG} in {root.resolve()}: run this in the course directory")
    config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    return Course(config, CourseDirectory(config=config))
