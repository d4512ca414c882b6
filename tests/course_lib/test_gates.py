"""Gated cells against torch.nn, against their equations written out, and as cells among cells."""

import pytest
import torch
from torch import nn

from course_lib.recurrent import (
    MUT1,
    MUT2,
    MUT3,
    CoupledLSTMCell,
    GRUCell,
    LSTMCell,
    LSTMState,
    PeepholeLSTMCell,
    RNNCell,
    cell_from_torch,
    cell_to_torch,
    gradient_flow,
    gru_step,
    lstm_step,
    peephole_step,
    torch_gru_step,
    unroll,
)

ALL_CELLS = [RNNCell, LSTMCell, PeepholeLSTMCell, CoupledLSTMCell, GRUCell, MUT1, MUT2, MUT3]
SIZES = [(1, 1, 1, 1), (3, 7, 2, 5), (4, 5, 6, 3)]  # B, T, D, H


def sigma(a):
    return 1 / (1 + torch.exp(-a))


@pytest.mark.parametrize(("B", "T", "D", "H"), SIZES)
@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_outputs_and_gradients_equal_torch(kind, B, T, D, H):
    """Catches a wrong order of gates, z and 1 - z exchanged, the reset on the wrong side, a bias lost in conversion."""
    torch.manual_seed(B + T)
    theirs = kind(D, H, batch_first=True).double()
    cell = cell_from_torch(theirs)
    xs = torch.randn(B, T, D).double().requires_grad_()
    (ours, _), (expected, _) = unroll(cell, xs), theirs(xs)
    assert torch.allclose(ours, expected)
    sent_back = torch.randn(B, T, H).double()
    (got, *_), (wanted, *_) = (torch.autograd.grad(o, [xs], sent_back, retain_graph=True) for o in (ours, expected))
    assert torch.allclose(got, wanted)
    again = cell_to_torch(cell)
    mine = torch.autograd.grad(ours, [cell.W_xh, cell.W_hh, cell.b], sent_back)
    hers = torch.autograd.grad(again(xs)[0], [again.weight_ih_l0, again.weight_hh_l0, again.bias_ih_l0], sent_back)
    for one, other in zip(mine, hers, strict=True):  # the same numbers, in another order of columns
        assert torch.allclose(one.flatten().sort().values, other.flatten().sort().values)


def test_weights_go_to_torch_and_back():
    for cell in (LSTMCell(3, 4), GRUCell(3, 4, convention="torch")):
        again = cell_from_torch(cell_to_torch(cell))
        for ours, copied in zip(cell.parameters(), again.parameters(), strict=True):
            assert torch.equal(ours, copied)
    with pytest.raises(TypeError, match="no network that computes the same"):
        cell_to_torch(GRUCell(3, 4))
    with pytest.raises(ValueError, match="expected one layer"):
        cell_from_torch(nn.LSTM(3, 4, proj_size=2))


def test_lecture_gru_written_out():
    """One matrix per gate, as in the lecture: catches the reset after the product, z flipped, columns exchanged."""
    torch.manual_seed(0)
    x, h = torch.randn(2, 3).double(), torch.randn(2, 4).double()
    W_xh, W_hh, b = torch.randn(3, 12).double(), torch.randn(4, 12).double(), torch.randn(12).double()
    (U_z, U_r, U), (W_z, W_r, W), (b_z, b_r, b_c) = W_xh.split(4, 1), W_hh.split(4, 1), b.split(4)
    z, r = sigma(x @ U_z + h @ W_z + b_z), sigma(x @ U_r + h @ W_r + b_r)
    expected = (1 - z) * h + z * torch.tanh(x @ U + (r * h) @ W + b_c)
    assert torch.allclose(gru_step(x, h, W_xh, W_hh, b), expected)
    other = z * h + (1 - z) * torch.tanh(x @ U + r * (h @ W + 0.3) + b_c)
    assert torch.allclose(torch_gru_step(x, h, W_xh, W_hh, b, torch.full((4,), 0.3).double()), other)


def test_a_lstm_with_gates_set_by_hand():
    """Gates of 0 and 1 make the equations readable: keep, write, clear, hide."""

    def step(c, i, f, o, g):
        b = torch.tensor([i, f, o, g], dtype=torch.float64)
        state = LSTMState(torch.zeros(1, 1).double(), torch.tensor([[c]], dtype=torch.float64))
        zeros = torch.zeros(1, 4).double()
        return [part.item() for part in lstm_step(torch.zeros(1, 1).double(), state, zeros, zeros, b)]

    on, off = 100.0, -100.0
    assert step(0.7, i=off, f=on, o=off, g=on) == pytest.approx([0, 0.7])  # keep, and hide
    assert step(0.7, i=on, f=off, o=on, g=off) == pytest.approx([torch.tanh(torch.tensor(-1.0)).item(), -1])  # write
    assert step(0.7, i=on, f=on, o=on, g=on) == pytest.approx([torch.tanh(torch.tensor(1.7)).item(), 1.7])  # add
    assert step(0.7, i=off, f=off, o=on, g=on) == pytest.approx([0, 0])  # clear


def test_peepholes_written_out():
    """Catches an output gate that sees the old cell state, and peepholes on the candidate."""
    torch.manual_seed(0)
    cell = PeepholeLSTMCell(3, 4).double()
    x, h, c = (torch.randn(2, n).double() for n in (3, 4, 4))
    a_i, a_f, a_o, a_g = (x @ cell.W_xh + h @ cell.W_hh + cell.b).split(4, 1)
    p_i, p_f, p_o = cell.W_ch
    new_c = sigma(a_f + p_f * c) * c + sigma(a_i + p_i * c) * torch.tanh(a_g)
    new_h = sigma(a_o + p_o * new_c) * torch.tanh(new_c)
    output, state = cell(x, LSTMState(h, c))
    assert torch.allclose(state.c, new_c) and torch.allclose(state.h, new_h) and torch.equal(output, state.h)
    without = peephole_step(x, LSTMState(h, c), cell.W_xh, cell.W_hh, torch.zeros(3, 4).double(), cell.b)
    plain = lstm_step(x, LSTMState(h, c), cell.W_xh, cell.W_hh, cell.b)
    assert torch.allclose(without.h, plain.h) and torch.allclose(without.c, plain.c)


def test_coupled_gates_mix_old_and_new():
    """c stays between -1 and 1 because it is always a mean of what was and what comes: catches f on both."""
    torch.manual_seed(0)
    cell = CoupledLSTMCell(3, 4).double()
    x, h, c = (torch.randn(2, n).double() for n in (3, 4, 4))
    a_f, a_o, a_c = (x @ cell.W_xh + h @ cell.W_hh + cell.b).split(4, 1)
    f = sigma(a_f)
    _, state = cell(x, LSTMState(h, c))
    assert torch.allclose(state.c, f * c + (1 - f) * torch.tanh(a_c))
    assert torch.allclose(state.h, sigma(a_o) * torch.tanh(state.c))
    _, state = unroll(cell, 100 * torch.randn(2, 30, 3).double())
    assert state.c.abs().max() <= 1


@pytest.mark.parametrize("D", [4, 3])
def test_mutants_written_out(D):
    """Jozefowicz et al. 2015: catches a missing tanh, a gate that sees what it should not, z and 1 - z exchanged."""
    torch.manual_seed(0)
    x, h = torch.randn(2, D).double(), torch.randn(2, 4).double()
    one, two, three = MUT1(D, 4).double(), MUT2(D, 4).double(), MUT3(D, 4).double()
    bare = (x, x) if D == 4 else (x @ one.W_xx, x @ two.W_xx)

    def mix(cell, z, candidate):
        assert torch.allclose(cell(x, h)[0], torch.tanh(candidate + cell.b_h) * z + h * (1 - z))

    r = sigma(x @ one.W_xr + h @ one.W_hr + one.b_r)
    mix(one, sigma(x @ one.W_xz + one.b_z), (r * h) @ one.W_hh + torch.tanh(bare[0]))
    r = sigma(bare[1] + h @ two.W_hr + two.b_r)
    mix(two, sigma(x @ two.W_xz + h @ two.W_hz + two.b_z), (r * h) @ two.W_hh + x @ two.W_xh)
    r = sigma(x @ three.W_xr + h @ three.W_hr + three.b_r)
    mix(three, sigma(x @ three.W_xz + torch.tanh(h) @ three.W_hz + three.b_z), (r * h) @ three.W_hh + x @ three.W_xh)


@pytest.mark.parametrize("kind", ALL_CELLS)
def test_every_cell_is_a_cell(kind):
    """Any of them drops into `unroll` with lengths, trains, and has no weight that does nothing."""
    torch.manual_seed(0)
    cell = kind(3, 5)
    xs, lengths = torch.randn(4, 6, 3), torch.tensor([6, 3, 1, 4])
    outputs, _ = unroll(cell, xs, lengths=lengths)
    assert outputs.shape == (4, 6, 5)
    alone, _ = unroll(cell, xs[1:2, :3])
    assert torch.allclose(outputs[1, :3], alone[0], atol=1e-6) and not outputs[1, 3:].any()
    outputs.square().sum().backward()
    for name, parameter in cell.named_parameters():
        assert parameter.grad.abs().sum() > 0, f"{name} has no influence"


def test_forget_gates_begin_open_and_keep_the_gradient():
    """The point of the LSTM: with the bias at 1 much more arrives from far back than through a vanilla cell."""
    torch.manual_seed(0)
    xs = torch.randn(8, 40, 3)
    H = 16
    assert torch.equal(LSTMCell(3, H).b[H : 2 * H], torch.ones(H))
    flows = {name: gradient_flow(cell, xs) for name, cell in {"lstm": LSTMCell(3, H), "rnn": RNNCell(3, H)}.items()}
    assert flows["lstm"][0] / flows["lstm"][-1] > 1e3 * flows["rnn"][0] / flows["rnn"][-1]


def test_errors_say_what_was_expected():
    cell, x = LSTMCell(3, 4), torch.randn(2, 3)
    with pytest.raises(ValueError, match=r"lstm_step: x should have the shape \(B, D\)"):
        cell(x[0], cell.initial_state(2))
    with pytest.raises(ValueError, match=r"W_hh should have the shape \(H, 4H\)"):
        lstm_step(x, cell.initial_state(2), cell.W_xh[:, :12], cell.W_hh[:, :12], cell.b[:12])
    with pytest.raises(ValueError, match='convention should be "lecture" or "torch"'):
        GRUCell(3, 4, convention="keras")
