"""What is known about each submission of a class, on disk: a file and a log for each, the file written whole.

The coordinator may be killed at any moment. A result counts as soon as its file is there, and stands for exactly the
bytes that were handed in and the tests that were run: other bytes, or other tests, and it is graded again.
"""

import fcntl
import hashlib
import json
import os
import time
from pathlib import Path
from urllib.parse import quote, unquote

GRADED, QUARANTINED, FAULT = "graded", "quarantined", "fault"


class Journal:
    """The journal of one assignment; only one coordinator at a time may hold it."""

    def __init__(self, folder: Path):
        """Use, or make, this folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def __enter__(self) -> "Journal":
        """Hold it.

        Raises:
            BlockingIOError: another coordinator does.
        """
        self._lock = open(self.folder / "lock", "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise BlockingIOError(f"another `unrolled grade` is working on this assignment ({self.folder})") from None
        return self

    def __exit__(self, *_) -> None:
        """Let it go."""
        self._lock.close()

    def read(self, student: str) -> dict:
        """The last that is known of a student's submission; {} if nothing is."""
        path = self._file(student)
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def write(self, student: str, entry: dict) -> None:
        """Set it, and add a line to the log."""
        write_whole(self._file(student), json.dumps(entry, indent=1))
        self.log(student, {key: value for key, value in entry.items() if key != "results"})

    def log(self, student: str, what: dict) -> None:
        """Add a line to the log only."""
        line = json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%S"), **what})
        with open(self._file(student, "log"), "a", encoding="utf-8") as log:
            log.write(line + "\n")

    def graded(self, student: str) -> set[str]:
        """The digests of all files of theirs that were graded, now or earlier."""
        log = self._file(student, "log")
        lines = map(json.loads, log.read_text(encoding="utf-8").splitlines()) if log.exists() else []
        return {line["content"] for line in lines if line["state"] == GRADED and "content" in line}

    def students(self) -> list[str]:
        """All of whom something is known."""
        return sorted(unquote(path.stem) for path in self.folder.glob("*.json"))

    def _file(self, student: str, kind: str = "json") -> Path:
        return self.folder / f"{quote(student, safe='@+ ')}.{kind}"


def digest(*parts: bytes) -> str:
    """A name for these bytes, in this order."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all, even if the machine stops."""
    write_whole_bytes(path, text.encode())


def write_whole_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    with open(part, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
