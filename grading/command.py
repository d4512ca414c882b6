"""`unrolled grade`: what an instructor types."""

import argparse
import csv
import os
import sys
from collections import Counter
from functools import partial
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from tqdm import tqdm

from .collect import collect
from .course import Course, open_course
from .doctor import report, what_is_missing
from .engines import Engine, by_hand, here, on_slurm, run_alone
from .feedback import write_feedback
from .gpus import find_gpus
from .grade import MOST, Grading
from .journal import FAULT, GRADED, QUARANTINED, Journal
from .sandbox import Limits

ZERO = "zero"
ACTIONS = ("status", "quarantine", "export", "feedback", "doctor")
NEEDS_A_PERSON = 1  # exit code
COLUMNS = {  # of what a learning platform imports: (heading, what stands there)
    "plain": [("Student", "{student}"), ("Points", "{points}"), ("Maximum", "{maximum}"), ("State", "{state}")],
    "canvas": [
        ("Student", "{student}"),
        ("ID", ""),
        ("SIS User ID", ""),
        ("SIS Login ID", "{student}"),
        ("Section", ""),
        ("{assignment}", "{points}"),
    ],
    "moodle": [("username", "{student}"), ("{assignment}", "{points}")],
}


def main(arguments: list[str]) -> int:
    """Do what the words behind `unrolled grade` say; returns the exit code: 0, or 1 if a person has to look."""
    limits = Limits()
    command = argparse.ArgumentParser(prog="unrolled grade", description="Grade a class, safely, several at a time.")
    command.add_argument("what", help=f"the assignment to grade, for example a1; or one of: {', '.join(ACTIONS)}")
    command.add_argument("assignment", nargs="?", help="with status, quarantine, export or feedback: which one")
    command.add_argument("--student", action="append", help="only this one; may be given several times")
    command.add_argument("--workers", type=int, default=os.cpu_count(), help="submissions side by side (%(default)s)")
    command.add_argument("--gpus", type=int, default=0, help="GPUs of this machine to share out among the workers")
    command.add_argument(
        "--engine", choices=["local", "slurm", "jobs"], default="local", help="who runs them: see the handbook"
    )
    command.add_argument(
        "--slurm", default="", metavar="OPTIONS", help="for sbatch: --slurm='--partition=gpu --gres=gpu:1'"
    )
    command.add_argument("--memory", type=int, default=limits.memory_mib, help="MiB for a submission (%(default)s)")
    command.add_argument("--time", type=float, default=limits.seconds, help="seconds for a submission (%(default)s)")
    command.add_argument("--most", type=int, default=MOST, help="submissions graded per student (%(default)s)")
    command.add_argument("--dry-run", action="store_true", help="say what would be graded, and run nothing")
    command.add_argument("--again", action="store_true", help="grade also what has been graded already")
    command.add_argument("--unsafe", action="store_true", help="without a sandbox: student code runs with your rights")
    command.add_argument("--columns", choices=list(COLUMNS), default="plain", help="of the exported table")
    return _run(command.parse_args(arguments))


def _run(options: argparse.Namespace) -> int:
    if options.what == "doctor":
        print(report())
        return NEEDS_A_PERSON if what_is_missing() else 0
    if options.what not in ACTIONS:
        return _grade(options)
    if options.assignment is None:
        raise ValueError(f"which assignment? For example: unrolled grade {options.what} a1")
    course = open_course(Path.cwd())
    act = {"status": _status, "quarantine": _quarantine, "export": _export, "feedback": _feedback}[options.what]
    return act(course, options.assignment, options)


def _grade(options: argparse.Namespace) -> int:
    if options.engine == "local" and not options.unsafe and (missing := what_is_missing()):
        raise ValueError(f"{missing}. With --unsafe, student code runs with your rights, beside your gradebook.")
    course, assignment = open_course(Path.cwd()), options.what
    limits = Limits(memory_mib=options.memory, seconds=options.time)
    grading = Grading(course, assignment, limits, isolated=not options.unsafe, most=options.most)
    students = options.student or course.students(assignment)
    if not students:
        place = course.submitted("STUDENT", assignment)
        raise FileNotFoundError(f"nothing was handed in: no folder {place.relative_to(course.root)}")
    if options.dry_run:
        for student in students:
            prepared = grading.prepare(student)
            print(f"{clean(student):30} {clean(prepared.get('why', 'would be run'))}")
        return 0
    same = Counter(student.casefold() for student in students)
    for student in (s for s in students if same[s.casefold()] > 1):
        print(f"{clean(student)}: another name differs from it only in upper and lower case; are they two people?")
    counts: Counter[str] = Counter()
    with tqdm(total=len(students), unit="", desc=assignment) as bar:

        def told(student: str, entry: dict) -> None:
            counts[ZERO if entry.get("points") == 0 else entry["state"]] += 1
            counts["run again"] += entry.get("runs", 1) > 1
            bar.set_postfix({what: count for what, count in counts.items() if count}, refresh=False)
            bar.update()
            tqdm.write(line(student, entry), sys.stdout)

        entries = grading.grade(students, _engine(options), told, options.again)
        bar.update(len(entries) - bar.n)
    return _summary(entries, assignment)


def _engine(options: argparse.Namespace) -> Engine:
    workers = max(1, options.workers)
    if options.engine == "jobs":
        return by_hand
    if options.engine == "slurm":
        return partial(on_slurm, slots=workers, memory_mib=options.memory, options=options.slurm)
    gpus = find_gpus()
    if options.gpus > len(gpus):
        raise ValueError(f"--gpus {options.gpus}, but this machine shows {len(gpus)}; try `unrolled grade doctor`")
    return partial(here, workers=workers, gpus=gpus[: options.gpus])


def grade_one_command(arguments: list[str]) -> int:
    """Do what the words behind `unrolled grade-one` say."""
    command = argparse.ArgumentParser(
        prog="unrolled grade-one", description="Run jobs that `unrolled grade --engine jobs` has written."
    )
    command.add_argument("job", type=Path, nargs="+", help="a job's folder; its answers are written there")
    options = command.parse_args(arguments)
    run_alone(options.job)
    return 0


def collect_command(arguments: list[str]) -> int:
    """Do what the words behind `unrolled collect` say; the exit code is 1 if something was left over."""
    command = argparse.ArgumentParser(
        prog="unrolled collect", description="Take the notebooks of a download from Canvas, Moodle or anywhere."
    )
    command.add_argument("assignment", help="for example a1")
    command.add_argument("download", type=Path, help="a folder or a zip file")
    command.add_argument("--dry-run", action="store_true", help="say what would be taken, and write nothing")
    options = command.parse_args(arguments)
    course = open_course(Path.cwd())
    collected = collect(course, options.assignment, options.download, options.dry_run)
    for student, found in collected.taken.items():
        print(f"{clean(student):30} {'late  ' if found.late else '      '}{clean(found.place)}")
    for place, why in sorted(collected.left.items()):
        print(f"left: {clean(place)}: {clean(why)}")
    print(f"{len(collected.taken)} taken, {len(collected.left)} left" + " (nothing was written)" * options.dry_run)
    return NEEDS_A_PERSON if collected.left else 0


def line(student: str, entry: dict) -> str:
    """One submission on one line."""
    if entry["state"] == GRADED:
        points = f"{entry['points']:g} of {entry['maximum']:g} points"
        return f"{clean(student):30} {points:20} {entry['seconds']:6.1f} s {entry['peak_mib']:6.0f} MiB"
    stale = "; the score in the gradebook is of an earlier submission" if entry.get("stale") else ""
    return f"{clean(student):30} {entry['state']}: {clean(entry['why'])}{stale}"


def clean(text: str) -> str:
    """A text of somebody's that a terminal may show: escape sequences and line breaks made visible."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)[:500]


def _summary(entries: dict[str, dict], assignment: str) -> int:
    states = Counter(entry["state"] for entry in entries.values())
    for row in table(entries):
        print(row)
    print(f"{assignment}: " + ", ".join(f"{states[s]} {s}" for s in (GRADED, QUARANTINED, FAULT) if states[s]))
    for student, entry in sorted(entries.items()):
        if entry["state"] != GRADED:
            print(f"  look at {line(student, entry)}")
    return NEEDS_A_PERSON if states[QUARANTINED] + states[FAULT] else 0


def table(entries: dict[str, dict]) -> list[str]:
    """How many got all points of an exercise, some, or none: what the class found hard."""
    reached: dict[str, Counter[str]] = {}
    for entry in (entry for entry in entries.values() if entry["state"] == GRADED):
        exercises: dict[str, list[dict]] = {}
        for result in entry["results"]:
            exercises.setdefault(result["name"].partition("-")[2], []).append(result)
        for exercise, results in exercises.items():
            points, maximum = (sum(result[key] for result in results) for key in ("points", "maximum"))
            how = "all" if points == maximum else "part" if points else "none"
            reached.setdefault(exercise, Counter())[how] += 1
    head = [f"{'exercise':30} {'all':>6} {'part':>6} {'none':>6}"] if reached else []
    return head + [f"{name:30} {n['all']:6} {n['part']:6} {n['none']:6}" for name, n in reached.items()]


def _entries(course: Course, assignment: str) -> dict[str, dict]:
    journal = Journal(course.journal(assignment))
    return {student: journal.read(student) for student in journal.students()}


def _status(course: Course, assignment: str, options: argparse.Namespace) -> int:
    entries = _entries(course, assignment)
    for student, entry in entries.items():
        print(line(student, entry))
    for student in sorted(set(course.students(assignment)) - set(entries)):
        print(f"{clean(student):30} not graded yet")
    return _summary(entries, assignment)


def _quarantine(course: Course, assignment: str, options: argparse.Namespace) -> int:
    waiting = {s: e for s, e in _entries(course, assignment).items() if e["state"] != GRADED}
    for student, entry in waiting.items():
        print(line(student, entry))
        print(f"    handed in: {clean(str(course.submitted(student, assignment)))}")
        for telling in entry.get("excerpt", []):
            print(f"    | {clean(telling)[:120]}")
        for result in entry.get("results", []):
            said = clean(result["message"])[:120]
            print(f"    {result['name']:40} {result['points']:g} of {result['maximum']:g}  {said}")
    print(f"{len(waiting)} submissions of {assignment} wait for a person." if waiting else "None.")
    return NEEDS_A_PERSON if waiting else 0


def _export(course: Course, assignment: str, options: argparse.Namespace) -> int:
    columns = COLUMNS[options.columns]
    table = csv.writer(sys.stdout)
    table.writerow([safe_cell(heading.format(assignment=assignment)) for heading, _ in columns])
    entries = _entries(course, assignment)
    with Gradebook(course.directory.db_url, course.directory.course_id) as gradebook:
        for student, entry in entries.items():
            about = {"student": student, "state": entry["state"], "points": "", "maximum": ""}
            if entry["state"] == GRADED:
                try:
                    submission = gradebook.find_submission(assignment, student)
                except MissingEntry:
                    continue
                penalty = sum(notebook.late_submission_penalty or 0 for notebook in submission.notebooks)
                about |= {"points": f"{submission.score - penalty:g}", "maximum": f"{submission.max_score:g}"}
            table.writerow([safe_cell(pattern.format(**about)) for _, pattern in columns])
    return 0


def safe_cell(text: str) -> str:
    """A cell that a spreadsheet takes for text, whatever it begins with."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _feedback(course: Course, assignment: str, options: argparse.Namespace) -> int:
    written = 0
    for student, entry in _entries(course, assignment).items():
        if entry["state"] == GRADED and (not options.student or student in options.student):
            write_feedback(course, assignment, student, entry)
            written += 1
    print(f"{written} pages written: feedback/STUDENT/{assignment}/{assignment}.html")
    return 0
