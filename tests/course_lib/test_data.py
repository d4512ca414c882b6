"""Data: always there by default, verified when it comes from outside, and toys that do what they say."""

import hashlib
import http.server
import os
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from course_lib.data import (
    DATA_SETS,
    WEATHER_TRANSITION,
    CorruptData,
    TextWindows,
    fetch,
    ice_cream_store,
    load_pairs,
    load_text,
    locate,
    recall_task,
    registry,
    split_text,
)

CONTENT = b"Supposing that Truth is a woman--what then?"
REAL_DATA = os.environ.get("UNROLLED_DATA")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A data set of a few bytes on a real server of our own, and an empty data folder."""
    served = tmp_path / "served"
    served.mkdir()
    (served / "small.txt").write_bytes(CONTENT)
    handler = lambda *arguments: http.server.SimpleHTTPRequestHandler(*arguments, directory=str(served))  # noqa: E731
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    data_set = replace(
        DATA_SETS["nietzsche"],
        name="small",
        file="small/small.txt",
        url=f"http://127.0.0.1:{server.server_port}/small.txt",
        checksum=f"sha256:{hashlib.sha256(CONTENT).hexdigest()}",
        bytes=len(CONTENT),
    )
    monkeypatch.setitem(registry.DATA_SETS, "small", data_set)
    monkeypatch.setenv("UNROLLED_DATA", str(tmp_path / "data"))
    yield data_set, served / "small.txt", tmp_path / "data" / "small" / "small.txt"
    server.shutdown()


def test_missing_data_says_how_to_get_it(small):
    with pytest.raises(FileNotFoundError, match=r"`unrolled data fetch small`.*UNROLLED_DATA"):
        load_text("small")


def test_fetch_downloads_once_and_verifies(small):
    _, served, here = small
    assert fetch("small") == here and load_text("small") == CONTENT.decode()
    served.unlink()
    assert fetch("small") == here  # does not ask the server again


def test_a_wheel_is_fetched_by_pip(small, tmp_path, monkeypatch):
    """From a folder that pip is told to look in: catches a download that ends elsewhere, or that fails silently."""
    data_set, _, _ = small
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    wheel = shelf / "small_data-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("small_data/text.txt", CONTENT)
        archive.writestr("small_data-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: small-data\nVersion: 1.0\n")
        archive.writestr(
            "small_data-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("small_data-1.0.dist-info/RECORD", "")
    checksum = f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"
    packed = replace(
        data_set, file="small/small.whl", url="pip:small-data==1.0", checksum=checksum, unpacks="small/small_data"
    )
    monkeypatch.setitem(registry.DATA_SETS, "small", packed)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    assert (fetch("small") / "text.txt").read_bytes() == CONTENT
    missing = replace(packed, file="small/other.whl", url="pip:not-there==1.0", unpacks="small/not_there")
    monkeypatch.setitem(registry.DATA_SETS, "small", missing)
    with pytest.raises(OSError, match=r"pip could not download not-there==1\.0"):
        fetch("small")


def test_a_changed_file_is_never_used_and_never_overwritten(small):
    _, _, here = small
    here.parent.mkdir(parents=True)
    here.write_bytes(b"something else")
    for use in (load_text, locate, fetch):
        with pytest.raises(CorruptData, match="not used: expected sha256"):
            use("small")
    assert here.read_bytes() == b"something else"


def test_a_wrong_download_is_thrown_away(small):
    _, served, here = small
    served.write_bytes(b"an error page")
    with pytest.raises(CorruptData, match="not data set 'small'"):
        fetch("small")
    assert not here.exists()


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"known are: bccd, camvid, coco-.*, fra-eng, nietzsche, tinyshakespeare"):
        fetch("shakespear")


def test_pairs_are_not_read_as_text():
    """Catches an archive decoded as text: the error says what reads it, before anything is looked for."""
    with pytest.raises(ValueError, match=r"load_pairs\('fra-eng'\)"):
        load_text("fra-eng")
    with pytest.raises(ValueError, match="'coco-val2017' is not a text; it is read by load_coco_captions"):
        load_text("coco-val2017")


@pytest.mark.parametrize("name", ["fra-eng", "nietzsche", "tinyshakespeare"])
def test_real_data(name):
    if not REAL_DATA or not Path(REAL_DATA, DATA_SETS[name].file).exists():
        pytest.skip("set UNROLLED_DATA to a folder with the data sets to run this test")
    assert locate(name).stat().st_size == DATA_SETS[name].bytes
    if name == "fra-eng":
        assert len(load_pairs(name)) == 167_130
    else:
        assert len(load_text(name)) > 500_000


def test_default_text_is_real_and_large():
    text = load_text()
    assert len(text) > 400_000 and "assert" in text and "\n\n\n" not in text


def test_split_keeps_every_character():
    first, second = split_text("0123456789", held_out=0.3)
    assert (first, second) == ("0123456", "789")


def test_windows_are_shifted_by_one():
    """Catches targets that equal the inputs, and windows over the end of the text."""
    windows = TextWindows(torch.arange(50), batch_size=4, length=10)
    batches = list(windows)
    assert len(batches) == len(windows) == 1
    for symbols, targets in batches:
        assert symbols.shape == targets.shape == (4, 10) and torch.equal(targets, symbols + 1)


def test_windows_reach_both_ends_of_the_text():
    seen = torch.cat([t.flatten() for _ in range(50) for _, t in TextWindows(torch.arange(12), 4, 3)])
    assert set(seen.tolist()) == set(range(1, 12))


def test_store_follows_its_rules():
    """The rules of the docstring, checked day by day without a tensor."""
    store = ice_cream_store(days=200, batch_size=3, order=4, generator=torch.Generator().manual_seed(0))
    for row in range(3):
        crates, wait = 4, 0
        for day in range(200):
            if wait:
                wait -= 1
                crates += 4 * (wait == 0)
            crates = max(0, crates - (2, 1, 0)[store.weather[row, day]])
            if crates == 0 and wait == 0:
                wait = 2
            assert store.crates[row, day] == crates and store.run_out[row, day] == (crates == 0)


def test_weather_is_the_markov_chain():
    weather = ice_cream_store(days=300, batch_size=300, generator=torch.Generator().manual_seed(0)).weather
    for today in range(3):
        tomorrow = weather[:, 1:][weather[:, :-1] == today]
        frequencies = tomorrow.bincount(minlength=3) / len(tomorrow)
        assert torch.allclose(frequencies, WEATHER_TRANSITION[today], atol=0.02)
    assert torch.allclose(WEATHER_TRANSITION.sum(dim=1), torch.ones(3))


def test_recall_task_asks_for_the_first_symbol():
    xs, cue = recall_task(64, gap=5, symbols=3, generator=torch.Generator().manual_seed(0))
    assert xs.shape == (64, 7, 7) and torch.equal(xs.sum(dim=2), torch.ones(64, 7))
    assert torch.equal(xs[:, 0].argmax(dim=1), cue) and set(cue.tolist()) == {0, 1, 2}
    distractors = xs[:, 1:-1].argmax(dim=2)
    assert distractors.min() >= 3 and distractors.max() <= 5, "a distractor looks like a cue"
    assert (xs[:, -1].argmax(dim=1) == 6).all()
