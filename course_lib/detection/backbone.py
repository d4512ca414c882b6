"""What looks at the picture for a detector: maps of several finenesses, and a pyramid in which all know what it is."""

import torch
import torchvision
from torch import Tensor, nn


class StagedEncoder(nn.Module):
    """A small convolutional network that hands out its maps at every stage; it is trained from scratch.

    Each stage halves the sides with a 3 x 3 convolution in steps of two pixels; from the second on, a second
    convolution follows in steps of one. Batch normalisation and ReLU after each.

    Args:
        channels: of the maps, from the finest to the coarsest.
    """

    def __init__(self, channels: tuple[int, ...] = (24, 48, 96, 128)):
        super().__init__()
        self.channels, self.strides = channels, tuple(2 ** (k + 1) for k in range(len(channels)))
        self.stages = nn.ModuleList()
        for k, (before, after) in enumerate(zip((3, *channels), channels, strict=False)):
            again = _convolution(after, after, 1) if k > 0 else nn.Identity()
            self.stages.append(nn.Sequential(_convolution(before, after, 2), again))

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Pictures (B, 3, H, W) from 0 to 1 give maps (B, channels[k], H / strides[k], W / strides[k])."""
        maps, x = [], pictures - 0.5
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


def _convolution(before: int, after: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


class ResNetStages(nn.Module):
    """ResNet-50, which hands out the maps of its four stages, C2 to C5.

    Args:
        pretrained: take torchvision's weights, learned on ImageNet; the first time, they are downloaded and verified.
            The averages of batch normalisation stay as they were learned, as batches of a detector are small.

    Source: He et al. 2016, "Deep Residual Learning".
    """

    def __init__(self, pretrained: bool = False):
        super().__init__()
        whole = torchvision.models.resnet50(
            weights="DEFAULT" if pretrained else None,
            norm_layer=torchvision.ops.FrozenBatchNorm2d if pretrained else None,
        )
        self.channels, self.strides = (256, 512, 1024, 2048), (4, 8, 16, 32)
        self.stem = nn.Sequential(whole.conv1, whole.bn1, whole.relu, whole.maxpool)
        self.stages = nn.ModuleList([whole.layer1, whole.layer2, whole.layer3, whole.layer4])
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None])  # of ImageNet
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225])[:, None, None])

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Pictures (B, 3, H, W) from 0 to 1 give maps (B, channels[k], H / strides[k], W / strides[k])."""
        maps, x = [], self.stem((pictures - self.mean) / self.deviation)
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


class FeaturePyramid(nn.Module):
    """Lets the fine maps know what the coarse ones have understood: each adds the next coarser one, doubled in size.

        P_k = convolution(M_k),    M_k = L_k(C_k) + doubled(M_{k+1})

    with C the maps that come in, and L convolutions of 1 x 1 that bring them to the same width.

    Args:
        channels: of the maps that come in, from fine to coarse.
        width: of the maps that go out.

    Source: Lin et al. 2017, "Feature Pyramid Networks for Object Detection", section 3.
    """

    def __init__(self, channels: tuple[int, ...], width: int = 64):
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(before, width, 1) for before in channels)
        self.smooth = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in channels)

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps (B, channels[k], h_k, w_k) give as many (B, width, h_k, w_k), both from fine to coarse."""
        merged: list[Tensor] = []
        for lateral, fine in zip(reversed(self.lateral), reversed(maps), strict=True):
            x = lateral(fine)
            if merged:
                x = x + nn.functional.interpolate(merged[-1], size=x.shape[2:], mode="nearest")
            merged.append(x)
        return [smooth(x) for smooth, x in zip(self.smooth, reversed(merged), strict=True)]
