"""Region proposals by a network: is there an object at this anchor, whatever it may be, and where exactly?"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..arguments import check_shapes
from ..exercises import exercise
from .anchors import flatten_predictions, generate_anchors
from .boxes import box_iou, clip_boxes, decode_boxes, encode_boxes
from .matching import match_anchors, sample_balanced
from .nms import nms


class RegionProposalNetwork(nn.Module):
    """Looks at each place of a feature map through a window of 3 x 3, and says of each anchor there what it thinks.

        h = relu(conv_3x3(map))    logits = conv_1x1(h)    codes = conv_1x1(h)

    One logit for each anchor, "there is an object", where the paper has a softmax over two: the same, with half the
    numbers. Weights start from a normal distribution with deviation 0.01, as in the paper, so that the first proposals
    are nearly the anchors themselves.

    Args:
        channels: D, of the map.
        sizes, ratios: of the anchors, as in `generate_anchors`.
        stride: of the map, in pixels of the picture.

    Source: Ren et al. 2015, "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks", section
    3.1.
    """

    def __init__(self, channels: int, sizes: Sequence[float], ratios: Sequence[float], stride: int):
        super().__init__()
        self.sizes, self.ratios, self.stride = tuple(sizes), tuple(ratios), stride
        anchors = len(sizes) * len(ratios)
        self.window = nn.Conv2d(channels, channels, 3, padding=1)
        self.object = nn.Conv2d(channels, anchors, 1)
        self.code = nn.Conv2d(channels, 4 * anchors, 1)
        for layer in (self.window, self.object, self.code):
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.bias)

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Maps (B, D, h, w) give logits (B, A), codes (B, A, 4) and the anchors they are about, (A, 4)."""
        h, w = maps.shape[2:]
        anchors = generate_anchors(h, w, self.stride, self.sizes, self.ratios).to(maps.device)
        seen = F.relu(self.window(maps))
        return flatten_predictions(self.object(seen), 1)[:, :, 0], flatten_predictions(self.code(seen), 4), anchors


@torch.no_grad()
def propose(
    logits: Tensor,
    codes: Tensor,
    anchors: Tensor,
    size: tuple[int, int],
    before: int,
    after: int,
    iou_threshold: float = 0.7,
    smallest: float = 1.0,
) -> Tensor:
    """The boxes in one picture that are worth a second look.

    Of all anchors the best `before` are decoded and clipped to the picture; what is too small is dropped, what overlaps
    a better one is suppressed, and the best `after` remain. No gradient passes: for the network's second half a
    proposal is a place to look at, not something to improve.

    Args:
        logits: of the picture's anchors, (A,).
        codes: (A, 4).
        anchors: (A, 4).
        size: of the picture, (height, width).
        before: how many remain before non-maximum suppression, which takes its time.
        after: how many remain after it.
        iou_threshold: of non-maximum suppression.
        smallest: shortest side of a proposal, in pixels.

    Returns:
        Proposals (R, 4) with R <= after, the best first.

    Source: Ren et al. 2015, section 3.3, "Implementation Details".
    """
    scores, best = logits.topk(min(before, len(logits)))
    boxes = clip_boxes(decode_boxes(codes[best], anchors[best]), size)
    large = ((boxes[:, 2:] - boxes[:, :2]) >= smallest).all(dim=1)
    boxes, scores = boxes[large], scores[large]
    return boxes[nms(boxes, scores, iou_threshold)[:after]]


def sample_anchors(anchors: Tensor, boxes: Tensor, count: int = 64) -> tuple[Tensor, Tensor]:
    """What to learn at the anchors of one picture: which object each has to find, and a random choice of anchors.

    An anchor has to find an object if their IoU is at least 0.7, or larger than that of any other anchor; below 0.3 it
    is background. Half of the chosen have an object, if there are enough. The paper leaves out anchors that stick out
    of the picture; they are kept here, for in small pictures those are the ones that know about things at the border.

    Args:
        anchors: (A, 4).
        boxes: of the objects, (N, 4).
        count: how many to choose.

    Returns:
        Matches (A,), as from `match_anchors`, and the chosen places (S,).

    Source: Ren et al. 2015, sections 3.1.2 and 3.1.3, with 256 in place of 64.
    """
    matches = match_anchors(box_iou(anchors, boxes), 0.3, 0.7)
    return matches, torch.cat(sample_balanced(matches, count, positive_share=0.5))


def _check_rpn_loss(logits, codes, anchors, boxes, matches, places):
    shapes = {"logits": (logits, "A"), "codes": (codes, "A 4"), "anchors": (anchors, "A 4"), "boxes": (boxes, "N 4")}
    check_shapes("rpn_loss", **shapes, matches=(matches, "A int"), places=(places, "S int"))


@exercise("a5", accepts=_check_rpn_loss)
def rpn_loss(
    logits: Tensor, codes: Tensor, anchors: Tensor, boxes: Tensor, matches: Tensor, places: Tensor
) -> dict[str, Tensor]:
    """The first two of Faster R-CNN's four losses, for one picture: is this an object, and where exactly?

        object = 1/S sum over the chosen i of BCE(sigma(logit_i), p_i)
        box    = 1/S sum over those with p_i = 1 of smooth_l1(t_i - u_i)

    p_i is 1 where the anchor has an object, else 0; t_i are its codes and u_i those of its object, as `encode_boxes`
    gives them. smooth_l1(d) is d^2 / (2 beta) for abs(d) < beta = 1/9 and abs(d) - beta/2 from there on, added up over
    the four codes.

    Both are divided by S, how many anchors were chosen. The paper divides the second by the number of places of the map
    and multiplies it by 10, which comes to nearly the same for its 256 and about 2,400.

    Args:
        logits: of one picture's anchors, (A,), however large.
        codes: t, (A, 4).
        anchors: (A, 4).
        boxes: of the objects, (N, 4); N may be 0.
        matches: the object that each anchor has to find, or BACKGROUND, or IGNORED, (A,) integers.
        places: the anchors chosen to learn from, (S,) integers, none of them IGNORED.

    Returns:
        "rpn object" and "rpn box", two scalars; both 0 if nothing was chosen.

    Source: Ren et al. 2015, equation 1; beta as in the authors' code, where it is written as sigma = 3.
    """
    S = max(len(places), 1)
    positives = places[matches[places] >= 0]
    there = (matches[places] >= 0).to(logits.dtype)
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    off = F.smooth_l1_loss(codes[positives], true_codes, beta=1 / 9, reduction="sum")
    return {"rpn object": wrong / S, "rpn box": off / S}
