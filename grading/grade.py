"""Grading a class: many submissions side by side, one writer, and a journal that makes it safe to stop at any moment.

For each submission: read and sanitize (trusted), run in a sandbox (not trusted), record (trusted). Running it again
goes on where it was stopped and leaves alone what has been graded already.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .course import Course
from .engines import Engine, here
from .intake import Refused, read_submission
from .job import read_answers, secret_of, write_job, write_settings
from .journal import FAULT, GRADED, QUARANTINED, Journal, digest
from .record import mark_stale, record
from .sandbox import Limits, SandboxFault
from .sanitize import sanitize, telling_lines
from .verdict import Step, Verdict, as_cells, judge, plan, tests_with_numbers

MOST = 20  # submissions of one student to one assignment
FORMAT = b"2"  # of what is graded and how: with another number, everything is graded again


@dataclass(frozen=True)
class Work:
    """A submission that is ready to be run."""

    student: str
    digest: str
    content: str  # a digest of the file alone
    notebook: NotebookNode
    notes: list[str]
    handed_in: datetime | None


@dataclass(frozen=True)
class Job:
    """A notebook whose cells lie in a job's folder, to be run by whatever engine."""

    folder: Path
    steps: list[Step]
    notebook: NotebookNode


@dataclass(frozen=True)
class Outcome:
    """What became of a submission: a verdict, or the sandbox's fault."""

    work: Work
    verdict: Verdict | None
    run: dict  # where, and how often; why not, if there is no verdict


class TestsReject(ValueError):
    """The tests do not give the instructor's own solution all points here: nobody should be graded by them."""


class Grading:
    """The grading of one assignment: what is the same for all submissions.

    Args:
        course: the course directory.
        assignment: e.g. "a1".
        limits: what each submission may use.
        isolated: whether to shut submissions into sandboxes.
        most: how many different submissions of a student are graded: whoever may ask hidden tests again and again
            learns what they ask.

    Raises:
        ValueError: there is no such assignment, or the gradebook does not have its tests.
    """

    def __init__(
        self, course: Course, assignment: str, limits: Limits | None = None, isolated: bool = True, most: int = MOST
    ):
        self.course, self.assignment, self.isolated, self.most = course, assignment, isolated, most
        self.limits = limits or Limits()
        self.source = course.source(assignment)
        self.tests = digest(nbformat.writes(self.source).encode(), repr(self.limits).encode(), FORMAT)

    def grade(
        self,
        students: list[str],
        engine: Engine = here,
        told: Callable[[str, dict], None] = lambda student, entry: None,
        again: bool = False,
    ) -> dict[str, dict]:
        """Grade what these students handed in; returns the journal's entry of each.

        `told(student, entry)` is called with each result as it comes. What has been graded already is left alone,
        unless `again`.

        Raises:
            BlockingIOError: another coordinator is at work on this assignment.
            TestsReject: the tests do not give the solution all points; nobody is graded.
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
                    elif "work" not in prepared:
                        note(student, self._quarantine(student, prepared))
                    elif not again and self._too_many(journal.graded(student), prepared["work"]):
                        why = f"{self.most} others of theirs have been graded; --again grades this one all the same"
                        note(student, self._quarantine(student, {"digest": prepared["digest"], "why": why}))
                    else:
                        waiting.append(prepared["work"])
                students, again = [], False
                for outcome in self._run(waiting, engine):
                    student, was = outcome.work.student, outcome.work.digest
                    if self.prepare(student)["digest"] != was:
                        journal.log(student, {"state": "handed in anew while it was graded", "digest": was})
                        students.append(student)
                    else:
                        note(student, self._settle(outcome))
        return entries

    def _too_many(self, graded: set[str], work: Work) -> bool:
        return work.content not in graded and len(graded) >= self.most

    def _run(self, waiting: list[Work], engine: Engine) -> Iterator[Outcome]:
        """Run submissions and judge them, as soon as the solution has shown that the tests work here."""
        if not waiting:
            return
        place = self.course.journal(self.assignment) / "work"
        self.course.write_library(self.assignment, place / "library")
        write_settings(place, self.limits, self.isolated)
        about = digest(
            *(path.read_bytes() for path in sorted(place.glob("library/**/*.py"))), str(self.isolated).encode()
        )
        solution = place / "jobs" / digest(b"the solution", self.tests.encode(), about.encode())
        works = {place / "jobs" / digest(w.student.encode(), w.digest.encode(), about.encode()): w for w in waiting}
        clear(place / "jobs", keep={solution, *works})
        jobs: dict[Path, Job] = {}

        def write(folder: Path) -> Path:
            notebook = works[folder].notebook if folder in works else sanitize(self.source, self.source).notebook
            jobs[folder] = self._write_job(folder, notebook)
            return folder

        numbers, early = None, []
        with closing(engine(place, map(write, [solution, *works]))) as answered:
            for folder in answered:
                early.append(folder)
                if folder == solution:
                    numbers = self._judge_solution(jobs.pop(early.pop()))
                while numbers is not None and early:
                    yield judge_job(works.pop(early[-1]), jobs.pop(early.pop()), numbers)
        if numbers is None:
            raise SandboxFault(f"the solution of {self.assignment} was not run, so nobody is graded: no slot works")
        for work in works.values():
            yield Outcome(work, None, {"why": "it was not run: no slot is left that works"})
        shutil.rmtree(place / "jobs")

    def _write_job(self, folder: Path, notebook: NotebookNode) -> Job:
        """Its canaries, and so its answers, are those of an earlier run that was stopped, if there was one."""
        notebook, secret = nbformat.from_dict(notebook), secret_of(folder)
        steps = plan(notebook, secret)
        write_job(folder, secret, as_cells(steps, self.limits))
        return Job(folder, steps, notebook)

    def _judge_solution(self, job: Job) -> set[str]:
        """Which tests give a number as their result, by the instructor's own solution.

        Raises:
            TestsReject: it did not get all points.
        """
        answers = read_answers(job.folder)["answers"]
        numbers = tests_with_numbers(job.steps, answers)
        verdict = judge(job.steps, answers, job.notebook, numbers)
        lost = [f"{r.name}: {r.message or 'only part of the points'}" for r in verdict.results if r.points < r.maximum]
        if problems := lost + verdict.suspicions:
            said = "; ".join(problems)
            raise TestsReject(f"the tests of {self.assignment} do not give its own solution all points here: {said}")
        return numbers

    def prepare(self, student: str) -> dict:
        """What is to be run for a student: {"digest", "work"}, or {"digest", "why"} if a person has to look at it."""
        name = f"{self.assignment}: {student}"
        folder = self.course.submitted(student, self.assignment)
        try:
            handed_in = self.course.handed_in_at(student, self.assignment)
            submission = read_submission(folder, student, self.assignment)
            content = digest(submission.content)
            of_this = digest(content.encode(), self.tests.encode(), str(handed_in).encode())
            sanitized = sanitize(self.source, submission.notebook)
        except Refused as refused:
            return {"digest": digest(f"{name}: {refused}".encode(), self.tests.encode()), "why": str(refused)}
        return {
            "digest": of_this,
            "work": Work(student, of_this, content, sanitized.notebook, sanitized.notes, handed_in),
        }

    def _settle(self, outcome: Outcome) -> dict:
        """Record an outcome, if it can be; the entry that says so."""
        work, verdict = outcome.work, outcome.verdict
        if verdict is None:
            return {"state": FAULT, "digest": work.digest, **outcome.run}
        entry = {
            "state": GRADED,
            "digest": work.digest,
            "content": work.content,
            **outcome.run,
            "points": sum(result.points for result in verdict.results),
            "maximum": sum(result.maximum for result in verdict.results),
            "seconds": verdict.seconds,
            "peak_mib": verdict.peak_mib,
            "notes": work.notes,
            "results": [asdict(result) for result in verdict.results],
        }
        if verdict.suspicions:
            why = {"why": "; ".join(verdict.suspicions), "excerpt": telling_lines(verdict.notebook)}
            return self._quarantine(work.student, entry | why)
        record(self.course, self.assignment, work.student, verdict, work.handed_in)
        return entry

    def _quarantine(self, student: str, entry: dict) -> dict:
        """Leave it to a person: nothing is recorded, and an earlier score is marked as such."""
        stale = mark_stale(self.course, self.assignment, student, entry["why"])
        return {**entry, "state": QUARANTINED, "stale": stale}


def clear(jobs: Path, keep: set[Path]) -> None:
    """Remove the jobs of submissions that are no longer the last ones, or of another library."""
    for left in set(jobs.glob("*")) - keep:
        shutil.rmtree(left)


def judge_job(work: Work, job: Job, numbers: set[str]) -> Outcome:
    """What became of a job that has been run; without answers, it is left to a person."""
    try:
        run = read_answers(job.folder)
        return Outcome(work, judge(job.steps, run.pop("answers"), job.notebook, numbers), run)
    except SandboxFault as error:
        return Outcome(work, None, {"why": str(error)})
    finally:
        shutil.rmtree(job.folder)
