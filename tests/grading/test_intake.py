"""What is handed in and is no notebook, or not the one that was asked for: a person looks at it, the class goes on.

What it catches: a file that stops the batch, a link that is followed, a silent zero for a file that was misnamed.
"""

import json
import os
from functools import partial
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook, MissingEntry

from grading.course import open_course
from grading.engines import here
from grading.grade import Grading
from grading.intake import NOTEBOOK_BYTES, Refused, parse_notebook, read_submission
from tests.grading.tiny import hand_in, make_course, written
from tests.grading.walls import needs_walls


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    return make_course(tmp_path_factory.mktemp("intake"))


def changed(course: Path, **keys: object) -> bytes:
    return json.dumps(json.loads(nbformat.writes(written(course))) | keys).encode()


def string_metadata(course: Path) -> bytes:
    notebook = written(course)
    notebook.cells[1].metadata["nbgrader"] = "a string"
    return json.dumps(notebook).encode()


def newer_schema(course: Path) -> bytes:
    notebook = written(course)
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 99
    return nbformat.writes(notebook).encode()


def old_format(course: Path) -> bytes:
    return nbformat.v3.writes_json(nbformat.convert(written(course), 3)).encode()


REFUSED = {
    "078-empty": (lambda course: b"", "empty"),
    "079-not-json": (lambda course: b"print('hello')", "not JSON"),
    "080-array": (lambda course: b"[1, 2]", "not a notebook"),
    "081-bad-utf-8": (lambda course: b'{"nbformat": 4, "x": "\xff"}', "UTF-8"),
    "083-nesting": (lambda course: b"[" * 100_000 + b"]" * 100_000, "nested"),
    "085-format-99": (lambda course: changed(course, nbformat=99), "format 99"),
    "086-no-cells": (lambda course: b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "without cells"),
    "087-metadata-is-a-string": (string_metadata, "no object"),
    "089-huge": (lambda course: b" " * (NOTEBOOK_BYTES + 1), "MB"),
    "090-another-notebook": (lambda course: changed(course, cells=[]), "without cells"),
}
ACCEPTED = {
    "082-byte-order-mark": lambda course: b"\xef\xbb\xbf" + nbformat.writes(written(course)).encode(),
    "084-old-format": old_format,
    "088-newer-schema": newer_schema,
}


@pytest.fixture(scope="module")
def entries(course, tmp_path_factory) -> dict[str, dict]:
    """All of them handed in to one class, with files of other kinds, and two honest students first and last."""
    needs_walls()
    for student in ("000-first", "zzz-last"):
        hand_in(course, student, written(course))
    for student, (content, _) in REFUSED.items():
        hand_in(course, student, content(course))
    for student, content in ACCEPTED.items():
        hand_in(course, student, content(course))
    hand_in(course, "090-renamed", written(course)).rename(course / "submitted/090-renamed/tiny/tiny-1 (2).ipynb")
    secret = tmp_path_factory.mktemp("elsewhere") / "tiny.ipynb"
    nbformat.write(written(course), secret)
    for student in ("091-linked-folder", "092-linked-notebook", "093-fifo"):
        (course / "submitted" / student).mkdir(parents=True)
    (course / "submitted/091-linked-folder/tiny").symlink_to(secret.parent)
    for student in ("092-linked-notebook", "093-fifo"):
        (course / "submitted" / student / "tiny").mkdir()
    (course / "submitted/092-linked-notebook/tiny/tiny.ipynb").symlink_to(secret)
    os.mkfifo(course / "submitted/093-fifo/tiny/tiny.ipynb")
    for student in ("095-[ab]*", "095-new\nline", "095-<script>"):
        hand_in(course, student, written(course))
    shadow = hand_in(course, "097-own-torch", written(course)).parent / "torch.py"
    shadow.write_text("raise SystemExit('not the real one')")
    hand_in(course, "110-bad-time", written(course)).with_name("timestamp.txt").write_text("some day")
    grading = Grading(open_course(course), "tiny")
    return grading.grade(open_course(course).students("tiny"), engine=partial(here, workers=2))


SAID = {name: said for name, (_, said) in REFUSED.items()} | {
    "090-renamed": "tiny-1 (2).ipynb",
    "091-linked-folder": "no link",
    "092-linked-notebook": "is a link",
    "093-fifo": "not a file",
    "095-[ab]*": "name",
    "095-new\nline": "name",
    "095-<script>": "name",
    "110-bad-time": "timestamp.txt",
}


@pytest.mark.parametrize("student", SAID)
def test_a_person_has_to_look(entries, course, student):
    assert entries[student]["state"] == "quarantined" and SAID[student] in entries[student]["why"]
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook, pytest.raises(MissingEntry):
        gradebook.find_submission("tiny", student)


@pytest.mark.parametrize("student", ["000-first", *ACCEPTED, "097-own-torch", "zzz-last"])
def test_others_are_graded(entries, student):
    assert entries[student]["state"] == "graded" and entries[student]["points"] == 5, entries[student].get("why")


def test_what_is_quarantined_is_not_run_again(entries, course):
    told = []
    Grading(open_course(course), "tiny").grade(list(SAID), told=lambda *entry: told.append(entry))
    assert told == []


def test_names_of_students(course):
    """Names that a student may have, and names nobody should."""
    for good in ("anna", "Jürgen.Müller@example.org", "s-123_4", "van der Berg"):
        hand_in(course, good, written(course))
        assert read_submission(course / "submitted" / good / "tiny", good, "tiny").student == good
    for bad in ("", "..", "a/b", " a", "a*", "a\0b", "$(ls)"):
        with pytest.raises(Refused, match="name"):
            read_submission(course, bad, "tiny")


@pytest.mark.parametrize("text", ['"' + "[" * 10**5 + '"', '{"a": "\\"[[["}'])
def test_brackets_in_text_are_no_nesting(text):
    with pytest.raises(Refused) as refused:
        parse_notebook(text.encode())
    assert "nested" not in str(refused.value)
