"""Questions about pictures: a captioner that reads the picture, then the question, and then writes the answer.

It is the same `Captioner`, looking at the picture again at every word of the question; only what counts in the loss is
new, and two ways of choosing among given answers: by their probability, and by pointing.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torchvision.ops import roi_align

from .arguments import check_shapes
from .captioning import Captioner, caption_log_p
from .exercises import exercise
from .language import Writer
from .recurrent import map_state, unroll
from .recurrent.cells import new_weights


def answer_loss(model: Captioner, batch: tuple[Tensor, Tensor, Tensor], padding: int) -> Tensor:
    """Surprise at the answers, mean over the batch; the words of the questions are read, not predicted.

        -log p(answer | picture, question)

    Args:
        model: the captioner.
        batch: pictures, questions with their answers (B, T + 1), and the lengths of the questions (B,), as
            `course_lib.data.shapes.QuestionBatches` gives them.
        padding: the symbol that fills up.
    """
    pictures, symbols, lengths = batch
    logits, _ = model(pictures, symbols[:, :-1])
    place = torch.arange(1, symbols.shape[1], device=symbols.device)
    answers = torch.where(place >= lengths[:, None], symbols[:, 1:], padding)
    return -caption_log_p(logits, answers, padding).mean()


@torch.no_grad()
def ask(model: Captioner, pictures: Tensor, questions: Tensor, lengths: Tensor) -> tuple[Tensor, Any, Tensor]:
    """Let a model look at pictures and read a question about each.

    Args:
        model: the captioner.
        pictures: what its encoder takes, B of them.
        questions: (B, T), START first, of different lengths; what comes after a question's end is not read.
        lengths: how many symbols each question has, START included, (B,).

    Returns:
        The scores of the answers' first words (B, V), the model's state after the question, both ready for
        `greedy_decode`'s `write` or for `score_answers`; and where it looked at each word, (B, T, h, w), zero after
        the question's end.
    """
    state = model.begin(pictures)
    *_, h, w = state.weights.shape

    def read(x_t: Tensor, state: tuple) -> tuple[Tensor, tuple]:
        """The captioner as a cell, which `unroll` can run over questions of different lengths."""
        logits, state = model.step(x_t[:, 0], state[1])
        return state.weights.flatten(1), (logits, state)

    nothing_said = model.readout.weight.new_zeros(len(questions), model.readout.out_features)
    looks, (logits, state) = unroll(read, questions[:, :, None], (nothing_said, state), lengths)
    return logits, state, looks.unflatten(2, (h, w))


def _check_score_answers(model, logits, state, answers, padding):
    check_shapes("score_answers", logits=(logits, "B V"), answers=(answers, "B A T int"))


@exercise("a4", accepts=_check_score_answers)
def score_answers(model: Writer, logits: Tensor, state: Any, answers: Tensor, padding: int) -> Tensor:
    """The log probability of each of several given answers: multiple choice by likelihood.

        log p(answer | I, Q) = sum_t log p(answer_t | answer_1 ... answer_{t-1}, I, Q)

    All answers to a question begin in the same state, and no answer knows of the others. Answers of several words are
    fed to the model word by word.

    Args:
        model: what answers; only its `step` is used.
        logits: its scores for the first word of the answer, (B, V).
        state: its state after the question; tensors (B, ...), or (named) tuples of such.
        answers: A answers to each question, with END, filled up with `padding`: (B, A, T) integers.
        padding: the symbol whose steps do not count.

    Returns:
        (B, A), in nats; the largest of a row is the model's choice.

    Source: Zhu et al. 2016, "Visual7W: Grounded Question Answering in Images", section 4.2.
    """
    B, A, T = answers.shape
    logits, state = map_state(lambda part: part.repeat_interleave(A, dim=0), (logits, state))  # (B A, ...)
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        log_p = torch.log_softmax(logits, dim=1).gather(1, symbols[:, t : t + 1]).squeeze(1)
        total = total + log_p * (symbols[:, t] != padding)
        logits, state = model.step(symbols[:, t], state)
    return total.reshape(B, A)


def region_features(maps: Tensor, boxes: list[Tensor], side: int) -> list[Tensor]:
    """The mean features of regions of pictures.

    Args:
        maps: (B, D, h, w).
        boxes: of each picture, (R, 4), x1 y1 x2 y2 in pixels.
        side: of the pictures, in pixels.

    Returns:
        For each picture (R, D), by torchvision's `roi_align`.
    """
    scale = maps.shape[-1] / side
    pooled = roi_align(maps, boxes, output_size=2, spatial_scale=scale, aligned=True).mean(dim=(2, 3))
    return list(pooled.split([len(some) for some in boxes]))


class Pointer(nn.Module):
    """Answers by pointing at a region: the one whose features, transformed, agree best with the last state.

        score_r = (f_r W + b) . h_T

    Args:
        feature_size: D of the regions.
        hidden_size: H of the state.

    Source: Zhu et al. 2016, "Visual7W", section 4.2.
    """

    def __init__(self, feature_size: int, hidden_size: int):
        super().__init__()
        self.W, self.b = new_weights(feature_size, feature_size, hidden_size), nn.Parameter(torch.zeros(hidden_size))

    def forward(self, regions: list[Tensor], h: Tensor) -> list[Tensor]:
        """Features (R, D) of the regions of each picture and states (B, H) give scores (R,) for each picture."""
        return [(features @ self.W + self.b) @ state for features, state in zip(regions, h, strict=True)]
