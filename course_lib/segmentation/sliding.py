"""The first two ideas of segmentation: a classifier of patches that slides, and convolutions at full resolution."""

import torch
from torch import Tensor, nn

GREY = 0.5  # what surrounds a picture, so that pixels at its border have whole patches, too


def _stack(channels: tuple[int, ...], size: int, padding: int, classes: int) -> nn.Sequential:
    """Convolutions in steps of one pixel, each with batch normalisation and ReLU, and a last one that scores."""
    layers: list[nn.Module] = []
    for before, after in zip((3, *channels), channels, strict=False):
        convolution = nn.Conv2d(before, after, size, padding=padding, bias=False)
        layers += [convolution, nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(channels[-1], classes, 1))


class PatchClassifier(nn.Module):
    """Says which class the centre pixel of a patch has.

    Convolutions without padding shrink the patch layer by layer, until one place is left. A larger picture is not
    shrunk to one place but to one for each patch in it: the same network, "fully convolutional", labels all of them at
    once and computes what neighbouring patches share once.

    Args:
        classes: K.
        channels: of the layers.
        size: of the filters, odd. The patch's side is 1 + len(channels) (size - 1).

    Source: the idea after Farabet et al. 2013, "Learning Hierarchical Features for Scene Labeling"; patches of a
    network that is convolutional throughout: Long, Shelhamer and Darrell 2015, section 3.
    """

    def __init__(self, classes: int, channels: tuple[int, ...] = (16,) * 8, size: int = 5):
        super().__init__()
        self.patch = 1 + len(channels) * (size - 1)
        self.layers = _stack(channels, size, 0, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) give logits (B, K, H - patch + 1, W - patch + 1); patches give (B, K, 1, 1)."""
        return self.layers(pictures - GREY)

    def surround(self, pictures: Tensor) -> Tensor:
        """Pictures with grey around them: as many patches as there are pixels."""
        return nn.functional.pad(pictures, (self.patch // 2,) * 4, value=GREY)


@torch.no_grad()
def label_by_patches(model: PatchClassifier, picture: Tensor) -> Tensor:
    """Label a picture as the lecture's first idea does: cut out the patch around each pixel, and classify it.

    `model(model.surround(picture[None])).argmax(dim=1)` says the same, many times faster.

    Args:
        model: put into evaluation mode.
        picture: (3, H, W).

    Returns:
        Classes (H, W) int64.
    """
    model.eval()
    P = model.patch
    rows = model.surround(picture[None])[0].unfold(1, P, 1).unfold(2, P, 1)  # (3, H, W, P, P), nothing copied yet
    return torch.stack([model(row.transpose(0, 1)).argmax(dim=1).flatten() for row in rows.unbind(1)])


class FullResolution(nn.Module):
    """The lecture's second idea: convolutions that keep the picture's resolution from the first layer to the last.

    The layers are those of `PatchClassifier` (`load_state_dict` takes its weights), but each surrounds its maps with
    zeros. Every layer works on every pixel, which is costly; and each sees only size - 1 pixels further than the one
    before.

    Args:
        classes: K.
        channels: of the layers.
        size: of the filters, odd.
    """

    def __init__(self, classes: int, channels: tuple[int, ...] = (16,) * 8, size: int = 5):
        super().__init__()
        self.layers = _stack(channels, size, size // 2, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) from 0 to 1 give logits (B, K, H, W)."""
        return self.layers(pictures - GREY)
