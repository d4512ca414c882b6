"""Faster R-CNN: a network that proposes where to look, and a head that looks there, on the same feature map."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .backbone import StagedEncoder
from .fast_rcnn import region_features
from .rcnn import RegionPredictions, proposals_loss, proposals_results
from .roi_head import RoIHead
from .rpn import RegionProposalNetwork, propose, rpn_loss, sample_anchors
from .targets import pad_pictures


class ProposalPredictions(NamedTuple):
    """What both halves of a Faster R-CNN say about B pictures."""

    rpn_logits: Tensor  # is there an object at this anchor? (B, A)
    rpn_codes: Tensor  # and where exactly? (B, A, 4)
    anchors: Tensor  # the same for all pictures, (A, 4)
    regions: RegionPredictions  # what the proposals are, and what the head says about them
    maps: list[Tensor]  # of the backbone, for whoever wants to look at the regions again


class FasterRCNN(nn.Module):
    """A detector in two stages: propose boxes, whatever is in them; then say what it is, and correct the box.

    Both halves look at one map. With a deep backbone that is not the last one: of `ResNetStages`, the paper's choice
    is C4, `level=-2`. A pyramid of maps is left to `RetinaNet`.

    Args:
        backbone: pictures to maps from fine to coarse, with their `channels` and `strides`, such as `StagedEncoder`.
        rpn: such as `RegionProposalNetwork`, for the map's channels and stride.
        head: features of regions (R, D, P, P) to logits and codes, such as `RoIHead`.
        level: which of the backbone's maps.
        pooled_side: P.
        proposals: how many remain of a picture before and after non-maximum suppression.

    Source: Ren et al. 2015, "Faster R-CNN"; both halves are trained together, as in its section 3.2 (ii).
    """

    def __init__(
        self,
        backbone: nn.Module,
        rpn: nn.Module,
        head: nn.Module,
        level: int = -1,
        pooled_side: int = 7,
        proposals: tuple[int, int] = (200, 50),
    ):
        super().__init__()
        self.backbone, self.rpn, self.head = backbone, rpn, head
        self.level, self.pooled_side, self.proposals = level, pooled_side, proposals

    def forward(self, pictures: Sequence[Tensor] | Tensor, also: Sequence[Tensor] | None = None) -> ProposalPredictions:
        """Pictures (3, h, w) of any sizes give what both halves say.

        Args:
            pictures: from 0 to 1.
            also: boxes in each picture that the head is to look at besides the proposals, (N, 4). In training these are
                the true ones, since the first proposals are too bad to learn from.
        """
        batch, sizes = pad_pictures(pictures)
        maps = self.backbone(batch)
        rpn_logits, rpn_codes, anchors = self.rpn(maps[self.level])
        said = zip(rpn_logits, rpn_codes, sizes, strict=True)
        proposals = [propose(logits, codes, anchors, size, *self.proposals) for logits, codes, size in said]
        if also is not None:
            proposals = [torch.cat(both) for both in zip(proposals, also, strict=True)]
        stride = self.backbone.strides[self.level]
        logits, codes = self.head(region_features(maps[self.level], proposals, self.pooled_side, stride))
        regions = RegionPredictions(proposals, logits, codes, sizes)
        return ProposalPredictions(rpn_logits, rpn_codes, anchors, regions, maps)

    def loss(self, raw: ProposalPredictions, targets: Sequence[dict]) -> dict[str, Tensor]:
        """The four losses: "rpn object" and "rpn box", their mean over pictures, and "class" and "box".

        The first two are of 64 anchors of each picture, chosen at random; about the others see `proposals_loss`.
        """
        of_head = proposals_loss(raw.regions, targets)
        of_rpn = []
        for logits, codes, target in zip(raw.rpn_logits, raw.rpn_codes, targets, strict=True):
            matches, places = sample_anchors(raw.anchors, target["boxes"])
            of_rpn.append(rpn_loss(logits, codes, raw.anchors, target["boxes"], matches, places))
        return {name: torch.stack([losses[name] for losses in of_rpn]).mean() for name in of_rpn[0]} | of_head

    def postprocess(
        self, raw: ProposalPredictions, score_threshold: float = 0.05, iou_threshold: float = 0.5, most: int = 100
    ) -> list[dict]:
        """See `proposals_results`."""
        return proposals_results(raw.regions, score_threshold, iou_threshold, most)


def faster_rcnn_loss(model: nn.Module, batch: tuple[Sequence[Tensor], Sequence[dict]]) -> Tensor:
    """The sum of the losses, for `train`, where the head also looks at the true boxes.

    Args:
        model: `FasterRCNN` or `MaskRCNN`.
        batch: pictures, and a target for each.
    """
    pictures, targets = batch
    raw = model(pictures, also=[target["boxes"] for target in targets])
    return torch.stack(list(model.loss(raw, targets).values())).sum()


def shapes_faster_rcnn() -> FasterRCNN:
    """An untrained Faster R-CNN for the six kinds of things in the world of shapes.

    Each place of its map sees 55 pixels of the picture in each direction, its regions more; the things have 18 to 41.
    """
    backbone = StagedEncoder((24, 48, 96))
    rpn = RegionProposalNetwork(backbone.channels[-1], sizes=(20, 38), ratios=(0.7, 1.0, 1.4), stride=8)
    head = RoIHead(backbone.channels[-1], 5, classes=6, hidden=192)
    return FasterRCNN(backbone, rpn, head, pooled_side=5, proposals=(200, 32))
