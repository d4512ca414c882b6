"""Train the classifier of the world of shapes whose weights the library brings along, and measure what it sees.

python benchmarks/shapes_classifier.py [steps]
"""

import sys
import time
from collections.abc import Iterator

import torch
from torch import Tensor

from course_lib.data.shapes import COLOURS, KINDS, draw_scenes, make_scenes
from course_lib.shapes_classifier import WEIGHTS, ShapesClassifier, classifier_loss, scene_counts, scene_labels
from course_lib.train import train

from record import save_weights, write_results

SEED, BATCH_SIZE, RATE = 0, 64, 5e-3


class FreshScenes:
    """Pictures that are never shown twice, with what is in them and how often."""

    def __init__(self, steps: int):
        self.scenes, self.steps = make_scenes("train", steps * BATCH_SIZE), steps

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        for step in range(self.steps):
            batch = self.scenes[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
            yield draw_scenes(batch), scene_labels(batch), scene_counts(batch)


@torch.no_grad()
def shares_right(model: ShapesClassifier, split: str) -> dict[str, float]:
    """In how many of 1,000 pictures every label of a sort is right."""
    scenes = make_scenes(split, 1000)
    logits, numbers = model.judge(model.encoder(draw_scenes(scenes)))
    right = (logits > 0) == scene_labels(scenes).bool()
    first_pair = right.shape[1] - len(COLOURS) * len(KINDS) - 2 * len(KINDS)
    parts = {
        "kinds": right[:, : len(KINDS)],
        "colours": right[:, len(KINDS) : len(KINDS) + len(COLOURS)],
        "colours_with_kinds": right[:, first_pair : first_pair + len(COLOURS) * len(KINDS)],
        "all_labels": right,
        "counts": numbers.argmax(dim=2) == scene_counts(scenes),
    }
    return {name: round(part.all(dim=1).float().mean().item(), 3) for name, part in parts.items()}


def main(steps: int) -> None:
    """Train, save the weights, and record what is right of unseen pictures, and of things unseen in this colour."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    model = ShapesClassifier()
    optimizer = torch.optim.AdamW(model.parameters(), RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.15)
    begin = time.time()
    train(model, FreshScenes(steps), classifier_loss, optimizer, schedule=schedule)
    seconds = round(time.time() - begin)
    save_weights(model, WEIGHTS)
    model = model.eval()
    figures = {"test": shares_right(model, "test"), "novel": shares_right(model, "novel")}
    write_results("shapes_classifier", {**figures, "pictures": steps * BATCH_SIZE, "training_seconds": seconds}, SEED)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
