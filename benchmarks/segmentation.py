"""Segmentation of the world of shapes by five networks, and what the lecture's three ideas cost; CamVid, if it is here.

    python benchmarks/segmentation.py
    UNROLLED_DATA=FOLDER python benchmarks/segmentation.py camvid [epochs]

Every step draws new scenes, so nothing is seen twice. One thread, about three minutes of training for each network;
what has been measured is kept after each, and it goes on from there when started again. The second command trains
FCN-8s from scratch on the street scenes of CamVid, about twenty minutes on one thread.
"""

import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.data import CAMVID_CLASSES, CAMVID_VOID, LabelMapBatches, load_camvid
from course_lib.data.shapes import KINDS, SIZES, Scene, SegmentationBatches, draw_scenes, make_scenes
from course_lib.detection.backbone import StagedEncoder
from course_lib.segmentation import (
    FCN,
    VOID,
    FullResolution,
    PatchClassifier,
    class_iou,
    evaluate_segmentation,
    label_by_patches,
    mean_iou,
    pixel_accuracy,
    pixel_cross_entropy,
    shapes_deconvolution,
    shapes_fcn,
)
from course_lib.segmentation.fcn import WEIGHTS

from one_cycle import fit
from record import save_weights, time_side_by_side, write_results

SEED, BATCH_SIZE, SIDE = 0, 16, 128
CLASSES = ("ground", *KINDS)
TESTED = 1000  # scenes of the split "test"
MODELS = {
    "fcn_32s": lambda: shapes_fcn(32),
    "fcn_16s": lambda: shapes_fcn(16),
    "fcn_8s": lambda: shapes_fcn(8),
    "deconvolution": shapes_deconvolution,
    "full_resolution": lambda: FullResolution(len(CLASSES)),
}
# Steps and the highest learning rate, chosen by short runs on the split "val"; all take about as long.
SETTINGS = {
    "fcn_32s": (800, 5e-3),
    "fcn_16s": (800, 5e-3),
    "fcn_8s": (800, 5e-3),
    "deconvolution": (400, 5e-3),
    "full_resolution": (130, 5e-3),
}
CHECKPOINT = Path(__file__).parents[1] / "_build" / "segmentation.checkpoint.json"
CAMVID_SIZE, CAMVID_CHANNELS = (180, 240), (32, 64, 128, 192, 256)
CAMVID_BATCH, CAMVID_RATE, CAMVID_EPOCHS = 8, 3e-3, 32


def fit_pixels(model: nn.Module, batches: Iterable, epochs: int, rate: float, void: int = VOID) -> dict:
    """Train to name each pixel."""

    def loss(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
        pictures, labels = batch
        return pixel_cross_entropy(model(pictures), labels, void)

    return fit(model, batches, loss, epochs, rate, weight_decay=1e-3)


def scores(confusion: Tensor, names: tuple[str, ...]) -> dict:
    """Mean IoU, pixel accuracy, and the IoU of each class."""
    ious = {name: round(iou, 3) for name, iou in zip(names, class_iou(confusion).tolist(), strict=True)}
    return {
        "mean_iou": round(mean_iou(confusion), 3),
        "pixel_accuracy": round(pixel_accuracy(confusion), 4),
        "iou": ious,
    }


def evaluate(model: nn.Module, scenes: list[Scene]) -> Tensor:
    """The confusion matrix over all full batches of scenes."""
    return evaluate_segmentation(model, SegmentationBatches(scenes, 4), len(CLASSES))


def segment_shapes(name: str) -> dict:
    """Train one network, and score it: on all scenes, and on those that have small things only, and large ones only."""
    torch.manual_seed(SEED)
    model, (steps, rate) = MODELS[name](), SETTINGS[name]
    scenes = make_scenes("train", steps * BATCH_SIZE, SIDE, 6)
    trained = fit_pixels(model, SegmentationBatches(scenes, BATCH_SIZE), 1, rate)
    if name == "fcn_8s":
        save_weights(model, WEIGHTS)
    tested, by_size = make_scenes("test", TESTED, SIDE, 6), {}
    for size in SIZES:
        alike = [scene for scene in tested if all(thing.size == size for thing in scene.things)]
        things = class_iou(evaluate(model, alike))[1:]
        by_size[f"mean_iou_of_{size}_things"] = round(things.mean().item(), 3)
    return {**trained, **scores(evaluate(model, tested), CLASSES), **by_size}


def costs() -> dict:
    """For one picture: seconds, and millions of multiply-adds, of the lecture's three ideas."""
    (picture,) = draw_scenes(make_scenes("test", 1, SIDE, 6))
    sliding = PatchClassifier(len(CLASSES)).eval()
    at_once = {"patches_at_once": lambda: sliding(sliding.surround(picture[None]))}
    for name in ("full_resolution", "fcn_32s", "fcn_8s", "deconvolution"):
        at_once[name] = partial(MODELS[name]().eval(), picture[None])
    with torch.no_grad():
        seconds = time_side_by_side({"patch_by_patch": lambda: label_by_patches(sliding, picture), **at_once}, rounds=5)
        one_patch = multiply_adds(lambda: sliding(torch.zeros(1, 3, sliding.patch, sliding.patch)))
        counted = {"patch_by_patch": SIDE**2 * one_patch, **{name: multiply_adds(run) for name, run in at_once.items()}}
    return {
        name: {"seconds_per_picture": round(seconds[name], 4), "million_multiply_adds": round(counted[name] / 1e6, 1)}
        for name in seconds
    }


def multiply_adds(run: Callable[[], object]) -> float:
    """How many a call makes in convolutions and matrix products."""
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops() / 2


def shapes() -> None:
    """Train all networks, save the weights of FCN-8s, and record everything."""
    torch.set_num_threads(1)
    figures = json.loads(CHECKPOINT.read_text()) if CHECKPOINT.exists() else {}
    for name in [name for name in MODELS if name not in figures]:
        figures[name] = segment_shapes(name)
        print(name, figures[name], flush=True)
        CHECKPOINT.write_text(json.dumps(figures))
    write_results("segmentation", {"networks": figures, "costs": costs(), "test_scenes": TESTED}, SEED)
    CHECKPOINT.unlink()


def camvid(epochs: int) -> None:
    """Train FCN-8s from scratch on the training pictures of CamVid, and score it on those for testing."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    batches = LabelMapBatches(load_camvid("train"), CAMVID_BATCH, CAMVID_SIZE, flip=True)
    tested = LabelMapBatches(load_camvid("test"), 1, CAMVID_SIZE)
    model = FCN(StagedEncoder(CAMVID_CHANNELS), len(CAMVID_CLASSES))
    trained = fit_pixels(model, batches, epochs, CAMVID_RATE, CAMVID_VOID)
    confusion = evaluate_segmentation(model, tested, len(CAMVID_CLASSES), CAMVID_VOID)
    size = {"height_and_width": CAMVID_SIZE, "epochs": epochs}
    write_results("segmentation_camvid", {**size, **trained, **scores(confusion, CAMVID_CLASSES)}, SEED)


if __name__ == "__main__":
    if sys.argv[1:2] == ["camvid"]:
        camvid(int(sys.argv[2]) if len(sys.argv) > 2 else CAMVID_EPOCHS)
    else:
        shapes()
