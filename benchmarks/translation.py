"""English into French on real sentences, without attention and with two kinds of it, at equal budget.

    UNROLLED_DATA=folder python benchmarks/translation.py [epochs] [training pairs]

Short sentences of fra-eng (up to eight words and marks), lower-cased. No English sentence of the held-out part occurs
in training in any spelling; every French translation of it counts as a right one for BLEU.
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

SEED, LONGEST, TESTED, H, D = 0, 8, 1000, 128, 96
ATTENTION = {
    "without": lambda: None,
    "additive": lambda: AdditiveAttention(H, 2 * H, H),
    "dot": lambda: DotProductAttention(H, 2 * H),
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
    source = Vocabulary.from_words((w for a, _ in training for w in a), at_least=5, specials=SPECIALS)
    target = Vocabulary.from_words((w for _, b in training for w in b), at_least=5, specials=SPECIALS)
    examples = encode_pairs(training, source, target)
    tested = pad_pairs(encode_pairs([(list(s), []) for s in sentences], source, target))[:2]
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
            bleu = score(model, tested, target, [references[s] for s in sentences])
            print(f"{name}: BLEU {bleu:.2f}, {time.time() - begin:.0f} s", flush=True)
            return bleu

        batches = DataLoader(examples, 64, shuffle=True, collate_fn=pad_pairs)
        loss = partial(translation_loss, padding=0)
        history = train(model, batches, loss, optimizer, epochs, max_norm=5.0, evaluate=evaluate)
        beam = score(model, tested, target, [references[s] for s in sentences], width=5)
        results[name] = {
            "bleu": round(history.evaluation[-1], 2),
            "bleu_beam_5": round(beam, 2),
            "by_epoch": [round(value, 2) for value in history.evaluation],
            "weights": sum(p.numel() for p in model.parameters()),
        }
    setting = {"epochs": epochs, "training_pairs": len(training), "held_out_sentences": TESTED, "longest": LONGEST}
    setting |= {"english_words": len(source), "french_words": len(target), "hidden": H, "embedding": D}
    write_results("translation", {"setting": setting, **results}, SEED)


def score(model: SequenceToSequence, tested: tuple, target: Vocabulary, references: list, width: int = 1) -> float:
    """Corpus BLEU-4 in percent, of greedy decoding or of beam search with length normalisation."""
    model.eval()
    end, start = target.numbers[END], torch.full((len(tested[0]), 1), target.numbers[START])
    with torch.no_grad():
        state = model.encode(*tested)
    if width == 1:
        written = greedy_decode(model, start, 15, state=state, end=end)
    else:
        found = beam_search(model, start, width, 15, state=state, end=end, alpha=1.0)
        written = [hypotheses[0].symbols for hypotheses in found]
    translations = [target.decode(row, " ").split() for row in written]
    return 100 * corpus_bleu(references, translations, smoothing_function=SmoothingFunction().method1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3] or ("5", "60000")))
