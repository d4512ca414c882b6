"""Grading a class: several sandboxes side by side, one writer, and a journal that makes it safe to stop at any moment.

For each submission: read and sanitize (trusted), run in a sandbox (not trusted), record (trusted). Running it again
goes on where it was stopped and leaves alone what has been graded already.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from datetime import datetime

import nbformat
from nbformat import NotebookNode

from .course import Course
from .inside.client import DIED
from .intake import Refused, read_submission
from .job import Step, Verdict, as_cells, judge, plan, tests_with_numbers
from .journal import FAULT, GRADED, QUARANTINED, Journal, digest
from .record import mark_stale, record
from .sandbox import Limits, Sandbox, SandboxFault
from .sanitize import sanitize

TRIES = 3  # for a submission whose sandbox fails; then a person looks at it
FORMAT = b"1"  # of what is graded and how: with another number, everything is graded again


@dataclass(frozen=True)
class Work:
    """A submission that is ready to be run."""

    student: str
    digest: str
    notebook: NotebookNode
    notes: list[str]
    handed_in: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What became of it: a verdict, or the sandbox's fault."""

    work: Work
    verdict: Verdict | None
    fault: str = ""


class TestsReject(ValueError):
    """The tests do not give the instructor's own solution all points here: nobody should be graded by them."""


class Grading:
    """The grading of one assignment: what is the same for all submissions.

    Args:
        course: the course directory.
        assignment: e.g. "a1".
        limits: what each submission may use.
        isolated: whether to shut submissions into sandboxes.

    Raises:
        ValueError: there is no such assignment, or the gradebook does not have its tests.
    """

    def __init__(self, course: Course, assignment: str, limits: Limits | None = None, isolated: bool = True):
        self.course, self.assignment, self.isolated = course, assignment, isolated
        self.limits = limits or Limits()
        self.source = course.source(assignment)
        self.tests = digest(nbformat.writes(self.source).encode(), repr(self.limits).encode(), FORMAT)

    def grade(
        self,
        students: list[str],
        workers: int = 1,
        told: Callable[[str, dict], None] = lambda student, entry: None,
        again: bool = False,
    ) -> dict[str, dict]:
        """Grade what these students handed in, several at a time; returns the journal's entry of each.

        `told(student, entry)` is called with each result as it comes. What has been graded already is left alone,
        unless `again`.

        Raises:
            BlockingIOError: another coordinator is at work on this assignment.
        """
        entries: dict[str, dict] = {}
        with Journal(self.course.journal(self.assignment)) as journal:

            def note(student: str, entry: dict) -> None:
                journal.write(student, entry)
                entries[student] = entry
                told(student, entry)

            while students:
                waiting: list[Work] = []
                for student in students:
                    before, prepared = journal.read(student), self.prepare(student)
                    done = prepared["digest"] == before.get("digest") and before["state"] in (GRADED, QUARANTINED)
                    if done and not again:
                        entries[student] = before
                    elif "work" in prepared:
                        waiting.append(prepared["work"])
                    else:
                        note(student, self._quarantine(student, prepared))
                students, again = [], False
                for outcome in self._run(waiting, workers):
                    student, was = outcome.work.student, outcome.work.digest
                    if self.prepare(student)["digest"] != was:
                        journal.log(student, {"state": "handed in anew while it was graded", "digest": was})
                        students.append(student)
                    else:
                        note(student, self._settle(outcome))
        return entries

    def grade_solution(self, sandbox: Sandbox) -> set[str]:
        """Run the instructor's own solution; returns the tests that give a number as their result.

        Raises:
            TestsReject: it did not get all points.
        """
        notebook = sanitize(self.source, self.source).notebook
        steps = plan(notebook)
        answers = run_steps(sandbox, steps)
        numbers = tests_with_numbers(steps, answers)
        verdict = judge(steps, answers, notebook, numbers)
        lost = [f"{r.name}: {r.message or 'only part of the points'}" for r in verdict.results if r.points < r.maximum]
        if problems := lost + verdict.suspicions:
            said = "; ".join(problems)
            raise TestsReject(f"the tests of {self.assignment} do not give its own solution all points here: {said}")
        return numbers

    def _run(self, waiting: list[Work], workers: int) -> Iterator[Outcome]:
        """Run submissions side by side, after the solution has shown that the tests work here."""
        if not waiting:
            return
        library = self.course.library(self.assignment)
        with ExitStack() as stack:
            new = [Sandbox(library, self.limits, self.isolated) for _ in range(min(workers, len(waiting)))]
            sandboxes = [stack.enter_context(sandbox) for sandbox in new]
            yield from run_all(waiting, self.grade_solution(sandboxes[0]), sandboxes)

    def prepare(self, student: str) -> dict:
        """What is to be run for a student: {"digest", "work"}, or {"digest", "why"} if a person has to look at it."""
        name = f"{self.assignment}: {student}"
        folder = self.course.submitted(student, self.assignment)
        try:
            handed_in = self.course.handed_in_at(student, self.assignment)
            submission = read_submission(folder, student, self.assignment)
            of_this = digest(submission.content, self.tests.encode(), str(handed_in).encode())
            sanitized = sanitize(self.source, submission.notebook)
        except Refused as refused:
            return {"digest": digest(f"{name}: {refused}".encode(), self.tests.encode()), "why": str(refused)}
        return {
            "digest": of_this,
            "work": Work(student, of_this, sanitized.notebook, sanitized.notes, handed_in),
        }

    def _settle(self, outcome: Outcome) -> dict:
        """Record an outcome, if it can be; the entry that says so."""
        work, verdict = outcome.work, outcome.verdict
        if verdict is None:
            return {"state": FAULT, "digest": work.digest, "why": outcome.fault}
        entry = {
            "state": GRADED,
            "digest": work.digest,
            "points": sum(result.points for result in verdict.results),
            "maximum": sum(result.maximum for result in verdict.results),
            "seconds": verdict.seconds,
            "peak_mib": verdict.peak_mib,
            "notes": work.notes,
            "results": [asdict(result) for result in verdict.results],
        }
        if verdict.suspicions:
            return self._quarantine(work.student, entry | {"why": "; ".join(verdict.suspicions)})
        record(self.course, self.assignment, work.student, verdict, work.handed_in)
        return entry

    def _quarantine(self, student: str, entry: dict) -> dict:
        """Leave it to a person: nothing is recorded, and an earlier score is marked as such."""
        stale = mark_stale(self.course, self.assignment, student, entry["why"])
        return {**entry, "state": QUARANTINED, "stale": stale}


def run_all(waiting: list[Work], numbers: set[str], sandboxes: list[Sandbox]) -> Iterator[Outcome]:
    """Run submissions, each sandbox one after the other; yields outcomes as they come."""
    todo: queue.SimpleQueue[Work] = queue.SimpleQueue()
    done: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
    for work in waiting:
        todo.put(work)

    def use(sandbox: Sandbox) -> None:
        try:
            while True:
                done.put(run_one(sandbox, todo.get_nowait(), numbers))
        except queue.Empty:
            pass
        except BaseException as error:  # a mistake of ours: the others must not wait for it
            done.put(error)

    for sandbox in sandboxes:
        threading.Thread(target=use, args=[sandbox], daemon=True).start()
    for _ in waiting:
        outcome = done.get()
        if isinstance(outcome, BaseException):
            raise outcome
        yield outcome


def run_one(sandbox: Sandbox, work: Work, numbers: set[str]) -> Outcome:
    """Run one submission and judge it; if the sandbox fails, leave it to a person."""
    notebook = nbformat.from_dict(work.notebook)
    steps = plan(notebook)
    try:
        return Outcome(work, judge(steps, run_steps(sandbox, steps), notebook, numbers))
    except SandboxFault as error:
        return Outcome(work, None, f"the sandbox failed {TRIES} times: {error}")


def run_steps(sandbox: Sandbox, steps: list[Step]) -> list[dict]:
    """What became of each step; when the sandbox fails, it is tried again a few times.

    A process that ended may have been ended by the system, which had no memory left, or by somebody: it is run once
    more, and what happens then counts.
    """
    answers = _try(sandbox, steps)
    return _try(sandbox, steps) if any(answer["status"] == DIED for answer in answers) else answers


def _try(sandbox: Sandbox, steps: list[Step]) -> list[dict]:
    for _ in range(TRIES - 1):
        with suppress(SandboxFault):
            return sandbox.run(as_cells(steps, sandbox.limits))
    return sandbox.run(as_cells(steps, sandbox.limits))
