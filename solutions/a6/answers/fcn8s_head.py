"""Answers to fcn8s_head that students might give."""

import torch
from torch.nn import functional as F

from course_lib.segmentation import conv_transpose2d, upsample


def wrong_finest_skip_forgotten(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Never asks the finest map."""
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    fused_16 = scores_16 + upsample(scores_32, up_32)[:, :, :h, :w]
    return upsample(upsample(fused_16, up_16)[:, :, :H, :W], up_8)


def wrong_middle_skip_forgotten(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Never asks the map of stride 16."""
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    coarse = upsample(scores_32, up_32)[:, :, :h, :w]
    return upsample(scores_8 + upsample(coarse, up_16)[:, :, :H, :W], up_8)


def wrong_coarsest_forgotten(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Begins with the map of stride 16."""
    H, W = scores_8.shape[2:]
    return upsample(scores_8 + upsample(scores_16, up_16)[:, :, :H, :W], up_8)


def wrong_no_skips(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Enlarges the coarsest map three times, as FCN-32s does in one step."""
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    return upsample(upsample(upsample(scores_32, up_32)[:, :, :h, :w], up_16)[:, :, :H, :W], up_8)


def wrong_finest_added_in_the_picture(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Enlarges the finest map by repeating its pixels, and adds it at the very end."""
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    fused_16 = scores_16 + upsample(scores_32, up_32)[:, :, :h, :w]
    logits = upsample(upsample(fused_16, up_16)[:, :, :H, :W], up_8)
    return logits + scores_8.repeat_interleave(8, dim=2).repeat_interleave(8, dim=3)


def wrong_all_added_in_the_picture(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Brings each map to the size of the picture by torch's interpolation, and adds them there."""
    H, W = scores_8.shape[2:]
    maps = (scores_8, scores_16, scores_32)
    return sum(F.interpolate(some, size=(8 * H, 8 * W), mode="bilinear", align_corners=False) for some in maps)


def wrong_only_the_middle_skip_is_fused_late(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Enlarges scores_16 with up_32, and adds it where scores_8 is added."""
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    coarse = upsample(upsample(scores_32, up_32)[:, :, :h, :w], up_16)[:, :, :H, :W]
    return upsample(scores_8 + upsample(scores_16, up_32)[:, :, :H, :W] + coarse, up_8)


def wrong_filters_exchanged(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Enlarges the coarsest map with up_16, and the next with up_32."""
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    fused_16 = scores_16 + upsample(scores_32, up_16)[:, :, :h, :w]
    return upsample(scores_8 + upsample(fused_16, up_32)[:, :, :H, :W], up_8)


def wrong_the_same_filters_twice(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Uses up_16 for both steps by two."""
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    fused_16 = scores_16 + upsample(scores_32, up_16)[:, :, :h, :w]
    return upsample(scores_8 + upsample(fused_16, up_16)[:, :, :H, :W], up_8)


def wrong_filters_turned(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Reads the filters as (classes out, classes in), as those of a convolution."""
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    up_32, up_16, up_8 = (some.transpose(0, 1) for some in (up_32, up_16, up_8))
    fused_16 = scores_16 + upsample(scores_32, up_32)[:, :, :h, :w]
    return upsample(scores_8 + upsample(fused_16, up_16)[:, :, :H, :W], up_8)


def wrong_cuts_at_the_top_and_left(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Keeps the last rows and columns instead of the first."""
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    fused_16 = scores_16 + upsample(scores_32, up_32)[:, :, -h:, -w:]
    return upsample(scores_8 + upsample(fused_16, up_16)[:, :, -H:, -W:], up_8)


def wrong_cuts_nothing(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Forgets that odd numbers cannot be halved."""
    fused_16 = scores_16 + upsample(scores_32, up_32)
    return upsample(scores_8 + upsample(fused_16, up_16), up_8)


def right_transposed_convolutions(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Calls conv_transpose2d itself."""
    fused = conv_transpose2d(scores_32, up_32, None, 2, 1)
    fused = fused[:, :, : scores_16.shape[2], : scores_16.shape[3]] + scores_16
    fused = conv_transpose2d(x=fused, filters=up_16, stride=2, padding=1)
    fused = fused[:, :, : scores_8.shape[2], : scores_8.shape[3]] + scores_8
    return conv_transpose2d(fused, up_8, stride=8, padding=4)


def right_loop(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Goes from coarse to fine in a loop."""
    fused = scores_32
    for finer, filters in ((scores_16, up_32), (scores_8, up_16)):
        fused = upsample(fused, filters)
        fused = fused.narrow(2, 0, finer.shape[2]).narrow(3, 0, finer.shape[3])
        fused = fused + finer
    return upsample(fused, up_8)


def right_torch(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """torch's transposed convolution, which is told the size; negative padding cuts."""

    def fuse(coarse, fine, filters):
        large = F.conv_transpose2d(coarse, filters, stride=2, padding=1)
        return fine + F.pad(large, (0, fine.shape[3] - large.shape[3], 0, fine.shape[2] - large.shape[2]))

    return F.conv_transpose2d(fuse(fuse(scores_32, scores_16, up_32), scores_8, up_16), up_8, stride=8, padding=4)


def right_each_on_its_own_way(scores_8, scores_16, scores_32, up_32, up_16, up_8):
    """Enlarges the three maps one by one and adds them in the picture: upsampling is linear."""
    (H, W), (h, w) = scores_8.shape[2:], scores_16.shape[2:]
    ways = [upsample(scores_8, up_8)]
    for some in (scores_16, upsample(scores_32, up_32)[..., :h, :w]):
        ways.append(upsample(upsample(some, up_16)[..., :H, :W], up_8))
    return torch.stack(ways).sum(dim=0)
