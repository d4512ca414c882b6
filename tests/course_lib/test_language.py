"""Language models: losses against torch, sampling against the distribution, learning a text by heart."""

import math

import pytest
import torch
from torch import nn

from course_lib.data import TextWindows
from course_lib.language import (
    LanguageModel,
    Vocabulary,
    nats_per_symbol,
    next_symbol_loss,
    sample_decode,
    sample_symbol,
    temporal_cross_entropy,
    write_text,
)
from course_lib.recurrent import RNNCell, unroll_by_hand
from course_lib.train import train


@pytest.mark.parametrize("ignored", [-100, 0])
def test_loss_and_gradients_equal_torch(ignored):
    """Catches a mean over time, counted padding, and a softmax over the wrong dimension."""
    torch.manual_seed(0)
    logits, targets = torch.randn(3, 5, 4).double().requires_grad_(), torch.randint(4, (3, 5))
    targets[torch.rand(3, 5) < 0.3] = ignored
    ours = temporal_cross_entropy(logits, targets, ignored)
    theirs = nn.functional.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignored, reduction="sum") / 3
    assert torch.isclose(ours, theirs)
    assert torch.allclose(torch.autograd.grad(ours, logits)[0], torch.autograd.grad(theirs, logits)[0])


def test_loss_of_nothing_is_zero():
    assert temporal_cross_entropy(torch.randn(2, 3, 4), torch.full((2, 3), -100)) == 0


@pytest.mark.parametrize("temperature", [0.3, 1.0, 3.0])
def test_samples_follow_the_distribution(temperature):
    """Catches a temperature that multiplies, is applied to probabilities, or is ignored."""
    logits, draws = torch.tensor([[1.0, 0.0, -1.0, 2.0]]), 40_000
    drawn = sample_symbol(logits.expand(draws, -1), temperature, torch.Generator().manual_seed(0))
    p = (logits[0] / temperature).softmax(0)
    assert ((drawn.bincount(minlength=4) / draws - p).abs() < 5 * (p * (1 - p) / draws).sqrt() + 1e-9).all()


class Alphabet(nn.Module):
    """A model that always continues the alphabet; its state counts its steps."""

    def __init__(self, size):
        super().__init__()
        self.size = size
        self.unused = nn.Parameter(torch.zeros(1))

    def initial_state(self, batch_size):
        return torch.zeros(batch_size, 1)

    def step(self, symbols, state):
        return 1e4 * nn.functional.one_hot((symbols + 1) % self.size, self.size).float(), state + 1


def test_decoding_feeds_back_what_it_wrote():
    """Catches a decoder that repeats the prompt, skips its last symbol, or loses the state."""
    written = sample_decode(Alphabet(5), torch.tensor([[0, 1], [2, 3]]), length=4)
    assert written.tolist() == [[2, 3, 4, 0], [4, 0, 1, 2]]
    assert sample_decode(Alphabet(5), torch.tensor([[0]]), length=0).shape == (1, 0)
    assert write_text(Alphabet(26), Vocabulary("abcdefghijklmnopqrstuvwxyz"), "ab", 3) == "abcde"


def test_the_same_generator_writes_the_same():
    torch.manual_seed(0)
    model, vocabulary = LanguageModel(RNNCell(4, 8), 4), Vocabulary("abcd")
    texts = [write_text(model, vocabulary, "a", 30, generator=torch.Generator().manual_seed(s)) for s in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_step_and_forward_agree():
    """Decoding and training see the same model."""
    torch.manual_seed(0)
    model, symbols = LanguageModel(RNNCell(5, 6), 5), torch.randint(5, (2, 7))
    logits, last = model(symbols)
    state = model.initial_state(2)
    for t in range(7):
        step_logits, state = model.step(symbols[:, t], state)
        assert torch.allclose(step_logits, logits[:, t], atol=1e-6)
    assert torch.allclose(state, last, atol=1e-6)


@pytest.mark.parametrize("window", [1, 3, 100])
def test_surprise_does_not_depend_on_the_window(window):
    torch.manual_seed(0)
    model, symbols = LanguageModel(RNNCell(5, 6), 5), torch.randint(5, (20,))
    logits, _ = model(symbols[None, :-1])
    expected = nn.functional.cross_entropy(logits[0], symbols[1:]).item()
    assert math.isclose(nats_per_symbol(model, symbols, window), expected, rel_tol=1e-5)


def test_vocabulary_goes_there_and_back():
    vocabulary = Vocabulary.from_text("hello, wörld\n")
    assert vocabulary.decode(vocabulary.encode("held")) == "held"
    assert vocabulary.decode(vocabulary.encode("hello, wörld\n")) == "hello, wörld\n"
    assert vocabulary.encode("").shape == (0,) and len(vocabulary) == 11


def test_learns_a_sentence_by_heart():
    """A model that cannot overfit one sentence has a bug between data and loss; here with our own gradients."""
    torch.manual_seed(0)
    sentence = "the surfer rode the wave. " * 8
    vocabulary = Vocabulary.from_text(sentence)
    symbols = vocabulary.encode(sentence)
    model = LanguageModel(RNNCell(len(vocabulary), 48), len(vocabulary), unroll=unroll_by_hand)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    train(model, TextWindows(symbols, 8, 26), next_symbol_loss, optimizer, epochs=200, max_norm=50.0)
    assert nats_per_symbol(model, symbols) < 0.1
    assert write_text(model, vocabulary, "the surfer", 16, temperature=0.01) == "the surfer rode the wave. "
