"""Downloads of learning platforms, and archives that are up to something.

What it catches: a notebook written outside the course, an older version that wins, two students taken for one.
"""

import stat
import zipfile
from pathlib import Path

import pytest

from course_lib.cli import main
from grading.collect import collect
from grading.course import open_course
from grading.intake import NOTEBOOK_BYTES, Refused
from tests.grading.tiny import CONFIG

FILES = {
    "doejane_12345_1_a1.ipynb": ("doejane", "old"),
    "doejane_12345_2_a1-1.ipynb": ("doejane", "newer"),
    "doejane_LATE_12345_3_a1-10.ipynb": ("doejane", "newest"),
    "roejohn_7_4_a1.ipynb": ("roejohn-7", "one John"),
    "roejohn_8_5_a1.ipynb": ("roejohn-8", "the other"),
    "Ann Lee_99_assignsubmission_file/a1.ipynb": ("Ann Lee", "from Moodle"),
    "section 2/ben/a1/a1.ipynb": ("ben", "in a folder"),
    "section 2/cleo/a1.ipynb": ("cleo", "directly"),
}
TAKEN = {student: text for student, text in FILES.values()}
LEFT = {
    "doejane_12345_1_a1.ipynb": "newer",
    "doejane_12345_2_a1-1.ipynb": "newer",
    "dan/homework.ipynb": "another name",
    "dan_5_6_a2.ipynb": "another notebook",
    "a1.ipynb": "no student's folder",
    "-rf *_5_assignsubmission_file/a1.ipynb": "name",
    "section 3/BEN/a1.ipynb": "upper and lower case",
}


@pytest.fixture
def course(tmp_path):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "nbgrader_config.py").write_text(CONFIG)
    return open_course(tmp_path / "course")


@pytest.fixture(params=["folder", "zip"])
def download(request, tmp_path) -> Path:
    everything = {place: text for place, (_, text) in FILES.items()} | {p: "x" for p in LEFT if p not in FILES}
    folder = tmp_path / "download"
    for place, text in everything.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    if request.param == "folder":
        return folder
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
        for place, text in everything.items():
            archive.writestr(place, text)
    return tmp_path / "download.zip"


def submitted(course) -> dict[str, str]:
    return {path.parts[-3]: path.read_text() for path in course.root.glob("submitted/*/a1/a1.ipynb")}


def test_everybodys_newest_notebook_is_taken(course, download):
    collected = collect(course, "a1", download)
    assert submitted(course) == TAKEN
    assert set(collected.left) == set(LEFT)
    for place, why in LEFT.items():
        assert why in collected.left[place]
    assert [student for student, found in collected.taken.items() if found.late] == ["doejane"]


def test_dry_run_writes_nothing(course, download, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    assert main(["collect", "a1", str(download), "--dry-run"]) == 1
    said = capsys.readouterr().out
    assert submitted(course) == {} and "6 taken, 7 left (nothing was written)" in said


def test_what_an_archive_must_not_do(course, tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../eve/a1.ipynb", "out")
        archive.writestr("/etc/eve/a1.ipynb", "out")
        archive.writestr("..\\eve\\a1.ipynb", "out")
        link = zipfile.ZipInfo("linked/a1.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bomb/a1.ipynb", bytes(NOTEBOOK_BYTES + 1))
        archive.writestr("good/a1.ipynb", "fine")
    collected = collect(course, "a1", tmp_path / "bad.zip")
    assert submitted(course) == {"good": "fine"} and len(collected.left) == 5
    assert not list(tmp_path.rglob("eve"))


def test_what_is_no_download(course, tmp_path):
    (tmp_path / "text.zip").write_text("no archive")
    with pytest.raises(Refused, match="no zip file"):
        collect(course, "a1", tmp_path / "text.zip")
    with pytest.raises(FileNotFoundError, match="downloaded"):
        collect(course, "a1", tmp_path / "nothing")


def test_links_in_a_folder_are_not_followed(course, tmp_path):
    (tmp_path / "secret.ipynb").write_text("secret")
    (tmp_path / "download" / "eve").mkdir(parents=True)
    (tmp_path / "download" / "eve" / "a1.ipynb").symlink_to(tmp_path / "secret.ipynb")
    assert "link" in collect(course, "a1", tmp_path / "download").left["eve/a1.ipynb"] and submitted(course) == {}
