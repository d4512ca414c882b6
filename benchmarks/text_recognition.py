"""Train the bilingual word reader whose weights the library brings along, and measure how well it reads.

    python benchmarks/text_recognition.py [stages]

Every stage draws new words, so nothing is seen twice; the first stages' words are short, which shows the attention
where to look. Checkpoints after every stage, and goes on from there when started again.
"""

import sys
import time
from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, TensorDataset

from course_lib.data import draw_words, is_arabic, random_words
from course_lib.language import END, START, SequenceToSequence, Vocabulary, greedy_decode, translation_loss
from course_lib.text_recognition import WEIGHTS, reader_vocabulary, word_reader
from course_lib.train import train

from record import save_weights, write_results

SEED = 0
PER_STAGE = 4000
SHORT_STAGES = 6  # words of one to three letters, before those of three to six
CHECKPOINT = Path(__file__).parents[1] / "_build" / "word-reader.checkpoint"


def examples(count: int, seed: int, vocabulary: Vocabulary, shortest: int, longest: int) -> tuple[list, Tensor, Tensor]:
    """Words, their pictures, and their letters between START and END."""
    words = random_words(count, seed, shortest, longest)
    letters = pad_sequence([vocabulary.encode([START, *word, END]) for word in words], batch_first=True)
    return words, draw_words(words, seed=seed), letters


def read(model: SequenceToSequence, vocabulary: Vocabulary, pictures: Tensor) -> list[str]:
    """What the model reads."""
    model.eval()
    start = torch.full((len(pictures), 1), vocabulary.numbers[START])
    written = greedy_decode(model, start, 8, state=model.encode(pictures), end=vocabulary.numbers[END])
    return [vocabulary.decode(row) for row in written]


def main(stages: int) -> None:
    """Train, save the weights, and record the share of unseen words that are read without a mistake."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    vocabulary = reader_vocabulary()
    model = word_reader(len(vocabulary))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    words, pictures, _ = examples(1000, 10**6, vocabulary, 3, 6)
    begin, first = time.time(), 0
    if CHECKPOINT.exists():
        state = torch.load(CHECKPOINT)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first, begin = state["stage"], begin - state["seconds"]
    for stage in range(first, stages):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, 2 * (stages - stage) / stages)  # falls over the second half
        _, drawn, letters = examples(PER_STAGE, stage, vocabulary, *((1, 3) if stage < SHORT_STAGES else (3, 6)))
        batches = DataLoader(TensorDataset(drawn, letters), 50, shuffle=True)
        history = train(model, batches, partial(translation_loss, padding=0), optimizer, max_norm=5.0)
        right = sum(a == b for a, b in zip(read(model, vocabulary, pictures), words, strict=True)) / len(words)
        print(f"stage {stage + 1}: loss {sum(history.loss[-20:]) / 20:.3f}, right {right:.3f}", flush=True)
        CHECKPOINT.parent.mkdir(exist_ok=True)
        progress = {"stage": stage + 1, "seconds": time.time() - begin}
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), **progress}, CHECKPOINT)
    save_weights(model, WEIGHTS)
    right = [a == b for a, b in zip(read(model, vocabulary, pictures), words, strict=True)]
    shares = {}
    for name, arabic in (("latin", False), ("arabic", True)):
        of_script = [r for r, word in zip(right, words, strict=True) if is_arabic(word) == arabic]
        shares[name] = round(sum(of_script) / len(of_script), 3)
    figures = {"words_right": shares, "held_out_words": len(words), "training_words": stages * PER_STAGE}
    write_results("text_recognition", {**figures, "minutes": round((time.time() - begin) / 60, 1)}, SEED)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
