"""Words, embeddings, classifiers, and what single units have to do with the text."""

import math

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from course_lib.data import SENTIMENTS, film_reviews
from course_lib.language import (
    END,
    PADDING,
    START,
    UNKNOWN,
    LanguageModel,
    SequenceClassifier,
    Vocabulary,
    accuracy,
    bits_per_symbol,
    bracket_depth,
    classification_loss,
    inside_quotes,
    line_position,
    nats_per_symbol,
    perplexity,
    search_units,
    split_words,
    temporal_cross_entropy,
    unit_activations,
)
from course_lib.recurrent import GRUCell, LSTMCell, RNNCell
from course_lib.train import train


def test_words_are_counted_and_rare_ones_unknown(tmp_path):
    words = split_words("the cat saw the dog, the cat ran")
    assert words[4:6] == ["dog", ","]
    vocabulary = Vocabulary.from_words(words, at_least=2, specials=(PADDING, START, END, UNKNOWN))
    assert vocabulary.symbols == [PADDING, START, END, UNKNOWN, "the", "cat"]
    numbers = vocabulary.encode([START, *split_words("the cat barks"), END])
    assert numbers.tolist() == [1, 4, 5, 3, 2]
    assert vocabulary.decode(numbers[1:], " ") == f"the cat {UNKNOWN}"  # up to the end
    vocabulary.save(tmp_path / "words.json")
    assert Vocabulary.load(tmp_path / "words.json").symbols == vocabulary.symbols
    with pytest.raises(ValueError, match="barks"):
        Vocabulary(["the", "cat"]).encode(["barks"])


def test_perplexity_is_the_exponential_of_the_mean_loss():
    torch.manual_seed(0)
    assert perplexity(torch.zeros(2, 3, 7), torch.randint(7, (2, 3))).item() == pytest.approx(7)
    logits, targets = torch.randn(2, 3, 7), torch.tensor([[1, 2, 3], [4, -1, -1]])
    total = 2 * temporal_cross_entropy(logits, targets, ignore_index=-1)
    assert perplexity(logits, targets, ignore_index=-1).item() == pytest.approx(math.exp(total / 4), rel=1e-5)
    with pytest.raises(ValueError, match="at least one symbol"):
        perplexity(logits, torch.full((2, 3), -1), ignore_index=-1)


def test_embedding_is_a_row_of_a_matrix():
    """One-hot vectors times W_e W_xh is a lookup: catches an embedding that is not used, or used in one place only."""
    torch.manual_seed(0)
    embedding, cell = nn.Embedding(7, 3), RNNCell(3, 5)
    embedded, symbols = LanguageModel(cell, 7, embedding), torch.randint(7, (2, 4))
    one_hot = LanguageModel(RNNCell(7, 5), 7)
    one_hot.readout = embedded.readout
    with torch.no_grad():
        one_hot.cell.W_xh.copy_(embedding.weight @ cell.W_xh)
        one_hot.cell.W_hh.copy_(cell.W_hh)
        one_hot.cell.b.copy_(cell.b)
    assert torch.allclose(embedded(symbols)[0], one_hot(symbols)[0], atol=1e-6)
    step, _ = embedded.step(symbols[:, 0], embedded.initial_state(2))
    assert torch.allclose(step, embedded(symbols)[0][:, 0], atol=1e-6)
    text = torch.randint(7, (30,))
    assert bits_per_symbol(embedded, text) == pytest.approx(nats_per_symbol(embedded, text) / math.log(2))


def test_classifier_reads_to_the_end_and_no_further():
    torch.manual_seed(0)
    model = SequenceClassifier(9, GRUCell(4, 5), 3)
    symbols, lengths = torch.randint(9, (3, 6)), torch.tensor([6, 2, 1])
    logits = model(symbols, lengths)
    for row, length in enumerate(lengths):
        alone = model(symbols[row : row + 1, :length], lengths[row : row + 1])
        assert torch.allclose(logits[row], alone[0], atol=1e-6)
        at_every_step = model.every_step(symbols, lengths)[row, length - 1]
        assert torch.equal(logits[row], at_every_step)


def test_reviews_need_the_order_of_their_words():
    """A recurrent classifier learns them, a bag of words cannot: catches a label that leaks into single words."""
    reviews = film_reviews(1500)
    assert len({text for text, _ in reviews}) == 1500 and {label for _, label in reviews} == {0, 1, 2}
    vocabulary = Vocabulary.from_words((w for text, _ in reviews for w in text.split()), specials=(PADDING,))
    numbers = [vocabulary.encode(text.split()) for text, _ in reviews]
    symbols = nn.utils.rnn.pad_sequence(numbers, batch_first=True)
    lengths, labels = torch.tensor([len(n) for n in numbers]), torch.tensor([label for _, label in reviews])
    held_out = (symbols[1200:], lengths[1200:], labels[1200:])
    bags = torch.stack([torch.bincount(n, minlength=len(vocabulary)) for n in numbers]).float()
    torch.manual_seed(0)
    model, bag = SequenceClassifier(len(vocabulary), LSTMCell(12, 24), len(SENTIMENTS)), nn.Linear(len(vocabulary), 3)
    batches = DataLoader(TensorDataset(symbols[:1200], lengths[:1200], labels[:1200]), 50, shuffle=True)
    train(model, batches, classification_loss, torch.optim.Adam(model.parameters(), 0.01), epochs=8, max_norm=1.0)
    optimizer = torch.optim.Adam(bag.parameters(), 0.05)
    for _ in range(300):
        optimizer.zero_grad()
        nn.functional.cross_entropy(bag(bags[:1200]), labels[:1200]).backward()
        optimizer.step()
    assert accuracy(model, held_out) > 0.95
    assert (bag(bags[1200:]).argmax(dim=1) == labels[1200:]).float().mean() < 0.8


def test_properties_of_a_text():
    text = 'a "b" (c[d])\ne'
    assert inside_quotes(text).tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert bracket_depth(text).tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 1, 0, 0, 0]
    assert line_position(text).tolist() == [*map(float, range(13)), 0.0]
    assert not inside_quotes('one " only\n\nand another " one').any()
    assert bracket_depth(")))(").tolist() == [0, 0, 0, 1]


def test_activations_are_the_states_of_every_step():
    torch.manual_seed(0)
    model, symbols = LanguageModel(LSTMCell(7, 5), 7), torch.randint(7, (6,))
    activations = unit_activations(model, symbols)
    _, state = model(symbols[None])
    assert activations.shape == (6, 10)
    assert torch.allclose(activations[-1], torch.cat([state.h, state.c], dim=1)[0], atol=1e-6)


def test_search_finds_the_planted_unit_and_only_it():
    """Catches a search that reports how well a unit fits where it was chosen as if that were the truth."""
    torch.manual_seed(0)
    values = (torch.randn(4000).cumsum(0) / 20).sin().round()
    activations = torch.randn(4000, 50)
    activations[:, 17] = -3 * values + torch.randn(4000)
    found = search_units(activations, values)
    assert found.unit == 17 and found.searched > 0.8 and found.held_out > 0.8 and found.by_chance < 0.5
    assert found.correlations[17] < -0.8
    noise = search_units(torch.randn(400, 500), values[:400])
    assert noise.searched > 0.15 > noise.held_out  # the best of 500 looks good only where it was chosen
    with pytest.raises(ValueError, match="vary in both halves"):
        search_units(activations, torch.ones(4000))
