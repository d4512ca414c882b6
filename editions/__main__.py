"""`python -m editions site | assignments | release`: the commands behind the Makefile."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from grading.exercise_code import assignment_number, find_exercises

from .leaks import find_leaks, hidden_tests, solutions_of
from .site import ROOT, build_site
from .student import build_student_edition, build_wheel

DIST = ROOT / "dist"


def main() -> None:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(prog="python -m editions")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("site", help="build the self-study edition of the site")
    commands.add_parser("assignments", help="write assignments/ anew with nbgrader")
    release = commands.add_parser("release", help="build dist/: student edition and public site")
    release.add_argument("--through", metavar="aN", help="leave the exercises up to this assignment filled in")
    options = parser.parse_args()
    if options.command == "site":
        pages = build_site("self-study")
        print(f"The site is at {pages / 'index.html'} ({pages.relative_to(ROOT)}); `make serve` shows it.")
    elif options.command == "assignments":
        write_assignments()
    else:
        build_release(options.through)


def write_assignments() -> None:
    """Let nbgrader write the released notebook of every assignment, without touching the gradebook."""
    for name in sorted(p.parent.name for p in (ROOT / "solutions").glob("*/*.md")):
        nbgrader = Path(sys.executable).parent / "nbgrader"
        subprocess.run([nbgrader, "generate_assignment", name, "--no-db"], cwd=ROOT, check=True)


def build_release(through: str | None) -> None:
    """Build both editions that go out, and let them go only if nothing leaks.

    Raises:
        SystemExit: a file contains a solution or a hidden test; dist/ is removed.
    """
    exercises = find_exercises(ROOT / "course_lib").values()
    assignments = sorted({e.assignment for e in exercises}, key=assignment_number)
    if through not in (None, *assignments):
        raise SystemExit(f"--through should be one of {', '.join(assignments)}, got {through}")
    last = assignment_number(through)
    shutil.rmtree(DIST, ignore_errors=True)
    build_student_edition(DIST / "student", through)
    shutil.copytree(build_site("public", through), DIST / "site")
    (DIST / "site" / ".nojekyll").touch()  # GitHub Pages would leave out folders that begin with _
    for earlier in (None, *(a for a in assignments if assignment_number(a) <= last)):
        build_wheel(DIST / "site" / "wheels", earlier)
    secrets = solutions_of([e for e in exercises if assignment_number(e.assignment) > last]) + hidden_tests(ROOT)
    if leaks := find_leaks(DIST, secrets):
        shutil.rmtree(DIST)
        raise SystemExit("Nothing is released, because:\n  " + "\n  ".join(leaks))
    print(f"{DIST / 'student'} (and .zip) is for students, {DIST / 'site'} is the site to publish; nothing leaks.")


if __name__ == "__main__":
    main()
