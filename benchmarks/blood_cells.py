"""Blood cells under a microscope (BCCD): Faster R-CNN and RetinaNet learn to find them from scratch.

    python benchmarks/blood_cells.py [epochs]

Pictures are reduced from 480 x 640 to 240 x 320 pixels. Both learn from the sets "train" and "val" together, 292
pictures, and are judged on "test", 72 pictures. Some cells have no box in this set, and whoever finds them is wrong.
"""

import sys

import torch
from torch import nn

from course_lib.data import BLOOD_CELLS, PictureBatches, load_bccd
from course_lib.detection import detection_loss, faster_rcnn_loss
from course_lib.detection.backbone import FeaturePyramid, StagedEncoder
from course_lib.detection.faster_rcnn import FasterRCNN
from course_lib.detection.retinanet import RetinaHead, RetinaNet
from course_lib.detection.roi_head import RoIHead
from course_lib.detection.rpn import RegionProposalNetwork

from detectors import judge
from one_cycle import fit
from record import write_results

SEED, SIZE, BATCH_SIZE, EPOCHS = 0, (240, 320), 8, 25
RATIOS = (0.75, 1.0, 1.33)  # platelets are about 20 pixels wide, red cells 50, white cells 100


def cells_faster_rcnn() -> FasterRCNN:
    """As in the world of shapes, with more channels, anchors and proposals."""
    backbone = StagedEncoder((32, 64, 128))
    rpn = RegionProposalNetwork(backbone.channels[-1], sizes=(20, 50, 100), ratios=RATIOS, stride=8)
    head = RoIHead(backbone.channels[-1], 7, classes=len(BLOOD_CELLS), hidden=256)
    return FasterRCNN(backbone, rpn, head, pooled_side=7, proposals=(400, 80))


def cells_retinanet() -> RetinaNet:
    """Three maps, with one size on each."""
    backbone = StagedEncoder((32, 64, 128, 160, 192))
    pyramid = FeaturePyramid(backbone.channels[-3:], width=64)
    head = RetinaHead(64, anchors=len(RATIOS), classes=len(BLOOD_CELLS))
    return RetinaNet(backbone, pyramid, head, sizes=((20,), (50,), (100,)), ratios=RATIOS)


@torch.no_grad()
def look(model: nn.Module, tested: PictureBatches) -> list[dict]:
    """What a detector finds in each picture."""
    return [model.postprocess(model(picture[None].float() / 255))[0] for picture in tested.pictures]


def main(epochs: int) -> None:
    torch.set_num_threads(1)
    batches = PictureBatches(load_bccd("trainval"), BATCH_SIZE, SIZE, flip=True)
    tested = PictureBatches(load_bccd("test"), 1, SIZE)
    figures = {}
    for name, build, loss in (
        ("faster_rcnn", cells_faster_rcnn, faster_rcnn_loss),
        ("retinanet", cells_retinanet, detection_loss),
    ):
        torch.manual_seed(SEED)
        model = build()
        cost = fit(model, batches, loss, epochs, rate=2e-3)
        figures[name] = cost | judge(look(model.eval(), tested), tested.targets, kinds=BLOOD_CELLS, digits=3)
        print(name, figures[name], flush=True)
    write_results("blood_cells", {"height_and_width": SIZE, "epochs": epochs, **figures}, SEED)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EPOCHS)
