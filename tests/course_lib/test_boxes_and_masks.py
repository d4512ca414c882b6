"""Boxes, masks and label maps of real pictures: read as their makers meant them, and still right after resizing."""

import hashlib
import http.server
import json
import os
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from pycocotools import mask as run_lengths
from pycocotools.coco import COCO

from course_lib.data import (
    BLOOD_CELLS,
    CAMVID_CLASSES,
    CAMVID_VOID,
    DATA_SETS,
    VOC_CLASSES,
    VOC_VOID,
    CorruptData,
    LabelMapBatches,
    PictureBatches,
    coco_categories,
    decode_masks,
    fetch,
    flip_target,
    load_bccd,
    load_camvid,
    load_coco_instances,
    load_voc,
    load_voc_maps,
    locate,
    registry,
)
from course_lib.data.shapes import KINDS, detection_target, make_scenes, write_coco

REAL_DATA = os.environ.get("UNROLLED_DATA")


@pytest.fixture
def data(tmp_path, monkeypatch):
    """An empty data folder."""
    monkeypatch.setenv("UNROLLED_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def listing(folder, *patterns):
    """The sha256 of what `sha256sum` says about files, in the order of their names."""
    names = sorted(path.relative_to(folder).as_posix() for pattern in patterns for path in folder.glob(pattern))
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def register(monkeypatch, name, checksum):
    monkeypatch.setitem(registry.DATA_SETS, name, replace(DATA_SETS[name], checksum=checksum))


def voc_object(name, x1, y1, x2, y2, difficult=0):
    edges = f"<xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax>"
    return f"<object><name>{name}</name><difficult>{difficult}</difficult><bndbox>{edges}</bndbox></object>"


@pytest.fixture
def bccd(data, monkeypatch):
    """Pictures 40 wide and 30 high: two for training, one each to choose and to test, where nothing is to be seen."""
    folder = data / "bccd" / "BCCD"
    for part in ("Annotations", "ImageSets/Main", "JPEGImages"):
        (folder / part).mkdir(parents=True)
    for name in "abcd":
        Image.new("RGB", (40, 30)).save(folder / "JPEGImages" / f"{name}.jpg")
        (folder / "Annotations" / f"{name}.xml").write_text("<annotation></annotation>")
    for split, names in {"train": "ba", "val": "c", "trainval": "abc", "test": "d"}.items():
        (folder / "ImageSets" / "Main" / f"{split}.txt").write_text("".join(f"{name}\n" for name in names))
    register(monkeypatch, "bccd", listing(data / "bccd", "**/*.jpg", "**/*.txt", "**/*.xml"))
    return folder


@pytest.fixture
def say(bccd, data, monkeypatch):
    """A function that writes what is in picture "a" of BCCD."""

    def write(*objects):
        (bccd / "Annotations" / "a.xml").write_text(f"<annotation>{''.join(objects)}</annotation>")
        register(monkeypatch, "bccd", listing(data / "bccd", "**/*.jpg", "**/*.txt", "**/*.xml"))

    return write


@pytest.fixture
def camvid(data, monkeypatch):
    """Two street scenes for training, one to choose, one to test; a row of every class, and of none."""
    numbers = np.arange(12, dtype=np.uint8)[:, None].repeat(8, axis=1)
    for split, names in {"train": "ba", "val": "c", "test": "d"}.items():
        for part in (split, f"{split}annot"):
            (data / "camvid" / part).mkdir(parents=True)
        for name in names:
            Image.new("RGB", (8, 12)).save(data / "camvid" / split / f"{name}.png")
            Image.fromarray(numbers).save(data / "camvid" / f"{split}annot" / f"{name}.png")
    register(monkeypatch, "camvid", listing(data / "camvid", "*annot/*.png"))
    return data / "camvid"


@pytest.fixture
def voc(data):
    """VOC 2012, as torchvision unpacks it: two pictures with a horse and a person to train on."""
    folder = data / "VOCdevkit" / "VOC2012"
    for part in ("Annotations", "ImageSets/Main", "ImageSets/Segmentation", "JPEGImages", "SegmentationClass"):
        (folder / part).mkdir(parents=True)
    labels = Image.fromarray(np.tile(np.array([0, 13, 15, VOC_VOID], dtype=np.uint8), (4, 1)))
    labels.putpalette(bytes(range(255, -1, -1)) * 3)
    for name in ("2007_1", "2007_2"):
        objects = voc_object("person", 11, 1, 20, 30) + voc_object("horse", 1, 11, 40, 30)
        (folder / "Annotations" / f"{name}.xml").write_text(f"<annotation>{objects}</annotation>")
        labels.save(folder / "SegmentationClass" / f"{name}.png")
    for part in ("Main", "Segmentation"):
        (folder / "ImageSets" / part / "train.txt").write_text("2007_2\n2007_1\n")
    return folder


@pytest.fixture
def coco(tmp_path):
    """The world of shapes under COCO's own names."""
    scenes = {"train2017": make_scenes("train", 3), "val2017": make_scenes("val", 6, side=100, most=6)}
    for split, some in scenes.items():
        write_coco(tmp_path, split, some)
    return tmp_path, scenes["val2017"]


def change(folder, how):
    """Write other instances of the split "val"."""
    file = folder / "annotations" / "instances_val2017.json"
    instances = json.loads(file.read_text())
    how(instances)
    file.write_text(json.dumps(instances))
    return instances


@pytest.fixture
def packed(data, monkeypatch):
    """A function that packs an archive as GitHub does, of which only one folder is wanted."""
    files = {"maps/1.txt": b"one", "maps/2.txt": b"two", "pictures/1.jpg": b"any picture"}
    lines = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in ("maps/1.txt", "maps/2.txt"))
    small = replace(
        DATA_SETS["camvid"],
        name="small",
        file="small/small.zip",
        checksum=f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}",
        unpacks="small/maps",
        inside="Repository-123/Part/",
        covers=("maps/*.txt",),
    )
    monkeypatch.setitem(registry.DATA_SETS, "small", small)

    def pack(archive, **changed):
        archive.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive, "w") as opened:
            opened.writestr("Repository-123/README.md", "not wanted")
            for name, content in (files | changed).items():
                if content is not None:
                    opened.writestr(f"Repository-123/Part/{name}", content)
        return archive

    return pack


# The registry: archives that are known by their files


def test_only_what_is_wanted_of_an_archive_is_unpacked(packed, data):
    """Catches the folder that GitHub puts around everything."""
    archive = packed(data / "small" / "small.zip")
    assert fetch("small") == locate("small") == data / "small" / "maps"
    found = {path.relative_to(archive.parent).as_posix() for path in archive.parent.rglob("*") if path.is_file()}
    assert found == {"small.zip", "maps/1.txt", "maps/2.txt", "pictures/1.jpg"}
    archive.unlink()
    assert fetch("small") == data / "small" / "maps"  # nothing needs the archive any more


@pytest.mark.parametrize("wrong", ["changed", "missing", "more", "torn", "no archive"])
def test_a_wrong_archive_is_refused_before_anything_is_unpacked(packed, data, wrong):
    archive = data / "small" / "small.zip"
    changed = {"changed": {"maps/2.txt": b"too"}, "missing": {"maps/2.txt": None}, "more": {"maps/3.txt": b"three"}}
    packed(archive, **changed.get(wrong, {}))
    if wrong == "torn":  # in a file that the checksum does not cover
        archive.write_bytes(archive.read_bytes().replace(b"any picture", b"any picturE"))
    elif wrong == "no archive":
        archive.write_bytes(b"an error page")
    before = archive.read_bytes()
    with pytest.raises(CorruptData, match=r"small\.zip .* is not used: .*Move it away, then run `unrolled data fetch"):
        fetch("small")
    assert list(archive.parent.iterdir()) == [archive] and archive.read_bytes() == before


@pytest.mark.parametrize("right", [True, False])
def test_an_archive_without_a_checksum_of_its_own_is_fetched(packed, data, monkeypatch, right):
    """Catches one that is used unseen, and a wrong one that stays."""
    served = packed(data.parent / "served" / "small.zip", **({} if right else {"maps/1.txt": b"won"})).parent
    handler = lambda *arguments: http.server.SimpleHTTPRequestHandler(*arguments, directory=str(served))  # noqa: E731
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/small.zip"
    monkeypatch.setitem(registry.DATA_SETS, "small", replace(DATA_SETS["small"], url=url))
    if right:
        assert (fetch("small") / "1.txt").read_bytes() == b"one"
    else:
        with pytest.raises(CorruptData, match="is not data set 'small', and was thrown away"):
            fetch("small")
        assert not any((data / "small").iterdir())
    server.shutdown()


@pytest.mark.parametrize("how", ["changed", "removed", "added"])
def test_a_changed_file_is_found_and_never_overwritten(packed, data, how):
    packed(data / "small" / "small.zip")
    file = fetch("small") / ("3.txt" if how == "added" else "1.txt")
    file.write_bytes(b"something else")
    if how == "removed":
        file.unlink()
    else:  # neither with nor without the archive
        with pytest.raises(CorruptData, match="does not have the files it should have and is not used"):
            fetch("small")
    (data / "small" / "small.zip").unlink()
    for use in (locate, fetch):
        with pytest.raises(CorruptData, match=r"small does not have .*of maps/\*\.txt, got .* of [123] files"):
            use("small")
    assert how == "removed" or file.read_bytes() == b"something else"


def test_what_was_left_half_unpacked_is_completed(packed, data):
    packed(data / "small" / "small.zip")
    (fetch("small") / "1.txt").unlink()
    assert (fetch("small") / "1.txt").read_bytes() == b"one"


# BCCD and VOC: boxes in XML


def test_boxes_of_voc_begin_at_pixel_one(say):
    """Catches x taken for y, a box that is shifted by one, and one that is too small by one."""
    say(voc_object("RBC", 1, 1, 40, 30), voc_object("Platelets", 3, 11, 4, 20))
    target = load_bccd("train")[1][1]
    assert target["boxes"].tolist() == [[0, 0, 40, 30], [2, 10, 4, 20]] and target["boxes"].dtype == torch.float32
    assert [BLOOD_CELLS[label - 1] for label in target["labels"]] == ["RBC", "Platelets"]
    assert target["labels"].tolist() == [2, 3] and target["labels"].dtype == torch.int64


def test_splits_of_bccd(bccd, say):
    """Catches pictures in another order than the list's, and a picture with nothing to be seen that is lost."""
    say(voc_object("WBC", 1, 1, 2, 2))
    training = load_bccd("train")
    assert [picture for picture, _ in training] == [bccd / "JPEGImages" / "b.jpg", bccd / "JPEGImages" / "a.jpg"]
    assert [len(target["labels"]) for _, target in training] == [0, 1]
    assert training[0][1]["boxes"].shape == (0, 4) and training[0][1]["labels"].dtype == torch.int64
    assert [[p.stem for p, _ in load_bccd(split)] for split in ("val", "trainval", "test")] == [["c"], [*"abc"], ["d"]]


def test_boxes_without_area_are_left_out_and_counted(say):
    say(voc_object("RBC", 5, 7, 5, 7), voc_object("WBC", 1, 1, 9, 9), voc_object("RBC", 9, 1, 8, 9))
    with pytest.warns(UserWarning, match="load_bccd: 2 of 3 boxes have no area and are left out"):
        (_, target) = load_bccd("train")[1]
    assert target["boxes"].tolist() == [[0, 0, 9, 9]] and target["labels"].tolist() == [1]


@pytest.mark.parametrize(
    "said",
    [
        "<object>",
        voc_object("rbc", 1, 1, 9, 9),
        voc_object("RBC", 1, 1, 9, "").replace("<ymax></ymax>", ""),
        voc_object("RBC", "one", 1, 9, 9),
    ],
)
def test_damaged_xml_is_named(say, said):
    say(said)
    with pytest.raises(CorruptData, match=r"a\.xml should have objects of the classes WBC, RBC, Platelets"):
        load_bccd("train")


def test_changed_cells_are_never_used(bccd):
    (bccd / "Annotations" / "a.xml").write_text("<annotation><!-- --></annotation>")
    with pytest.raises(CorruptData, match="bccd does not have the files it should have"):
        load_bccd("test")


def test_voc(voc):
    found = load_voc("train")
    assert [picture for picture, _ in found] == [voc / "JPEGImages" / f"2007_{number}.jpg" for number in (2, 1)]
    target = found[0][1]
    assert target["boxes"].tolist() == [[10, 0, 20, 30], [0, 10, 40, 30]]
    assert [VOC_CLASSES[label - 1] for label in target["labels"]] == ["person", "horse"]
    assert len(VOC_CLASSES) == 20 and list(VOC_CLASSES) == sorted(VOC_CLASSES)


def test_neither_heads_nor_difficult_objects_are_persons(voc):
    """Catches the box of a part in place of the person's."""
    head = "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>"
    person = voc_object("person", 11, 1, 20, 30).replace("<bndbox>", f"{head}<bndbox>")
    hidden = voc_object("sofa", 1, 1, 9, 9, difficult=1)
    (voc / "Annotations" / "2007_2.xml").write_text(f"<annotation>{hidden}{person}</annotation>")
    target = load_voc("train")[0][1]
    assert target["boxes"].tolist() == [[10, 0, 20, 30]] and target["labels"].tolist() == [15]


def test_voc_maps(voc):
    """Catches the colours of a palette in place of its numbers."""
    found = load_voc_maps("train")
    assert [path.parent.name for path in found[0]] == ["JPEGImages", "SegmentationClass"]
    assert [labels.stem for _, labels in found] == [picture.stem for picture, _ in found] == ["2007_2", "2007_1"]
    for picture, _ in found:
        Image.new("RGB", (4, 4)).save(picture)
    maps = LabelMapBatches(found, 2, (4, 4)).maps
    assert maps[0, 0].tolist() == [0, 1 + VOC_CLASSES.index("horse"), 1 + VOC_CLASSES.index("person"), VOC_VOID]


@pytest.mark.parametrize("load", [load_voc, load_voc_maps])
def test_missing_voc_says_how_to_get_it(data, load):
    call = rf"{load.__name__}\('val', 2012, download=True\)"
    with pytest.raises(FileNotFoundError, match=rf"'val' of VOC 2012 is not in .*VOCdevkit.*\(2\.0 GB\) with {call}"):
        load("val")
    with pytest.raises(ValueError, match=rf"{load.__name__}: split should be one of train, val, trainval, got 'test'"):
        load("test")
    with pytest.raises(FileNotFoundError, match=r"\(0\.5 GB\)"):
        load("test", 2007)
    with pytest.raises(ValueError, match="year should be 2007 or 2012, got 2014"):
        load("val", 2014)


# CamVid


def test_camvid(camvid):
    """Catches maps with other pictures, other splits, and pixels of no class that become one."""
    training = load_camvid("train")
    assert training == [(camvid / "train" / f"{name}.png", camvid / "trainannot" / f"{name}.png") for name in "ab"]
    assert [[picture.stem for picture, _ in load_camvid(split)] for split in ("val", "test")] == [["c"], ["d"]]
    maps = LabelMapBatches(training, 2, (24, 16)).maps
    assert maps[0, :, 0].tolist() == [number // 2 for number in range(24)] and maps.max() == CAMVID_VOID
    assert len(CAMVID_CLASSES) == CAMVID_VOID


def test_pictures_of_ones_own_and_missing_ones(camvid):
    (camvid / "train" / "a.png").rename(camvid / "train" / "a.jpg")
    assert load_camvid("train")[0] == (camvid / "train" / "a.jpg", camvid / "trainannot" / "a.png")
    (camvid / "train" / "b.png").unlink()
    with pytest.warns(UserWarning, match="load_camvid: 1 of 2 pictures are not in"):
        assert [picture.name for picture, _ in load_camvid("train")] == ["a.jpg"]


def test_a_changed_map_is_never_used(camvid):
    Image.new("L", (8, 12)).save(camvid / "valannot" / "c.png")
    with pytest.raises(CorruptData, match="camvid does not have the files it should have"):
        load_camvid("train")


@pytest.mark.parametrize("load", [load_bccd, load_camvid, load_coco_instances, coco_categories])
def test_unknown_splits_and_missing_sets(data, load):
    with pytest.raises(ValueError, match=rf"{load.__name__}: split should be one of train, val.*got 'validation'"):
        load("validation")
    name = {load_bccd: "bccd", load_camvid: "camvid"}.get(load, "coco-annotations-2017")
    with pytest.raises(FileNotFoundError, match=rf"MB\) with `unrolled data fetch {name}`"):
        load("train")


# COCO


def test_what_write_coco_writes_is_read_back(coco):
    """Catches width taken for the far edge, masks of other things, and labels that are shifted."""
    folder, scenes = coco
    found = load_coco_instances("val", folder=folder, masks=True)
    assert [picture for picture, _ in found] == [folder / "val2017" / f"{n:012}.png" for n in range(1, 7)]
    for scene, (_, target) in zip(scenes, found, strict=True):
        expected = detection_target(scene, masks=True)
        masks = decode_masks(target.pop("run_lengths"), (100, 100))
        assert masks.dtype == torch.bool and torch.equal(masks, expected.pop("masks"))
        assert target.keys() == expected.keys() and all(torch.equal(target[name], expected[name]) for name in target)
        assert all(target[name].dtype == expected[name].dtype for name in target)
    assert coco_categories(folder=folder) == list(KINDS)
    assert load_coco_instances("val", folder=folder)[0][1].keys() == {"boxes", "labels"}


def test_labels_are_places_in_the_list_of_categories(coco):
    """Catches COCO's own numbers, which have gaps, in place of labels, and labels in the order of those numbers."""
    folder, scenes = coco

    def renumber(instances):
        for of in (instances["categories"], instances["annotations"]):
            for entry in of:
                key = "category_id" if "category_id" in entry else "id"
                entry[key] = 90 - 7 * entry[key]

    change(folder, renumber)
    for scene, (_, target) in zip(scenes, load_coco_instances("val", folder=folder), strict=True):
        assert torch.equal(target["labels"], detection_target(scene)["labels"])
    assert coco_categories(folder=folder) == list(KINDS)


def test_crowds_are_counted_and_boxes_without_area_are_named(coco):
    """Catches a picture without objects that is lost, and objects that go to another picture."""
    folder, scenes = coco

    def spoil(instances):
        for annotation in instances["annotations"]:
            annotation["iscrowd"] = int(annotation["image_id"] == 2)
        instances["annotations"][0]["bbox"][3] = 0

    instances = change(folder, spoil)
    crowds = sum(annotation["iscrowd"] for annotation in instances["annotations"])
    with pytest.warns(UserWarning, match=f"left out are {crowds} crowds, and 1 boxes without area: annotations 1$"):
        found = load_coco_instances("val", folder=folder, masks=True)
    left = [len(scenes[0].things) - 1, 0, *(len(scene.things) for scene in scenes[2:])]
    assert [len(target["labels"]) for _, target in found] == left
    empty = found[1][1]
    assert empty["boxes"].shape == (0, 4) and decode_masks(empty["run_lengths"], (100, 100)).shape == (0, 100, 100)


def test_masks_from_outlines(coco):
    """Catches a lost second part, and height taken for width; run lengths that are not compressed are masks, too."""
    folder, _ = coco
    parts = [[2, 1, 10, 1, 10, 5, 2, 5], [20, 30, 40, 30, 40, 60, 20, 60]]
    long = {"size": [80, 100], "counts": [3, 5, 7_992]}

    def outline(instances):
        instances["annotations"][0]["segmentation"] = parts
        instances["annotations"][1]["segmentation"] = long
        for image in instances["images"]:
            image["height"] = 80

    change(folder, outline)
    ours = [m for _, t in load_coco_instances("val", folder=folder, masks=True) for m in t["run_lengths"]][:2]
    theirs = COCO(folder / "annotations" / "instances_val2017.json")
    for mask, annotation in zip(decode_masks(ours, (80, 100)), theirs.loadAnns([1, 2]), strict=True):
        assert np.array_equal(mask, theirs.annToMask(annotation))
    assert run_lengths.area(ours[0]) == 8 * 4 + 20 * 30


def test_boxes_are_clipped_to_the_picture(coco):
    folder, _ = coco
    change(folder, lambda instances: instances["annotations"][0].update(bbox=[90.5, 80, 9.75, 40]))
    assert load_coco_instances("val", folder=folder)[0][1]["boxes"][0].tolist() == [90.5, 80, 100, 100]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"images": [', "instances_val2017.json is damaged"),
        ("[]", "does not have the (instances|categories)"),
        ('{"images": [], "annotations": []}', "does not have the (instances|categories).*categories"),
    ],
)
def test_damaged_instances_are_named(coco, content, says):
    folder, _ = coco
    (folder / "annotations" / "instances_val2017.json").write_text(content)
    for load in (load_coco_instances, coco_categories):
        with pytest.raises(CorruptData, match=says):
            load("val", folder=folder)


def test_instances_of_unknown_pictures_and_categories_are_damage(coco):
    folder, _ = coco
    for key in ("image_id", "category_id"):
        change(folder, lambda instances, key=key: instances["annotations"][0].update({key: 77}))
        with pytest.raises(CorruptData, match=r"instances_val2017\.json does not have the instances.*77"):
            load_coco_instances("val", folder=folder)


# Batches


def white_box(folder, box, size):
    """A black picture with a white rectangle, and the target that says where it is."""
    (x1, y1, x2, y2), (height, width) = box, size
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[y1:y2, x1:x2] = 255
    Image.fromarray(picture).save(folder / "white.png")
    mask = run_lengths.encode(np.asfortranarray(picture[:, :, 0] // 255))
    target = {"boxes": torch.tensor([box]).float(), "labels": torch.tensor([3]), "run_lengths": [mask]}
    return folder / "white.png", target


def test_boxes_and_masks_follow_their_picture(tmp_path):
    """Catches boxes that are not scaled, or with x and y exchanged, and a flip that forgets boxes or masks."""
    sample = white_box(tmp_path, (8, 24, 32, 40), (60, 80))
    seen = set()
    torch.manual_seed(0)
    for pictures, targets in PictureBatches([sample] * 8, 4, (30, 160), flip=True):
        assert pictures.shape == (4, 3, 30, 160) and isinstance(targets, tuple)
        for picture, target in zip(pictures, targets, strict=True):
            x1, y1, x2, y2 = target["boxes"][0].int().tolist()
            assert (x2 - x1, y2 - y1) == (48, 8) and target["labels"].tolist() == [3]
            assert picture[:, y1 + 1 : y2 - 1, x1 + 2 : x2 - 2].min() == 1
            assert picture.sum() == pytest.approx(3 * 48 * 8, rel=0.02), "white outside the box"
            expected = torch.zeros(1, 30, 160, dtype=torch.bool)
            expected[0, y1:y2, x1:x2] = True
            assert torch.equal(target["masks"], expected) and "run_lengths" not in target
            seen.add((x1, x2))
    assert seen == {(16, 64), (96, 144)}


def test_flipping_twice_is_nothing_and_samples_stay_as_they_are(tmp_path):
    sample = white_box(tmp_path, (8, 24, 32, 40), (60, 80))
    (_, target), before = sample, {**sample[1], "boxes": sample[1]["boxes"].clone()}
    batches = PictureBatches([sample], 1, (60, 80), flip=True)
    for _ in range(9):
        list(batches)
    assert torch.equal(target["boxes"], before["boxes"]) and "masks" not in target
    assert torch.equal(batches.targets[0]["boxes"], before["boxes"])
    twice = flip_target(flip_target(batches.targets[0], 80), 80)
    assert all(torch.equal(twice[name], value) for name, value in batches.targets[0].items())


def test_resized_boxes_stay_inside(tmp_path):
    """Catches rounding that leads a box out of its picture, which detectors refuse; and boxes that begin outside."""
    file, _ = white_box(tmp_path, (0, 0, 9, 9), (427, 641))
    outside = {"boxes": torch.tensor([[-3.0, 0.0, 641.0, 427.0], [600.2, 400.1, 640.99, 500.0]])}
    for height, width in [(300, 301), (333, 167), (97, 1013)]:
        boxes = PictureBatches([(file, outside)], 1, (height, width)).targets[0]["boxes"]
        assert boxes.min() >= 0 and (boxes[:, 2] <= width).all() and (boxes[:, 3] <= height).all()
        assert boxes[0].tolist() == [0, 0, width, height]


def test_pictures_without_objects_are_batched(tmp_path):
    file, _ = white_box(tmp_path, (0, 0, 9, 9), (20, 20))
    nothing = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64), "run_lengths": []}
    for _, (target,) in PictureBatches([(file, nothing)] * 4, 1, (10, 30), flip=True):
        assert target["boxes"].shape == (0, 4) and target["masks"].shape == (0, 10, 30)


def test_order_comes_from_torch_and_no_batch_is_short(coco):
    """Catches the same order every time, targets that stay behind, and flips that nobody asked for."""
    folder, scenes = coco
    batches = PictureBatches(load_coco_instances("val", folder=folder), 4, (100, 100))
    assert len(batches) == len(list(batches)) == 1
    torch.manual_seed(3)
    ((pictures, targets),) = batches
    torch.manual_seed(3)
    ((again, _),) = batches
    ((other, _),) = batches
    assert torch.equal(pictures, again) and not torch.equal(pictures, other)
    assert pictures.dtype == torch.float32 and pictures.min() >= 0 and 0.5 < pictures.max() <= 1
    for picture, target in zip(pictures, targets, strict=True):
        place = next(n for n, kept in enumerate(batches.pictures) if torch.equal(kept.float() / 255, picture))
        assert torch.equal(target["boxes"], detection_target(scenes[place])["boxes"])


def test_label_maps_are_never_mixed(tmp_path):
    """Catches numbers between two classes, a lost void, and maps that are shifted against what Pillow calls nearest."""
    numbers = np.random.default_rng(0).choice(
        np.array([0, 4, 11, 255], dtype=np.uint8), size=(31, 45)
    )  # odd: no centre between two
    Image.fromarray(numbers).save(tmp_path / "map.png")
    Image.new("RGB", (45, 31)).save(tmp_path / "picture.png")
    for size in [(15, 22), (62, 90), (17, 32), (31, 45)]:
        batches = LabelMapBatches([(tmp_path / "picture.png", tmp_path / "map.png")], 1, size)
        nearest = Image.fromarray(numbers).resize(size[::-1], Image.Resampling.NEAREST)
        ((_, maps),) = batches
        assert maps.dtype == torch.int64 and set(maps.unique().tolist()) == {0, 4, 11, 255}
        assert np.array_equal(maps[0], np.array(nearest))


def test_maps_are_flipped_with_their_pictures(tmp_path):
    picture = np.arange(24, dtype=np.uint8).reshape(4, 6)
    Image.fromarray(picture).save(tmp_path / "map.png")
    Image.fromarray(picture).convert("RGB").save(tmp_path / "picture.png")
    sample = (tmp_path / "picture.png", tmp_path / "map.png")
    torch.manual_seed(0)
    for flip, first in [(True, {0, 5}), (False, {0})]:
        batches = LabelMapBatches([sample] * 20, 10, (4, 6), flip=flip)
        found = [(p, m) for pictures, maps in batches for p, m in zip(pictures, maps, strict=True)]
        assert len(batches) == 2 and len(found) == 20 and {int(m[0, 0]) for _, m in found} == first
        assert all(torch.equal((p[0] * 255).round().long(), m) for p, m in found)


def test_maps_that_are_none_are_named(tmp_path):
    Image.new("RGB", (8, 6)).save(tmp_path / "picture.png")
    Image.new("RGB", (8, 6)).save(tmp_path / "colours.png")
    Image.new("L", (6, 8)).save(tmp_path / "turned.png")
    (tmp_path / "torn.png").write_bytes((tmp_path / "turned.png").read_bytes()[:40])
    for name, says in [
        ("colours", "should have one number per pixel .* got mode RGB"),
        ("turned", r"is \(8, 6\), but its picture .* is \(6, 8\)"),
        ("torn", "label map .*torn.png cannot be read"),
    ]:
        with pytest.raises(CorruptData, match=says):
            LabelMapBatches([(tmp_path / "picture.png", tmp_path / f"{name}.png")], 1, (6, 8))
    with pytest.raises(CorruptData, match=r"the picture .*torn\.png cannot be read"):
        PictureBatches([(tmp_path / "torn.png", {})], 1, (6, 8))


# Real data


@pytest.mark.skipif(not REAL_DATA or not DATA_SETS["bccd"].is_here(), reason="needs BCCD in the folder UNROLLED_DATA")
@pytest.mark.filterwarnings("ignore:load_bccd")
def test_real_bccd():
    """The numbers of cells are those of the files, less one box without area each in "train" and "val"."""
    counts = {"train": [214, 2381, 209], "val": [87, 967, 83], "test": [71, 805, 69]}
    pictures = {"train": 205, "val": 87, "test": 72}
    for split, expected in counts.items():
        found = load_bccd(split)
        labels = torch.cat([target["labels"] for _, target in found])
        boxes = torch.cat([target["boxes"] for _, target in found])
        assert len(found) == pictures[split] and labels.bincount(minlength=4)[1:].tolist() == expected
        assert boxes.min() == 0 and boxes[:, 2].max() == 640 and boxes[:, 3].max() == 480
        assert (boxes[:, 2:] - boxes[:, :2]).min() >= 20


@pytest.mark.skipif(
    not REAL_DATA or not DATA_SETS["camvid"].is_here(), reason="needs CamVid in the folder UNROLLED_DATA"
)
def test_real_camvid():
    assert [len(load_camvid(split)) for split in ("train", "val", "test")] == [367, 101, 233]
    batches = LabelMapBatches(load_camvid("val")[::10], 11, (90, 120))
    assert set(batches.maps.unique().tolist()) <= {*range(len(CAMVID_CLASSES)), CAMVID_VOID}
    upper, lower = batches.maps[:, :30], batches.maps[:, 60:]
    assert (upper == CAMVID_CLASSES.index("sky")).sum() > (lower == CAMVID_CLASSES.index("sky")).sum()
    assert (upper == CAMVID_CLASSES.index("road")).sum() < (lower == CAMVID_CLASSES.index("road")).sum()


@pytest.mark.skipif(
    not REAL_DATA or not Path(REAL_DATA, "coco_mini").exists(),
    reason="needs a part of COCO 2017 as coco_mini in the folder UNROLLED_DATA",
)
@pytest.mark.parametrize(("split", "pictures", "objects", "crowds"), [("train", 80, 731, 8), ("val", 79, 619, 5)])
def test_real_coco_instances(split, pictures, objects, crowds):
    folder = Path(REAL_DATA, "coco_mini")
    with pytest.warns(UserWarning, match=f"left out are {crowds} crowds$"):
        found = load_coco_instances(split, folder=folder, masks=True)
    assert len(found) == pictures and sum(len(target["labels"]) for _, target in found) == objects
    theirs = COCO(folder / "annotations" / f"instances_{split}2017.json")
    names = coco_categories(split, folder=folder)
    assert len(names) == 80
    for file, target in found[:20]:
        known = theirs.loadAnns(theirs.getAnnIds(int(file.stem), iscrowd=False))
        assert [names[n - 1] for n in target["labels"]] == [theirs.cats[a["category_id"]]["name"] for a in known]
        size = Image.open(file).size[::-1]
        for mask, annotation in zip(decode_masks(target["run_lengths"], size), known, strict=True):
            assert np.array_equal(mask, theirs.annToMask(annotation))
