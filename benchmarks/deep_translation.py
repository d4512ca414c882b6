"""How deep may a translator be? Stacks of 2, 4 and 8 layers on each side, with sums around layers and without.

The sentences of the chapters on translation, the same training for all; how many of the held-out ones come out without
a mistake, after every epoch. One thread, about a quarter of an hour.
"""

from functools import partial

import torch
from torch.utils.data import DataLoader

from course_lib.attention import DotProductAttention
from course_lib.data import SPECIALS, encode_pairs, pad_pairs, split_pairs, treaty_sentences
from course_lib.language import (
    END,
    SequenceToSequence,
    Vocabulary,
    google_translator,
    greedy_decode,
    translation_loss,
)
from course_lib.train import train

from record import write_results

SEED, BATCH = 0, 40
LAYERS = (2, 4, 8)
SCHEDULE = ((6, 4e-3), (2, 1e-3))  # epochs, learning rate


def main() -> None:
    """Train all six and write down what they reach."""
    torch.set_num_threads(1)
    parts = split_pairs(treaty_sentences(4000))
    reading, held_out = ([(a.split(), b.split()) for a, b in part] for part in parts)
    english, french = (
        Vocabulary.from_words((word for pair in reading for word in pair[side]), 1, SPECIALS) for side in (0, 1)
    )
    training = encode_pairs(reading, english, french)
    source, lengths, target = pad_pairs(encode_pairs(held_out, english, french))

    @torch.no_grad()
    def exact(model: SequenceToSequence) -> float:
        state = model.encode(source, lengths)
        written = greedy_decode(model, target[:, :1], 20, state=state, end=french.numbers[END])
        pairs = zip(written, target[:, 1:], strict=True)
        return sum(french.decode(a) == french.decode(b) for a, b in pairs) / len(target)

    results = {}
    for layers in LAYERS:
        for name, sums in (("sums", True), ("plain", False)):
            torch.manual_seed(SEED)
            model = google_translator(len(english), len(french), DotProductAttention, layers=layers)
            model.encoder.layers[1].residual = model.cell.residual = sums
            reached, loss = [], []
            for epochs, rate in SCHEDULE:
                batches = DataLoader(training, BATCH, shuffle=True, collate_fn=pad_pairs)
                optimizer = torch.optim.Adam(model.parameters(), lr=rate)
                history = train(
                    model, batches, partial(translation_loss, padding=0), optimizer, epochs, 5.0, evaluate=exact
                )
                reached += history.evaluation
                loss += history.loss
            results[f"{name}_{layers}"] = {
                "exact": round(reached[-1], 3),
                "by_epoch": [round(share, 3) for share in reached],
                "last_loss": round(sum(loss[-len(batches) :]) / len(batches), 2),
                "weights": sum(p.numel() for p in model.parameters()),
            }
            print(name, layers, results[f"{name}_{layers}"], flush=True)
    setting = {"training_pairs": len(training), "held_out": len(target), "batch": BATCH, "schedule": SCHEDULE}
    write_results("deep_translation", {"setting": setting, **results}, SEED)


if __name__ == "__main__":
    main()
