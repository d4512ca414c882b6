"""Real pictures by name: read as their makers laid them out, what is missing is counted, what is damaged is named."""

import hashlib
import http.server
import json
import os
import re
import struct
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from scipy.io import savemat
from torchvision.datasets import SVHN

import course_lib.data
from course_lib.data import DATA_SETS, CorruptData, fetch, locate, registry
from course_lib.data.pictures import load_coco_captions, load_easy_vqa, load_flickr8k, load_mnist, load_svhn
from course_lib.data.shapes import make_scenes, write_coco

REAL_DATA = os.environ.get("UNROLLED_DATA")


@pytest.fixture
def data(tmp_path, monkeypatch):
    """An empty data folder."""
    monkeypatch.setenv("UNROLLED_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def flickr8k(data):
    """Two pictures for training, one each to choose and to test, one in no split."""
    folder = data / "flickr8k"
    (folder / "Flicker8k_Dataset").mkdir(parents=True)
    for name in "abcde":
        (folder / "Flicker8k_Dataset" / f"{name}.jpg").touch()
    lines = [f"{name}.jpg#{number}\t{name} é {number} .\n" for name in "abcde" for number in range(5)]
    (folder / "Flickr8k.token.txt").write_text("".join(lines), encoding="utf-8")
    for split, names in {"train": "ba", "dev": "c", "test": "d"}.items():
        (folder / f"Flickr_8k.{split}Images.txt").write_text("".join(f"{name}.jpg\n" for name in names))
    return folder


@pytest.fixture
def coco(tmp_path):
    """The world of shapes under COCO's own names."""
    write_coco(tmp_path, "train2017", make_scenes("train", 3))
    write_coco(tmp_path, "val2017", make_scenes("val", 2))
    return tmp_path


@pytest.fixture
def easy_vqa(data):
    """Two pictures for training, one to test, and three answers."""
    folder = data / "easy_vqa" / "easy_vqa" / "data"
    for split, count in (("train", 2), ("test", 1)):
        (folder / split / "images").mkdir(parents=True)
        for number in range(count):
            Image.new("RGB", (64, 64)).save(folder / split / "images" / f"{number}.png")
        asked = [[f"{split} {number}?", ("yes", "no")[number], number] for number in reversed(range(count))]
        (folder / split / "questions.json").write_text(json.dumps(asked))
    (folder / "answers.txt").write_text("teal\nyes\nno\n")
    return folder


@pytest.fixture
def archive(data, monkeypatch):
    """A data set that is an archive, with what it has no business to have, in its place."""
    file = data / "small" / "small.zip"
    file.parent.mkdir(parents=True)
    with zipfile.ZipFile(file, "w") as opened:
        for name in ("pictures/1.jpg", "pictures/deep/2.jpg", "__MACOSX/pictures/1.jpg", "../outside", "/absolute"):
            opened.writestr(name, f"from {name}")
    small = replace(
        DATA_SETS["flickr8k-pictures"],
        name="small",
        file="small/small.zip",
        checksum=f"md5:{hashlib.md5(file.read_bytes()).hexdigest()}",
        unpacks="small/pictures",
    )
    monkeypatch.setitem(registry.DATA_SETS, "small", small)
    return file


def test_flickr8k_splits(flickr8k):
    """Catches captions in the order of the captions' file, and splits that share pictures."""
    training = load_flickr8k("train")
    pictures = flickr8k / "Flicker8k_Dataset"
    assert [picture for picture, _ in training] == [pictures / "b.jpg", pictures / "a.jpg"]
    assert training[0][1] == [f"b é {number} ." for number in range(5)]
    assert [picture.name for split in ("dev", "test") for picture, _ in load_flickr8k(split)] == ["c.jpg", "d.jpg"]


def test_own_pictures_come_first_and_missing_ones_are_counted(flickr8k):
    (flickr8k / "images").mkdir()
    (flickr8k / "images" / "a.jpg").touch()
    with pytest.warns(
        UserWarning, match=r"load_flickr8k: 1 of 2 pictures are not in .*images; what is said .* left out"
    ):
        assert [picture for picture, _ in load_flickr8k("train")] == [flickr8k / "images" / "a.jpg"]
    with pytest.raises(FileNotFoundError, match=r"1 of 1 pictures are not in .*images"):
        load_flickr8k("test")


@pytest.mark.parametrize("line", ["e.jpg#9 no tab", "e.jpg\tno number", "e.jpg#9\ttwo\ttabs", "e.jpg#9\t\udcff"])
def test_damaged_captions_are_named_with_their_line(flickr8k, line):
    file = flickr8k / "Flickr8k.token.txt"
    file.write_bytes(file.read_bytes() + line.encode(errors="surrogateescape"))
    with pytest.raises(CorruptData, match=r"Flickr8k\.token\.txt, line 26: expected"):
        load_flickr8k("train")


def test_a_picture_without_captions_is_an_error(flickr8k):
    (flickr8k / "Flickr_8k.devImages.txt").write_text("nobody.jpg\n")
    with pytest.raises(CorruptData, match=r"Flickr8k\.token\.txt has no captions for 1 pictures .* 'dev': nobody\.jpg"):
        load_flickr8k("dev")


@pytest.mark.parametrize("split", ["train", "val"])
def test_coco_reads_what_write_coco_writes(coco, split):
    found = load_coco_captions(split, folder=coco)
    written = json.loads((coco / "annotations" / f"captions_{split}2017.json").read_text())
    assert [picture for picture, _ in found] == [coco / f"{split}2017" / i["file_name"] for i in written["images"]]
    for image, (_, captions) in zip(written["images"], found, strict=True):
        assert captions == [a["caption"] for a in written["annotations"] if a["image_id"] == image["id"]]
        assert len(captions) == 5


def test_missing_coco_pictures_are_counted(coco):
    (coco / "train2017" / "000000000002.png").unlink()
    with pytest.warns(UserWarning, match="1 of 3 pictures"):
        assert len(load_coco_captions("train", folder=coco)) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"images": [', "captions_val2017.json is damaged: .*Move it away"),
        ("[]", "captions_val2017.json does not have the captions"),
        ('{"images": [{"id": 1}], "annotations": []}', "does not have the captions.*file_name"),
        ('{"images": [], "annotations": [{"image_id": 1, "caption": ""}]}', "does not have the captions"),
    ],
)
def test_damaged_coco_annotations_are_named(coco, content, says):
    (coco / "annotations" / "captions_val2017.json").write_text(content)
    with pytest.raises(CorruptData, match=says):
        load_coco_captions("val", folder=coco)


def test_easy_vqa_keeps_questions_with_their_pictures(easy_vqa):
    """Catches pictures taken in the order of the questions instead of by their number."""
    asked, answers = load_easy_vqa("train")
    images = easy_vqa / "train" / "images"
    assert asked == [(images / "1.png", "train 1?", "no"), (images / "0.png", "train 0?", "yes")]
    assert answers == ["teal", "yes", "no"]
    assert load_easy_vqa("test") == ([(easy_vqa / "test" / "images" / "0.png", "test 0?", "yes")], answers)


@pytest.mark.parametrize("content", ["not json", '[["a question", "yes"]]', "[7]", "7"])
def test_damaged_questions_are_named(easy_vqa, content):
    (easy_vqa / "train" / "questions.json").write_text(content)
    with pytest.raises(CorruptData, match=r"questions\.json"):
        load_easy_vqa("train")


def write_mnist(folder, pictures, digits):
    """The four files as torchvision unpacks them; the split "test" has what "train" has, the other way round."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, step in (("train", 1), ("t10k", -1)):
        header = struct.pack(">4i", 0x803, len(pictures), 28, 28)
        (raw / f"{name}-images-idx3-ubyte").write_bytes(header + pictures[::step].tobytes())
        header = struct.pack(">2i", 0x801, len(digits))
        (raw / f"{name}-labels-idx1-ubyte").write_bytes(header + digits[::step].tobytes())
    return raw


def test_mnist(data):
    pictures = torch.arange(3 * 28 * 28).remainder(256).to(torch.uint8).view(3, 28, 28).numpy()
    raw = write_mnist(data, pictures, torch.tensor([5, 0, 4], dtype=torch.uint8).numpy())
    found, digits = load_mnist("train")
    assert found.shape == (3, 1, 28, 28) and found.dtype == torch.float32 and digits.tolist() == [5, 0, 4]
    assert torch.equal(found[:, 0], torch.from_numpy(pictures) / 255) and found.max() == 1
    assert load_mnist("test")[1].tolist() == [4, 0, 5]
    for damaged in (b"", (raw / "train-images-idx3-ubyte").read_bytes()[:-1]):
        (raw / "train-images-idx3-ubyte").write_bytes(damaged)
        with pytest.raises(CorruptData, match=r"MNIST in .*raw is damaged\. Move it away"):
            load_mnist("train")
    (raw / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match="MNIST is not in"):
        load_mnist("train")


def test_svhn(data, monkeypatch):
    """A file of its layout: catches a 10 that is not a 0, rows and columns exchanged, and files of another checksum."""
    pictures = torch.arange(32 * 32 * 3 * 4).remainder(256).to(torch.uint8).view(32, 32, 3, 4).numpy()
    (data / "SVHN").mkdir(parents=True)
    file = data / "SVHN" / "test_32x32.mat"
    savemat(file, {"X": pictures, "y": torch.tensor([[5], [10], [4], [1]], dtype=torch.uint8).numpy()})
    with pytest.raises(FileNotFoundError, match=r"SVHN is not in .*\(64 MB\)"):
        load_svhn("test")
    checksum = hashlib.md5(file.read_bytes()).hexdigest()
    monkeypatch.setitem(SVHN.split_list, "test", ["nowhere", file.name, checksum])
    found, digits = load_svhn("test")
    assert found.shape == (4, 3, 32, 32) and found.dtype == torch.float32 and digits.tolist() == [5, 0, 4, 1]
    assert found[2, 1, 7, 9] == pictures[7, 9, 1, 2] / 255


@pytest.mark.parametrize("load", [load_flickr8k, load_coco_captions, load_easy_vqa, load_mnist, load_svhn])
def test_unknown_split_lists_the_known_ones(load):
    with pytest.raises(ValueError, match=rf"{load.__name__}: split should be one of train, .*got 'validation'"):
        load("validation")


@pytest.mark.parametrize(
    ("load", "says"),
    [
        (load_flickr8k, r"\(2\.3 MB\) with `unrolled data fetch flickr8k-captions`"),
        (load_coco_captions, r"\(252\.9 MB\) with `unrolled data fetch coco-annotations-2017`"),
        (lambda split: load_coco_captions(split, year=2014), "`unrolled data fetch coco-annotations-2014`"),
        (load_easy_vqa, r"\(3\.2 MB\) with `unrolled data fetch easy-vqa`, or set UNROLLED_DATA"),
        (load_mnist, r"\(11\.6 MB\) with load_mnist\('train', download=True\)"),
        (load_svhn, r"\(182 MB\) with load_svhn\('train', download=True\)"),
    ],
)
def test_a_missing_set_says_how_to_get_it_and_how_large_it_is(data, load, says):
    with pytest.raises(FileNotFoundError, match=says):
        load("train")


def test_missing_pictures_say_how_to_get_them(flickr8k, data):
    """Catches an empty folder that passes for a data set."""
    for file in (flickr8k / "Flicker8k_Dataset").iterdir():
        file.unlink()
    with pytest.raises(FileNotFoundError, match=r"\(1\.1 GB\) with `unrolled data fetch flickr8k-pictures`"):
        load_flickr8k("train")
    write_coco(data / "coco", "train2017", [])
    with pytest.raises(FileNotFoundError, match=r"\(19\.3 GB\) with `unrolled data fetch coco-train2017`"):
        load_coco_captions("train")


def test_an_archive_is_unpacked_into_its_folder_only(archive):
    """Catches files written outside, an archive's other halves, and files of one's own that are replaced."""
    own = archive.parent / "pictures" / "1.jpg"
    own.parent.mkdir()
    own.write_text("my own")
    assert fetch("small") == locate("small") == archive.parent / "pictures"
    assert own.read_text() == "my own" and (own.parent / "deep" / "2.jpg").read_text() == "from pictures/deep/2.jpg"
    assert not (archive.parent / "__MACOSX").exists() and not (archive.parents[1] / "outside").exists()
    assert {path.name for path in archive.parent.iterdir()} == {"small.zip", "pictures", "outside", "absolute"}
    archive.unlink()
    assert fetch("small") == own.parent  # nothing needs the archive any more


def test_an_archive_is_fetched_and_unpacked(archive, data, monkeypatch):
    served = data.parent / "served"
    served.mkdir()
    archive.rename(served / "small.zip")
    handler = lambda *arguments: http.server.SimpleHTTPRequestHandler(*arguments, directory=str(served))  # noqa: E731
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/small.zip"
    monkeypatch.setitem(registry.DATA_SETS, "small", replace(DATA_SETS["small"], url=url))
    with pytest.raises(FileNotFoundError, match="unrolled data fetch small"):
        locate("small")
    assert (fetch("small") / "1.jpg").is_file()
    server.shutdown()


def test_a_wrong_archive_is_not_unpacked(archive):
    archive.write_bytes(archive.read_bytes() + b"?")
    with pytest.raises(CorruptData, match=r"small\.zip is not the file it should be and is not used: expected md5"):
        fetch("small")
    assert list(archive.parent.iterdir()) == [archive]


def test_every_entry_says_what_checks_and_what_reads_it():
    """Catches a checksum that is none, a file outside its folder, and a reader that does not exist."""
    for data_set in DATA_SETS.values():
        algorithm, digest = data_set.checksum.split(":")
        assert len(digest) == {"sha256": 64, "md5": 32}[algorithm] and int(digest, 16)
        assert all(callable(getattr(course_lib.data, name)) for name in re.findall(r"load_\w+", data_set.reader))
        assert data_set.reader.startswith("load_") and bool(data_set.covers) == bool(data_set.inside)
        if data_set.unpacks:
            assert Path(data_set.unpacks).parts[0] == Path(data_set.file).parts[0]


@pytest.mark.skipif(
    not REAL_DATA or not Path(REAL_DATA, "flickr8k", "Flickr8k.token.txt").exists(),
    reason="needs Flickr8k in the folder UNROLLED_DATA",
)
@pytest.mark.filterwarnings("ignore:load_flickr8k")
def test_real_flickr8k():
    splits = {split: load_flickr8k(split) for split in ("train", "dev", "test")}
    assert all(len(captions) == 5 for found in splits.values() for _, captions in found)
    names = [picture.name for found in splits.values() for picture, _ in found]
    assert len(names) == len(set(names)) <= 8_000
    with Image.open(splits["test"][0][0]) as picture:
        assert picture.mode == "RGB"


@pytest.mark.skipif(
    not REAL_DATA or not Path(REAL_DATA, "coco_mini").exists(),
    reason="needs a part of COCO 2017 as coco_mini in the folder UNROLLED_DATA",
)
def test_real_coco():
    assert [len(load_coco_captions(split, folder=Path(REAL_DATA, "coco_mini"))) for split in ("train", "val")] == [
        80,
        79,
    ]


@pytest.mark.skipif(
    not REAL_DATA or not DATA_SETS["easy-vqa"].is_here(), reason="needs easy-vqa in the folder UNROLLED_DATA"
)
def test_real_easy_vqa():
    for split, questions, pictures in (("train", 38_575, 4_000), ("test", 9_673, 1_000)):
        asked, answers = load_easy_vqa(split)
        assert len(asked) == questions and len({picture for picture, _, _ in asked}) == pictures
        assert len(answers) == 13 and {answer for _, _, answer in asked} == set(answers)


@pytest.mark.skipif(
    not REAL_DATA or not Path(REAL_DATA, "MNIST", "raw").exists(), reason="needs MNIST in the folder UNROLLED_DATA"
)
def test_real_mnist():
    pictures, digits = load_mnist("test")
    assert pictures.shape == (10_000, 1, 28, 28) and digits[:5].tolist() == [7, 2, 1, 0, 4]
