"""Real data sets by name: where each comes from, how to know that a file is the right one, and who made it.

Nothing is downloaded unless asked for. A file whose checksum differs is never used and never overwritten.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import pooch


@dataclass(frozen=True)
class DataSet:
    """One file that can be fetched by name."""

    name: str
    file: str  # path below the data folder
    url: str
    sha256: str
    bytes: int
    licence: str
    citation: str
    checksum_source: str  # where the checksum comes from


class CorruptData(ValueError):
    """A data file is not the one it should be."""


DATA_SETS = {
    data_set.name: data_set
    for data_set in [
        DataSet(
            name="nietzsche",
            file="nietzsche/nietzsche.txt",
            url="https://s3.amazonaws.com/text-datasets/nietzsche.txt",
            sha256="23cf69874ab69d3d256099ab530ea4be24d47d9675b673bcc67cbcd6298ec647",
            bytes=600_901,
            licence="public domain (Project Gutenberg)",
            citation="F. Nietzsche, Beyond Good and Evil and other writings, translated by H. Zimmern",
            checksum_source="computed from a copy of the same size and text, restored from two mirrors",
        ),
        DataSet(
            name="tinyshakespeare",
            file="tinyshakespeare/input.txt",
            url="https://raw.githubusercontent.com/karpathy/char-rnn/"
            "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt",
            sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            bytes=1_115_394,
            licence="public domain",
            citation="W. Shakespeare, plays; selected by A. Karpathy for char-rnn",
            checksum_source="computed from the file at the commit in the URL",
        ),
        DataSet(
            name="fra-eng",
            file="fra-eng/fra-eng.zip",
            url="https://raw.githubusercontent.com/modelexlab/data/"
            "adddaf33ac35572bcfeb421efec29435e7ea9332/fra-eng.zip",
            sha256="161c93f18da3a7e6df611ed961426613260de8af06ccf8c79c977afe5135ac44",
            bytes=3_424_571,
            licence="CC BY 2.0 (Tatoeba, manythings.org)",
            citation="167,130 English sentences with French translations from tatoeba.org, as collected by "
            "manythings.org/anki on 2019-04-07",
            checksum_source="computed from the file at the commit in the URL",
        ),
    ]
}


def data_folder() -> Path:
    """Where data sets lie: the folder named by the environment variable UNROLLED_DATA, else a cache folder."""
    return Path(os.environ.get("UNROLLED_DATA") or pooch.os_cache("unrolled"))


def find(name: str) -> DataSet:
    """The registry's entry for a name.

    Raises:
        ValueError: no data set has this name; the known ones are listed.
    """
    if name not in DATA_SETS:
        raise ValueError(f"no data set is called {name!r}; known are: {', '.join(sorted(DATA_SETS))}")
    return DATA_SETS[name]


def locate(name: str) -> Path:
    """The verified file of a data set that is already here.

    Raises:
        ValueError: unknown name.
        FileNotFoundError: the file is not here; the message says how to fetch it and how large it is.
        CorruptData: the file is here, but its checksum differs.
    """
    data_set = find(name)
    path = data_folder() / data_set.file
    if not path.is_file():
        raise FileNotFoundError(
            f"data set {name!r} is not at {path}. Fetch it ({data_set.bytes / 1e6:.1f} MB) with "
            f"`unrolled data fetch {name}`, or set UNROLLED_DATA to a folder that has {data_set.file}."
        )
    with open(path, "rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 != data_set.sha256:
        raise CorruptData(
            f"{path} is not the file it should be and is not used: expected sha256 {data_set.sha256[:12]}… and "
            f"{data_set.bytes:,} bytes, got {sha256[:12]}… and {path.stat().st_size:,} bytes. "
            f"Move it away, then run `unrolled data fetch {name}`."
        )
    return path


def fetch(name: str) -> Path:
    """Download a data set unless it is here already, verify it, and return the file.

    Raises:
        ValueError: unknown name.
        CorruptData: a different file is in its place (it is left alone), or the download is not the right file.
        OSError: the download failed.
    """
    data_set = find(name)
    path = data_folder() / data_set.file
    if not path.exists():
        try:
            pooch.retrieve(data_set.url, f"sha256:{data_set.sha256}", path.name, path.parent, progressbar=True)
        except ValueError as error:  # pooch has compared the checksum and thrown the download away
            raise CorruptData(
                f"what {data_set.url} sent is not data set {name!r}, and was thrown away: {error}"
            ) from None
    return locate(name)
