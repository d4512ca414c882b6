"""Encoders, decoders and what lies between them."""

from functools import partial

import pytest
import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader

from course_lib.attention import AdditiveAttention, DotProductAttention
from course_lib.data import SPECIALS, encode_pairs, pad_pairs, treaty_sentences
from course_lib.language import (
    END,
    Encoder,
    SequenceToSequence,
    Vocabulary,
    beam_search,
    google_translator,
    greedy_decode,
    translation_loss,
)
from course_lib.recurrent import Bidirectional, GRUCell, LSTMCell, Stacked
from course_lib.train import train


def translator(attend=True, V=11):
    encoder = Encoder(V, 4, Bidirectional(LSTMCell(4, 3), GRUCell(4, 3)))
    cell = Stacked([LSTMCell(4 + 6, 8), GRUCell(8, 8)])
    return SequenceToSequence(encoder, cell, V, 4, AdditiveAttention(8, 6, 5) if attend else None)


@pytest.mark.parametrize("attend", [True, False])
def test_padding_changes_nothing(attend):
    """A sentence in a batch of longer ones gives what it gives alone: catches an unmasked key and a wrong summary."""
    torch.manual_seed(0)
    model = translator(attend)
    source, lengths = torch.randint(1, 11, (3, 7)), torch.tensor([7, 3, 1])
    target = torch.randint(1, 11, (3, 5))
    logits, weights = model((source, lengths), target)
    for row, length in enumerate(lengths.tolist()):
        alone, looked = model((source[row : row + 1, :length], lengths[row : row + 1]), target[row : row + 1])
        assert torch.allclose(logits[row], alone[0], atol=1e-5)
        if attend:
            assert torch.allclose(weights[row, :, :length], looked[0], atol=1e-5)
            assert not weights[row, :, length:].any()


def test_loss_counts_no_padding():
    torch.manual_seed(0)
    model, source, lengths = translator(), torch.randint(1, 11, (2, 4)), torch.tensor([4, 4])
    target = torch.tensor([[1, 5, 6, 2], [1, 5, 2, 0]])
    loss = translation_loss(model, (source, lengths, target), padding=0)
    logits, _ = model((source, lengths), target[:, :-1])
    expected = F.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=0, reduction="sum") / 2
    assert torch.allclose(loss, expected)


def test_steps_equal_the_whole():
    """Decoding step by step gives the scores of teacher forcing, so what is trained is what writes."""
    torch.manual_seed(0)
    model, source, lengths = translator(), torch.randint(1, 11, (2, 4)), torch.tensor([4, 2])
    written = greedy_decode(model, torch.ones(2, 1, dtype=torch.long), 6, state=model.encode(source, lengths))
    logits, _ = model((source, lengths), torch.cat([torch.ones(2, 1, dtype=torch.long), written[:, :-1]], dim=1))
    assert torch.equal(logits.argmax(dim=2), written)
    own, _ = model((source, lengths), torch.ones(2, 6, dtype=torch.long), teacher=0.0)
    assert torch.equal(own.argmax(dim=2), written)  # without a teacher it is fed what it writes


def test_teacher_is_asked_as_often_as_said():
    torch.manual_seed(0)
    model, source, lengths = translator(), torch.randint(1, 11, (400, 3)), torch.full((400,), 3)
    target = torch.ones(400, 2, dtype=torch.long)
    full, own, half = (model((source, lengths), target, teacher)[0][:, 1] for teacher in (1.0, 0.0, 0.5))
    differs = (full - own).abs().sum(dim=1) > 1e-6  # where its own symbol is not the teacher's
    followed = ((half - full).abs().sum(dim=1) < 1e-6)[differs].float().mean()
    assert differs.sum() > 100 and 0.35 < followed < 0.65


def test_decoder_does_not_see_the_future():
    model, target = translator(), torch.randint(1, 11, (1, 5))
    source = (torch.randint(1, 11, (1, 4)), torch.tensor([4]))
    changed = target.clone()
    changed[0, 3] = target[0, 3] % 10 + 1
    before, after = model(source, target)[0], model(source, changed)[0]
    assert torch.equal(before[:, :3], after[:, :3]) and not torch.allclose(before[:, 3], after[:, 3])


def test_attention_translates_what_it_has_learned():
    """Overfits forty sentences to the letter, and beam search agrees: catches a decoder deaf to its encoder."""
    torch.manual_seed(0)
    pairs = [(a.split(), b.split()) for a, b in treaty_sentences(40)]
    words = [Vocabulary.from_words((w for pair in pairs for w in pair[side]), specials=SPECIALS) for side in (0, 1)]
    examples = encode_pairs(pairs, *words)
    encoder = Encoder(len(words[0]), 24, Bidirectional(LSTMCell(24, 24), LSTMCell(24, 24)))
    model = SequenceToSequence(encoder, LSTMCell(24 + 48, 48), len(words[1]), 24, DotProductAttention(48, 48))
    batches = DataLoader(examples, 20, shuffle=True, collate_fn=pad_pairs)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    train(model, batches, partial(translation_loss, padding=0), optimizer, epochs=50, max_norm=5.0)
    source, lengths, target = pad_pairs(examples)
    end = words[1].numbers[END]
    written = greedy_decode(model, target[:, :1], 25, state=model.encode(source, lengths), end=end)
    searched = beam_search(model, target[:, :1], 3, 25, state=model.encode(source, lengths), end=end, alpha=1.0)
    expected = [words[1].decode(row[1:], " ") for row in target]
    assert [words[1].decode(row, " ") for row in written] == expected
    assert [words[1].decode(h[0].symbols, " ") for h in searched] == expected


def test_google_translator_has_its_layers():
    model = google_translator(11, 12, DotProductAttention, hidden_size=8, layers=8)
    both, above = model.encoder.layers
    assert isinstance(both, Bidirectional) and len(above.cells) == 7 and len(model.cell.cells) == 8
    logits, weights = model((torch.randint(1, 11, (2, 4)), torch.tensor([4, 3])), torch.randint(1, 12, (2, 3)))
    assert logits.shape == (2, 3, 12) and weights.shape == (2, 3, 4)
    logits.sum().backward()
    assert all(p.grad is not None for p in model.parameters())
