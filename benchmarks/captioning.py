"""Train captioners for the world of shapes, without and with attention, and measure what they write.

    python benchmarks/captioning.py [steps]

All see with the frozen encoder of the shapes classifier, whose maps are computed once; three of them come with the
library. Two are trained at a time, about five minutes each on one thread.
"""

import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import torch
from torch import Tensor, nn

from course_lib.captioning import (
    Captioner,
    HardAttention,
    MovingBaseline,
    SpatialAttention,
    caption_loss,
    describe,
    hard_attention_loss,
)
from course_lib.captioning.trained import looking_captioner, plain_captioner, trained_captioner, weights_of
from course_lib.data.shapes import CaptionBatches, captions, draw_scenes, make_scenes, shapes_vocabulary, truthfulness
from course_lib.metrics import bleu, cider, distinct, rouge_l
from course_lib.shapes_classifier import trained_shapes_classifier
from course_lib.train import train

from record import save_weights, time_side_by_side, write_results

SEED, PADDING, BATCH_SIZE, EACH, TRAINING_SCENES, HELD_OUT = 0, 0, 64, 1, 30_000, 1000


@torch.no_grad()
def maps_of(scenes: list) -> Tensor:
    """What the classifier's encoder sees, (N, D, h, w), in half precision."""
    encoder = trained_shapes_classifier().encoder
    return torch.cat([encoder(draw_scenes(scenes[i : i + 250])).half() for i in range(0, len(scenes), 250)])


def fit(model: Captioner, loss: Callable, batches: CaptionBatches, steps: int, rate: float) -> int:
    """Train for so many steps; gives the seconds of processor time it took."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, rate, weight_decay=1e-3)
    epochs = -(-steps // len(batches))
    total = epochs * len(batches)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=total, pct_start=0.15)
    begin = time.process_time()
    train(model, batches, loss, optimizer, epochs, max_norm=5.0, schedule=schedule)
    return round(time.process_time() - begin)


def judge(model: Captioner, split: str, width: int) -> dict[str, float]:
    """How good the captions of unseen pictures are, by beam search of this width."""
    scenes, rng, vocabulary = make_scenes(split, HELD_OUT), random.Random(SEED), shapes_vocabulary()
    references = [[text.split() for text in captions(scene, rng)] for scene in scenes]
    written = describe(model, maps_of(scenes).float(), vocabulary, width)
    figures = {
        "bleu_1": bleu(written, references, 1),
        "bleu_4": bleu(written, references, 4),
        "cider": cider(written, references),
        "rouge_l": rouge_l(written, references),
        "distinct_2": distinct(written, 2),
        "true": truthfulness([" ".join(words) for words in written], scenes),
        "words": sum(map(len, written)) / len(written),
        "different_captions": len({tuple(words) for words in written}),
    }
    return {name: round(value, 3) for name, value in figures.items()}


def speed(model: Captioner) -> dict[str, float]:
    """Captions per second by a beam of 5: sixty-four pictures side by side, against one after the other."""
    pictures, vocabulary = draw_scenes(make_scenes("test", 64)), shapes_vocabulary()
    seconds = time_side_by_side(
        {
            "side_by_side": lambda: describe(model, pictures, vocabulary, 5),
            "one_by_one": lambda: [describe(model, picture[None], vocabulary, 5) for picture in pictures],
        },
        rounds=5,
    )
    ratio = seconds["one_by_one"] / seconds["side_by_side"]
    return {**{name: round(64 / value, 1) for name, value in seconds.items()}, "times_faster": round(ratio, 1)}


SOFT = partial(caption_loss, padding=PADDING)
CONTESTANTS: dict[str, tuple[Callable, Callable]] = {
    "every_step": (partial(plain_captioner, "every step"), SOFT),
    "first_step": (partial(plain_captioner, "first step"), SOFT),
    "plain": (plain_captioner, SOFT),
    "late": (partial(looking_captioner, word_asks=False), SOFT),
    "looking": (looking_captioner, SOFT),
    "looking_everywhere": (looking_captioner, partial(caption_loss, padding=PADDING, everywhere=0.02)),
    "hard": (
        lambda: looking_captioner(attend=HardAttention(SpatialAttention(240, 98, 64))),
        partial(hard_attention_loss, padding=PADDING, baseline=MovingBaseline(), strength=0.1),
    ),
}
SAVED = ("plain", "late", "looking")  # come with the library


def contest(name: str, steps: int) -> dict[str, dict]:
    """Train one of them, and measure it."""
    torch.set_num_threads(1)
    scenes = make_scenes("train", TRAINING_SCENES)
    batches = CaptionBatches(scenes, shapes_vocabulary(), BATCH_SIZE, EACH, maps_of(scenes))
    build, loss = CONTESTANTS[name]
    torch.manual_seed(SEED)
    model: nn.Module = build()
    figures = {
        "processor_seconds": fit(model, loss, batches, steps, rate=4e-3),
        "greedy": judge(model, "test", 1),
        "beam_5": judge(model, "test", 5),
        "novel_greedy": judge(model, "novel", 1),
    }
    print(name, figures, flush=True)
    if name in SAVED:
        save_weights(model, weights_of(name))
    return figures


def main(steps: int) -> None:
    """Train all, two at a time, record their figures, and save the weights of some."""
    with ProcessPoolExecutor(2) as pool:
        figures = dict(zip(CONTESTANTS, pool.map(contest, CONTESTANTS, [steps] * len(CONTESTANTS)), strict=True))
    torch.set_num_threads(1)
    figures["captions_per_second"] = speed(trained_captioner("looking"))
    write_results(
        "captioning", {**figures, "steps": steps, "training_scenes": TRAINING_SCENES, "held_out": HELD_OUT}, SEED
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2800)
