"""Networks that turn pictures into maps of features: a small one to train from scratch, two classics without heads."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import torch
import torchvision
from torch import Tensor, nn
from tqdm import tqdm


class SmallEncoder(nn.Module):
    """A small convolutional network that is trained from scratch.

    3 x 3 convolutions, each with batch normalisation and ReLU: one for each number of channels, in steps of two pixels,
    which halves the sides; and a last one in steps of one.

    Args:
        channels: of the layers, from the first to the last.
    """

    def __init__(self, channels: tuple[int, ...] = (32, 64, 96)):
        super().__init__()
        layers: list[nn.Module] = []
        strides = [2] * len(channels) + [1]
        for before, after, stride in zip((3, *channels), (*channels, channels[-1]), strides, strict=True):
            layers += [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        self.layers, self.feature_size = nn.Sequential(*layers), channels[-1]

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) from 0 to 1 give maps (B, D, h, w) with h = H / 2^layers, and w likewise."""
        return self.layers(pictures - 0.5)


class WithCoordinates(nn.Module):
    """Adds two maps that say in which row and in which column one is, from -1 to 1.

    A filter is the same everywhere and does not know left from right; whoever looks at the maps may want to.

    Args:
        encoder: pictures to maps.
        feature_size: D of its maps.

    Source: after Liu et al. 2018, "An Intriguing Failing of Convolutional Neural Networks and the CoordConv Solution".
    """

    def __init__(self, encoder: nn.Module, feature_size: int):
        super().__init__()
        self.encoder, self.feature_size = encoder, feature_size + 2

    def forward(self, pictures: Tensor) -> Tensor:
        """What the encoder takes gives maps (B, D + 2, h, w)."""
        maps = self.encoder(pictures)
        B, _, h, w = maps.shape
        row = torch.linspace(-1, 1, h, device=maps.device)[:, None].expand(B, 1, h, w)
        column = torch.linspace(-1, 1, w, device=maps.device).expand(B, 1, h, w)
        return torch.cat([maps, row, column], dim=1)


class WholePicture(nn.Module):
    """One vector for a whole picture: a fully connected layer over all places, written as the convolution that it is.

    Args:
        feature_size: D of the maps that come in.
        side: of these maps, h = w, even; they are averaged two by two first.
        hidden_size: how long the vector is.
    """

    def __init__(self, feature_size: int, side: int, hidden_size: int):
        super().__init__()
        all_places = nn.Conv2d(feature_size, hidden_size, side // 2, bias=False)
        self.layers = nn.Sequential(nn.AvgPool2d(2), all_places, nn.BatchNorm2d(hidden_size), nn.ReLU())
        self.feature_size = hidden_size

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, D, h, w) give a vector each, as maps of a single place, (B, hidden_size, 1, 1)."""
        return self.layers(maps)


class ClassicEncoder(nn.Module):
    """VGG-16 or ResNet-50, cut where there are still places to look at: before the last pooling.

    A picture of 224 x 224 gives maps of 512 x 14 x 14 (VGG-16; as in Xu et al. 2015) or 2048 x 7 x 7 (ResNet-50).

    Args:
        name: "vgg16" or "resnet50".
        pretrained: take torchvision's weights, learned on ImageNet; the first time, they are downloaded and verified.
        frozen: keep the weights, and the averages of batch normalisation, as they are; fine-tune them otherwise.

    Raises:
        ValueError: another name.

    Source: Simonyan and Zisserman 2015, "Very Deep Convolutional Networks"; He et al. 2016, "Deep Residual Learning".
    """

    def __init__(self, name: Literal["vgg16", "resnet50"], pretrained: bool = False, frozen: bool = False):
        super().__init__()
        if name not in ("vgg16", "resnet50"):
            raise ValueError(f"ClassicEncoder: name should be 'vgg16' or 'resnet50', got {name!r}")
        whole = torchvision.models.get_model(name, weights="DEFAULT" if pretrained else None)
        if name == "vgg16":
            self.layers, self.feature_size = whole.features[:-1], 512
        else:
            self.layers, self.feature_size = nn.Sequential(*list(whole.children())[:-2]), 2048
        self.frozen = frozen
        self.requires_grad_(not frozen)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None])  # of ImageNet, as in training
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225])[:, None, None])
        self.train()

    def train(self, mode: bool = True) -> "ClassicEncoder":
        """A frozen encoder stays in evaluation mode, whatever its surroundings do."""
        return super().train(mode and not self.frozen)

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) from 0 to 1 give maps (B, D, h, w)."""
        return self.layers((pictures - self.mean) / self.deviation)


@torch.no_grad()
def cached_features(encoder: nn.Module, batches: Iterable[Tensor], file: str | Path) -> Tensor:
    """The encoder's maps of all pictures of a data set, computed once and kept in a file.

    A frozen encoder says the same in every epoch; with its maps at hand, training a captioner takes a fraction of the
    time.

    Args:
        encoder: pictures to maps.
        batches: of pictures, (B, 3, H, W) each, always in the same order.
        file: where the maps are kept, in half precision; made if it is not there.

    Returns:
        (N, D, h, w) float16, read from the disk as needed.

    Raises:
        ValueError: the file was made by an encoder with other weights.
    """
    file, made_by = Path(file), _fingerprint(encoder)
    if not file.exists():
        device = next(encoder.parameters()).device
        encoder.eval()
        maps = [encoder(batch.to(device)).half().cpu() for batch in tqdm(batches, desc=f"features for {file.name}")]
        unfinished = Path(f"{file}.unfinished")
        torch.save({"encoder": made_by, "maps": torch.cat(maps)}, unfinished)
        os.replace(unfinished, file)  # so that the file is always a whole one
    saved = torch.load(file, map_location="cpu", mmap=True)
    if saved["encoder"] != made_by:
        raise ValueError(
            f"cached_features: {file} was made by an encoder with other weights; move it away, or choose another name"
        )
    return saved["maps"]


def _fingerprint(encoder: nn.Module) -> str:
    """A digest of all weights: two encoders that have it in common say the same."""
    digest = hashlib.sha256()
    for name, values in encoder.state_dict().items():
        digest.update(name.encode() + values.cpu().numpy().tobytes())
    return digest.hexdigest()
