"""Letting models write: against searching everything, and with ends."""

import itertools

import pytest
import torch

from course_lib.language import (
    LanguageModel,
    beam_search,
    greedy_decode,
    keep_top_k,
    sample_decode,
    sample_symbol,
)
from course_lib.recurrent import GRUCell, LSTMCell, Stacked

V = 4


@pytest.fixture
def model():
    torch.manual_seed(1)
    cell = Stacked([LSTMCell(3, 6), GRUCell(6, 5)])
    model = LanguageModel(cell, V, torch.nn.Embedding(V, 3)).double()
    for parameter in model.parameters():
        parameter.data *= 3  # so that it has opinions
    return model


def all_texts(model, prompt, length, end, alpha):
    """Every text there is, with its score, the best first."""
    found = []
    for size in range(1, length + 1):
        for text in itertools.product(range(V), repeat=size):
            if end in text[:-1] or (size < length and text[-1] != end):
                continue
            logits, _ = model(torch.tensor([[*prompt, *text]]))
            log_p = torch.log_softmax(logits[0], dim=1)
            total = sum(log_p[len(prompt) - 1 + k, symbol].item() for k, symbol in enumerate(text))
            found.append((total / size**alpha, total, list(text)))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("end", [None, 0])
def test_wide_beam_finds_what_searching_everything_finds(model, end, alpha):
    """Catches forgotten or continued finished texts, a wrong length, and states that stay with the wrong text."""
    prompts = torch.tensor([[1, 2], [3, 0]])
    found = beam_search(model, prompts, width=V**3, length=3, end=end, alpha=alpha)
    for prompt, hypotheses in zip(prompts.tolist(), found, strict=True):
        expected = all_texts(model, prompt, 3, end, alpha)
        assert len(hypotheses) == len(expected)  # never one twice, never more than there are
        for hypothesis, (score, log_p, _) in zip(hypotheses, expected, strict=True):
            assert hypothesis.score == pytest.approx(score) and hypothesis.log_p == pytest.approx(log_p)
        assert {tuple(h.symbols) for h in hypotheses} == {tuple(text) for _, _, text in expected}


@pytest.mark.parametrize("end", [None, 0])
def test_narrow_beam_is_greedy_and_never_gives_more_than_asked(model, end):
    prompts = torch.randint(1, V, (5, 2))
    greedy = greedy_decode(model, prompts, 6, end=end)
    for width in (1, 3):
        found = beam_search(model, prompts, width, 6, end=end)
        assert all(1 <= len(hypotheses) <= width for hypotheses in found)
        assert all(len(h.symbols) <= 6 for hypotheses in found for h in hypotheses)
        if width == 1:
            for row, (hypothesis,) in zip(greedy.tolist(), found, strict=True):
                assert row[: len(hypothesis.symbols)] == hypothesis.symbols


def test_searches_of_a_batch_do_not_know_of_each_other(model):
    prompts = torch.tensor([[1, 2], [3, 1], [2, 2]])
    together = beam_search(model, prompts, 3, 5, end=0, alpha=1.0)
    for prompt, hypotheses in zip(prompts, together, strict=True):
        (alone,) = beam_search(model, prompt[None], 3, 5, end=0, alpha=1.0)
        assert [h.symbols for h in alone] == [h.symbols for h in hypotheses]


def test_beam_finds_more_probable_texts_than_greedy(model):
    prompts = torch.randint(V, (20, 1))

    def log_p(rows):
        logits, _ = model(torch.cat([prompts, rows], dim=1))
        return torch.log_softmax(logits[:, :-1], dim=2).gather(2, rows[:, :, None]).sum(dim=(1, 2))

    best = torch.tensor([h[0].symbols for h in beam_search(model, prompts, V**2, 4)])
    assert (log_p(best) >= log_p(greedy_decode(model, prompts, 4)) - 1e-9).all()


def test_what_follows_the_end_is_end(model):
    written = sample_decode(model, torch.ones(50, 1, dtype=torch.long), 8, end=0)
    ended = (written == 0).cumsum(dim=1) > 0
    assert ended.any() and (written[ended] == 0).all()
    assert (written[:, -1] == 0).all() or written.shape[1] == 8


def test_given_state_takes_the_place_of_the_first(model):
    _, state = model(torch.tensor([[1, 2, 3]]))
    direct = greedy_decode(model, torch.tensor([[1, 2, 3, 1]]), 5)
    assert torch.equal(greedy_decode(model, torch.tensor([[1]]), 5, state=state), direct)


def test_top_k_rules_out_the_rest():
    logits = torch.tensor([[0.1, 3.0, 2.0, -1.0], [5.0, 5.0, 1.0, 0.0]])
    kept = keep_top_k(logits, 2)
    no = float("-inf")
    assert torch.equal(kept, torch.tensor([[no, 3.0, 2.0, no], [5.0, 5.0, no, no]]))
    assert torch.equal(keep_top_k(logits, 4), logits)
    drawn = torch.stack([sample_symbol(keep_top_k(logits, 2), temperature=5.0) for _ in range(200)])
    assert set(drawn[:, 0].tolist()) == {1, 2} and set(drawn[:, 1].tolist()) == {0, 1}


def test_errors_say_what_was_expected(model):
    one = torch.tensor([[1]])
    with pytest.raises(ValueError, match="prompt should hold at least one symbol"):
        greedy_decode(model, one[:, :0], 3)
    with pytest.raises(ValueError, match="width and length should be at least 1"):
        beam_search(model, one, 0, 3)
    with pytest.raises(ValueError, match="k should lie between 1 and V = 4"):
        keep_top_k(torch.randn(2, 4), 5)
