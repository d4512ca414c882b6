"""Stacked and bidirectional networks against torch.nn, and the fast way against the readable one."""

import pytest
import torch
from torch import nn

import course_lib
from course_lib import recurrent
from course_lib.language import LanguageModel
from course_lib.recurrent import (
    Bidirectional,
    GRUCell,
    LSTMCell,
    LSTMState,
    RNNCell,
    Stacked,
    cell_from_torch,
    cell_to_torch,
    reverse_sequences,
    stacked_step,
    unroll,
    unroll_fast,
)

KINDS = [RNNCell, LSTMCell, lambda D, H: GRUCell(D, H, convention="torch")]


def layer_of(network, layer, suffix=""):
    """Our cell with the weights of one layer of a torch network."""
    size = getattr(network, f"weight_ih_l{layer}{suffix}").shape[1]
    one = type(network)(size, network.hidden_size, batch_first=True).to(network.weight_ih_l0)
    names = ("weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l")
    one.load_state_dict({f"{name}0": getattr(network, f"{name}{layer}{suffix}") for name in names})
    return cell_from_torch(one)


def test_stack_equals_torch():
    """Catches layers in the wrong order and states given to the wrong layer."""
    torch.manual_seed(0)
    theirs = nn.LSTM(3, 4, num_layers=3, batch_first=True).double()
    ours = Stacked([layer_of(theirs, layer) for layer in range(3)])
    xs = torch.randn(2, 5, 3).double()
    h, c = torch.randn(3, 2, 4).double(), torch.randn(3, 2, 4).double()
    outputs, states = unroll(ours, xs, tuple(LSTMState(h[k], c[k]) for k in range(3)))
    expected, (last_h, last_c) = theirs(xs, (h, c))
    assert torch.allclose(outputs, expected)
    assert all(torch.allclose(states[k].h, last_h[k]) and torch.allclose(states[k].c, last_c[k]) for k in range(3))


def test_residual_connections_leave_out_the_lowest_layer():
    class Twice(nn.Module):
        input_size = hidden_size = 1

        def forward(self, x_t, state):
            return 2 * x_t, state

    x = torch.ones(1, 1)
    assert stacked_step([Twice()] * 3, x, (x, x, x))[0].item() == 8
    assert stacked_step([Twice()] * 3, x, (x, x, x), residual=True)[0].item() == 18  # 2, 2 + 4, 6 + 12


def test_dropout_is_between_layers_and_only_in_training():
    torch.manual_seed(0)
    cells = [RNNCell(3, 50), RNNCell(50, 50)]
    stack, xs = Stacked(cells, dropout=0.5), torch.randn(1, 1, 3)
    (low, high), (low_again, high_again) = (unroll(stack, xs)[1] for _ in range(2))
    assert torch.equal(low, low_again) and not torch.allclose(high, high_again)
    assert high.ne(0).all()  # nothing is dropped on top
    stack.eval()
    assert torch.equal(unroll(stack, xs)[0], unroll(stack, xs)[0])


def test_stack_refuses_layers_that_do_not_fit():
    with pytest.raises(ValueError, match="followed by one that takes 4"):
        Stacked([RNNCell(3, 5), RNNCell(4, 5)])
    with pytest.raises(ValueError, match="residual"):
        Stacked([RNNCell(3, 5), RNNCell(5, 6)], residual=True)


def test_both_directions_equal_torch():
    theirs = nn.LSTM(3, 4, batch_first=True, bidirectional=True).double()
    ours = Bidirectional(layer_of(theirs, 0), layer_of(theirs, 0, "_reverse"))
    xs = torch.randn(2, 5, 3).double()
    outputs, (forward, backward) = ours(xs)
    expected, (h, _) = theirs(xs)
    assert torch.allclose(outputs, expected)
    assert torch.allclose(forward.h, h[0]) and torch.allclose(backward.h, h[1])


@pytest.mark.parametrize("lengths", [[5, 2, 1], [4, 4, 4], [5, 0, 3]])
def test_padding_never_reaches_the_backward_direction(lengths):
    """A batch with lengths equals each sequence alone, whatever the padding holds: catches flipping the whole row."""
    torch.manual_seed(0)
    network, xs, lengths = Bidirectional(RNNCell(3, 4), GRUCell(3, 2)), torch.randn(3, 5, 3), torch.tensor(lengths)
    outputs, (forward, backward) = network(xs, lengths)
    for row, length in enumerate(lengths.tolist()):
        assert not outputs[row, length:].any()
        if length:
            alone, (f, b) = network(xs[row : row + 1, :length])
            assert torch.allclose(outputs[row, :length], alone[0], atol=1e-6)
            assert torch.allclose(forward[row], f[0], atol=1e-6) and torch.allclose(backward[row], b[0], atol=1e-6)


def test_reversing_twice_changes_nothing():
    xs, lengths = torch.randn(3, 5, 2), torch.tensor([5, 2, 0])
    turned = reverse_sequences(xs, lengths)
    assert torch.equal(turned[1, :2], xs[1, :2].flip(0)) and torch.equal(turned[1, 2:], xs[1, 2:])
    assert torch.equal(reverse_sequences(turned, lengths), xs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lengths", [None, [6, 2, 4], [6, 0, 1]])
def test_fast_way_equals_the_readable_one(kind, lengths):
    """Outputs, states and gradients, through a stack with residual connections."""
    torch.manual_seed(0)
    cell = Stacked([kind(3, 4), kind(4, 4), kind(4, 4)], residual=True).double()
    xs = torch.randn(3, 6, 3).double().requires_grad_()
    lengths = None if lengths is None else torch.tensor(lengths)
    state = recurrent.map_state(lambda part: torch.randn_like(part), cell.initial_state(3))
    results = []
    for way in (unroll, unroll_fast):
        outputs, last = way(cell, xs, state, lengths)
        flat = [part for s in last for part in (s if isinstance(s, tuple) else [s])]
        total = outputs.square().sum() + sum(part.sin().sum() for part in flat)
        results.append([outputs, *flat, *torch.autograd.grad(total, [xs, *cell.parameters()])])
    for readable, fast in zip(*results, strict=True):
        assert torch.allclose(readable, fast, atol=1e-12)


def test_fast_way_is_taken_where_it_exists(monkeypatch):
    """Catches a fast way that quietly falls back to the loop."""
    monkeypatch.setattr(recurrent.fast, "unroll", None)
    xs = torch.randn(2, 3, 3)
    for kind in KINDS:
        unroll_fast(Stacked([kind(3, 4), kind(4, 4)]), xs)
    with pytest.raises(TypeError):
        unroll_fast(GRUCell(3, 4), xs)


@pytest.mark.parametrize("name", ["lstm_step", "unroll", "stacked_step"])
def test_a_completed_function_really_runs(name, capsys):
    """No fast path behind the student's back: every step of theirs is called."""
    module = {"lstm_step": recurrent.lstm, "unroll": recurrent.unrolling, "stacked_step": recurrent.stacked}[name]
    original, calls = getattr(module, name).__wrapped__, []

    def lstm_step(x, state, W_xh, W_hh, b):
        calls.append(1)
        return original(x, state, W_xh, W_hh, b)

    def unroll(cell, xs, state=None, lengths=None):
        calls.append(1)
        return original(cell, xs, state, lengths)

    def stacked_step(cells, x, states, residual=False, dropout=0.0):
        calls.append(1)
        return original(cells, x, states, residual, dropout)

    model = LanguageModel(Stacked([LSTMCell(5, 4), LSTMCell(4, 4)]), 5)
    symbols = torch.randint(5, (2, 7))
    before, _ = model(symbols)
    assert not calls
    course_lib.complete(locals()[name])
    try:
        after, _ = model(symbols)
    finally:
        course_lib.restore(name)
    assert len(calls) == {"lstm_step": 14, "unroll": 1, "stacked_step": 7}[name]
    assert torch.allclose(before, after, atol=1e-6)


def test_cells_of_other_kinds_fit_together():
    torch.manual_seed(0)
    stack = Stacked([LSTMCell(3, 4), GRUCell(4, 6), RNNCell(6, 2)])
    assert unroll_fast(stack, torch.randn(2, 5, 3))[0].shape == (2, 5, 2)
    assert cell_to_torch(stack.cells[0]).hidden_size == 4
