"""Train the reader of house numbers that the library brings along, next to a plain convolutional network.

    python benchmarks/glimpse.py [stages]

Every stage draws new strips, so none is seen twice, though their digits are. The reader begins with single digits near
the middle, where its eye happens to be, and goes on to wider strips and longer strings when it reads those well: before
it sees a digit it cannot learn to name it, and before it can name it no reward tells where to look. The plain network
sees everything and needs no such help.
"""

import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from course_lib.data.digit_strings import PADDING, draw_digit_strings
from course_lib.glimpse import CLASSES, WEIGHTS, GlimpseReader, reading_loss, trained_glimpse_reader
from course_lib.language import temporal_cross_entropy
from course_lib.train import train

from record import save_weights, write_results

SEED = 0
LONGEST, WIDTH = 5, 96
PER_STAGE, BATCH = 3200, 64
LEVELS = [(1, 36), (1, 60), *((longest, WIDTH) for longest in range(1, LONGEST + 1))]  # digits, and pixels of the strip
WELL = 0.85  # the share of symbols that have to be right before the next level
RATE = 2e-3
POLICY_RATE = 5e-4  # smaller, because its gradients are mostly noise until the digits can be named
WIDEST, NARROWEST, NARROWING = 0.1, 0.03, 100  # sigma of the policy at first and at last, and for how many stages
TESTED = 2000  # strips of each length


class PlainReader(nn.Module):
    """A convolutional network that sees the whole strip, with one linear layer of classes for each symbol."""

    def __init__(self, features: int = 128):
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(32 * 3 * 12, 2 * features), nn.ReLU()),
            nn.Linear(2 * features, (LONGEST + 1) * CLASSES),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Strips (B, 1, 28, 96) give logits (B, LONGEST + 1, CLASSES)."""
        return self.layers(pictures).unflatten(1, (LONGEST + 1, CLASSES))


def plain_loss(model: PlainReader, batch: tuple[Tensor, Tensor]) -> Tensor:
    pictures, labels = batch
    return temporal_cross_entropy(model(pictures), labels, PADDING)


def strips_of(level: int, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Strips of a level from the digits for training, in the middle of as much blank paper as there is room."""
    longest, width = LEVELS[level]
    pictures, labels = draw_digit_strings(count, seed, "train", longest=longest, width=width)
    return F.pad(pictures, 2 * [(WIDTH - width) // 2]), labels


@torch.no_grad()
def share_right(name_symbols: Callable[[Tensor], Tensor], strips: tuple[Tensor, Tensor]) -> float:
    """The share of symbols named right, END included."""
    pictures, labels = strips
    right = name_symbols(pictures).argmax(dim=2)[:, : labels.shape[1]] == labels
    return right[labels != PADDING].float().mean().item()


def parameter_groups(model: nn.Module) -> list[dict]:
    """All parameters with their learning rates: what chooses the places learns more slowly."""
    policy = {"steer", "emission", "context"}
    groups = {True: [], False: []}
    for name, parameter in model.named_parameters():
        groups[name.partition(".")[0] in policy].append(parameter)
    return [{"params": groups[True], "highest": POLICY_RATE}, {"params": groups[False], "highest": RATE}]


def fit(name: str, model: nn.Module, loss: Callable, name_symbols: Callable, level: int, stages: int) -> dict:
    """Train in stages, from a level on, with learning rates that fall over the second half; what it cost."""
    optimizer = torch.optim.Adam([group for group in parameter_groups(model) if group["params"]], RATE)
    begin, levels = time.process_time(), []
    for stage in range(stages):
        model.deviation = WIDEST * (NARROWEST / WIDEST) ** min(1.0, stage / NARROWING)  # the plain network has no use
        for group in optimizer.param_groups:
            group["lr"] = group["highest"] * min(1.0, 2 * (stages - stage) / stages)
        batches = DataLoader(TensorDataset(*strips_of(level, PER_STAGE, stage)), BATCH, shuffle=True)
        train(model, batches, loss, optimizer, max_norm=5.0)
        right = share_right(name_symbols, strips_of(level, 500, 10**6 + stage))
        seconds = time.process_time() - begin
        print(f"{name}, stage {stage + 1}: {LEVELS[level]}, right {right:.3f}, {seconds:.0f} s", flush=True)
        levels.append(level)
        level = min(level + (right > WELL), len(LEVELS) - 1)
    parameters = sum(p.numel() for p in model.parameters())
    reached = {str(LEVELS[level]): levels.index(level) + 1 for level in sorted(set(levels))}
    cost = {"processor_seconds": round(seconds), "first_stage_of_each_level": reached}
    return {"parameters": parameters, "steps": stages * PER_STAGE // BATCH} | cost


@torch.no_grad()
def accuracies(name_symbols: Callable[[Tensor], Tensor]) -> dict:
    """Of test strips of each length: the share of digits named right, and of strings right as a whole, END included.

    Args:
        name_symbols: strips (B, 1, H, W) to logits (B, LONGEST + 1, CLASSES).
    """
    digits, strings = {}, {}
    for length in range(1, LONGEST + 1):
        pictures, labels = draw_digit_strings(TESTED, 10**6 + length, "test", length, length)
        said = torch.cat([name_symbols(part).argmax(dim=2)[:, : length + 1] for part in pictures.split(500)])
        right = said == labels
        digits[str(length)] = round(right[:, :length].float().mean().item(), 4)
        strings[str(length)] = round(right.all(dim=1).float().mean().item(), 4)
    mean = sum(digits.values()) / LONGEST, sum(strings.values()) / LONGEST
    return {
        "digits_right": {"mean": round(mean[0], 4), **digits},
        "strings_right": {"mean": round(mean[1], 4), **strings},
    }


def main(stages: int) -> None:
    """Train both, save the reader's weights, and record how many digits and strings of unseen digits they read."""
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    reader, plain = GlimpseReader(scales=3), PlainReader()

    def look(pictures: Tensor) -> Tensor:
        return reader(pictures, LONGEST + 1).logits

    figures = {
        "glimpses": fit("reader", reader, reading_loss, look, 0, stages),
        "plain": fit("plain", plain, plain_loss, plain, len(LEVELS) - 1, stages),
    }
    save_weights(reader, WEIGHTS)
    reader = trained_glimpse_reader()  # as others will have it
    figures["glimpses"] |= accuracies(look)
    figures["plain"] |= accuracies(plain.eval())
    settings = {
        "stages": stages,
        "strips_per_stage": PER_STAGE,
        "batch": BATCH,
        "rate": RATE,
        "policy_rate": POLICY_RATE,
        "well": WELL,
        "deviation": [WIDEST, NARROWEST],
    }
    write_results("glimpse", {**settings, "tested_strips_of_each_length": TESTED, **figures}, SEED)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 160)
