"""Real pictures: questions of easy-VQA, and a smoke run on those of Flickr8k's pictures that are at hand.

    UNROLLED_DATA=FOLDER python benchmarks/real_pictures.py [--pretrained]

With --pretrained, Flickr8k is seen through torchvision's ResNet-50 (100 MB to download); otherwise a small encoder
learns from scratch, which a thousand pictures are far too few for.
"""

import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from course_lib.captioning import (
    AttentionLSTMCell,
    Captioner,
    GatedAttention,
    SpatialAttention,
    caption_loss,
    describe,
)
from course_lib.data import SPECIALS, data_folder, load_easy_vqa, load_flickr8k
from course_lib.encoders import ClassicEncoder, SmallEncoder, WithCoordinates, cached_features
from course_lib.language import END, START, Vocabulary, split_words
from course_lib.metrics import bleu, caption_words, cider, distinct
from course_lib.train import train
from course_lib.vqa import answer_loss, ask

from record import write_results

SEED, PADDING, BATCH_SIZE = 0, 0, 64


def looking_model(encoder: nn.Module, feature_size: int, vocabulary: Vocabulary, showing: str) -> Captioner:
    """The same captioner as for the world of shapes, with another encoder and vocabulary."""
    eye = WithCoordinates(encoder, feature_size)
    D, E, H = eye.feature_size, 64, 192
    attend = GatedAttention(SpatialAttention(H + E, D, 64), H + E)
    return Captioner(eye, D, AttentionLSTMCell(E, D, H), len(vocabulary), E, showing, attend, word_asks=True)


def read_pictures(paths: Sequence[Path], side: int) -> Tensor:
    """Pictures as (N, 3, side, side) from 0 to 1: cut to a square in the middle, then made smaller."""
    return torch.stack([_square(Image.open(path).convert("RGB"), side) for path in paths])


def _square(picture: Image.Image, side: int) -> Tensor:
    short = min(picture.size)
    left, top = (picture.width - short) // 2, (picture.height - short) // 2
    cut = picture.crop((left, top, left + short, top + short)).resize((side, side), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.asarray(cut, dtype=np.float32) / 255).permute(2, 0, 1)


class Batches:
    """Pictures, each given by its number, with rows of words; what is further said about a row comes along."""

    def __init__(self, pictures: Tensor, rows: list[tuple[int, Tensor]], lengths: Sequence[int] = ()):
        self.pictures, self.rows, self.lengths = pictures, rows, torch.tensor(lengths)

    def __len__(self) -> int:
        return len(self.rows) // BATCH_SIZE

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        for places in torch.randperm(len(self.rows)).split(BATCH_SIZE)[: len(self)]:
            numbers, texts = zip(*(self.rows[place] for place in places), strict=True)
            more = [self.lengths[places]] if len(self.lengths) else []
            yield self.pictures[list(numbers)].float(), pad_sequence(texts, batch_first=True), *more


def fit(model: nn.Module, loss: Any, batches: Batches, epochs: int, rate: float = 2e-3) -> int:
    """Train; gives the seconds of processor time it took."""
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * len(batches), pct_start=0.15)
    begin = time.process_time()
    train(model, batches, loss, optimizer, epochs, max_norm=5.0, schedule=schedule)
    return round(time.process_time() - begin)


def questions_of(split: str) -> tuple[Tensor, list[tuple[int, list[str], str]]]:
    """The pictures of easy-VQA, and for each question the picture's number, its words, and the answer."""
    asked, _ = load_easy_vqa(split)
    paths = sorted({path for path, _, _ in asked})
    number = {path: place for place, path in enumerate(paths)}
    return read_pictures(paths, 64), [(number[path], split_words(text.lower()), answer) for path, text, answer in asked]


def easy_vqa(epochs: int = 4) -> dict[str, Any]:
    """Test accuracy of answers in the model's own words, and of always giving the most frequent one."""
    torch.manual_seed(SEED)
    pictures, asked = questions_of("train")
    words = [word for _, question, answer in asked for word in (*question, answer)]
    vocabulary = Vocabulary.from_words(words, specials=SPECIALS)
    rows = [(n, vocabulary.encode([START, *question, answer, END])) for n, question, answer in asked]
    encoder = SmallEncoder()
    model = looking_model(encoder, encoder.feature_size, vocabulary, "first step")
    batches = Batches(pictures, rows, [1 + len(question) for _, question, _ in asked])
    seconds = fit(model, partial(answer_loss, padding=PADDING), batches, epochs)
    pictures, test = questions_of("test")
    right = []
    model.eval()
    for first in range(0, len(test), 500):
        some = test[first : first + 500]
        questions = [vocabulary.encode([START, *question]) for _, question, _ in some]
        lengths = torch.tensor([len(question) for question in questions])
        logits, _, _ = ask(model, pictures[[n for n, _, _ in some]], pad_sequence(questions, batch_first=True), lengths)
        said = vocabulary.lookup(logits.argmax(dim=1))
        right += [a == answer for a, (_, _, answer) in zip(said, some, strict=True)]
    most_frequent = Counter(answer for _, _, answer in asked).most_common(1)[0][0]
    majority = sum(answer == most_frequent for _, _, answer in test) / len(test)
    figures = {"accuracy": sum(right) / len(right), "majority": majority}
    return {name: round(value, 4) for name, value in figures.items()} | {
        "questions": len(test), "epochs": epochs, "processor_seconds": seconds
    }  # fmt: skip


def flickr8k(pretrained: bool, epochs: int = 12) -> dict[str, Any]:
    """Measures of captions for the test pictures that are at hand, next to one caption for all of them."""
    torch.manual_seed(SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a part of the pictures is expected
        training, test = load_flickr8k("train"), load_flickr8k("test")
    words = [caption_words(text) for _, captions in training for text in captions]
    vocabulary = Vocabulary.from_words((w for some in words for w in some), at_least=5, specials=SPECIALS)
    rows = [(k // 5, vocabulary.encode([START, *some, END])) for k, some in enumerate(words)]
    if pretrained:
        encoder = ClassicEncoder("resnet50", pretrained=True, frozen=True)
        folder = data_folder() / "features"
        folder.mkdir(exist_ok=True)
        seen = [
            cached_features(encoder, read_pictures([p for p, _ in some], 224).split(16), folder / f"flickr8k-{name}.pt")
            for name, some in (("train", training), ("test", test))
        ]
        encoder, feature_size = nn.Identity(), encoder.feature_size
    else:
        encoder = SmallEncoder((32, 64, 96, 128))
        feature_size = encoder.feature_size
        seen = [read_pictures([path for path, _ in some], 96) for some in (training, test)]
    model = looking_model(encoder, feature_size, vocabulary, "initial state")
    seconds = fit(model, partial(caption_loss, padding=PADDING), Batches(seen[0], rows), epochs)
    written = describe(model, seen[1].float(), vocabulary, width=5)
    references = [[caption_words(text) for text in captions] for _, captions in test]
    # One sentence for everything: of 500 for training, the one that scores best against the others' references.
    candidates = random.Random(SEED).sample(words, 500)
    sample = [[caption_words(text) for text in captions] for _, captions in training[:100]]
    same = max(candidates, key=lambda caption: bleu([caption] * len(sample), sample))
    figures = {"captioner": _judge(written, references), "one_caption_for_all": _judge([same] * len(test), references)}
    examples = {path.name: " ".join(said) for (path, _), said in zip(test[:8], written[:8], strict=True)}
    return {
        **figures, "different_captions": len({tuple(some) for some in written}),
        "examples": examples, "training_pictures": len(training), "test_pictures": len(test),
        "vocabulary": len(vocabulary), "pretrained": pretrained, "epochs": epochs, "processor_seconds": seconds,
    }  # fmt: skip


def _judge(written: list, references: list) -> dict[str, float]:
    figures = {
        "bleu_1": bleu(written, references, 1),
        "bleu_4": bleu(written, references),
        "cider": cider(written, references),
        "distinct_2": distinct(written, 2),
    }
    return {name: round(value, 4) for name, value in figures.items()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    results = {"easy_vqa": easy_vqa(), "flickr8k": flickr8k("--pretrained" in sys.argv)}
    write_results("real_pictures", results, SEED)
