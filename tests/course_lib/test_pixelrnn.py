"""Painting pixel after pixel: nothing may know what comes later, and all that is to be seen must be seen."""

import itertools
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.data.digits import LEVELS, load_digits
from course_lib.pixels import (
    DiagonalBiLSTM,
    MaskedBlock,
    Painter,
    RowLSTM,
    bits_per_dimension,
    causal_mask,
    convolution_painter,
    diagonal_bilstm,
    diagonal_lstm,
    diagonal_painter,
    fill_in,
    grey_levels,
    lstm_over_lines,
    masked_conv2d,
    pixel_loss,
    row_painter,
    sample,
    skew,
    trained_painter,
    unskew,
)
from course_lib.recurrent import LSTMState, lstm_step
from course_lib.train import train

LAYERS = {"row": RowLSTM, "diagonal": DiagonalBiLSTM, "cnn": MaskedBlock}


def small_painter(name, levels=2, layers=1, kernel_size=3, scale=1.0):
    """Random weights in double precision, which `scale` makes more decided; wide enough that some ReLU is open."""
    torch.manual_seed(0)
    model = Painter([LAYERS[name](8) for _ in range(layers)], 8, levels, kernel_size).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter *= scale
    return model


def all_pictures(side):
    """All black-and-white pictures."""
    return torch.tensor(list(itertools.product([0.0, 1.0], repeat=side**2))).double().view(-1, 1, side, side)


def log_probabilities(model, pictures):
    log_p = torch.log_softmax(model(pictures), dim=1).gather(1, grey_levels(pictures, model.levels)[:, None])
    return log_p.flatten(1).sum(dim=1)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(1)


def random_inputs(*shape):
    return torch.randn(*shape).double().requires_grad_()


def assert_equal_with_gradients(ours, expected, inputs):
    assert torch.allclose(ours, expected)
    sent_back = torch.randn_like(ours)
    for one, other in zip(*(torch.autograd.grad(y, inputs, sent_back) for y in (ours, expected)), strict=True):
        assert torch.allclose(one, other)


# --- masks


def test_masks_are_those_of_the_paper():
    """Catches a mask of kind A that lets the middle through, and one that is turned on its side."""
    assert causal_mask((3, 3), "A").tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert causal_mask((3, 3), "B").tolist() == [[1, 1, 1], [1, 1, 0], [0, 0, 0]]
    assert causal_mask((1, 5), "A").tolist() == [[1, 1, 0, 0, 0]]
    assert causal_mask((1, 1), "B").tolist() == [[1]]
    assert causal_mask((5, 3), "B").sum(dim=1).tolist() == [3, 3, 2, 0, 0]


@pytest.mark.parametrize("kind", ["A", "B"])
@pytest.mark.parametrize(("kH", "kW"), [(3, 3), (1, 3), (5, 3)])
def test_masked_convolution_equals_a_loop(kind, kH, kW):
    """Over earlier neighbours only, gradients included: no masked weight gets a gradient that would move it."""
    B, C, F_, H, W = 2, 2, 3, 4, 5
    x, filters, bias = random_inputs(B, C, H, W), random_inputs(F_, C, kH, kW), random_inputs(F_)
    rows = []
    for i, j in itertools.product(range(H), range(W)):
        value = bias.expand(B, F_)
        for u, v in itertools.product(range(i - kH // 2, i + kH // 2 + 1), range(j - kW // 2, j + kW // 2 + 1)):
            earlier = (u, v) < (i, j) or (kind == "B" and (u, v) == (i, j))
            if earlier and 0 <= u < H and 0 <= v < W:
                value = value + x[:, :, u, v] @ filters[:, :, u - i + kH // 2, v - j + kW // 2].T
        rows.append(value)
    expected = torch.stack(rows, dim=2).view(B, F_, H, W)
    assert_equal_with_gradients(masked_conv2d(x, filters, bias, kind), expected, (x, filters, bias))


def test_errors_say_what_was_expected():
    with pytest.raises(ValueError, match='"A" or "B", got \'C\''):
        causal_mask((3, 3), "C")
    with pytest.raises(ValueError, match=r"should be odd.*got \(3, 2\)"):
        causal_mask((3, 2), "A")
    with pytest.raises(ValueError, match="got 4 rows and 3 columns"):
        unskew(torch.zeros(1, 1, 4, 3))
    with pytest.raises(ValueError, match=r"\(B, 1, H, W\), got \(2, 3, 4, 4\)"):
        grey_levels(torch.zeros(2, 3, 4, 4), 2)
    with pytest.raises(ValueError, match="2 levels from 0 to 1 only"):
        grey_levels(torch.full((1, 1, 2, 2), 0.5), 2)
    with pytest.raises(ValueError, match="from 0 to 16, some"):
        grey_levels(torch.tensor([[[[0.0, 16.0]]]]), 17)
    with pytest.raises(ValueError, match=r"known should be bool of shape \(2, 3\), got torch.bool of \(3, 2\)"):
        fill_in(small_painter("cnn"), torch.zeros(1, 1, 2, 3), torch.ones(3, 2, dtype=torch.bool))


# --- recurrence


@pytest.mark.parametrize(("H", "W"), [(3, 3), (2, 5), (4, 1), (1, 3)])
def test_skew_puts_diagonals_into_columns_and_unskew_back(H, W):
    x = random_inputs(2, 3, H, W)
    expected = torch.zeros(2, 3, H, W + H - 1).double()
    for i in range(H):
        expected[:, :, i, i : i + W] = x[:, :, i]
    assert torch.equal(skew(x), expected)
    assert torch.equal(unskew(skew(x)), x)
    dirty = torch.where(skew(torch.ones_like(x)) == 0, 9.0, skew(x))  # what the LSTM leaves beyond the picture
    assert torch.equal(unskew(dirty), x)


def rows_by_loop(a, K_ss):
    """The library's own LSTM at each place: its inputs are k neighbours' states, its biases what the picture says."""
    B, _, T, n = a.shape
    h, k = K_ss.shape[1:]
    W_xh, W_hh = torch.cat([K_ss[:, :, u].T for u in range(k)]), torch.zeros(h, 4 * h).double()
    nothing, states = (torch.zeros(h).double(), torch.zeros(h).double()), {}
    for b, t, m in itertools.product(range(B), range(T), range(n)):
        above = [states.get((b, t - 1, m + u - k // 2), nothing) for u in range(k)]
        x, c = torch.cat([state[0] for state in above])[None], above[k // 2][1][None]
        state = lstm_step(x, LSTMState(torch.zeros_like(c), c), W_xh, W_hh, a[b, :, t, m])
        states[b, t, m] = state.h[0], state.c[0]
    return torch.stack([h for h, _ in states.values()]).view(B, T, n, h).permute(0, 3, 1, 2)


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_rows_equal_a_loop_over_single_places(k):
    """Catches gates in another order, neighbours left and right exchanged, and c taken from a neighbour."""
    a, K_ss = random_inputs(2, 8, 3, 4), random_inputs(8, 2, k)
    assert_equal_with_gradients(lstm_over_lines(a, K_ss), rows_by_loop(a, K_ss), (a, K_ss))


def diagonal_by_loop(a, K_ss, columns):
    """Pixel after pixel, the columns of a row in the order given: left neighbours' c, upper and left neighbours' h."""
    B, G, H, W = a.shape
    zeros = torch.zeros(B, G // 4).double()
    states = {}
    step = columns[1] - columns[0] if W > 1 else 1
    for i, j in itertools.product(range(H), columns):
        up, left = states.get((i - 1, j), (zeros, zeros)), states.get((i, j - step), (zeros, zeros))
        rows = []
        for b in range(B):
            state = LSTMState(left[0][b : b + 1], left[1][b : b + 1])
            rows.append(lstm_step(up[0][b : b + 1], state, K_ss[:, :, 0].T, K_ss[:, :, 1].T, a[b, :, i, j]))
        states[i, j] = torch.cat([s.h for s in rows]), torch.cat([s.c for s in rows])
    return torch.stack([states[i, j][0] for i, j in itertools.product(range(H), range(W))], dim=2).view(B, -1, H, W)


@pytest.mark.parametrize(("H", "W"), [(3, 4), (4, 2), (1, 3), (3, 1)])
def test_diagonals_equal_a_loop_over_pixels(H, W):
    """Catches a skew to the wrong side, upper and left weights exchanged, and a state from outside the picture."""
    a, K_ss = random_inputs(2, 8, H, W), random_inputs(8, 2, 2)
    assert_equal_with_gradients(diagonal_lstm(a, K_ss), diagonal_by_loop(a, K_ss, range(W)), (a, K_ss))


def test_both_directions_equal_loops_and_the_right_one_is_a_row_late():
    inputs = random_inputs(2, 8, 3, 4), random_inputs(2, 8, 3, 4), random_inputs(8, 2, 2), random_inputs(8, 2, 2)
    a_left, a_right, K_left, K_right = inputs
    right = diagonal_by_loop(a_right, K_right, range(3, -1, -1))
    late = torch.cat([torch.zeros_like(right[:, :, :1]), right[:, :, :-1]], dim=2)
    expected = diagonal_by_loop(a_left, K_left, range(4)) + late
    assert_equal_with_gradients(diagonal_bilstm(*inputs), expected, inputs)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_add_to_what_comes_in(name):
    """A layer whose last convolution says nothing changes nothing: section 3.3 of the paper."""
    layer, x = LAYERS[name](4), torch.randn(2, 8, 3, 5)
    last = layer.widen if name == "cnn" else layer.upsample
    assert not torch.allclose(layer(x), x)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    assert torch.equal(layer(x), x)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_work_on_the_place_itself(name):
    """Catches a mask of kind A in a later layer; on a map of one place nothing else is to be seen."""
    layer, xs = LAYERS[name](8), torch.randn(2, 16, 1, 1)
    said = layer(xs) - xs
    if name == "diagonal":  # only the LSTM from the left speaks in the first row
        assert not torch.allclose(layer.from_right(xs)[0], layer.from_right(xs)[1])
    assert not torch.allclose(said[0], said[1], atol=1e-4)


def test_new_layers_rather_remember():
    for bias in (RowLSTM(5).input_to_state.bias, DiagonalBiLSTM(5).from_left.bias, DiagonalBiLSTM(5).from_right.bias):
        assert (bias == 1).nonzero().flatten().tolist() == [5, 6, 7, 8, 9]


# --- what can be seen


def visible_after_first(H, W, r):
    """For each place the pixels that a masked filter of kind A sees which reaches r places far."""
    places = list(itertools.product(range(H), range(W)))
    return {(i, j): {(u, v) for u, v in places if (u, v) < (i, j) and max(i - u, abs(v - j)) <= r} for i, j in places}


def visible_after(name, before):
    """What a place sees after a layer, if places see `before` what they do, followed neighbour by neighbour."""
    none, left, right = set(), {}, {}
    H, W = (1 + max(place[axis] for place in before) for axis in (0, 1))
    if name == "cnn":
        offsets = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0)]
        return {(i, j): none.union(*(before.get((i + u, j + v), none) for u, v in offsets)) for i, j in before}
    for i, j in before:
        above = [left.get((i - 1, j + v), none) for v in (-1, 0, 1)]
        if name == "row":
            left[i, j] = before[i, j].union(before.get((i, j - 1), none), *above)
        else:
            left[i, j] = before[i, j].union(left.get((i, j - 1), none), above[1])
    if name == "row":
        return left
    for i, j in itertools.product(range(H), reversed(range(W))):
        right[i, j] = before[i, j].union(right.get((i, j + 1), none), right.get((i - 1, j), none))
    return {(i, j): left[i, j] | right.get((i - 1, j), none) for i, j in before}


def gradients_reach(model, H, W):
    """For each pixel the pixels to which a gradient of its logits flows, in any of some random pictures."""
    torch.manual_seed(2)
    pictures = torch.rand(4, 1, H, W).double().requires_grad_()
    logits = model(pictures)
    weights = torch.randn_like(logits[:, :, 0, 0])
    reached = {}
    for i, j in itertools.product(range(H), range(W)):
        (gradient,) = torch.autograd.grad((logits[:, :, i, j] * weights).sum(), pictures, retain_graph=True)
        reached[i, j] = {tuple(place) for place in (gradient != 0).any(dim=0)[0].nonzero().tolist()}
    return reached


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", LAYERS)
def test_each_pixel_sees_exactly_what_it_should(name, layers):
    """No gradient at all to itself and to later pixels; one to every earlier pixel in its receptive field."""
    H, W = 5, 6
    expected = visible_after_first(H, W, r=1)
    for _ in range(layers):
        expected = visible_after(name, expected)
    reached = gradients_reach(small_painter(name, layers=layers, scale=2.0), H, W)
    assert all(seen < (i, j) for i, j in reached for seen in reached[i, j]), "the future"
    assert reached == expected


@pytest.mark.parametrize("r", [1, 2, 3])
def test_diagonal_bilstm_sees_everything_but_the_last_pixel_of_the_row_above(r):
    """That one is seen too where the first filter reaches it; rows and convolutions have much larger blind spots."""
    H, W = 4, 6
    places = list(itertools.product(range(H), range(W)))
    everything = {place: {other for other in places if other < place} for place in places}
    reached = gradients_reach(small_painter("diagonal", kernel_size=2 * r + 1, scale=2.0), H, W)
    for i, j in everything:
        missed = {(i - 1, W - 1)} if i > 0 and j + r < W - 1 else set()
        assert everything[i, j] - reached[i, j] == missed
    for name in ("row", "cnn"):
        assert len(everything[3, 2] - visible_after(name, visible_after_first(H, W, r=1))[3, 2]) > 1


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_reach_all_parameters(name):
    model = small_painter(name, levels=3, layers=2)
    pixel_loss(model, torch.randint(3, (4, 1, 5, 5)).double() / 2).backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


# --- probabilities


@pytest.mark.parametrize("name", LAYERS)
def test_probabilities_of_all_pictures_sum_to_one(name):
    """An exact test: a painter that knows a pixel before it guesses it gives away more than there is."""
    model, pictures = small_painter(name, layers=2, scale=3.0), all_pictures(3)
    p = log_probabilities(model, pictures).exp()
    assert len(p) == 512 and p.sum().item() == pytest.approx(1, abs=1e-10)
    assert p.max() > 4 / 512, "decided enough for the test to mean something"


def painter_with_fixed_probabilities(p):
    """Says the same of every pixel, whatever was before."""
    model = convolution_painter(len(p), hidden_size=2, layers=1)
    nn.init.zeros_(model.readout[-1].weight)
    with torch.no_grad():
        model.readout[-1].bias.copy_(torch.tensor(p).log())
    return model


def test_bits_of_painters_that_know_nothing_of_neighbours():
    """Catches nats taken for bits, sums for means, and parts of a batch of unequal size that count alike."""
    pictures, _ = load_digits("test")
    uniform = painter_with_fixed_probabilities([1 / LEVELS] * LEVELS)
    assert bits_per_dimension(uniform, pictures) == pytest.approx(math.log2(17), rel=1e-5)
    half = torch.zeros(150, 1, 2, 2)
    half[100:] = 1.0  # a third of the pixels, all in the second hundred
    biased = painter_with_fixed_probabilities([0.25, 0.75])
    expected = -(2 * math.log2(0.25) + math.log2(0.75)) / 3
    assert bits_per_dimension(biased, half) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_loss_is_the_mean_surprise(name):
    model, pictures = small_painter(name, levels=3, scale=2.0), torch.randint(3, (5, 1, 3, 4)).double() / 2
    expected = -log_probabilities(model, pictures).mean() / 12
    assert pixel_loss(model, pictures).item() == pytest.approx(expected.item())


def test_grey_levels_of_digits():
    pictures, _ = load_digits("train")
    numbers = grey_levels(pictures, LEVELS)
    assert numbers.dtype == torch.int64 and numbers.shape == (1437, 8, 8)
    assert torch.equal(numbers[:, None] / 16, pictures) and numbers.unique().tolist() == list(range(17))


# --- painting


def chi_squared(painted, model, given=None):
    """How far the counts of painted 2 x 2 pictures are from what the model expects, given the first pixels.

    The limits below are exceeded by chance in one of a thousand runs, and the seed is fixed.
    """
    pictures = all_pictures(2)
    p = log_probabilities(model, pictures).exp()
    if given is not None:
        p = p * (pictures.flatten(1)[:, : len(given)] == torch.tensor(given)).all(dim=1)
        p = p / p.sum()
    found = (painted.flatten(1) @ torch.tensor([8.0, 4, 2, 1]).double()).long()
    counts = torch.bincount(found, minlength=16)
    assert not counts[p == 0].any()
    expected = len(painted) * p[p > 0]
    return ((counts[p > 0] - expected) ** 2 / expected).sum().item()


@pytest.mark.parametrize("name", LAYERS)
def test_painted_pictures_follow_the_probabilities(name):
    """Catches pixels drawn in another order, from a stale picture, or put back at another grey."""
    model, generator = small_painter(name, scale=3.0), torch.Generator().manual_seed(0)
    painted = sample(model, 5000, 2, 2, generator)
    assert painted.shape == (5000, 1, 2, 2) and chi_squared(painted, model) < 37.7  # 15 degrees of freedom


def test_hidden_pixels_follow_their_probabilities_given_the_known():
    """Of pictures whose first two pixels are known; whatever stands in the hidden places has no say."""
    model, generator = small_painter("diagonal", scale=3.0), torch.Generator().manual_seed(0)
    known = torch.tensor([[True, True], [False, False]])
    pictures = torch.tensor([[1.0, 0.0], [1.0, math.nan]]).double().repeat(5000, 1, 1, 1)
    painted = fill_in(model, pictures, known, generator)
    assert pictures[:, 0, 1, 1].isnan().all(), "the argument is not changed"
    assert chi_squared(painted, model, given=[1.0, 0.0]) < 16.3  # 3 degrees of freedom


@pytest.mark.parametrize("name", LAYERS)
def test_known_pixels_stay_and_chance_is_repeatable(name):
    torch.manual_seed(3)
    model, known = small_painter(name, levels=5), torch.rand(4, 5) < 0.5
    pictures = torch.randint(5, (3, 1, 4, 5)).double() / 4
    painted, again = (fill_in(model, pictures, known, torch.Generator().manual_seed(0)) for _ in range(2))
    assert torch.equal(painted, again) and torch.equal(painted[:, :, known], pictures[:, :, known])
    assert not torch.equal(painted, pictures) and not painted.requires_grad
    assert torch.equal(grey_levels(painted, 5)[:, None] / 4, painted)
    all_known = torch.ones(4, 5, dtype=torch.bool)
    assert torch.equal(fill_in(model, pictures, all_known), pictures)


@pytest.mark.parametrize("name", LAYERS)
def test_rows_below_have_no_say(name):
    """On which `fill_in` relies: the upper rows alone give the same logits as the whole picture."""
    model, pictures = small_painter(name, layers=2, scale=2.0), torch.rand(2, 1, 5, 4).double()
    for rows in range(1, 5):
        assert torch.allclose(model(pictures[:, :, :rows]), model(pictures)[:, :, :rows])


@pytest.mark.parametrize("build", [row_painter, diagonal_painter, convolution_painter])
def test_learns_a_few_digits(build):
    """Far below what the frequencies of greys alone give: catches targets that are not those of their pixels."""
    torch.manual_seed(0)
    pictures = load_digits("train")[0][:6]
    model = build(LEVELS, hidden_size=12, layers=1, kernel_size=5)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-2)
    train(model, [pictures] * 80, pixel_loss, optimizer, max_norm=1.0)
    frequencies = F.one_hot(grey_levels(pictures, LEVELS)).float().mean(dim=(0, 1, 2))
    entropy = -(frequencies * frequencies.clamp(min=1e-9).log2()).sum().item()
    assert bits_per_dimension(model, pictures) < 0.4 * entropy


def test_trained_painter_knows_digits():
    """Catches weights of another network or another scale of greys; knowing nothing costs 4.09 bits a pixel."""
    pictures, _ = load_digits("test")
    model = trained_painter()
    assert bits_per_dimension(model, pictures) < 2.2
    known = torch.arange(8)[:, None].expand(8, 8) < 4
    painted = fill_in(model, pictures[:50], known, torch.Generator().manual_seed(0))
    assert torch.equal(painted[:, :, :4], pictures[:50, :, :4])
    strangers = pictures[:50].clone()
    strangers[:, :, 4:] = pictures[50:100, :, 4:]  # lower halves that belong to other digits
    assert bits_per_dimension(model, painted) < bits_per_dimension(model, strangers)
