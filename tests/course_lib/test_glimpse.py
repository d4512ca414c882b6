"""The reader by glimpses: it sees what a pixel-by-pixel loop sees, and reward reaches what it should, and only that."""

import math
import string

import pytest
import torch
from torch.distributions import Independent, Normal
from torch.nn import functional as F

from course_lib.data.digit_strings import END, PADDING, draw_digit_strings
from course_lib.glimpse import (
    ContextNetwork,
    GlimpseNetwork,
    GlimpseReader,
    Reading,
    extract_glimpses,
    gaussian_log_probability,
    reading_loss,
    reinforce_loss,
    trained_glimpse_reader,
)


def value_at(picture, row, column):
    """One channel at a place between pixels: each of the four around counts by how near it is, those outside are 0."""
    top, left, total = math.floor(row), math.floor(column), 0.0
    for i in (top, top + 1):
        for j in (left, left + 1):
            if 0 <= i < picture.shape[0] and 0 <= j < picture.shape[1]:
                total = total + (1 - abs(row - i)) * (1 - abs(column - j)) * picture[i, j]
    return torch.as_tensor(total, dtype=picture.dtype)


def glimpses_by_loop(pictures, locations, size, scales):
    B, C, H, W = pictures.shape
    seen = []
    for b in range(B):
        x, y = locations[b].tolist()
        middle_row, middle_column = (y + 1) * H / 2 - 0.5, (x + 1) * W / 2 - 0.5
        for k in range(scales):
            top, left = (middle - 2**k * size / 2 + 0.5 for middle in (middle_row, middle_column))
            for c in range(C):
                for i in range(size):
                    for j in range(size):
                        inside = [(2**k * i + di, 2**k * j + dj) for di in range(2**k) for dj in range(2**k)]
                        values = [value_at(pictures[b, c], top + di, left + dj) for di, dj in inside]
                        seen.append(sum(values) / len(values))
    return torch.stack(seen).reshape(B, scales * C, size, size)


@pytest.mark.parametrize(("C", "H", "W", "size", "scales"), [(1, 6, 9, 3, 2), (2, 5, 4, 2, 3), (3, 7, 6, 4, 1)])
def test_glimpses_equal_a_loop_over_pixels(C, H, W, size, scales):
    """Values and gradients. Catches x and y exchanged, edges in the middle of pixels, patches half a pixel off, another
    order of channels, and borders that are repeated instead of zero."""
    torch.manual_seed(0)
    pictures = torch.rand(3, C, H, W, dtype=torch.double, requires_grad=True)
    locations = torch.tensor([[0.31, -0.47], [-1.1, 0.83], [0.0, 0.0]], dtype=torch.double)
    ours, expected = (see(pictures, locations, size, scales) for see in (extract_glimpses, glimpses_by_loop))
    assert ours.shape == (3, scales * C, size, size) and torch.allclose(ours, expected)
    sent_back = torch.rand_like(ours)
    gradients = [torch.autograd.grad(seen, pictures, sent_back)[0] for seen in (ours, expected)]
    assert torch.allclose(*gradients)


def test_where_pixels_are():
    """At the middle of a pixel an odd patch is a piece of the picture, and a corner of the picture is (-1, -1)."""
    picture = torch.arange(35.0).reshape(1, 1, 5, 7)
    for i, j in [(1, 1), (2, 3), (3, 5)]:
        location = torch.tensor([[(2 * j + 1) / 7 - 1, (2 * i + 1) / 5 - 1]])
        seen = extract_glimpses(picture, location, 3, 1)[0, 0]
        assert torch.allclose(seen, picture[0, 0, i - 1 : i + 2, j - 1 : j + 2], atol=1e-4)
    corner = extract_glimpses(picture + 1, torch.tensor([[-1.0, -1.0]]), 2, 1)[0, 0]
    assert torch.allclose(corner, torch.tensor([[0.0, 0.0], [0.0, 1.0]]), atol=1e-4)
    assert not extract_glimpses(picture + 1, torch.tensor([[3.0, 0.0]]), 3, 1).any(), "nothing is seen far outside"


def test_a_coarse_patch_is_the_mean_of_what_it_covers():
    """From the middle of an 8 x 8 picture, patches of 2, 4 and 8 pixels: catches every second pixel instead of all."""
    picture = torch.rand(1, 1, 8, 8)
    seen = extract_glimpses(picture, torch.zeros(1, 2), 2, 3)[0]
    expected = [F.avg_pool2d(picture[0, :, 4 - r : 4 + r, 4 - r : 4 + r], r)[0] for r in (1, 2, 4)]
    assert torch.allclose(seen, torch.stack(expected), atol=1e-6)


@pytest.mark.parametrize(
    ("pictures", "locations", "size", "scales", "message"),
    [
        (torch.rand(2, 5, 5), torch.zeros(2, 2), 3, 1, r"pictures should have the shape \(B, C, H, W\)"),
        (torch.rand(2, 1, 5, 5), torch.zeros(3, 2), 3, 1, r"locations should have the shape \(B, 2\) with B = 2"),
        (torch.rand(2, 1, 5, 5), torch.zeros(2, 2), 0, 1, "at least 1, got 0 and 1"),
        (torch.rand(2, 1, 5, 5), torch.zeros(2, 2), 3, 0, "at least 1, got 3 and 0"),
    ],
)
def test_glimpses_that_cannot_be(pictures, locations, size, scales, message):
    with pytest.raises(ValueError, match=message):
        extract_glimpses(pictures, locations, size, scales)


def test_log_probability_equals_torch():
    """Catches a variance for a deviation, a missing constant, and x and y not summed."""
    torch.manual_seed(0)
    locations, means = torch.randn(4, 3, 2).double(), torch.randn(4, 3, 2).double().requires_grad_()
    deviations = torch.tensor([0.06, 0.2]).double()
    ours = gaussian_log_probability(locations, means, deviations)
    expected = Independent(Normal(means, deviations), 1).log_prob(locations)
    assert torch.allclose(ours, expected)
    for result in (ours, expected):
        (gradient,) = torch.autograd.grad(result.sum(), means)
        assert torch.allclose(gradient, (locations - means) / deviations**2)


def test_reinforce_loss_equals_a_loop():
    """Value and gradient. Catches a mean over time, and rewards or baselines that are trained by it."""
    torch.manual_seed(0)
    log_p, rewards, baselines = (torch.randn(3, 4).requires_grad_() for _ in range(3))
    loss = reinforce_loss(log_p, rewards, baselines)
    expected = sum(-(rewards[b, t] - baselines[b, t]) * log_p[b, t] for b in range(3) for t in range(4)) / 3
    assert torch.allclose(loss, expected)
    loss.backward()
    assert torch.allclose(log_p.grad, -(rewards - baselines) / 3) and rewards.grad is None and baselines.grad is None
    with pytest.raises(ValueError, match=r"baselines should have the shape \(B, T\) with B = 3 as in log_prob"):
        reinforce_loss(log_p, rewards, baselines[:2])


@pytest.mark.parametrize("baseline", [0.0, 0.7])
def test_reinforce_follows_the_reward(baseline):
    """The mean of its gradient is that of the expected reward, whatever the baseline: catches the wrong sign.

    The reward is how far right the eye went, so the expected one rises by 1 with the mean's x and not with its y.
    """
    torch.manual_seed(0)
    mean, deviations = torch.zeros(2, requires_grad=True), torch.tensor([0.5, 0.5])
    locations = (mean + deviations * torch.randn(100_000, 1, 2)).detach()
    log_p = gaussian_log_probability(locations, mean, deviations)
    reinforce_loss(log_p, 0.7 + locations[..., 0], torch.full_like(log_p, baseline)).backward()
    assert torch.allclose(mean.grad, torch.tensor([-1.0, 0.0]), atol=0.03)


def test_glimpse_network_multiplies_what_and_where():
    """g(x, l) g(x', l') = g(x, l') g(x', l), which holds for no sum and no concatenation."""
    torch.manual_seed(0)
    network = GlimpseNetwork(2, 7, 9).double()
    (x, y), (here, there) = torch.rand(2, 3, 2, 7, 7).double(), torch.rand(2, 3, 2).double()
    one, other = network(x, here) * network(y, there), network(x, there) * network(y, here)
    assert one.shape == (3, 9) and one.abs().max() > 1e-4 and torch.allclose(one, other)


@pytest.mark.parametrize("size", [6, 7, 8, 11, 12])
def test_networks_take_any_size(size):
    assert GlimpseNetwork(3, size, 5)(torch.rand(2, 3, size, size), torch.zeros(2, 2)).shape == (2, 5)
    assert ContextNetwork(1, 4 * size, 20, 5)(torch.rand(2, 1, 4 * size, 20)).shape == (2, 5)


def small_reader(**changed):
    torch.manual_seed(0)
    return GlimpseReader(**{"height": 12, "width": 24, "size": 6, "glimpses": 3, "features": 10, **changed})


def strips(B=4):
    return torch.rand(B, 1, 12, 24, generator=torch.Generator().manual_seed(1))


def test_reading_equals_one_step_after_the_other():
    """Catches a location that is used a step late, classes from the upper cell, and a glimpse of the wrong place."""
    model, pictures = small_reader().double(), strips().double()
    reading = model(pictures, 2)
    context = model.context(pictures)
    r1, r2 = model.recognise.initial_state(4), (context.tanh(), context)
    for s in range(2):
        for n in range(3):
            location = r2[0] @ model.emission.weight.T + model.emission.bias
            expected = r2[0] @ model.baseline.weight[0] + model.baseline.bias
            assert torch.allclose(reading.locations[:, s, n], location)
            assert torch.allclose(reading.baselines[:, s, n], expected)
            patches = extract_glimpses(pictures, location, 6, 2)
            g = model.see.what(patches) * model.see.where(location)
            h1, r1 = model.recognise(g, r1)
            _, r2 = model.steer(h1, r2)
        assert torch.allclose(reading.logits[:, s], model.classify(h1))
    assert reading.logits.shape == (4, 2, 11) and reading.log_probabilities.shape == (4, 2, 3)


def test_exploring_draws_from_the_policy():
    """The first locations scatter by sigma in both directions, with their own log probability."""
    model, pictures = small_reader(deviation=0.3), strips(1).expand(3000, -1, -1, -1)
    means = model(pictures[:1], 1).locations[0, 0, 0]
    reading = model(pictures, 1, explore=True)
    first = reading.locations[:, 0, 0]
    assert torch.allclose(first.std(dim=0), torch.full((2,), 0.3), atol=0.015)
    assert torch.allclose(first.mean(dim=0), means, atol=0.025)
    expected = Independent(Normal(means, torch.tensor(0.3)), 1).log_prob(first)
    assert torch.allclose(reading.log_probabilities[:, 0, 0], expected, atol=1e-4)


def test_same_seed_same_path():
    model, pictures = small_reader(), strips()
    paths = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        paths.append(model(pictures, 2, explore=True).locations)
    assert torch.equal(paths[0], paths[1]) and not torch.equal(paths[0], paths[2])
    assert torch.equal(model(pictures, 2).locations, model(pictures, 2).locations)


def test_classes_are_not_told_by_the_coarse_view():
    """With an eye that cannot move, another context changes what is expected, but no class."""
    model, pictures = small_reader(), strips()
    torch.nn.init.zeros_(model.emission.weight)
    torch.nn.init.zeros_(model.emission.bias)
    before = model(pictures, 2)
    for parameter in model.context.parameters():
        torch.nn.init.normal_(parameter)
    after = model(pictures, 2)
    assert torch.equal(before.logits, after.logits)
    assert not torch.allclose(before.baselines, after.baselines)


def trained_by(model, loss):
    """The parts of the model that a loss sends gradients to."""
    model.zero_grad(set_to_none=True)
    loss.backward()
    return {name.split(".")[0] for name, p in model.named_parameters() if p.grad is not None and p.grad.any()}


def test_what_each_part_of_the_loss_trains():
    """Labels teach what is seen; rewards teach where to look; regression teaches the baseline and nothing else."""
    model = small_reader()
    reading = model(strips(), 2, explore=True)
    seeing = {"see", "recognise"}
    assert trained_by(model, reading.logits.sum()) == {*seeing, "classify"}
    reading = model(strips(), 2, explore=True)
    assert trained_by(model, reading.log_probabilities.sum()) == {*seeing, "steer", "context", "emission"}
    reading = model(strips(), 2, explore=True)
    assert trained_by(model, reading.baselines.sum()) == {"baseline"}
    labels = torch.tensor([[1, END], [2, END], [END, PADDING], [3, 4]])
    parts = trained_by(model, reading_loss(model, (strips(), labels)))
    assert parts == {*seeing, "classify", "steer", "context", "emission", "baseline"}


def test_loss_equals_a_loop():
    """Catches rewards for the wrong symbol, padding that counts, and labels beyond the longest string's end."""
    model, pictures = small_reader(), strips()
    labels = torch.tensor([[9, 1, END], [2, END, PADDING], [END, PADDING, PADDING], [3, 4, END]])
    torch.manual_seed(3)
    reading = model(pictures, 3, explore=True)
    labels[0, :2] = reading.logits[0, :2].argmax(dim=1)  # so that some symbols are right
    expected = 0.0
    for b, length in enumerate([3, 2, 1, 3]):
        for s in range(length):
            right = float(reading.logits[b, s].argmax() == labels[b, s])
            expected = expected - torch.log_softmax(reading.logits[b, s], dim=0)[labels[b, s]]
            for n in range(3):
                surprise = right - reading.baselines[b, s, n]
                expected = expected - 0.2 * surprise.detach() * reading.log_probabilities[b, s, n] + surprise**2
    for given in (labels, F.pad(labels, (0, 2), value=PADDING)):
        torch.manual_seed(3)
        loss = reading_loss(model, (pictures, given), weight=0.2)
        gradient, theirs = (
            torch.autograd.grad(value, list(model.parameters()), retain_graph=True) for value in (loss, expected / 4)
        )
        assert torch.allclose(loss, expected / 4, atol=1e-5)
        assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(gradient, theirs, strict=True))


def test_reading_stops_at_the_end(monkeypatch):
    """Symbols after the end are not read, and a string without an end has the longest length."""
    model, symbols = small_reader(), torch.tensor([[4, 2, END, 7], [END, 1, 1, 1], [0, 0, 7, 9], [1, 2, 3, END]])
    looked = torch.zeros(4, 4, 3, 2)
    monkeypatch.setattr(
        model, "forward", lambda pictures, S: Reading(F.one_hot(symbols, 11)[:, :S].float(), looked[:, :S], None, None)
    )
    said, path = model.read(strips(), longest=3)
    assert said == ["42", "", "007", "123"] and path.shape == (4, 4, 3, 2)


def test_learns_to_look():
    """The dot is left or right, the eye begins between: from rewards alone the means move to the dot's side.

    Catches rewards that never reach the policy, or reach it with the wrong sign.
    """
    pictures = torch.zeros(64, 1, 12, 48)
    labels = torch.arange(64) % 2
    pictures[labels == 0, :, 4:8, 4:8] = 1.0
    pictures[labels == 1, :, 4:8, 40:44] = 1.0
    model = small_reader(width=48, scales=1, glimpses=1, deviation=0.25)
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    rewarded = torch.tensor([-0.83, 0.83])[labels]  # the x of the dot
    for _ in range(60):
        reading = model(pictures, 1, explore=True)
        rewards = -(reading.locations[:, 0, :, 0] - rewarded[:, None]).abs()
        loss = reinforce_loss(reading.log_probabilities[:, 0], rewards, rewards.mean().expand_as(rewards))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    xs = model(pictures, 1).locations[:, 0, 0, 0]
    assert xs[labels == 0].max() < -0.5 and xs[labels == 1].min() > 0.5


def test_trained_reader_reads_from_left_to_right():
    """Catches weights of another network: most of the digits it never saw are named, and the eye goes rightwards."""
    pictures, labels = draw_digit_strings(200, 7, "test")
    said, path = trained_glimpse_reader().read(pictures)
    expected = ["".join(str(d) for d in row if d < END and d != PADDING) for row in labels.tolist()]
    right = [a == b for one, other in zip(said, expected, strict=True) for a, b in zip(one, other, strict=False)]
    assert sum(right) > 0.9 * sum(map(len, expected))
    xs = path[[len(word) == 5 for word in expected]][:, :5, -1, 0]
    assert (xs.diff(dim=1) > 0).float().mean() > 0.9
    assert set("".join(said)) <= set(string.digits)
