"""The Neural Turing Machine, step by step against loops over single numbers, and at the ends of its ranges."""

import pytest
import torch
from torch.nn import functional as F

from course_lib.memory import (
    BITS,
    Copier,
    NTMCell,
    address,
    content_weights,
    copy_batch,
    head_parameters,
    interpolate,
    ntm_copier,
    read_memory,
    sharpen,
    shift,
    trace,
    trained_copier,
    write_memory,
)
from course_lib.recurrent import LSTMCell, LSTMState, Stacked, lstm_step, unroll
from course_lib.train import train

B, N, M, S = 3, 5, 4, 3


def random_head(reach=1):
    """Arguments of `address`, in their ranges and in its order."""
    torch.manual_seed(0)
    shapes = [(B, N, M), (B, N), (B, M), (B, 1), (B, 1), (B, 2 * reach + 1), (B, 1)]
    memory, previous, key, strength, gate, shifts, sharpness = (torch.randn(*shape).double() for shape in shapes)
    ranges = 3 * strength.sigmoid(), gate.sigmoid(), shifts.softmax(dim=1), 1 + 2 * sharpness.sigmoid()
    return memory, previous.softmax(dim=1), key, *ranges


def one_hot(*places, size=N):
    return F.one_hot(torch.tensor(places), size).double()


def content_by_loop(key, memory, strength):
    rows = []
    for b in range(len(key)):
        fits = [
            key[b] @ memory[b, i] / (key[b] @ key[b]).sqrt() / (memory[b, i] @ memory[b, i]).sqrt() for i in range(N)
        ]
        powers = [(strength[b, 0] * fit).exp() for fit in fits]
        rows.append(torch.stack([power / sum(powers) for power in powers]))
    return torch.stack(rows)


def shift_by_loop(weights, shifts):
    """The paper's sum over j, with s(i - j) looked up in a table from offsets to columns."""
    reach = shifts.shape[1] // 2
    result = torch.zeros_like(weights)
    for b in range(len(weights)):
        for i in range(N):
            for j in range(N):
                for offset in range(-reach, reach + 1):
                    if (i - j - offset) % N == 0:
                        result[b, i] += weights[b, j] * shifts[b, offset + reach]
    return result


def address_by_loop(memory, previous, key, strength, gate, shifts, sharpness):
    rows = []
    content = content_by_loop(key, memory, strength)
    gated = torch.stack([gate[b] * content[b] + (1 - gate[b]) * previous[b] for b in range(len(gate))])
    shifted = shift_by_loop(gated, shifts)
    for b in range(len(gate)):
        powers = [shifted[b, i] ** sharpness[b, 0] for i in range(N)]
        rows.append(torch.stack([power / sum(powers) for power in powers]))
    return torch.stack(rows)


def test_content_weights_equal_a_loop():
    """Catches lengths that are not divided out, a softmax over the wrong axis, a strength put in after the softmax."""
    memory, _, key, strength, *_ = random_head()
    assert torch.allclose(content_weights(key, memory, strength), content_by_loop(key, memory, strength))


def test_the_length_of_key_and_contents_does_not_count():
    memory, _, key, strength, *_ = random_head()
    weights = content_weights(key, memory, strength)
    assert torch.allclose(content_weights(7 * key, memory, strength), weights)
    assert torch.allclose(content_weights(key, memory * torch.rand(B, N, 1).double(), strength), weights)


def test_a_strong_key_finds_the_best_match_and_a_weak_one_nothing():
    memory, _, key, strength, *_ = random_head()
    memory[torch.arange(B), torch.tensor([4, 0, 2])] = 0.1 * key  # the same direction
    assert torch.allclose(content_weights(key, memory, 0 * strength + 1e4), one_hot(4, 0, 2))
    assert torch.allclose(content_weights(key, memory, 0 * strength), torch.full((B, N), 1 / N).double())


def test_gate_chooses_between_content_and_the_step_before():
    """Catches a gate that works the other way round."""
    torch.manual_seed(0)
    content, previous = torch.rand(2, B, N).double().softmax(dim=2)
    gate = torch.tensor([[0.0], [0.25], [1.0]]).double()
    mixed = interpolate(content, previous, gate)
    assert torch.equal(mixed[0], previous[0]) and torch.equal(mixed[2], content[2])
    assert torch.allclose(mixed[1], 0.25 * content[1] + 0.75 * previous[1])


@pytest.mark.parametrize("reach", [0, 1, 2])
def test_shift_equals_the_sum_of_the_paper(reach):
    """Catches a correlation taken for a convolution, columns in another order, and ends that are not joined."""
    _, weights, *_, shifts, _ = random_head(reach)
    shifted = shift(weights, shifts)
    assert torch.allclose(shifted, shift_by_loop(weights, shifts))
    assert torch.allclose(shifted.sum(dim=1), torch.ones(B).double())


def test_a_sure_shift_moves_the_focus_exactly():
    """Column 0 is one back, 1 stays, 2 is one on; from the last location it goes on to the first, and back."""
    assert torch.equal(shift(one_hot(2, 2, 2), one_hot(0, 1, 2, size=3)), one_hot(1, 2, 3))
    assert torch.equal(shift(one_hot(0, 4, 4), one_hot(0, 1, 2, size=3)), one_hot(4, 4, 0))
    assert torch.equal(shift(one_hot(0, 4), one_hot(0, 4, size=5)), one_hot(3, 1)), "two locations at once"


def test_sharpen_by_hand():
    weights = torch.tensor([[0.1, 0.9], [0.5, 0.5], [0.0, 1.0]]).double()
    assert torch.allclose(sharpen(weights, torch.ones(3, 1).double()), weights), "gamma = 1 changes nothing"
    expected = torch.tensor([[0.01 / 0.82, 0.81 / 0.82], [0.5, 0.5], [0.0, 1.0]]).double()
    assert torch.allclose(sharpen(weights, 2 * torch.ones(3, 1).double()), expected)


def test_sharpen_at_its_limit_leaves_the_largest_weight_and_no_nan():
    """Catches powers that all underflow to 0, and gradients that are not finite where a weight is 0."""
    weights = torch.full((1, 64), 1 / 64)
    weights[0, 7] += 1e-2
    weights[0, 9] = 0.0
    sharpness = torch.tensor([[1000.0]], requires_grad=True)
    sharp = sharpen(weights.requires_grad_(), sharpness)
    assert torch.allclose(sharp, one_hot(7, size=64).float())
    sharp[0, :9].square().sum().backward()
    assert weights.grad.isfinite().all() and sharpness.grad.isfinite().all()


def test_address_equals_a_loop():
    """Catches steps left out or in another order."""
    head = [part.requires_grad_() for part in random_head()]
    weights, expected = address(*head), address_by_loop(*head)
    assert torch.allclose(weights, expected)
    assert torch.allclose(weights.sum(dim=1), torch.ones(B).double())
    sent_back = torch.randn(B, N).double()
    for one, other in zip(*(torch.autograd.grad(w, head, sent_back) for w in (weights, expected)), strict=True):
        assert torch.allclose(one, other)


def test_address_with_the_gate_closed_goes_on_from_where_it_was():
    memory, _, key, strength, *_ = random_head()
    closed, sharpness = torch.zeros(B, 1).double(), torch.ones(B, 1).double()
    moved = address(memory, one_hot(0, 2, 4), key, strength, closed, one_hot(2, 2, 2, size=S), sharpness)
    assert torch.equal(moved, one_hot(1, 3, 0))


def test_gradients_of_address():
    head = [part.requires_grad_() for part in random_head()]
    assert torch.autograd.gradcheck(address, head)


def test_read_is_the_mean_by_weights():
    memory, weights, *_ = random_head()
    for b, read in enumerate(read_memory(memory, weights)):
        assert torch.allclose(read, sum(weights[b, i] * memory[b, i] for i in range(N)))
    assert torch.equal(read_memory(memory, one_hot(0, 1, 4)), memory[torch.arange(B), torch.tensor([0, 1, 4])])


def test_write_erases_and_then_adds():
    """Equations (3) and (4) one number at a time. Catches adding first, and erasing what has just been added."""
    memory, weights, add, *_ = random_head()
    erase = torch.rand(B, M).double()
    before, written = memory.clone(), write_memory(memory, weights, erase, add)
    for b in range(B):
        for i in range(N):
            for m in range(M):
                erased = memory[b, i, m] * (1 - weights[b, i] * erase[b, m])
                assert torch.isclose(written[b, i, m], erased + weights[b, i] * add[b, m])
    assert torch.equal(memory, before), "the memory given is another tensor than the one that comes back"


def test_a_sure_write_replaces_one_location_only():
    memory, _, key, *_ = random_head()
    written = write_memory(memory, one_hot(1, 1, 1), torch.ones(B, M).double(), key)
    assert torch.equal(written[:, 1], key)
    others = torch.tensor([0, 2, 3, 4])
    assert torch.equal(written[:, others], memory[:, others])


def test_write_gradients():
    torch.manual_seed(0)
    shapes = [(2, 3, 4), (2, 3), (2, 4), (2, 4)]
    assert torch.autograd.gradcheck(write_memory, [torch.rand(*s).double().requires_grad_() for s in shapes])
    assert torch.autograd.gradcheck(read_memory, [torch.rand(*s).double().requires_grad_() for s in shapes[:2]])


def test_head_parameters_are_in_their_ranges():
    """Catches numbers cut apart at the wrong places, and functions given to the wrong one."""
    torch.manual_seed(0)
    a = torch.cat([torch.randn(50, M), 5 * torch.randn(50, 6)], dim=1)
    key, strength, gate, shifts, sharpness = head_parameters(a, M)
    assert torch.allclose(key, torch.tanh(a[:, :M]))
    assert torch.allclose(strength, (1 + a[:, [M]].exp()).log(), atol=1e-5) and (strength > 0).all()
    assert torch.allclose(gate, torch.sigmoid(a[:, [M + 1]]))
    assert torch.allclose(sharpness, 1 + (1 + a[:, [M + 2]].exp()).log(), atol=1e-5)
    assert torch.allclose(shifts, a[:, M + 3 :].softmax(dim=1)) and shifts.shape == (50, 3)


def small_cell(**settings):
    torch.manual_seed(1)
    return NTMCell(2, 6, locations=N, width=M, **settings).double()


def one_step_by_hand(cell, x, state):
    """The cell written out: what goes where, and in which order."""
    lstm = cell.controller
    controller = lstm_step(torch.cat([x, state.read], dim=1), state.controller, lstm.W_xh, lstm.W_hh, lstm.b)
    a = controller.h @ cell.write_head.weight.T + cell.write_head.bias
    write = address_by_loop(state.memory, state.write_weights, *head_parameters(a[:, : -2 * M], M))
    erase, add = torch.sigmoid(a[:, -2 * M : -M]), torch.tanh(a[:, -M:])
    memory = [state.memory[:, i] * (1 - write[:, [i]] * erase) + write[:, [i]] * add for i in range(N)]
    memory = torch.stack(memory, dim=1)
    a = controller.h @ cell.read_head.weight.T + cell.read_head.bias
    read_weights = address_by_loop(memory, state.read_weights, *head_parameters(a, M))
    read = sum(read_weights[:, [i]] * memory[:, i] for i in range(N))
    return torch.cat([controller.h, read], dim=1), type(state)(controller, memory, read, read_weights, write)


def test_cell_equals_a_computation_by_hand():
    """Catches heads exchanged, reading before writing, a read vector that the controller never sees; gradients too."""
    cell = small_cell()
    state = by_hand = cell.initial_state(B)
    for x in torch.randn(3, B, 2).double():
        output, state = cell(x, state)
        expected, by_hand = one_step_by_hand(cell, x, by_hand)
        assert torch.allclose(output, expected)
        for name in ("memory", "read", "read_weights", "write_weights"):
            assert torch.allclose(getattr(state, name), getattr(by_hand, name)), name
        assert torch.allclose(state.controller.c, by_hand.controller.c)
    parameters, sent_back = list(cell.parameters()), torch.randn_like(output)
    gradients = [torch.autograd.grad(y, parameters, sent_back) for y in (output, expected)]
    for one, other in zip(*gradients, strict=True):
        assert torch.allclose(one, other, rtol=1e-4)


def test_first_state():
    """A blank memory, all of its locations alike, and both heads at location 0."""
    cell = small_cell()
    state = cell.initial_state(2)
    assert isinstance(state.controller, LSTMState) and not state.controller.h.any()
    assert state.memory.shape == (2, N, M) and (state.memory == NTMCell.BLANK).all()
    assert torch.equal(state.read, state.memory[:, 0])
    assert torch.equal(state.read_weights, one_hot(0, 0)) and torch.equal(state.write_weights, one_hot(0, 0))
    assert state.memory.dtype == torch.double, "as the parameters"


@torch.no_grad()
def test_unroll_runs_the_cell_and_keeps_finished_sequences():
    """Its nested state goes through `unroll`: a sequence that has ended keeps its memory."""
    cell, xs = small_cell(), torch.randn(2, 6, 2).double()
    outputs, state = unroll(cell, xs, lengths=torch.tensor([6, 2]))
    assert outputs.shape == (2, 6, cell.hidden_size) and cell.hidden_size == 6 + M
    alone, short = unroll(cell, xs[1:, :2])
    assert torch.allclose(outputs[1, :2], alone[0]) and not outputs[1, 2:].any()
    assert torch.allclose(state.memory[1], short.memory[0])
    assert torch.allclose(state.write_weights[1], short.write_weights[0])


def test_any_place_for_a_cell_takes_it():
    outputs, states = unroll(Stacked([LSTMCell(3, 2).double(), small_cell()]), torch.randn(2, 4, 3).double())
    assert outputs.shape == (2, 4, 6 + M) and states[1].memory.shape == (2, N, M)


@torch.no_grad()
def test_trace_is_unroll_with_all_states():
    cell, xs = small_cell(reach=2), torch.randn(2, 4, 2).double()
    outputs, states = trace(cell, xs)
    for T in range(1, 5):
        expected, state = unroll(cell, xs[:, :T])
        assert torch.equal(outputs[:, :T], expected)
        assert torch.equal(states.memory[:, T - 1], state.memory)
        assert torch.equal(states.read_weights[:, T - 1], state.read_weights)
        assert torch.equal(states.write_weights[:, T - 1], state.write_weights)
        assert torch.equal(states.controller.c[:, T - 1], state.controller.c)


def test_gradients_reach_every_parameter_and_the_first_input():
    cell, xs = small_cell(), torch.randn(2, 5, 2).double().requires_grad_()
    outputs, _ = unroll(cell, xs)
    outputs[:, -1].square().sum().backward()
    for name, parameter in cell.named_parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.any(), name
    assert xs.grad[:, 0].any(dim=1).all()


def test_the_same_weights_work_with_any_number_of_locations():
    """None belongs to a location: the weights of a short tape can be loaded for a longer one."""
    short, long = ntm_copier(8), ntm_copier(30)
    long.load_state_dict(short.state_dict())
    xs, _ = copy_batch(2, 3)
    assert short(xs).shape == long(xs).shape == (2, 3, BITS)
    short.cell.locations = 30
    assert torch.equal(short(xs), long(xs))


def test_same_seed_same_everything():
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        model = ntm_copier()
        results.append(model(copy_batch(2, 3)[0]))
    assert torch.equal(*results)


def test_copy_batch_by_hand():
    """Start, the bits, end, silence; catches flags in the wrong place and a target that begins too early."""
    xs, bits = copy_batch(7, 3, width=4, generator=torch.Generator().manual_seed(0))
    assert xs.shape == (7, 8, 6) and bits.shape == (7, 3, 4)
    assert torch.equal(xs[:, 1:4, :4], bits) and not xs[:, 4:, :4].any() and not xs[:, 0, :4].any()
    assert torch.equal(xs[:, :, 4], one_hot(*[0] * 7, size=8).float())
    assert torch.equal(xs[:, :, 5], one_hot(*[4] * 7, size=8).float())
    assert set(bits.unique().tolist()) == {0, 1} and 0.3 < bits.mean() < 0.7
    again, _ = copy_batch(7, 3, width=4, generator=torch.Generator().manual_seed(0))
    other, _ = copy_batch(7, 3, width=4, generator=torch.Generator().manual_seed(1))
    assert torch.equal(xs, again) and not torch.equal(xs, other)


class Echo(torch.nn.Module):
    """A cell that says its input, after as many steps as there are in half a sequence and one more."""

    input_size, hidden_size = BITS + 2, BITS + 2

    def __init__(self, length):
        super().__init__()
        self.length = length

    def initial_state(self, batch_size):
        return torch.zeros(batch_size, self.length + 1, BITS + 2)

    def forward(self, x_t, state):
        return state[:, 0], torch.cat([state[:, 1:], x_t[:, None]], dim=1)


def test_copier_judges_the_steps_in_which_bits_are_to_be_said():
    """A cell that repeats everything L + 1 steps later is right in all bits: catches answers taken a step off."""
    xs, bits = copy_batch(4, 5)
    model = Copier(Echo(5))
    with torch.no_grad():
        model.readout.weight.copy_(torch.eye(BITS, BITS + 2))
        model.readout.bias.fill_(-0.5)
    assert torch.equal(model(xs) > 0, bits > 0)


def copying_loss(model, batch):
    xs, bits = batch
    return F.binary_cross_entropy_with_logits(model(xs), bits)


def test_learns_to_copy_short_sequences():
    """Catches a memory or an address that no gradient comes through in the right direction."""
    torch.manual_seed(0)
    model = Copier(NTMCell(4, 16, locations=4, width=4), width=2)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    batches = [copy_batch(16, 2, width=2) for _ in range(120)]
    history = train(model, batches, copying_loss, optimizer, max_norm=1.0)
    assert history.loss[-1] < 0.1


@torch.no_grad()
def test_trained_copier_copies_longer_sequences_than_it_learned_from():
    """Weights that fit, at twice the longest length of its training, and heads that move on by one location a step."""
    model = trained_copier(locations=24)
    xs, bits = copy_batch(20, 20, generator=torch.Generator().manual_seed(5))
    assert ((model(xs) > 0) == (bits > 0)).float().mean() > 0.99
    _, states = trace(model.cell, xs)
    steps = states.read_weights[:, -20:].argmax(dim=2).diff(dim=1) % 24
    assert ((steps == 1) | (steps == 23)).float().mean() > 0.95


def test_errors_say_what_was_expected():
    memory, previous, key, strength, gate, shifts, sharpness = random_head()
    with pytest.raises(ValueError, match=r"memory should have the shape \(B, N, M\) with B = 6 as in key, got \(3, 5"):
        address(memory, previous, key.repeat(2, 1), strength, gate, shifts, sharpness)
    with pytest.raises(ValueError, match=r"memory should have the shape \(B, N, M\) with M = 3 as in key"):
        content_weights(key[:, 1:], memory, strength)
    with pytest.raises(ValueError, match=r"strength should have the shape \(B, 1\), got \(3,\)"):
        content_weights(key, memory, strength[:, 0])
    with pytest.raises(ValueError, match=r"gate should have the shape \(B, 1\)"):
        interpolate(previous, previous, gate[:, 0])
    with pytest.raises(ValueError, match=r"shifts should have an odd number of columns, at most N = 5, got 2"):
        shift(previous, shifts[:, :2])
    with pytest.raises(ValueError, match=r"at most N = 5, got 7"):
        shift(previous, torch.ones(B, 7).double())
    with pytest.raises(ValueError, match=r"add should have the shape \(B, M\) with M = 4 as in memory, got \(3, 5\)"):
        write_memory(memory, previous, key, torch.zeros(B, 5).double())
    with pytest.raises(ValueError, match=r"weights should have the shape \(B, N\) with N = 5"):
        read_memory(memory, previous[:, 1:])
    with pytest.raises(TypeError, match=r"memory is torch\.float32, but key is torch.float64"):
        content_weights(key, memory.float(), strength)
