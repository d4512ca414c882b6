"""Fast R-CNN: look at the whole picture once, and cut the proposals out of what has been seen."""

from collections.abc import Callable, Sequence

from torch import Tensor, nn
from torchvision.ops import roi_align, roi_pool

from .backbone import StagedEncoder
from .rcnn import RegionPredictions, proposals_loss, proposals_results
from .roi_head import RoIHead
from .targets import pad_pictures


def region_features(maps: Tensor, boxes: Sequence[Tensor], side: int, stride: int) -> Tensor:
    """What a feature map has inside of boxes, each brought to the same number of cells, by RoIAlign.

    Each cell is the mean of a few points of the map, interpolated bilinearly, about one for each place of the map that
    it covers. Nothing is rounded, so that a box that moves by a fraction of a place gives something else.

    Args:
        maps: (B, D, h, w).
        boxes: of each picture, (R_b, 4), in pixels of the picture.
        side: P, rows and columns of each result.
        stride: of the map, in pixels of the picture.

    Returns:
        (R, D, P, P), one picture's boxes after the other's.

    Source: He et al. 2017, "Mask R-CNN", section 3; `torchvision.ops.roi_align`.
    """
    return roi_align(maps, list(boxes), side, spatial_scale=1 / stride, aligned=True)


def region_maxima(maps: Tensor, boxes: Sequence[Tensor], side: int, stride: int) -> Tensor:
    """`region_features` as it was at first: of each cell the largest value, and all edges rounded to whole places.

    Source: Girshick 2015, "Fast R-CNN", section 2.1; `torchvision.ops.roi_pool`.
    """
    return roi_pool(maps, list(boxes), side, spatial_scale=1 / stride)


class FastRCNN(nn.Module):
    """R-CNN with two steps exchanged: the backbone runs once for a picture, and proposals are cut out of its map.

    Args:
        backbone: pictures to maps from fine to coarse, with their `channels` and `strides`, such as `StagedEncoder`;
            the last map counts.
        head: features of regions (R, D, P, P) to logits and codes, such as `RoIHead`.
        pooled_side: P.
        regions: `region_features`, or `region_maxima` as in the paper.

    Source: Girshick 2015, "Fast R-CNN".
    """

    def __init__(self, backbone: nn.Module, head: nn.Module, pooled_side: int = 7, regions: Callable = region_features):
        super().__init__()
        self.backbone, self.head, self.pooled_side, self.regions = backbone, head, pooled_side, regions

    def forward(self, pictures: Sequence[Tensor] | Tensor, proposals: Sequence[Tensor]) -> RegionPredictions:
        """Pictures (3, h, w) of any sizes, and boxes (R_b, 4) in each, give what is said about the boxes."""
        batch, sizes = pad_pictures(pictures)
        maps = self.backbone(batch)[-1]
        logits, codes = self.head(self.regions(maps, proposals, self.pooled_side, self.backbone.strides[-1]))
        return RegionPredictions(list(proposals), logits, codes, sizes)

    def loss(self, raw: RegionPredictions, targets: Sequence[dict]) -> dict[str, Tensor]:
        """See `proposals_loss`."""
        return proposals_loss(raw, targets)

    def postprocess(
        self, raw: RegionPredictions, score_threshold: float = 0.05, iou_threshold: float = 0.5, most: int = 100
    ) -> list[dict]:
        """See `proposals_results`."""
        return proposals_results(raw, score_threshold, iou_threshold, most)


def shapes_fast_rcnn() -> FastRCNN:
    """An untrained Fast R-CNN for the six kinds of things in the world of shapes."""
    backbone = StagedEncoder((24, 48, 96))
    return FastRCNN(backbone, RoIHead(backbone.channels[-1], 5, classes=6, hidden=192), pooled_side=5)
