"""Writing a verdict where nbgrader keeps it: the gradebook, in one transaction, and the autograded notebook."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from sqlalchemy.exc import OperationalError
from tornado.log import app_log

from .course import Course
from .journal import write_whole
from .verdict import Verdict


def record(course: Course, assignment: str, student: str, verdict: Verdict, timestamp: datetime | None) -> None:
    """Record what a submission reached; doing it again changes nothing. A manual grade stays and asks for a look.

    Raises:
        MissingEntry: the gradebook does not know the assignment.
    """
    with one_transaction(course) as gradebook:
        _set_checksums(gradebook, assignment, verdict.notebook)
        _write_notebook(course, assignment, student, verdict.notebook, timestamp)
        gradebook.update_or_create_student(student)
        when = {"timestamp": timestamp} if timestamp else {}
        with gradebook.db.no_autoflush:  # its parts are only complete together
            submission = gradebook.update_or_create_submission(assignment, student, **when)
        points = {result.name: result.points for result in verdict.results}
        for cell in verdict.notebook.cells:
            if is_grade(cell):
                grade = gradebook.find_grade(cell.metadata.nbgrader.grade_id, assignment, assignment, student)
                grade.auto_score = determine_grade(cell)[0] if is_solution(cell) else points.get(grade.name)
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            if is_solution(cell) or is_task(cell):
                comment = gradebook.find_comment(cell.metadata.nbgrader.grade_id, assignment, assignment, student)
                unchanged = cell.metadata.nbgrader.checksum == compute_checksum(cell) and not is_task(cell)
                comment.auto_comment = "No response." if unchanged else None
        gradebook.db.flush()
        _set_late_penalty(course, submission, assignment, student)


@contextmanager
def one_transaction(course: Course) -> Iterator[Gradebook]:
    """The gradebook, in which all that happens happens together or not at all: nbgrader would commit each step.

    Raises:
        OSError: it cannot be written now, because the disk is full or somebody else is writing.
    """
    with Gradebook(course.directory.db_url, course.directory.course_id) as gradebook:
        commit, gradebook.db.commit = gradebook.db.commit, gradebook.db.flush
        app_log.disabled = True  # nbgrader would print a traceback beside what it raises
        try:
            yield gradebook
            commit()
        except (OperationalError, InvalidEntry) as error:
            gradebook.db.rollback()
            reason = str(error).partition("\n")[0]
            raise OSError(f"the gradebook could not be written, so nothing of this was: {reason}") from error
        except BaseException:
            gradebook.db.rollback()
            raise
        finally:
            app_log.disabled = False


def mark_stale(course: Course, assignment: str, student: str, why: str) -> bool:
    """Say of an earlier score, if there is one, that it is of an earlier submission; returns whether there is."""
    with one_transaction(course) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return False
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                grade.needs_manual_grade = True
            for comment in notebook.comments:
                comment.auto_comment = f"The score is of an earlier submission: {why}"
    return True


def _set_checksums(gradebook: Gradebook, assignment: str, notebook: NotebookNode) -> None:
    """What nbgrader compares solution cells with, to see whether anything was written."""
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            source = gradebook.find_source_cell(cell.metadata.nbgrader.grade_id, assignment, assignment)
            cell.metadata.nbgrader.checksum = source.checksum


def _write_notebook(course: Course, assignment: str, student: str, notebook: NotebookNode, timestamp) -> None:
    folder = course.autograded(student, assignment)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{assignment}.ipynb", nbformat.writes(notebook))
    if timestamp:
        write_whole(folder / "timestamp.txt", f"{timestamp:%Y-%m-%d %H:%M:%S} UTC")
    os.chmod(folder / f"{assignment}.ipynb", 0o644)


def _set_late_penalty(course: Course, submission, assignment: str, student: str) -> None:
    """The penalty that nbgrader's configured plugin gives."""
    rule = AssignLatePenalties(config=course.config)
    rule.init_plugin()
    for notebook in submission.notebooks:
        notebook.late_submission_penalty = None
        if submission.total_seconds_late > 0:
            late = submission.total_seconds_late
            penalty = rule.plugin_inst.late_submission_penalty(student, notebook.score, late)
            if penalty is not None:
                notebook.late_submission_penalty = min(max(penalty, 0), notebook.score)
