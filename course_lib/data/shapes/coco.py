"""The world of shapes as a data set in COCO's own files, which every tool made for COCO reads."""

import json
import random
from pathlib import Path

import numpy as np
from PIL import Image
from pycocotools import mask as run_lengths

from .captions import captions
from .drawing import boxes, draw_scene, instance_map
from .scene import KINDS, Scene, random_scene

SPLITS = {"train": 0, "val": 1, "test": 2, "novel": 3}  # the last only has combinations never seen in the others


def make_scenes(split: str, count: int, side: int = 64, most: int = 4) -> list[Scene]:
    """Scenes of one split; the same call always gives the same scenes, and no two splits share their randomness.

    Args:
        split: "train", "val" or "test", or "novel" for scenes with a combination of colour and kind that no other has.
        count: how many.
        side: of the pictures, in pixels.
        most: things in a scene, at the most.

    Raises:
        ValueError: there is no such split.
    """
    if split not in SPLITS:
        raise ValueError(f"make_scenes: split should be one of {', '.join(SPLITS)}, got {split!r}")
    rng = random.Random(f"shapes {split}")
    return [random_scene(rng, side, most, novel=split == "novel") for _ in range(count)]


def write_coco(folder: Path | str, split: str, scenes: list[Scene], seed: int = 0) -> None:
    """Write pictures, instances and captions as COCO does.

        folder/SPLIT/000000000001.png ...
        folder/annotations/instances_SPLIT.json     boxes x y w h, masks as run lengths, areas, categories
        folder/annotations/captions_SPLIT.json      five captions each

    Args:
        folder: made if it is not there.
        split: the name that the files get.
        scenes: image ids count from 1 in this order.
        seed: of the captions.
    """
    folder, rng = Path(folder), random.Random(seed)
    (folder / split).mkdir(parents=True, exist_ok=True)
    (folder / "annotations").mkdir(exist_ok=True)
    images, instances, sentences = [], [], []
    for image_id, scene in enumerate(scenes, start=1):
        name = f"{image_id:012}.png"
        Image.fromarray(draw_scene(scene)).save(folder / split / name)
        images.append({"id": image_id, "file_name": name, "width": scene.side, "height": scene.side})
        for found in _instances(scene):
            instances.append({"id": len(instances) + 1, "image_id": image_id, **found})
        for text in captions(scene, rng):
            sentences.append({"id": len(sentences) + 1, "image_id": image_id, "caption": text})
    categories = [{"id": number, "name": kind} for number, kind in enumerate(KINDS, start=1)]
    _write(folder, f"instances_{split}", images, instances, categories=categories)
    _write(folder, f"captions_{split}", images, sentences)


def _instances(scene: Scene) -> list[dict]:
    """What COCO says about each thing: its category, box, mask and area, of what is visible."""
    owner, found = instance_map(scene), []
    for number, (thing, box) in enumerate(zip(scene.things, boxes(scene).tolist(), strict=True), start=1):
        mask = run_lengths.encode(np.asfortranarray(owner == number, dtype=np.uint8))
        found.append(
            {
                "category_id": 1 + KINDS.index(thing.kind),
                "bbox": [box[0], box[1], box[2] - box[0], box[3] - box[1]],
                "area": int(run_lengths.area(mask)),
                "segmentation": {"size": mask["size"], "counts": mask["counts"].decode("ascii")},
                "iscrowd": 0,
            }
        )
    return found


def _write(folder: Path, name: str, images: list, annotations: list, **more: list) -> None:
    data = {
        "info": {"description": "Unrolled: a world of shapes"},
        "images": images,
        "annotations": annotations,
        **more,
    }
    (folder / "annotations" / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
