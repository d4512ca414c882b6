"""English into French on real sentences, without attention and with two kinds of it, at equal budget.

    UNROLLED_DATA=folder python benchmarks/translation.py [epochs] [training pairs]

Sentences of fra-eng (up to sixteen words and marks), lower-cased. No English sentence of the held-out part occurs in
training in any spelling; every French translation of it counts as a right one for BLEU. One thread, 40 minutes.
"""

import random
import sys
import time
from collections import defaultdict
from functools import partial

import torch
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu
from torch.utils.data import DataLoader

from course_lib.attention import AdditiveAttention, DotProductAttention
from course_lib.data import SPECIALS, encode_pairs, load_pairs, pad_pairs, split_pairs
from course_lib.language import (
    END,
    START,
    Encoder,
    SequenceToSequence,
    Vocabulary,
    beam_search,
    greedy_decode,
    split_words,
    translation_loss,
)
from course_lib.recurrent import Bidirectional, LSTMCell
from course_lib.train import train

from record import write_results

SEED, LONGEST, LONG, TESTED, H, D = 0, 16, 10, 1000, 128, 96
ATTENTION = {
    "without": lambda: None,
    "dot": lambda: DotProductAttention(H, 2 * H),
    "additive": lambda: AdditiveAttention(H, 2 * H, H),
}


def words_of(pairs: list[tuple[str, str]]) -> list[tuple[list[str], list[str]]]:
    """Both sides in lower-cased words, of the pairs whose English is short enough."""
    split = [(split_words(a.lower()), split_words(b.lower())) for a, b in pairs]
    return [(a, b) for a, b in split if len(a) <= LONGEST]


def main(epochs: int, size: int) -> None:
    """Train the three models on the same pairs and measure BLEU on the same sentences."""
    torch.set_num_threads(1)
    training, held_out = (words_of(part) for part in split_pairs(load_pairs("fra-eng"), held_out=0.05, seed=SEED))
    random.Random(SEED).shuffle(training)
    training = training[:size]
    references = defaultdict(list)
    for english, french in held_out:
        references[tuple(english)].append(french)
    sentences = random.Random(SEED).sample(sorted(references), TESTED)
    source = Vocabulary.from_words((w for a, _ in training for w in a), at_least=8, specials=SPECIALS)
    target = Vocabulary.from_words((w for _, b in training for w in b), at_least=8, specials=SPECIALS)
    examples = sorted(encode_pairs(training, source, target), key=lambda pair: [len(side) for side in pair])
    of_like_length = [pad_pairs(examples[n : n + 64]) for n in range(0, len(examples), 64)]
    tested = pad_pairs(encode_pairs([(list(s), []) for s in sentences], source, target))[:2]
    correct = [references[s] for s in sentences]
    long = [n for n, sentence in enumerate(sentences) if len(sentence) >= LONG]
    results = {}
    for name, attend in ATTENTION.items():
        torch.manual_seed(SEED)
        encoder = Encoder(len(source), D, Bidirectional(LSTMCell(D, H), LSTMCell(D, H)))
        model = SequenceToSequence(encoder, LSTMCell(D + 2 * H, H), len(target), D, attend())
        optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
        begin = time.time()

        def evaluate(model, schedule=schedule, begin=begin, name=name):
            schedule.step()
            reached = bleu(translate(model, tested, target), correct)
            print(f"{name}: BLEU {reached:.2f}, {time.time() - begin:.0f} s", flush=True)
            return reached

        batches = DataLoader(of_like_length, batch_size=None, shuffle=True)
        loss = partial(translation_loss, padding=0)
        history = train(model, batches, loss, optimizer, epochs, max_norm=5.0, evaluate=evaluate)
        greedy, beam = (translate(model, tested, target, width) for width in (1, 5))
        results[name] = {
            "bleu": bleu(greedy, correct),
            "bleu_long": bleu([greedy[n] for n in long], [correct[n] for n in long]),
            "bleu_beam_5": bleu(beam, correct),
            "by_epoch": history.evaluation,
            "weights": sum(p.numel() for p in model.parameters()),
        }
        print(results[name], flush=True)
    setting = {"epochs": epochs, "training_pairs": len(training), "held_out_sentences": TESTED, "longest": LONGEST}
    setting |= {"long": LONG, "long_sentences": len(long), "hidden": H, "embedding": D}
    setting |= {"english_words": len(source), "french_words": len(target)}
    write_results("translation", {"setting": setting, **results}, SEED)


@torch.no_grad()
def translate(model: SequenceToSequence, tested: tuple, target: Vocabulary, width: int = 1) -> list[list[str]]:
    """Greedily, or by beam search with length normalisation."""
    model.eval()
    end, start = target.numbers[END], torch.full((len(tested[0]), 1), target.numbers[START])
    state = model.encode(*tested)
    if width == 1:
        written = greedy_decode(model, start, 2 * LONGEST, state=state, end=end)
    else:
        found = beam_search(model, start, width, 2 * LONGEST, state=state, end=end, alpha=1.0)
        written = [hypotheses[0].symbols for hypotheses in found]
    return [target.decode(row, " ").split() for row in written]


def bleu(translations: list[list[str]], references: list[list[list[str]]]) -> float:
    """Corpus BLEU-4 in percent."""
    return round(100 * corpus_bleu(references, translations, smoothing_function=SmoothingFunction().method1), 2)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3] or ("6", "40000")))
