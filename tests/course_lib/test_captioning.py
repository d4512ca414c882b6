"""Captioners: each way of showing a picture is what the lectures write, and attention looks where it says."""

import itertools
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.captioning import (
    AttentionLSTMCell,
    Captioner,
    GatedAttention,
    HardAttention,
    MovingBaseline,
    SpatialAttention,
    attention_lstm_step,
    beam_captions,
    caption_log_p,
    caption_loss,
    describe,
    doubly_stochastic_penalty,
    greedy_caption,
    hard_attention_loss,
    spatial_attention,
    word_embedding,
)
from course_lib.encoders import WholePicture
from course_lib.language import END, PADDING, START, Vocabulary, beam_search
from course_lib.recurrent import GRUCell, LSTMCell, LSTMState, RNNCell, Stacked
from course_lib.train import train

V, E, D, H = 7, 5, 6, 8


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def captioner(showing="initial state", attend=None, cell=None):
    more = D if attend or showing == "every step" else 0
    return Captioner(nn.Identity(), D, cell or LSTMCell(E + more, H), V, E, showing, attend)


ATTENTIONS = {"none": lambda: None, "soft": lambda: SpatialAttention(H, D, 4)}
WAYS = list(itertools.product(["every step", "first step", "initial state"], ATTENTIONS))


def test_word_embedding_is_torch_s():
    """Outputs and gradients, with a word that comes twice: catches gradients that overwrite each other."""
    W, symbols = torch.randn(V, E, requires_grad=True), torch.tensor([[1, 3, 1], [0, 6, 1]])
    ours, theirs = word_embedding(symbols, W), F.embedding(symbols, W)
    assert torch.equal(ours, theirs)
    sent = torch.randn_like(ours)
    assert torch.allclose(torch.autograd.grad(ours, W, sent)[0], torch.autograd.grad(theirs, W, sent)[0])
    assert torch.allclose(ours, F.one_hot(symbols, V).float() @ W)


def test_every_step_is_the_lecture_s_equation():
    """h = tanh(x W_xh + h W_hh + v W_ih + b): catches the picture before the word, and one that is shown once only."""
    model = captioner("every step", cell=RNNCell(E + D, H))
    maps, symbols = torch.randn(2, D, 3, 4), torch.randint(V, (2, 5))
    logits, _ = model(maps, symbols)
    W_xh, W_ih = model.cell.W_xh.split([E, D])
    h, v = torch.zeros(2, H), maps.mean((2, 3))
    for t in range(5):
        h = torch.tanh(model.words[symbols[:, t]] @ W_xh + h @ model.cell.W_hh + v @ W_ih + model.cell.b)
        assert torch.allclose(model.readout(h), logits[:, t], atol=1e-6)


def test_first_step_is_a_longer_sentence():
    """The picture's vector stands before the words: catches captions shifted by one, pictures read twice."""
    model = captioner("first step")
    maps, symbols = torch.randn(2, D, 3, 4), torch.randint(V, (2, 5))
    first = maps.mean((2, 3)) @ model.shown_W[0] + model.shown_b[0]
    xs = torch.cat([first[:, None], model.words[symbols]], dim=1)
    state, hs = model.cell.initial_state(2), []
    for x in xs.unbind(1):
        h, state = model.cell(x, state)
        hs.append(h)
    assert torch.allclose(model.readout(torch.stack(hs[1:], 1)), model(maps, symbols)[0], atol=1e-6)


def test_initial_state_has_weights_for_each_part():
    """Catches an LSTM whose c begins like its h, and a mean over features in place of places."""
    model = captioner("initial state")
    maps = torch.randn(2, D, 3, 4)
    state = model.begin(maps).cell
    for part, W, b in zip(state, model.shown_W, model.shown_b, strict=True):
        assert torch.allclose(part, torch.tanh(maps.flatten(2).mean(2) @ W + b), atol=1e-6)
    assert not torch.allclose(state.h, state.c)


@pytest.mark.parametrize("cell", [RNNCell, LSTMCell, GRUCell])
@pytest.mark.parametrize(("showing", "attention"), WAYS)
def test_any_cell_in_any_way(cell, showing, attention):
    """Every parameter learns something: catches parts that are built and never used."""
    attend = ATTENTIONS[attention]()
    model = captioner(showing, attend, cell(E + (D if attend or showing == "every step" else 0), H))
    caption_loss(model, (torch.randn(2, D, 3, 4), torch.randint(1, V, (2, 6))), padding=0).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


@pytest.mark.parametrize(("showing", "attention"), WAYS)
def test_a_glance_is_what_is_shown(showing, attention):
    """The whole picture through layers of its own: catches a glance that nobody uses, and sizes taken from the maps."""
    glance = WholePicture(D, 4, 3)
    attend = ATTENTIONS[attention]()
    more = D if attend else 3 if showing == "every step" else 0
    model = Captioner(nn.Identity(), D, LSTMCell(E + more, H), V, E, showing, attend, glance)
    caption_loss(model, (torch.randn(3, D, 4, 4), torch.randint(1, V, (3, 6))), padding=0).backward()
    used = any(p.grad is not None and p.grad.abs().sum() > 0 for p in glance.parameters())
    assert used != (showing == "every step" and attention == "soft")  # there the context takes its place


def test_a_stack_of_cells_begins_with_the_picture():
    model = captioner(cell=Stacked([LSTMCell(E, H), LSTMCell(H, H)]))
    assert len(model.shown_W) == 4
    assert model(torch.randn(2, D, 3, 4), torch.zeros(2, 3, dtype=torch.long))[0].shape == (2, 3, V)


@pytest.mark.parametrize(("showing", "attention"), WAYS)
def test_decoding_uses_the_same_step_as_training(showing, attention):
    """The likeliest words of `describe` are those of the teacher-forced scores: catches a state that is lost."""
    vocabulary = Vocabulary([PADDING, START, END, *"abcd"])
    model = captioner(showing, ATTENTIONS[attention]()).eval()
    maps = torch.randn(3, D, 3, 4)
    for picture, words in zip(maps, describe(model, maps, vocabulary, length=6), strict=True):
        logits, _ = model(picture[None], vocabulary.encode([START, *words])[None])
        likeliest = vocabulary.lookup(logits[0].argmax(1))
        assert likeliest[: len(words)] == words and (len(words) == 6 or likeliest[-1] == END)


@pytest.mark.parametrize("width", [1, 3, 50])
def test_one_picture_is_described_as_many_are(width):
    """Equal to the batched search: catches states that stay where they were, and finished captions that are lost."""
    model = captioner(attend=SpatialAttention(H, D, 4)).eval()
    model.readout.weight.data.mul_(4)  # to have an opinion
    maps, start, end = torch.randn(4, D, 3, 4), torch.zeros(4, 1, dtype=torch.long), 1
    lengths = set()
    with torch.no_grad():
        expected = beam_search(model, start, width, 6, model.begin(maps), end)
        for one, found in zip(maps, expected, strict=True):
            logits, state = model.step(start[0], model.begin(one[None]))
            ours = beam_captions(model, logits, state, width, end, 6)
            assert [caption.words for caption in ours] == [hypothesis.symbols for hypothesis in found]
            assert [caption.log_p for caption in ours] == pytest.approx([h.log_p for h in found], abs=1e-5)
            lengths |= {len(caption.words) for caption in ours}
            if width == 1:
                assert greedy_caption(model, logits, state, end, 6) == found[0].symbols
    assert len(lengths) > 1, "some should have ended, and not all at once"


def test_unknown_showing():
    with pytest.raises(ValueError, match="'every step', 'first step' or 'initial state', got 'twice'"):
        captioner("twice")


def test_caption_log_p_multiplies_the_words():
    """Catches means over time, padding that counts, and log-softmax over the wrong dimension."""
    logits, captions = torch.randn(2, 4, V), torch.tensor([[3, 1, 2, 5], [4, 2, 0, 0]])
    p = torch.softmax(logits, -1)
    by_hand = [math.prod(p[b, t, captions[b, t]].item() for t in range(n)) for b, n in enumerate((4, 2))]
    assert torch.allclose(caption_log_p(logits, captions, 0).exp(), torch.tensor(by_hand))
    logits[1, 3, 0] = -torch.inf  # even where padding is impossible
    assert torch.allclose(caption_log_p(logits, captions, 0).exp(), torch.tensor(by_hand))


def test_spatial_attention_looks_where_it_says():
    """One place stands out: catches maps that are flattened column by column, or across features."""
    maps = torch.zeros(1, D, 3, 5)
    maps[0, :, 1, 4] = 9.0
    z, alpha = spatial_attention(torch.zeros(1, H), maps, torch.zeros(H, 1), torch.ones(D, 1), torch.tensor([9.0]))
    assert alpha.shape == (1, 3, 5) and alpha[0, 1, 4] > 0.99 and torch.allclose(z, maps[:, :, 1, 4], atol=0.1)
    assert torch.allclose(alpha.sum(), torch.tensor(1.0))


def test_attention_lstm_is_an_lstm_on_stacked_inputs():
    """Outputs and gradients: catches gates and rows of T in another order."""
    x, z, T, b = torch.randn(2, E), torch.randn(2, D), torch.randn(E + H + D, 4 * H), torch.randn(4 * H)
    state = LSTMState(torch.randn(2, H), torch.randn(2, H))
    cell = LSTMCell(E + D, H)
    with torch.no_grad():
        cell.W_xh.copy_(torch.cat([T[:E], T[E + H :]]))
        cell.W_hh.copy_(T[E : E + H])
        cell.b.copy_(b)
    _, expected = cell(torch.cat([x, z], 1), state)
    for ours, theirs in zip(attention_lstm_step(x, z, state, T, b), expected, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-6)
    model = captioner(attend=SpatialAttention(H, D, 4), cell=AttentionLSTMCell(E, D, H))
    assert model(torch.randn(2, D, 3, 4), torch.zeros(2, 3, dtype=torch.long))[0].isfinite().all()


def test_the_first_query_comes_from_the_picture():
    """Attention is asked by the state before the word: catches a query from the new state."""
    attend = SpatialAttention(H, D, 4)
    model = captioner(attend=attend)
    maps = torch.randn(2, D, 3, 4)
    state = model.begin(maps)
    _, after = model.step(torch.tensor([1, 2]), state)
    assert torch.allclose(after.weights, attend(state.cell.h, maps)[1])
    assert not torch.allclose(after.weights, attend(after.cell.h, maps)[1])


def test_the_last_word_asks_too():
    """Catches a query of the word before, or of none: in one state, two words get two looks, or else the same one."""
    maps, words = torch.randn(1, D, 3, 4).expand(2, -1, -1, -1), torch.tensor([1, 2])
    for word_asks in (False, True):
        attend = SpatialAttention(H + E if word_asks else H, D, 4)
        model = Captioner(nn.Identity(), D, LSTMCell(E + D, H), V, E, attend=attend, word_asks=word_asks)
        state = model.begin(maps)
        _, after = model.step(words, state)
        query = torch.cat([state.cell.h, model.words[words]], dim=1) if word_asks else state.cell.h
        assert torch.allclose(after.weights, attend(query, maps)[1])
        assert torch.allclose(*after.weights) is not word_asks


def test_gate():
    """beta = 0 shows nothing, beta = 1 all: catches a gate that is put on the weights."""
    soft = SpatialAttention(H, D, 4)
    gated, query, maps = GatedAttention(soft, H), torch.randn(2, H), torch.randn(2, D, 3, 4)
    with torch.no_grad():
        gated.gate.weight.zero_()
        for bias, factor in ((-50.0, 0.0), (0.0, 0.5), (50.0, 1.0)):
            gated.gate.bias.fill_(bias)
            context, alpha = gated(query, maps)
            assert torch.allclose(context, factor * soft(query, maps)[0], atol=1e-6)
            assert torch.allclose(alpha.sum((1, 2)), torch.ones(2))


def test_penalty_by_hand():
    """Four places looked at once each cost nothing; padding does not look: catches sums over places, and padding."""
    once = torch.eye(4).reshape(1, 4, 2, 2)
    real = torch.ones(1, 4, dtype=torch.bool)
    assert doubly_stochastic_penalty(once, real) == 0
    assert doubly_stochastic_penalty(once, torch.tensor([[True, True, True, False]])) == 1
    always_there = once[:, :1].expand(1, 4, 2, 2)
    assert doubly_stochastic_penalty(always_there, real) == 9 + 3
    assert doubly_stochastic_penalty(torch.cat([once, always_there]), real.expand(2, 4)) == 6


def test_hard_attention_looks_at_one_place():
    """Catches the mean of places, and a likeliest place that is drawn."""
    attend = HardAttention(SpatialAttention(H, D, 4))
    query, maps = torch.randn(2, H), torch.randn(2, D, 3, 4)
    alpha = attend.attend(query, maps)[1]
    for training in (True, False):
        z, looks = attend.train(training)(query, maps)
        assert (looks > 0).sum() == 2
        for b in range(2):
            i, j = (looks[b] > 0).nonzero()[0]
            assert torch.equal(z[b], maps[b, :, i, j]) and looks[b, i, j] == alpha[b, i, j]
            assert training or looks[b].max() == alpha[b].max()


def test_rewards_teach_where_to_look():
    """Only the place (0, 1) shows which word comes: catches rewards of the wrong sign, lost gradients."""
    features = torch.eye(2)

    def batches():
        for _ in range(150):
            word = torch.randint(2, (32,))
            maps = torch.zeros(32, 4, 1, 3)
            maps[:, :2, 0, 1] = 2 * features[word]
            maps[:, 2, 0, 0] = maps[:, 3, 0, 2] = 1  # the places can be told apart
            yield maps, torch.stack([torch.full_like(word, 1), word + 3, torch.full_like(word, 2)], 1)

    model = Captioner(nn.Identity(), 4, LSTMCell(3 + 4, 16), 5, 3, attend=HardAttention(SpatialAttention(16, 4, 8)))
    with torch.no_grad():
        for W in model.shown_W:
            W.zero_()
    model.shown_W.requires_grad_(False)  # the picture is seen through attention only
    baseline = MovingBaseline()
    trained = [p for p in model.parameters() if p.requires_grad]
    train(model, list(batches()), lambda m, b: hard_attention_loss(m, b, 0, baseline), torch.optim.Adam(trained, 0.02))
    maps, captions = next(batches())
    model.eval()
    logits, looks = model(maps, captions[:, :-1])
    assert (logits[:, 0].argmax(1) == captions[:, 1]).all() and (looks[:, 0].flatten(1).argmax(1) == 1).all()
    assert baseline.value > -0.5
