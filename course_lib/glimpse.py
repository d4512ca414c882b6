"""Looking at one place after the other: a network that reads a string of digits from left to right by small glimpses.

It never sees the whole strip sharply. Reward teaches it where to look, labels teach it what it sees there.
"""

import math
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .arguments import check_shapes
from .data.digit_strings import END, PADDING
from .exercises import exercise
from .language.loss import temporal_cross_entropy
from .recurrent import LSTMCell, LSTMState

CLASSES = END + 1  # ten digits and the end
WEIGHTS = Path(__file__).parent / "glimpse.pt"  # made by benchmarks/glimpse.py


def _check_extract_glimpses(pictures, locations, size, scales):
    check_shapes("extract_glimpses", pictures=(pictures, "B C H W"), locations=(locations, "B 2"))
    if size < 1 or scales < 1:
        raise ValueError(f"extract_glimpses: size and scales should be at least 1, got {size} and {scales}")


@exercise("a7", accepts=_check_extract_glimpses)
def extract_glimpses(pictures: Tensor, locations: Tensor, size: int, scales: int) -> Tensor:
    """What an eye sees that looks at one place: a small sharp patch, and ever larger ones, ever coarser.

    Patch k = 0 ... scales - 1 is a square of 2^k size pixels a side around the location. Its pixels are averaged in
    squares of 2^k x 2^k, so that every patch comes out with size x size.

    A location (x, y) is measured from the middle of the picture: x = -1 is the left edge of the leftmost pixels and 1
    the right edge of the rightmost, y = -1 the upper and 1 the lower edge. So the pixel in row i and column j has its
    middle at ((2j + 1) / W - 1, (2i + 1) / H - 1), and a step of 1 is W / 2 pixels in x and H / 2 in y. The pixels of
    a patch are a whole pixel apart and lie between those of the picture as a rule: they are interpolated bilinearly.
    Outside the picture everything is 0.

    Args:
        pictures: (B, C, H, W).
        locations: (B, 2), x and y.
        size: of a patch, in pixels.
        scales: how many patches.

    Returns:
        (B, scales C, size, size), the channels of the sharpest patch first.

    Source: Mnih et al. 2014, "Recurrent Models of Visual Attention", section 3.1 (the sensor) and section 4 (patches,
    and locations between -1 and 1).
    """
    B, C, H, W = pictures.shape
    patches = []
    for shrink in (2**k for k in range(scales)):
        P = size * shrink
        steps = torch.arange(P, device=pictures.device) - (P - 1) / 2  # from the middle of the patch, in pixels
        xs = locations[:, :1] + steps * 2 / W  # (B, P)
        ys = locations[:, 1:] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patch = F.grid_sample(pictures, places, padding_mode="zeros", align_corners=False)
        patches.append(F.avg_pool2d(patch, shrink))
    return torch.cat(patches, dim=1)


def gaussian_log_probability(locations: Tensor, means: Tensor, deviations: Tensor) -> Tensor:
    """How likely the policy is to look at these locations: the log density of a Gaussian, its axes independent.

        log p(l) = sum_d [ -(l_d - mean_d)^2 / (2 sigma_d^2) - log sigma_d - log(2 pi) / 2 ]        d = x, y

    Args:
        locations, means: (..., 2).
        deviations: sigma, (2,) or (..., 2).

    Returns:
        (...), in nats. The gradient with respect to a mean is (l - mean) / sigma^2: it points to where the eye went.
    """
    distances = (locations - means) / deviations
    return (-(distances**2) / 2 - deviations.log() - math.log(2 * math.pi) / 2).sum(dim=-1)


def reinforce_loss(log_probabilities: Tensor, rewards: Tensor, baselines: Tensor) -> Tensor:
    """A loss whose gradient makes actions likelier that were rewarded more than expected, and others less likely.

        L = -1/B sum_b sum_t (R_{b,t} - b_{b,t}) log p(l_{b,t})

    Reward and baseline are numbers here: no gradient flows into them. A baseline that does not depend on the action
    changes nothing in the mean; a good one takes away most of the noise.

    Args:
        log_probabilities: of the actions taken, (B, T).
        rewards: R, of the same shape.
        baselines: b, the rewards that were expected, of the same shape.

    Source: Williams 1992, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning";
    Mnih et al. 2014, section 3.2; Ba et al. 2015, section 3.
    """
    shapes = {"rewards": (rewards, "B T"), "baselines": (baselines, "B T")}
    check_shapes("reinforce_loss", log_probabilities=(log_probabilities, "B T"), **shapes)
    return -((rewards - baselines).detach() * log_probabilities).sum() / len(rewards)


class GlimpseNetwork(nn.Module):
    """What is seen, times where: g_n = G_image(x_n) * G_loc(l_n), element by element.

    Two convolutions and a linear layer look at the patches, a linear layer at the location, each with a ReLU. (The
    paper has three convolutions, of 64 channels and more.) What a new network sees should not fade: so the weights of
    G_image start as He et al. 2015 proposed, and the biases of G_loc at 1, for a product of small numbers is tiny.

    Args:
        channels: of the glimpses, scales times those of the pictures.
        size: of the glimpses, at least 5.
        features: D.

    Source: Ba et al. 2015, section 2 (glimpse network).
    """

    def __init__(self, channels: int, size: int, features: int):
        super().__init__()
        side = (size - 3) // 2  # after the convolutions
        self.what = nn.Sequential(
            *(nn.Conv2d(channels, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2), nn.ReLU()),
            *(nn.Flatten(), nn.Linear(32 * side**2, features), nn.ReLU()),
        )
        self.where = nn.Sequential(nn.Linear(2, features), nn.ReLU())
        for layer in (self.what[0], self.what[2], self.what[5]):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.ones_(self.where[0].bias)

    def forward(self, glimpses: Tensor, locations: Tensor) -> Tensor:
        """Glimpses (B, channels, size, size) and their locations (B, 2) give g, (B, D)."""
        return self.what(glimpses) * self.where(locations)


class ContextNetwork(nn.Module):
    """A look at the whole picture, too coarse to read but enough to know where to begin.

    The picture is averaged in squares of 4 x 4 pixels; two convolutions and a linear layer follow, three convolutions
    in the paper.

    Args:
        channels: of the pictures.
        height, width: of the pictures, multiples of 4.
        features: D.

    Source: Ba et al. 2015, section 2 (context network).
    """

    def __init__(self, channels: int, height: int, width: int, features: int):
        super().__init__()
        h, w = (height // 4 + 1) // 2, (width // 4 + 1) // 2  # after the convolutions
        self.layers = nn.Sequential(
            *(nn.AvgPool2d(4), nn.Conv2d(channels, 8, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(8, 8, 3, stride=2, padding=1), nn.ReLU()),
            *(nn.Flatten(), nn.Linear(8 * h * w, features)),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, channels, height, width) give c, (B, D)."""
        return self.layers(pictures)


class Reading(NamedTuple):
    """What came of S symbols read with N glimpses each."""

    logits: Tensor  # of each symbol, after its last glimpse, (B, S, CLASSES)
    locations: Tensor  # where it looked, x and y, (B, S, N, 2)
    log_probabilities: Tensor  # of these locations under the policy, (B, S, N)
    baselines: Tensor  # the reward that it expected before each glimpse, (B, S, N)


class GlimpseReader(nn.Module):
    """Reads a string of digits by looking N times for each digit, and N times to see that there are no more.

        l_n ~ Gaussian(E(r2_{n-1}), sigma)                                      where to look
        g_n = G_image(x_n) * G_loc(l_n)                                         what is seen there, and where
        r1_n = LSTM(g_n, r1_{n-1})          r2_n = LSTM(r1_n, r2_{n-1})
        logits = O(r1_n)                    after every N-th glimpse            which digit, or the end

    r2_0 comes from the context network, r1_0 is zero: the classes, which see only r1, cannot be guessed from the coarse
    view of the whole, they have to be looked at.

    Args:
        height, width: of the pictures, multiples of 4, with one channel.
        size, scales: of the glimpses, as in `extract_glimpses`.
        glimpses: N, for each symbol.
        features: units of the glimpse network and of both cells.
        deviation: sigma of the policy, in x and in y, where pictures reach from -1 to 1; may be changed at any time.

    Source: Ba, Mnih and Kavukcuoglu 2015, "Multiple Object Recognition with Visual Attention", section 2, but smaller.
    """

    def __init__(
        self,
        height: int = 28,
        width: int = 96,
        size: int = 12,
        scales: int = 2,
        glimpses: int = 2,
        features: int = 128,
        deviation: float = 0.1,
    ):
        super().__init__()
        self.height, self.width, self.size, self.scales, self.glimpses = height, width, size, scales, glimpses
        self.see = GlimpseNetwork(scales, size, features)
        self.context = ContextNetwork(1, height, width, features)
        self.recognise = LSTMCell(features, features)
        self.steer = LSTMCell(features, features)
        self.emission = nn.Linear(features, 2)
        self.baseline = nn.Linear(features, 1)
        self.classify = nn.Sequential(nn.Linear(features, features), nn.ReLU(), nn.Linear(features, CLASSES))
        self.deviation = deviation

    def forward(self, pictures: Tensor, symbols: int, explore: bool = False) -> Reading:
        """Read S symbols of each picture, whether there are as many or not.

        Args:
            pictures: (B, 1, height, width).
            symbols: S.
            explore: whether to draw locations from the policy, or to look at its means.
        """
        check_shapes("GlimpseReader", pictures=(pictures, f"B 1 {self.height} {self.width}"))
        r1, context = self.recognise.initial_state(len(pictures)), self.context(pictures)
        r2 = LSTMState(torch.tanh(context), context)  # as if its output gate stood open
        logits, looks = [], []
        for _ in range(symbols):
            for _ in range(self.glimpses):
                location, *judged = self.choose(r2.h, explore)
                seen = self.see(extract_glimpses(pictures, location, self.size, self.scales), location)
                h1, r1 = self.recognise(seen, r1)
                _, r2 = self.steer(h1, r2)
                looks.append((location, *judged))
            logits.append(self.classify(h1))
        looks = [torch.stack(part, dim=1).unflatten(1, (symbols, self.glimpses)) for part in zip(*looks, strict=True)]
        return Reading(torch.stack(logits, dim=1), *looks)

    def choose(self, r2: Tensor, explore: bool) -> tuple[Tensor, Tensor, Tensor]:
        """The next location (B, 2), its log probability (B,), and the reward that is expected (B,)."""
        means = self.emission(r2)
        deviations = torch.full_like(means, self.deviation)
        locations = means + deviations * torch.randn_like(means) if explore else means
        locations = locations.detach()  # an action is no function of the weights; its probability is
        # The baseline learns to foresee rewards from r2; r2 does not learn to make them foreseeable.
        return locations, gaussian_log_probability(locations, means, deviations), self.baseline(r2.detach())[:, 0]

    @torch.no_grad()
    def read(self, pictures: Tensor, longest: int = 5) -> tuple[list[str], Tensor]:
        """What stands in the pictures, and the path of the eye, which looks at the policy's means.

        Args:
            pictures: (B, 1, height, width).
            longest: the number of digits after which it stops if it has not seen the end.

        Returns:
            B strings of digits, and the locations (B, longest + 1, N, 2), x and y as in `extract_glimpses`; those after
            the end of a string mean nothing.
        """
        reading = self(pictures, longest + 1)
        symbols = reading.logits.argmax(dim=2)[:, :longest].tolist()
        ends = [row.index(END) if END in row else longest for row in symbols]
        strings = ["".join(map(str, row[:end])) for row, end in zip(symbols, ends, strict=True)]
        return strings, reading.locations


def reading_loss(model: GlimpseReader, batch: tuple[Tensor, Tensor], weight: float = 0.1) -> Tensor:
    """The loss of one look at strings: classes by cross-entropy, places by REINFORCE, baselines by regression.

        L = -log p(y | l) + lambda L_reinforce + sum_n (R_n - b_n)^2        per string, mean over the batch

    Each glimpse is rewarded with 1 if the symbol that it was for is then named right, and else with 0. In the paper the
    reward counts all symbols named right so far, and nothing is learned from what follows the first mistake.

    Args:
        model: it explores.
        batch: pictures (B, 1, H, W) and labels (B, S), as `draw_digit_strings` gives them.
        weight: lambda.

    Source: Ba et al. 2015, section 3.
    """
    pictures, labels = batch
    labels = labels[:, : (labels != PADDING).sum(dim=1).max()]  # no need to look beyond the longest string's end
    reading = model(pictures, labels.shape[1], explore=True)
    counted = (labels != PADDING).repeat_interleave(model.glimpses, dim=1)  # (B, S N)
    rewards = (reading.logits.argmax(dim=2) == labels).float().repeat_interleave(model.glimpses, dim=1)
    baselines = reading.baselines.flatten(1)
    places = reinforce_loss(reading.log_probabilities.flatten(1) * counted, rewards, baselines)
    foresight = ((rewards - baselines) ** 2 * counted).sum() / len(labels)
    return temporal_cross_entropy(reading.logits, labels, PADDING) + weight * places + foresight


def trained_glimpse_reader() -> GlimpseReader:
    """A reader of strips with 1 to 5 digits, as `draw_digit_strings` draws them, ready to read.

    Its weights were trained by benchmarks/glimpse.py and come with the library.
    """
    model = GlimpseReader(scales=3)
    model.load_state_dict(torch.load(WEIGHTS))
    return model.eval()
