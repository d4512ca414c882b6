"""Every detector of the course on the same scenes, trained and judged alike.

    python benchmarks/detectors.py yolo       train one, judge it, and keep its weights (names: see SETTINGS)
    python benchmarks/detectors.py compare    all that come with the library, side by side: precision and time
    python benchmarks/detectors.py            all of it, one after the other; about an hour on one thread

Each is trained for at most five minutes on two threads (600 processor seconds), on scenes of 128 x 128 pixels with up
to six things, and judged by pycocotools on scenes that it has never seen.
"""

import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from course_lib.data.shapes import KINDS, DetectionBatches, Scene, detection_target, draw_scenes, make_scenes
from course_lib.detection import (
    ProposalBatches,
    coco_map,
    detection_loss,
    faster_rcnn_loss,
    proposal_recall,
    rcnn_loss,
    selective_search,
)
from course_lib.detection.trained import BUILDERS, trained_detector, weights_of

from one_cycle import fit
from record import save_weights, time_side_by_side, write_results

SEED, TRAINED_ON, TESTED_ON = 0, 3000, 1000


class Settings(NamedTuple):
    """How a detector is trained."""

    epochs: int
    rate: float
    batch_size: int = 16
    loss: Callable = detection_loss
    proposals: bool = False  # whether selective search has to say where to look
    scenes: int = TRAINED_ON


SETTINGS = {
    "rcnn": Settings(4, 2e-3, loss=rcnn_loss, proposals=True),
    "fast_rcnn": Settings(4, 2e-3, loss=rcnn_loss, proposals=True),
    "faster_rcnn": Settings(4, 2e-3, loss=faster_rcnn_loss),
    "yolo": Settings(8, 3e-3),
    "ssd": Settings(4, 3e-3),
    "retinanet": Settings(4, 3e-3),
    "mask_rcnn": Settings(4, 2e-3, loss=faster_rcnn_loss),
}


def scenes_of(split: str, count: int) -> list[Scene]:
    return make_scenes(split, count, side=128, most=6)


def propose(scenes: list[Scene]) -> list[Tensor]:
    """Where selective search would look, for each picture: one hierarchy is enough for things on plain ground."""
    return [selective_search(picture, scales=(100,), colours=("hsv",)) for picture in draw_scenes(scenes)]


def learn(name: str) -> tuple[nn.Module, dict]:
    """A trained detector, and what it cost."""
    settings, scenes = SETTINGS[name], scenes_of("train", SETTINGS[name].scenes)
    torch.manual_seed(SEED)
    model = BUILDERS[name]()
    if settings.proposals:
        batches = ProposalBatches(scenes, propose(scenes), settings.batch_size)
    else:
        batches = DetectionBatches(scenes, settings.batch_size, masks=name == "mask_rcnn")
    cost = fit(model, batches, settings.loss, settings.epochs, settings.rate)
    return model.eval(), {"scenes": len(scenes), "epochs": settings.epochs, **cost}


@torch.no_grad()
def look(name: str, model: nn.Module, scenes: list[Scene]) -> list[dict]:
    """What a detector finds in each scene, fifty at a time."""
    results = []
    for k in range(0, len(scenes), 50):
        some = scenes[k : k + 50]
        where = [propose(some)] if SETTINGS[name].proposals else []
        results += model.postprocess(model(draw_scenes(some), *where))
    return results


def targets_of(scenes: list[Scene], of: str = "boxes") -> list[dict]:
    return [detection_target(scene, masks=of == "masks") for scene in scenes]


def judge(
    results: list[dict], targets: list[dict], of: str = "boxes", kinds: Sequence[str] = KINDS, digits: int = 4
) -> dict:
    """Average precision, over all kinds and of each; without what there is none of, such as large things."""
    found = coco_map(results, targets, of)
    of_kind = {kinds[label - 1]: round(ap, digits) for label, ap in found.pop("AP50_per_class").items()}
    return {name: round(value, digits) for name, value in found.items() if value == value} | {"AP50_of_kind": of_kind}


def record(name: str, split: str, tested: int) -> None:
    """Train one detector, judge it and keep its weights."""
    model, figures = learn(name)
    save_weights(model, weights_of(name))
    scenes, novel = scenes_of(split, tested), scenes_of("novel", tested)
    kept = trained_detector(name)  # with the weights as they were written
    results = look(name, kept, scenes)
    figures |= {"split": split, "scenes_tested": tested, **judge(results, targets_of(scenes))}
    figures["novel"] = judge(look(name, kept, novel), targets_of(novel))
    if name == "mask_rcnn":
        figures["masks"] = judge(results, targets_of(scenes, "masks"), "masks")
    write_results(f"detector_{name}", figures, SEED)


def seconds_per_picture(rounds: int = 40) -> dict[str, float]:
    """Of each detector, all steps included, one picture at a time; all take turns, each round with another picture."""
    scenes = scenes_of("test", rounds + 2)
    models = {name: trained_detector(name) for name in SETTINGS}

    def look_at_next(name: str) -> Callable[[], None]:
        place = iter(scenes)
        return lambda: look(name, models[name], [next(place)])

    return time_side_by_side({name: look_at_next(name) for name in models}, rounds)


def compare(split: str, tested: int) -> None:
    """Precision and time of all detectors, and the recall of what they build on, side by side."""
    scenes = scenes_of(split, tested)
    seconds, targets = seconds_per_picture(), targets_of(scenes)
    figures: dict = {"split": split, "scenes_tested": tested, "detectors": {}}
    for name in SETTINGS:
        judged = judge(look(name, trained_detector(name), scenes), targets)
        figures["detectors"][name] = {"seconds_per_picture": round(seconds[name], 5), **judged}
        print(name, figures["detectors"][name], flush=True)
    proposals = propose(scenes)
    figures["selective_search_recall"] = proposal_recall(proposals, targets)
    figures["selective_search_proposals"] = sum(map(len, proposals)) / len(proposals)
    write_results("detectors", figures, SEED)


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    for name in names or [*SETTINGS, "compare"]:
        compare("test", TESTED_ON) if name == "compare" else record(name, "test", TESTED_ON)


if __name__ == "__main__":
    main(sys.argv[1:])
