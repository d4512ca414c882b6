"""Recurrent cells against torch.nn, autograd and properties that any wrong version would break."""

from typing import NamedTuple

import pytest
import torch
from torch import nn

from course_lib.recurrent import (
    RNNCell,
    cell_from_torch,
    cell_to_torch,
    clip_by_norm,
    gradient_flow,
    rnn_backward,
    rnn_step,
    select_state,
    spectral_radius,
    unroll,
    unroll_by_hand,
)

SIZES = [(1, 1, 1, 1), (3, 7, 2, 5), (4, 5, 6, 3)]  # B, T, D, H


@pytest.mark.parametrize(("B", "T", "D", "H"), SIZES)
@pytest.mark.parametrize("way", [unroll, unroll_by_hand])
def test_outputs_and_gradients_equal_torch(way, B, T, D, H):
    """Catches transposed weights, a lost bias, a wrong order in time, and a wrong backward pass."""
    torch.manual_seed(B + T)
    theirs = nn.RNN(D, H, batch_first=True).double()
    cell = cell_from_torch(theirs)
    xs, h_0 = torch.randn(B, T, D).double().requires_grad_(), torch.randn(B, H).double().requires_grad_()
    outputs, last = way(cell, xs, h_0)
    expected, expected_last = theirs(xs, h_0[None])
    assert torch.allclose(outputs, expected) and torch.allclose(last, expected_last[0])

    sent_back = torch.randn(B, T, H).double()
    ours = torch.autograd.grad(outputs, [xs, h_0, cell.W_xh, cell.W_hh, cell.b], sent_back)
    leaves = [xs, h_0, theirs.weight_ih_l0, theirs.weight_hh_l0, theirs.bias_ih_l0]
    wanted = list(torch.autograd.grad(expected, leaves, sent_back))
    wanted[2], wanted[3] = wanted[2].T, wanted[3].T
    for one, other in zip(ours, wanted, strict=True):
        assert torch.allclose(one, other)


def test_one_step_by_hand():
    """tanh(1 * 0.5 + 0.2 * 1 + 0.1) = tanh(0.8): catches a product taken for a sum."""
    h = rnn_step(*map(torch.tensor, ([[1.0]], [[0.2]], [[0.5]], [[1.0]], [0.1])))
    assert torch.allclose(h, torch.tanh(torch.tensor([[0.8]])))


@pytest.mark.parametrize(("B", "T", "D", "H"), SIZES)
def test_gradcheck(B, T, D, H):
    """Our backward pass against finite differences in double precision."""
    torch.manual_seed(0)
    cell = RNNCell(D, H).double()
    xs, h_0 = torch.randn(B, T, D).double().requires_grad_(), torch.randn(B, H).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda *inputs: unroll_by_hand(cell, *inputs)[0], (xs, h_0))


def test_backward_names_its_results():
    torch.manual_seed(0)
    B, T, D, H = 2, 3, 4, 5
    gradients = rnn_backward(
        torch.randn(B, T, H),
        torch.randn(B, T, D),
        torch.rand(B, T, H),
        torch.randn(B, H),
        torch.randn(D, H),
        torch.randn(H, H),
    )
    shapes = [tuple(g.shape) for g in (gradients.xs, gradients.h_0, gradients.W_xh, gradients.W_hh, gradients.b)]
    assert shapes == [(B, T, D), (B, H), (D, H), (H, H), (H,)]


def test_weights_go_to_torch_and_back():
    cell = RNNCell(3, 4)
    again = cell_from_torch(cell_to_torch(cell))
    for ours, copied in zip(cell.parameters(), again.parameters(), strict=True):
        assert torch.equal(ours, copied)
    for unusual in ({"num_layers": 2}, {"bidirectional": True}, {"nonlinearity": "relu"}, {"bias": False}):
        with pytest.raises(ValueError, match="expected one layer"):
            cell_from_torch(nn.RNN(3, 4, **unusual))


class Pair(NamedTuple):
    total: torch.Tensor
    count: torch.Tensor


class Mean:
    """The mean of what came so far: a cell with a two-part state, and without parameters."""

    hidden_size = 2

    def initial_state(self, batch_size):
        return Pair(torch.zeros(batch_size, 2), torch.zeros(batch_size, 1))

    def __call__(self, x_t, state):
        state = Pair(state.total + x_t, state.count + 1)
        return state.total / state.count, state


def test_unroll_takes_any_cell():
    xs = torch.randn(3, 5, 2)
    outputs, state = unroll(Mean(), xs)
    assert torch.allclose(outputs[:, -1], xs.mean(dim=1), atol=1e-6)
    assert isinstance(state, Pair) and torch.equal(state.count, torch.full((3, 1), 5.0))


@pytest.mark.parametrize("cell", [Mean(), RNNCell(2, 2)], ids=["tuple state", "tensor state"])
def test_padding_changes_nothing(cell):
    """A batch with lengths equals each sequence alone, whatever the padding holds."""
    torch.manual_seed(0)
    xs, lengths = torch.randn(4, 6, 2), torch.tensor([6, 3, 1, 0])
    outputs, state = unroll(cell, xs, lengths=lengths)
    noisy = xs.clone()
    for row, length in enumerate(lengths.tolist()):
        noisy[row, length:] = 1e3
        assert not outputs[row, length:].any()
        if length:
            alone, last = unroll(cell, xs[row : row + 1, :length])
            assert torch.allclose(outputs[row, :length], alone[0], atol=1e-6)
            mine = select_state(torch.tensor([True]), state, state)  # states of either kind, compared part by part
            for part, whole in zip(last, mine, strict=True) if isinstance(last, tuple) else [(last, mine)]:
                assert torch.allclose(part[0], whole[row], atol=1e-6)
    assert torch.equal(unroll(cell, noisy, lengths=lengths)[0], outputs)


def test_outputs_do_not_depend_on_the_future():
    """Causality: catches reading the sequence from the wrong end, or peeking one step ahead."""
    cell, xs = RNNCell(2, 3), torch.randn(1, 6, 2, requires_grad=True)
    outputs, _ = unroll(cell, xs)
    for t in range(6):
        (gradient,) = torch.autograd.grad(outputs[0, t].sum(), xs, retain_graph=True)
        assert not gradient[0, t + 1 :].any() and gradient[0, : t + 1].abs().sum(dim=1).gt(0).all()


def test_sequences_in_a_batch_do_not_know_of_each_other():
    cell, xs = RNNCell(2, 3), torch.randn(5, 4, 2)
    order = torch.tensor([3, 0, 4, 1, 2])
    assert torch.allclose(unroll(cell, xs[order])[0], unroll(cell, xs)[0][order])


def test_gradient_flow_is_the_product_of_the_steps():
    """For a linear cell the gradient at step t is W^(T-t): catches off-by-one and a missing transpose."""

    class Linear:
        hidden_size = 2
        W = torch.tensor([[0.5, 1.0], [0.0, 0.5]])

        def initial_state(self, batch_size):
            return torch.zeros(batch_size, 2)

        def __call__(self, x_t, state):
            state = x_t + state @ self.W
            return state, state

    flow = gradient_flow(Linear(), torch.zeros(3, 4, 2))
    expected = [(torch.linalg.matrix_power(Linear.W, 3 - t) @ torch.ones(2)).norm() for t in range(4)]
    assert torch.allclose(flow, torch.stack(expected))


def test_gradient_flow_works_where_gradients_are_off_and_for_tuple_states():
    with torch.no_grad():
        assert gradient_flow(RNNCell(2, 3), torch.randn(2, 5, 2)).shape == (5,)
    flow = gradient_flow(Mean(), torch.ones(2, 4, 2))
    assert flow.shape == (4,) and (flow > 0).all()


def test_spectral_radius():
    """A rotation has complex eigenvalues of absolute value 1: catches taking the real part."""
    assert torch.isclose(spectral_radius(torch.tensor([[0.0, -2.0], [2.0, 0.0]])), torch.tensor(2.0))
    assert torch.isclose(spectral_radius(torch.tensor([[1.0, 100.0], [0.0, -3.0]])), torch.tensor(3.0))


@pytest.mark.parametrize("max_norm", [0.1, 1.0, 100.0])
def test_clipping_equals_torch(max_norm):
    torch.manual_seed(0)
    parameters = [nn.Parameter(torch.zeros(3, 4)), nn.Parameter(torch.zeros(5))]
    for p in parameters:
        p.grad = torch.randn_like(p)
    before = [p.grad.clone() for p in parameters]
    clipped, norm = clip_by_norm([p.grad for p in parameters], max_norm)
    assert all(torch.equal(p.grad, b) for p, b in zip(parameters, before, strict=True)), "changed in place"
    expected_norm = nn.utils.clip_grad_norm_(parameters, max_norm)
    assert torch.isclose(norm, expected_norm)
    assert all(torch.allclose(c, p.grad, rtol=1e-5) for c, p in zip(clipped, parameters, strict=True))


def test_clipping_zeros_gives_zeros():
    clipped, norm = clip_by_norm([torch.zeros(3)], 1.0)
    assert not clipped[0].any() and norm == 0
