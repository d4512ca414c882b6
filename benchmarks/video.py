"""Watching moving shapes: who sees the motion of a clip, who cannot, and clips that are described in words.

    python benchmarks/video.py

Every step draws new clips, so nothing is seen twice. One thread, up to four minutes of training for each model.
"""

import re
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from course_lib.data.moving_shapes import (
    MOTIONS,
    MovingShape,
    clip_sentence,
    clips_vocabulary,
    draw_clips,
    make_clips,
    motion_labels,
)
from course_lib.data.shapes import COLOURS, KINDS
from course_lib.language import END, PADDING, START, beam_search, greedy_decode, translation_loss
from course_lib.train import train
from course_lib.video import (
    ClipClassifier,
    FrameEncoder,
    clip_describer,
    last_step,
    max_over_time,
    small_c3d,
    trained_clip_model,
    watching_classifier,
    weights_of,
)

from record import save_weights, write_results

SEED = 0
TESTED = 2000  # clips, of the split "test"
K = len(MOTIONS)
VOCABULARY = clips_vocabulary()
MODELS = {
    "cnn_lstm": watching_classifier,
    "c3d": small_c3d,
    "max_over_time": lambda: ClipClassifier(FrameEncoder(), None, K, max_over_time),
    "single_frame": lambda: ClipClassifier(FrameEncoder(), None, K, last_step),
}
# Steps of 32 clips and the highest learning rate, chosen by short runs on the split "val".
SETTINGS = {
    "cnn_lstm": (2400, 5e-3),
    "c3d": (400, 5e-3),
    "max_over_time": (600, 5e-3),
    "single_frame": (300, 5e-3),
    "frame_labels": (1200, 5e-3),
    "labels": (600, 3e-3),
    "sentences": (2000, 3e-3),
}


class Drawn:
    """Batches that are drawn when they are asked for: clips of the training split, and what `target` says of them."""

    def __init__(self, steps: int, changing: bool, target: Callable[[list[MovingShape]], Tensor], batch: int = 32):
        self.clips = make_clips("train", steps * batch, changing=changing)
        self.target, self.batch = target, batch

    def __len__(self) -> int:
        return len(self.clips) // self.batch

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for k in range(0, len(self.clips), self.batch):
            clips = self.clips[k : k + self.batch]
            yield draw_clips(clips), self.target(clips)


def clip_label(clips: list[MovingShape]) -> Tensor:
    return motion_labels(clips)[:, 0]


def words(clips: list[MovingShape]) -> Tensor:
    """Sentences between START and END, filled up."""
    sentences = [VOCABULARY.encode([START, *clip_sentence(clip).split(), END]) for clip in clips]
    return pad_sequence(sentences, batch_first=True, padding_value=VOCABULARY.numbers[PADDING])


def clip_loss(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
    clips, labels = batch
    return F.cross_entropy(model(clips), labels)


def frame_loss(model: ClipClassifier, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Of all frames but the first, in which no motion can be seen yet."""
    clips, labels = batch
    return F.cross_entropy(model.every_frame(clips)[:, 1:].flatten(0, 1), labels[:, 1:].flatten())


def sentence_loss(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
    return translation_loss(model, batch, VOCABULARY.numbers[PADDING])


def fit(model: nn.Module, task: str, changing: bool, target: Callable, loss: Callable) -> dict:
    """Train as `SETTINGS` say, with a rate that rises over the first fifth of the steps and then falls to 0."""
    steps, rate = SETTINGS[task]
    batches = Drawn(steps, changing, target)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps + 1, pct_start=0.2)
    optimizer.register_step_post_hook(lambda *_: schedule.step())
    begin, processor = time.time(), time.process_time()
    train(model, batches, loss, optimizer, max_norm=1.0)
    model.eval()
    seconds = {"seconds": round(time.time() - begin, 1), "processor_seconds": round(time.process_time() - processor, 1)}
    return {"steps": steps, "rate": rate, "parameters": sum(p.numel() for p in model.parameters()), **seconds}


@torch.no_grad()
def in_parts(function: Callable[[Tensor], Tensor], clips: list[MovingShape]) -> Tensor:
    """What a function says of the frames of many clips, a hundred at a time."""
    return torch.cat([function(draw_clips(clips[k : k + 100])) for k in range(0, len(clips), 100)])


def name_clips(name: str, split: str, tested: int) -> dict:
    """The share of clips whose motion is named, and of those whose motion or its opposite is."""
    torch.manual_seed(SEED)
    model = MODELS[name]()
    trained = fit(model, name, False, clip_label, clip_loss)
    if name == "c3d":
        save(model, name)
    clips = make_clips(split, tested)
    said, right = in_parts(lambda frames: model(frames).argmax(dim=1), clips), clip_label(clips)
    either = said // 2 == right // 2  # opposite motions stand side by side in MOTIONS
    return {**trained, "accuracy": share(said == right), "it_or_its_opposite": share(either)}


def name_frames(split: str, tested: int) -> dict:
    """The share of frames whose motion is named while the clip is watched, and just after the motion has changed."""
    torch.manual_seed(SEED)
    model = watching_classifier()
    trained = fit(model, "frame_labels", True, motion_labels, frame_loss)
    save(model, "watching")
    clips = make_clips(split, tested, changing=True)
    right = motion_labels(clips)
    correct = in_parts(lambda frames: model.every_frame(frames).argmax(dim=2), clips) == right  # (N, T)
    change = (right.diff(dim=1) != 0).float().argmax(dim=1, keepdim=True) + 1  # (N, 1)
    since = torch.arange(right.shape[1]) - change
    after = {str(k): share(correct[since == k]) for k in range(4)}
    whole = {"accuracy": share(correct[:, 1:]), "first_frame": share(correct[:, 0])}
    return {**trained, **whole, "frames_after_the_change": after}


def all_labels(clips: list[MovingShape]) -> Tensor:
    """Of each frame its motion, and the colour and kind of the thing, (N, T, 3)."""
    things = torch.tensor([[COLOURS.index(clip.colour), KINDS.index(clip.kind)] for clip in clips])
    motions = motion_labels(clips)
    return torch.cat([motions[:, :, None], things[:, None].expand(-1, motions.shape[1], -1)], dim=2)


def all_labels_loss(model: ClipClassifier, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Of motion, colour and kind at all frames but the first."""
    clips, labels = batch
    parts = model.every_frame(clips)[:, 1:].flatten(0, 1).split([K, len(COLOURS), len(KINDS)], dim=1)
    labels = labels[:, 1:].flatten(0, 1).unbind(dim=1)
    return sum(F.cross_entropy(scores, right) for scores, right in zip(parts, labels, strict=True))


def describe(split: str, tested: int) -> dict:
    """The share of clips whose sentence is right in every word, by greedy decoding and by beam search.

    What reads the frames is the network that has learned to name motions. It first learns to name colours and kinds as
    well, is then cut before its classifier, and goes on learning with the sentences.
    """
    torch.manual_seed(SEED)
    model, reader = clip_describer(len(VOCABULARY)), trained_clip_model("watching")
    reader.readout = nn.Linear(reader.cell.hidden_size, K + len(COLOURS) + len(KINDS))
    learned_to_see = fit(reader, "labels", True, all_labels, all_labels_loss)
    model.encoder.encoder.load_state_dict(reader.encoder.state_dict())
    model.encoder.cell.load_state_dict(reader.cell.state_dict())
    trained = fit(model, "sentences", True, words, sentence_loss) | {"before_that": learned_to_see}
    save(model, "describing")
    start, end = VOCABULARY.numbers[START], VOCABULARY.numbers[END]

    def write(frames: Tensor) -> tuple[list[str], list[str]]:
        state, prompt = model.encode(frames), torch.full((len(frames), 1), start)
        greedy = greedy_decode(model, prompt, 13, state=state, end=end)
        beams = [found[0].symbols for found in beam_search(model, prompt, 3, 13, state=state, end=end)]
        return [VOCABULARY.decode(row, " ") for row in greedy], [VOCABULARY.decode(row, " ") for row in beams]

    clips = make_clips(split, tested, changing=True)
    parts = ("colour", "kind", "first_motion", "second_motion")
    right: dict[str, list[bool]] = {name: [] for name in ("greedy", "beam", *parts)}
    for k in range(0, tested, 100):
        some = clips[k : k + 100]
        with torch.no_grad():
            written = write(draw_clips(some))
        for clip, greedy, beam in zip(some, *written, strict=True):
            right["greedy"].append(greedy == clip_sentence(clip))
            right["beam"].append(beam == clip_sentence(clip))
            found = re.fullmatch(r"a (\w+) (\w+) (.+) then (.+)", greedy)
            true = clip.colour, clip.kind, *dict.fromkeys(clip.motions)
            for n, part in enumerate(parts):
                right[part].append(found is not None and found.group(n + 1) == true[n])
    shares = {name: share(torch.tensor(hits)) for name, hits in right.items()}
    return {**trained, "exactly_right": shares, "possible_sentences": len(COLOURS) * len(KINDS) * K * (K - 1)}


def save(model: nn.Module, name: str) -> None:
    """As weights that come with the library."""
    save_weights(model, weights_of(name))


def share(correct: Tensor) -> float:
    return round(correct.float().mean().item(), 4)


def main(split: str, tested: int) -> None:
    """Everything in one run."""
    torch.set_num_threads(1)
    figures = {"split": split, "clips_tested": tested, "classes": K, "chance": 1 / K}
    for name in MODELS:
        figures[name] = name_clips(name, split, tested)
        print(name, figures[name], flush=True)
    figures["frame_labels"] = name_frames(split, tested)
    print("frame_labels", figures["frame_labels"], flush=True)
    figures["sentences"] = describe(split, tested)
    write_results("video", figures, SEED)


if __name__ == "__main__":
    main("test", TESTED)
