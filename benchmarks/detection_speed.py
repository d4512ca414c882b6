"""How fast are boxes, suppression, Faster R-CNN and its evaluation? Side by side with torchvision, on two threads.

Suppression is timed on boxes spread at random, of which nearly all remain, and on boxes that crowd around one object in
twenty, as a detector's do. Both Faster R-CNNs have the same backbone and weights, anchors and numbers of proposals.
R-CNN and Fast R-CNN, slow and fast, are timed on the same boxes, without the time that finding these would take.
"""

import time
from collections.abc import Callable

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models.detection import FasterRCNN as TorchvisionFasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.rpn import RPNHead
from torchvision.ops import MultiScaleRoIAlign

from course_lib.data.shapes import draw_scenes, make_scenes
from course_lib.detection import box_iou, coco_map, nms
from course_lib.detection.faster_rcnn import FasterRCNN
from course_lib.detection.trained import trained_detector

from record import time_side_by_side, write_results

SEED, IOU, PICTURE = 0, 0.5, 512
COUNTS = (100, 1000, 5000)
PICTURES, OBJECTS, DETECTIONS, CLASSES = 5000, 7, 20, 80  # about as many as in COCO's "val2017"


def spread(count: int) -> tuple[Tensor, Tensor]:
    """Boxes and scores at random."""
    corners, sides = torch.rand(count, 2) * PICTURE, 10 + 60 * torch.rand(count, 2)
    return torch.cat([corners, corners + sides], dim=1), torch.rand(count)


def crowded(count: int) -> tuple[Tensor, Tensor]:
    """Twenty boxes around each object: its own, moved and stretched by a tenth or so."""
    boxes, _ = spread(count // 20)
    sides = (boxes[:, 2:] - boxes[:, :2]).repeat(20, 2)
    return boxes.repeat(20, 1) + 0.08 * sides * torch.randn(len(sides), 4), torch.rand(len(sides))


def compare_nms(boxes: Tensor, scores: Tensor) -> dict:
    ours, theirs = nms(boxes, scores, IOU), torchvision.ops.nms(boxes, scores, IOU)
    assert torch.equal(ours, theirs), "the two keep different boxes"
    calls = {"nms": lambda: nms(boxes, scores, IOU), "torchvision": lambda: torchvision.ops.nms(boxes, scores, IOU)}
    return {"kept": len(ours), **_times(calls)}


def compare_iou(boxes: Tensor) -> dict:
    assert torch.allclose(box_iou(boxes, boxes), torchvision.ops.box_iou(boxes, boxes), atol=1e-6)
    calls = {"box_iou": lambda: box_iou(boxes, boxes), "torchvision": lambda: torchvision.ops.box_iou(boxes, boxes)}
    return _times(calls)


class LastMap(nn.Module):
    """What torchvision takes for a backbone."""

    def __init__(self, backbone: nn.Module):
        super().__init__()
        self.backbone, self.out_channels = backbone, backbone.channels[-1]

    def forward(self, batch: Tensor) -> Tensor:
        """The coarsest of all."""
        return self.backbone(batch)[-1]


def torchvision_twin(model: FasterRCNN) -> TorchvisionFasterRCNN:
    """Torchvision's parts with our weights; its anchors lie half a place elsewhere, which costs precision, not time."""
    rpn, head, (before, after) = model.rpn, model.head, model.proposals
    D, A, H = model.backbone.channels[-1], len(rpn.sizes) * len(rpn.ratios), head.class_logits.in_features
    twin = TorchvisionFasterRCNN(
        LastMap(model.backbone),
        image_mean=[0, 0, 0],
        image_std=[1, 1, 1],
        rpn_anchor_generator=AnchorGenerator((rpn.sizes,), (rpn.ratios,)),
        rpn_head=RPNHead(D, A),
        rpn_pre_nms_top_n_test=before,
        rpn_post_nms_top_n_test=after,
        box_roi_pool=MultiScaleRoIAlign(["0"], model.pooled_side, sampling_ratio=0),
        box_head=TwoMLPHead(D * model.pooled_side**2, H),
        box_predictor=FastRCNNPredictor(H, head.class_logits.out_features),
        bbox_reg_weights=(1, 1, 1, 1),
    )
    twin.transform.resize = lambda picture, target: (picture, target)  # all of one size: nothing to do
    by_ratio = torch.arange(A).view(len(rpn.sizes), -1).T.flatten()  # torchvision's order of anchors
    code = [torch.cat([p.new_zeros(4, *p.shape[1:]), p]) for p in head.box_codes.parameters()]  # of background, too
    for layer, weights in (
        (twin.rpn.head.conv[0][0], rpn.window.parameters()),
        (twin.rpn.head.cls_logits, [p[by_ratio] for p in rpn.object.parameters()]),
        (twin.rpn.head.bbox_pred, [p.unflatten(0, (A, 4))[by_ratio].flatten(0, 1) for p in rpn.code.parameters()]),
        (twin.roi_heads.box_head.fc6, head.layers[1].parameters()),
        (twin.roi_heads.box_head.fc7, head.layers[3].parameters()),
        (twin.roi_heads.box_predictor.cls_score, head.class_logits.parameters()),
        (twin.roi_heads.box_predictor.bbox_pred, code),
    ):
        for parameter, weight in zip(layer.parameters(), weights, strict=True):
            parameter.data = weight.data
    return twin.eval()


@torch.no_grad()
def compare_faster_rcnn(pictures: int) -> dict:
    model, seen = trained_detector("faster_rcnn"), draw_scenes(make_scenes("val", pictures, side=128, most=6))
    twin = torchvision_twin(model)
    found, other = (
        sum(int((result["scores"] > IOU).sum()) for result in results)
        for results in (model.postprocess(model(seen)), twin(list(seen)))
    )
    calls = {"FasterRCNN": lambda: model.postprocess(model(seen)), "torchvision": lambda: twin(list(seen))}
    return {"found": found, "found_by_torchvision": other, **_times(calls)}


@torch.no_grad()
def compare_slow_and_fast(proposals: int) -> dict:
    slow, fast = trained_detector("rcnn"), trained_detector("fast_rcnn")
    seen = F.interpolate(draw_scenes(make_scenes("val", 1, side=128, most=6)), PICTURE, mode="bilinear")
    boxes = [spread(proposals)[0]]
    seconds = time_side_by_side({"rcnn": lambda: slow(seen, boxes), "fast_rcnn": lambda: fast(seen, boxes)}, rounds=7)
    figures = {name: round(1000 * value, 1) for name, value in seconds.items()}
    return {"milliseconds": figures, "slow_over_fast": round(seconds["rcnn"] / seconds["fast_rcnn"], 2)}


def time_coco_map() -> dict:
    """Detections that are the objects, moved a little, and as many again that are nothing."""
    targets, results = [], []
    for _ in range(PICTURES):
        boxes, _ = spread(OBJECTS)
        more, scores = spread(DETECTIONS)
        more[:OBJECTS] = boxes + 3 * torch.rand(OBJECTS, 4)
        labels = torch.randint(1, CLASSES + 1, (DETECTIONS,))
        targets.append({"boxes": boxes, "labels": labels[:OBJECTS]})
        results.append({"boxes": more, "labels": labels, "scores": scores})
    begin = time.perf_counter()
    figures = coco_map(results, targets)
    shape = f"{PICTURES} pictures, {OBJECTS} objects and {DETECTIONS} detections in each, {CLASSES} classes"
    return {"shape": shape, "seconds": round(time.perf_counter() - begin, 1), "AP50": round(figures["AP50"], 3)}


def _times(calls: dict[str, Callable]) -> dict:
    seconds = time_side_by_side(calls)
    ours, theirs = seconds.values()
    return {
        "milliseconds": {name: round(1000 * value, 3) for name, value in seconds.items()},
        "over_torchvision": round(ours / theirs, 2),
    }


if __name__ == "__main__":
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    ways = {"spread": spread, "crowded": crowded}
    figures = {
        "nms": {way: {count: compare_nms(*make(count)) for count in COUNTS} for way, make in ways.items()},
        "box_iou": {count: compare_iou(spread(count)[0]) for count in COUNTS},
        "faster_rcnn": {f"{count} of 128 x 128": compare_faster_rcnn(count) for count in (1, 16)},
        "slow_and_fast": {count: compare_slow_and_fast(count) for count in (300, 1000, 2000)},
        "coco_map": time_coco_map(),
    }
    write_results("detection_speed", figures, SEED)
