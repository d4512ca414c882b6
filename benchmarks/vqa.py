"""Train a model that answers questions about the world of shapes, and measure it against models that do not look.

    python benchmarks/vqa.py [steps]

It sees with the frozen encoder of the shapes classifier. Two models are trained at a time, about five minutes each on
one thread.
"""

import random
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import torch
from captioning import BATCH_SIZE, EACH, PADDING, SEED, TRAINING_SCENES, fit, maps_of
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from course_lib.captioning import Captioner
from course_lib.captioning.trained import HIDDEN, looking_captioner, weights_of
from course_lib.data.shapes import (
    Question,
    QuestionBatches,
    Scene,
    boxes,
    make_scenes,
    pointing_question,
    questions,
    shapes_vocabulary,
)
from course_lib.language import END, START
from course_lib.vqa import Pointer, answer_loss, ask, region_features, score_answers

from record import save_weights, write_results

HELD_OUT = 1000
VOCABULARY = shapes_vocabulary()


def encode_questions(texts: list[str]) -> tuple[Tensor, Tensor]:
    """Questions as numbers, START first, (N, T), and their lengths."""
    rows = [VOCABULARY.encode([START, *text.split()]) for text in texts]
    return pad_sequence(rows, batch_first=True), torch.tensor([len(row) for row in rows])


def held_out_questions(split: str) -> tuple[list[Scene], list[tuple[int, Question]]]:
    """Scenes, and up to two questions about each with the scene's number."""
    scenes, rng = make_scenes(split, HELD_OUT), random.Random(SEED)
    return scenes, [(number, question) for number, scene in enumerate(scenes) for question in questions(scene, rng, 2)]


def choose(model: Captioner, maps: Tensor, asked: list[tuple[int, Question]]) -> list[str]:
    """The model's choice among the four answers to each question."""
    model.eval()
    texts, lengths = encode_questions([question.text for _, question in asked])
    logits, state, _ = ask(model, maps[[number for number, _ in asked]].float(), texts, lengths)
    choices = [VOCABULARY.encode([*choice.split(), END]) for _, question in asked for choice in question.choices]
    answers = pad_sequence(choices, batch_first=True).reshape(len(asked), 4, -1)
    with torch.no_grad():
        best = score_answers(model, logits, state, answers, PADDING).argmax(dim=1)
    return [question.choices[place] for (_, question), place in zip(asked, best, strict=True)]


def sort_of(question: Question) -> str:
    """What a question asks for, by its first two words."""
    return "_".join(question.text.split()[:2])


def accuracies(chosen: list[str], asked: list[tuple[int, Question]]) -> dict[str, float]:
    """The share of right answers, of all questions, of each sort, and of each number that is the answer."""
    right: dict[str, list[bool]] = {"all": []}
    for choice, (_, question) in zip(chosen, asked, strict=True):
        sort = sort_of(question)
        for name in ("all", sort, *([f"{sort}_{question.answer}"] if sort == "how_many" else [])):
            right.setdefault(name, []).append(choice == question.answer)
    return {name: round(sum(values) / len(values), 3) for name, values in right.items()}


def prior(asked: list[tuple[int, Question]]) -> list[str]:
    """The choice that was most often right for this sort of question in 4,000 scenes for training."""
    rng, counts = random.Random(SEED), Counter()
    for scene in make_scenes("train", 4000):
        counts.update((sort_of(question), question.answer) for question in questions(scene, rng, 2))
    return [max(question.choices, key=lambda a, q=question: counts[sort_of(q), a]) for _, question in asked]


class PointingBatches:
    """Maps, questions to be answered by pointing, their lengths, boxes of the things, and the right one of them.

    With `named` false, the question is cut before the name: "which thing is nearest to".
    """

    def __init__(self, scenes: list[Scene], maps: Tensor, named: bool):
        rng = random.Random(SEED)
        found = [(number, pointing_question(scene, rng)) for number, scene in enumerate(scenes)]
        asked = [(number, *question) for number, question in found if question]
        self.asked = [(n, text if named else text[: text.index(" the ")], place) for n, text, place in asked]
        self.scenes, self.maps = scenes, maps

    def __len__(self) -> int:
        return len(self.asked) // BATCH_SIZE

    def __iter__(self):
        for places in torch.randperm(len(self.asked)).split(BATCH_SIZE)[: len(self)]:
            numbers, texts, right = zip(*(self.asked[place] for place in places), strict=True)
            regions = tuple(torch.from_numpy(boxes(self.scenes[number])) for number in numbers)
            yield self.maps[list(numbers)].float(), *encode_questions(list(texts)), regions, torch.tensor(right)


class PointingModel(nn.Module):
    """Reads the picture and the question as the answering captioner does, then points."""

    def __init__(self, model: Captioner):
        super().__init__()
        self.model, self.pointer = model, Pointer(model.encoder.feature_size, HIDDEN)

    def forward(self, maps: Tensor, texts: Tensor, lengths: Tensor, regions: tuple[Tensor, ...]) -> list[Tensor]:
        """Scores of the regions of each picture."""
        state, last = self.model.begin(maps), None
        for t, symbols in enumerate(texts.unbind(dim=1)):
            _, state = self.model.step(symbols, state)
            running = (t < lengths)[:, None]
            last = state.output if last is None else torch.where(running, state.output, last)
        return self.pointer(region_features(self.model.encoder(maps), list(regions), 64), last)


def pointing_loss(model: PointingModel, batch: tuple) -> Tensor:
    """-log p(the right region), mean over the batch."""
    *given, right = batch
    return -torch.stack([s.log_softmax(0)[r] for s, r in zip(model(*given), right, strict=True)]).mean()


def pointing(named: bool, steps: int) -> dict[str, float]:
    """Accuracy of pointing, of questions with or without the name in them, and of pointing anywhere."""
    torch.set_num_threads(1)
    scenes, held_out = make_scenes("train", TRAINING_SCENES), make_scenes("test", 2 * HELD_OUT)
    torch.manual_seed(SEED)
    model = PointingModel(looking_captioner("first step"))
    seconds = fit(model, pointing_loss, PointingBatches(scenes, maps_of(scenes), named), steps, rate=4e-3)
    model.eval()
    right, chance = [], []
    with torch.no_grad():
        for *given, expected in PointingBatches(held_out, maps_of(held_out), named):
            for scores, r in zip(model(*given), expected, strict=True):
                right.append(scores.argmax().item() == r.item())
                chance.append(1 / len(scores))
    shares = {"right": round(sum(right) / len(right), 3), "by_chance": round(sum(chance) / len(chance), 3)}
    return {**shares, "questions": len(right), "processor_seconds": seconds}


def answering(looks: bool, steps: int) -> dict[str, dict]:
    """Accuracies of a model that sees the pictures, and saves its weights; or of one that sees nothing."""
    torch.set_num_threads(1)
    scenes, (test_scenes, asked) = make_scenes("train", TRAINING_SCENES), held_out_questions("test")
    maps, test_maps = maps_of(scenes), maps_of(test_scenes)
    if not looks:
        maps, test_maps = torch.zeros_like(maps), torch.zeros_like(test_maps)
    torch.manual_seed(SEED)
    model = looking_captioner("first step")
    batches = QuestionBatches(scenes, VOCABULARY, BATCH_SIZE, EACH, maps)
    seconds = fit(model, partial(answer_loss, padding=PADDING), batches, steps, rate=4e-3)
    figures = {**accuracies(choose(model, test_maps, asked), asked), "processor_seconds": seconds}
    if not looks:
        return {"question_only": figures}
    save_weights(model, weights_of("answering"))
    novel_scenes, novel_asked = held_out_questions("novel")
    return {"answering": figures, "novel": accuracies(choose(model, maps_of(novel_scenes), novel_asked), novel_asked)}


def main(steps: int) -> None:
    """Train two at a time, and record."""
    _, asked = held_out_questions("test")
    figures: dict = {"prior": accuracies(prior(asked), asked)}
    with ProcessPoolExecutor(2) as pool:
        answers = [pool.submit(answering, looks, steps) for looks in (True, False)]
        points = [pool.submit(pointing, named, steps) for named in (True, False)]
        for answer in answers:
            figures |= answer.result()
        figures["pointing"], figures["pointing_without_the_name"] = (point.result() for point in points)
    torch.set_num_threads(1)
    write_results("vqa", {**figures, "questions": len(asked), "steps": steps, "training_scenes": TRAINING_SCENES}, SEED)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2800)
