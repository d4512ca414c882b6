"""A network that mirrors itself: what pooling threw away on the way down is put back on the way up."""

from torch import Tensor, nn

from ..data.shapes import KINDS
from .upsampling import max_pool_with_places, max_unpool2d


class DeconvolutionNetwork(nn.Module):
    """Convolutions and max pooling down, unpooling and transposed convolutions up.

    Each pooling remembers where its largest values were; the unpooling that mirrors it puts values back there, which
    keeps edges sharp, and a transposed convolution fills in between. (It is torch's, which is faster than
    `conv_transpose2d`.) Pictures of any size are welcome.

    It is small: one convolution between two poolings, no fully connected layer in the middle (a convolution of 3 x 3
    instead), and whole pictures are labelled in one training, not boxes in two stages.

    Args:
        classes: K.
        channels: of the maps before each pooling, from the first to the last.

    Source: Noh, Hong and Han 2015, "Learning Deconvolution Network for Semantic Segmentation", section 3.
    """

    def __init__(self, classes: int, channels: tuple[int, ...] = (16, 32, 64, 96)):
        super().__init__()
        deepest, steps = channels[-1], list(zip((3, *channels), channels, strict=False))
        self.down = nn.ModuleList(_layer(nn.Conv2d, before, after) for before, after in steps)
        self.middle = _layer(nn.Conv2d, deepest, deepest)
        mirrored = [(after, max(before, channels[0])) for before, after in reversed(steps)]
        self.up = nn.ModuleList(_layer(nn.ConvTranspose2d, after, before) for after, before in mirrored)
        self.scores = nn.Conv2d(channels[0], classes, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) from 0 to 1 give logits (B, K, H, W)."""
        x, switches = pictures - 0.5, []
        for layer in self.down:
            x = layer(x)
            size = x.shape[2:]
            x, places = max_pool_with_places(x)
            switches.append((places, size))
        x = self.middle(x)
        for layer, (places, size) in zip(self.up, reversed(switches), strict=True):
            x = layer(max_unpool2d(x, places, size))
        return self.scores(x)


def _layer(convolution: type[nn.Module], before: int, after: int) -> nn.Sequential:
    """A convolution of 3 x 3, transposed or not, that keeps the size, with batch normalisation and ReLU."""
    return nn.Sequential(convolution(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


def shapes_deconvolution() -> DeconvolutionNetwork:
    """An untrained one for the world of shapes in pictures of 128 x 128: seven classes, 0 the ground."""
    return DeconvolutionNetwork(1 + len(KINDS))
