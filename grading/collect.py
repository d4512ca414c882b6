"""From what a learning platform lets you download to the folders that nbgrader reads, safely.

The names that are understood, for assignment a1:

    doejane_12345_67890_a1.ipynb, doejane_LATE_12345_67890_a1-2.ipynb      Canvas; the highest number is the newest
    Jane Doe_12345_assignsubmission_file/a1.ipynb                          Moodle
    jane/a1.ipynb, jane/a1/a1.ipynb                                        a folder for each student

all of them in any folder, or in a zip file.
"""

import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .course import Course
from .intake import NOTEBOOK_BYTES, Refused, check_student, read_regular_file
from .journal import write_whole_bytes

TOTAL_BYTES = 2 << 30  # of all notebooks together
CANVAS = re.compile(
    r"(?P<student>[^_]+)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<name>.+?)(?:-(?P<version>\d+))?\.ipynb"
)
MOODLE = re.compile(r"(?P<student>.+)_(?P<number>\d+)_assignsubmission_file_?")


@dataclass(frozen=True)
class Found:
    """A notebook in a download."""

    place: str
    student: str
    number: str  # by which the platform tells students of the same name apart
    version: int
    late: bool
    content: bytes


@dataclass(frozen=True)
class Collected:
    """What was taken, from where to whom; what was left, and why."""

    taken: dict[str, Found]
    left: dict[str, str]


def collect(course: Course, assignment: str, download: Path, dry_run: bool = False) -> Collected:
    """Put the notebooks of a download, a folder or a zip file, into submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb.

    Raises:
        FileNotFoundError: there is no such download.
        Refused: it holds more than anybody's class hands in, or is no zip file.
    """
    if not download.exists():
        raise FileNotFoundError(f"no {download}: name the folder or the zip file that you downloaded")
    left: dict[str, str] = {}
    newest: dict[tuple[str, str], Found] = {}
    total = 0
    for place, content in _files(download, left):
        found = understand(place, assignment, content)
        if isinstance(found, str):
            left[place] = found
            continue
        total += len(content)
        if total > TOTAL_BYTES:
            raise Refused(f"{download} holds more than {TOTAL_BYTES >> 30} GiB of notebooks")
        key = (found.student, found.number)
        older = newest.get(key)
        if older is not None and older.version >= found.version:
            older, found = found, older
        newest[key] = found
        if older is not None:
            left[older.place] = f"{found.place} is newer"
    taken = _by_student(list(newest.values()), left)
    for student, found in taken.items():
        if not dry_run:
            path = course.submitted(student, assignment) / f"{assignment}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole_bytes(path, found.content)
    return Collected(taken, left)


def understand(place: str, assignment: str, content: bytes) -> Found | str:
    """Whose notebook a file is, from its path; or why it is nobody's."""
    path = PurePosixPath(place)
    if canvas := CANVAS.fullmatch(path.name):
        if canvas["name"] != assignment:
            return f"another notebook than {assignment}.ipynb"
        version = int(canvas["version"] or 0)
        return Found(place, canvas["student"], canvas["number"], version, bool(canvas["late"]), content)
    if path.name != f"{assignment}.ipynb":
        return f"another name than {assignment}.ipynb"
    folders = [folder for folder in path.parts[:-1] if folder != assignment]
    if not folders:
        return "in no student's folder"
    if moodle := MOODLE.fullmatch(folders[-1]):
        return Found(place, moodle["student"], moodle["number"], 0, False, content)
    return Found(place, folders[-1], "", 0, False, content)


def _by_student(found: list[Found], left: dict[str, str]) -> dict[str, Found]:
    """One notebook for each name; the platform's number is added where two have the same."""
    names = [one.student.casefold() for one in found]
    taken: dict[str, Found] = {}
    for one in sorted(found, key=lambda one: one.place):
        alone = names.count(one.student.casefold()) == 1
        student = one.student if alone or not one.number else f"{one.student}-{one.number}"
        try:
            check_student(student)
        except Refused as refused:
            left[one.place] = str(refused)
            continue
        if student.casefold() in map(str.casefold, taken):
            left[one.place] = f"there is a notebook of {student} already, up to upper and lower case"
        else:
            taken[student] = one
    return taken


def _files(download: Path, left: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """All notebooks of a download: (path within it, content). What is no plain file, or too large, is left."""
    if download.is_dir():
        for path in sorted(download.rglob("*.ipynb")):
            place = path.relative_to(download).as_posix()
            try:
                yield place, read_regular_file(path)
            except Refused as refused:
                left[place] = str(refused)
        return
    try:
        archive = zipfile.ZipFile(download)
    except zipfile.BadZipFile as error:
        raise Refused(f"{download} is no zip file: {error}") from None
    with archive:
        for entry in archive.infolist():
            path = PurePosixPath(entry.filename)
            if entry.is_dir() or path.suffix != ".ipynb" or "__MACOSX" in path.parts:
                continue
            if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
                left[entry.filename] = "its path leads out of the download"
            elif stat.S_ISLNK(entry.external_attr >> 16):
                left[entry.filename] = "it is a link"
            else:
                with archive.open(entry) as file:  # the size in the directory may lie: read so much and no more
                    content = file.read(NOTEBOOK_BYTES + 1)
                if len(content) > NOTEBOOK_BYTES:
                    left[entry.filename] = f"it has more than {NOTEBOOK_BYTES >> 20} MiB"
                else:
                    yield entry.filename, content
