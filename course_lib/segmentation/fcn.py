"""Fully convolutional networks: down to where the whole picture is understood, and up again, meeting finer maps."""

from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from ..arguments import check_shapes
from ..data.shapes import KINDS
from ..detection.backbone import StagedEncoder
from ..exercises import exercise
from .upsampling import Upsampling, upsample

WEIGHTS = Path(__file__).parents[1] / "fcn-shapes.pt"  # made by benchmarks/segmentation.py


def _check_fcn8s_head(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    maps = {"scores_8": (scores_8, "B K H W"), "scores_16": (scores_16, "B K h w"), "scores_32": (scores_32, "B K i j")}
    filters = {"up_32": (up_32, "K K 4 4"), "up_16": (up_16, "K K 4 4"), "up_8": (up_8, "K K 16 16")}
    check_shapes("fcn8s_head", **maps, **filters)
    for name, coarse, fine in (("scores_16", scores_16, scores_8), ("scores_32", scores_32, scores_16)):
        expected = tuple(-(-side // 2) for side in fine.shape[2:])
        if coarse.shape[2:] != expected:
            raise ValueError(
                f"fcn8s_head: {name} should be half as large as the next finer map, rounded up, {expected}, got "
                f"{tuple(coarse.shape[2:])}"
            )


@exercise("a6", accepts=_check_fcn8s_head)
def fcn8s_head(
    scores_8: Tensor, scores_16: Tensor, scores_32: Tensor, up_32: Tensor, up_16: Tensor, up_8: Tensor
) -> Tensor:
    """What FCN-8s does with the scores of three maps: coarse ones say what is there, fine ones where it ends.

        fused_16 = scores_16 + up_32(scores_32)
        fused_8  = scores_8 + up_16(fused_16)
        logits   = up_8(fused_8)

    each up a transposed convolution (`upsample`), the first two by 2, the last by 8. A map with an odd number of rows
    or columns has been halved to the next larger number: what `upsample` gives too many is cut off at the bottom and at
    the right.

    Args:
        scores_8: scores of K classes on the map of stride 8, (B, K, H, W).
        scores_16: of stride 16, (B, K, h, w) with h = ceil(H / 2) and w = ceil(W / 2).
        scores_32: of stride 32, (B, K, i, j) with i = ceil(h / 2) and j = ceil(w / 2).
        up_32: filters that upsample scores_32 by two, (K, K, 4, 4).
        up_16: filters that upsample fused_16 by two, (K, K, 4, 4).
        up_8: filters that upsample fused_8 to the picture, (K, K, 16, 16).

    Returns:
        Logits (B, K, 8 H, 8 W).

    Raises:
        TypeError, ValueError: the shapes do not fit.

    Source: Long, Shelhamer and Darrell 2015, section 4.2 and figure 3.
    """
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    fused_16 = scores_16 + upsample(scores_32, up_32)[:, :, :h, :w]
    fused_8 = scores_8 + upsample(fused_16, up_16)[:, :, :H, :W]
    return upsample(fused_8, up_8)


class FCN(nn.Module):
    """A fully convolutional network with skips: FCN-32s, FCN-16s or FCN-8s.

    The encoder's maps of strides 32, 16 and 8, as far as they are used, are scored by 1 x 1 convolutions and fused by
    learned upsampling, which starts bilinear; the last one reaches the picture's size. Pictures of any size are
    welcome.

    Two things are not as in the paper. There, FCN-32s is trained first, then FCN-16s on from it, then FCN-8s, and the
    skips' scores start at zero so that training goes on where it was; here everything is trained at once, from scratch,
    and the skips' scores start at random like the others: at zero, such a training is slower. And there the last
    upsampling stays bilinear; here it learns, which rings gain most from.

    Args:
        encoder: pictures (B, 3, H, W) to a list of maps, fine to coarse, each half as large as the one before, with
            their `channels` and `strides`; the coarsest stride is 32.
        classes: K.
        stride: of the finest map that is used.

    Raises:
        ValueError: another stride, or an encoder that does not have these maps.

    Source: Long, Shelhamer and Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", section 4.
    """

    def __init__(self, encoder: nn.Module, classes: int, stride: Literal[32, 16, 8] = 8):
        super().__init__()
        strides = {32: [32], 16: [16, 32], 8: [8, 16, 32]}.get(stride)
        if strides is None:
            raise ValueError(f"FCN: stride should be 32, 16 or 8, got {stride}")
        if list(encoder.strides[-len(strides) :]) != strides:
            raise ValueError(
                f"FCN: the encoder's coarsest maps should have the strides {strides}, got {list(encoder.strides)}"
            )
        self.encoder, self.stride = encoder, stride
        self.scores = nn.ModuleList(nn.Conv2d(channels, classes, 1) for channels in encoder.channels[-len(strides) :])
        self.upsamplings = nn.ModuleList(Upsampling(classes, factor) for factor in [2] * (len(strides) - 1) + [stride])

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) from 0 to 1 give logits (B, K, H, W)."""
        H, W = pictures.shape[2:]
        maps = self.encoder(pictures)[-len(self.scores) :]
        scores = [score(features) for score, features in zip(self.scores, maps, strict=True)]  # fine to coarse
        filters = [up.filters for up in self.upsamplings]  # coarse to fine
        if self.stride == 8:
            logits = fcn8s_head(*scores, *filters)
        elif self.stride == 16:
            # Upsampling is linear: two maps may be added before the last one or, as here, after it. What odd numbers of
            # rows and columns give too many is cut at the very end, so at these two borders the coarse map says more.
            fine, coarse = (upsample(part, filters[1]) for part in (scores[0], upsample(scores[1], filters[0])))
            logits = fine[:, :, :H, :W] + coarse[:, :, :H, :W]
        else:
            logits = upsample(scores[0], filters[0])
        return logits[:, :, :H, :W]


def shapes_fcn(stride: Literal[32, 16, 8] = 8) -> FCN:
    """An untrained FCN for the world of shapes in pictures of 128 x 128: seven classes, 0 the ground."""
    return FCN(StagedEncoder((16, 32, 64, 96, 128)), 1 + len(KINDS), stride)


def trained_fcn() -> FCN:
    """An FCN-8s that has learned from scenes of 128 x 128 pixels with up to six things, ready to be used.

    Its weights were trained by benchmarks/segmentation.py and come with the library.
    """
    model = shapes_fcn()
    model.load_state_dict(torch.load(WEIGHTS))
    return model.eval()
