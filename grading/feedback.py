"""The page a student gets back: points, the first check that failed, time and memory; no hidden test, no live markup.

The page is built from text alone, all of it escaped, so that nothing a submission printed is markup. nbgrader's own
feedback shows the hidden tests and runs what a submission displayed.
"""

import html
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .course import Course
from .journal import write_whole
from .sanitize import is_solution
from .source import HIDDEN_BEGIN

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{assignment}: {student}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8886; vertical-align: top }}
td {{ white-space: pre-line; overflow-wrap: anywhere }}
td.points {{ white-space: nowrap }}
pre {{ overflow-x: auto; padding: .6rem; border: 1px solid #8886; white-space: pre-wrap }}
</style>
</head>
<body>
<h1>{assignment}: {points} of {maximum} points</h1>
<p>{student}. It ran for {seconds} seconds and used {memory} MB at most.</p>
{notes}
<table>
<thead><tr><th scope="col">exercise, and what its tests say</th><th scope="col">points</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
<h2>What you handed in</h2>
{cells}
</body>
</html>
"""
UNSEEN = "a test that is not shown found a mistake"
WITHHELD = "what it said is not shown, for it repeats a test that is not shown"
TELLING_CHARACTERS = 12


def write_feedback(course: Course, assignment: str, student: str, entry: dict) -> Path:
    """Write feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html from a journal entry and the graded notebook."""
    notebook = nbformat.read(course.autograded(student, assignment) / f"{assignment}.ipynb", as_version=4)
    cells = [f"<pre>{html.escape(cell.source)}</pre>" for cell in notebook.cells if is_solution(cell)]
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in entry["notes"])
    page = PAGE.format(
        assignment=html.escape(assignment),
        student=html.escape(student),
        points=f"{entry['points']:g}",
        maximum=f"{entry['maximum']:g}",
        seconds=f"{entry['seconds']:.1f}",
        memory=f"{entry['peak_mib']:.0f}",
        notes=f"<ul>{notes}</ul>" if notes else "",
        rows="\n".join(_rows(entry["results"], _hidden_lines(notebook))),
        cells="\n".join(cells),
    )
    path = Path(course.directory.format_path("feedback", student, assignment)) / f"{assignment}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, page)
    return path


def _hidden_lines(notebook: NotebookNode) -> list[str]:
    """The lines of tests that students do not see, but for those that could stand anywhere."""
    lines = [
        line.strip() for cell in notebook.cells if HIDDEN_BEGIN in cell.source for line in cell.source.splitlines()
    ]
    return [line for line in lines if len(line) >= TELLING_CHARACTERS]


def _message(result: dict, hidden: list[str]) -> str:
    """What a visible test said, unless the submission made it say what a hidden one asks."""
    return WITHHELD if any(line in result["message"] for line in hidden) else result["message"]


def _rows(results: list[dict], hidden: list[str]) -> list[str]:
    """One row for each exercise: the tests of a name share its last word."""
    rows, exercises = [], dict.fromkeys(result["name"].partition("-")[2] for result in results)
    for exercise in exercises:
        tests = [result for result in results if result["name"].partition("-")[2] == exercise]
        reached, maximum = (sum(test[key] for test in tests) for key in ("points", "maximum"))
        lost = [test for test in tests if test["points"] < test["maximum"]]
        said = [_message(test, hidden) for test in lost if not test["hidden"]] + (
            [UNSEEN] if lost else ["all is right"]
        )
        rows.append(
            f"<tr><td><strong>{html.escape(exercise)}</strong><br>{html.escape(said[0][:400])}</td>"
            f'<td class="points">{reached:g} of {maximum:g}</td></tr>'
        )
    return rows
