"""DRAW: filters against loops, the network against its equations, the bound against the exact likelihood."""

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from course_lib.data.digits import load_digits
from course_lib.draw import (
    DRAW,
    PatchReader,
    PatchWriter,
    WholeReader,
    WholeWriter,
    attentive_draw,
    draw_loss,
    gaussian_divergence,
    losses,
    trained_draw,
    whole_picture_draw,
)
from course_lib.patches import Attention, attention_boxes, attention_parameters, filter_bank, read_patch, write_patch

BUILDERS = {
    "attention": lambda: attentive_draw(6, 3, hidden_size=10, latent_size=2, steps=4),
    "whole": lambda: whole_picture_draw(6, hidden_size=10, latent_size=2, steps=4),
}


def small_draw(name):
    """With weights large enough that everything matters."""
    torch.manual_seed(0)
    model = BUILDERS[name]().double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
    return model


def numbers(*values):
    return torch.tensor(values, dtype=torch.double)


def filters_by_loop(g, stride, variance, N, pixels):
    rows = []
    for i in range(1, N + 1):
        mean = g + (i - N / 2 - 0.5) * stride
        row = [torch.exp(-((a + 0.5 - mean) ** 2) / (2 * variance)) for a in range(pixels)]
        rows.append(torch.stack(row) / sum(row))
    return torch.stack(rows)


def agree(ours, expected, inputs):
    """Values, and gradients with respect to all inputs."""
    sent_back = [torch.randn_like(one) for one in ours]
    for one, other in zip(ours, expected, strict=True):
        assert torch.allclose(one, other)
    gradients = [torch.autograd.grad(results, inputs, sent_back) for results in (ours, expected)]
    for one, other in zip(*gradients, strict=True):
        assert torch.allclose(one, other)


@pytest.mark.parametrize("N", [1, 2, 3, 4])
def test_filters_equal_a_loop(N):
    """Catches rows and columns exchanged, a wrong exponent, and Z summed over the filters in place of the pixels."""
    torch.manual_seed(0)
    inputs = [torch.rand(2).double().mul(3).add(1).requires_grad_() for _ in range(4)]
    x, y, stride, variance = inputs
    expected = [
        torch.stack([filters_by_loop(g[b], stride[b], variance[b], N, pixels) for b in range(2)])
        for g, pixels in ((x, 7), (y, 5))
    ]
    agree(filter_bank(*inputs, N, 5, 7), expected, inputs)


def test_a_filter_has_its_mean_and_variance():
    """In a picture wide enough. Catches 2 sigma^2 inside the square, and a grid that lies half a pixel beside g."""
    F_x, F_y = filter_bank(numbers(30.3), numbers(21.6), numbers(4.0), numbers(2.5), 3, 50, 60)
    for filters, means in ((F_x[0], numbers(26.3, 30.3, 34.3)), (F_y[0], numbers(17.6, 21.6, 25.6))):
        places = torch.arange(filters.shape[1]).double() + 0.5
        assert torch.allclose(filters @ places, means)
        assert torch.allclose(filters @ places**2 - means**2, numbers(2.5, 2.5, 2.5))


@pytest.mark.parametrize("variance", [1e-10, 1.0, 1e10])
@pytest.mark.parametrize("centre", [-1e4, 3.0, 1e4])
def test_filters_anywhere_sum_to_one(centre, variance):
    """Catches zero divided by zero where a filter sees no pixel: the rows sum to 1, and gradients are finite."""
    inputs = [torch.tensor([value], requires_grad=True) for value in (centre, centre, 2.0, variance)]
    for filters in filter_bank(*inputs, 3, 5, 7):
        assert torch.allclose(filters.sum(dim=2), torch.ones(1, 3))
        weights = torch.rand_like(filters)
        gradients = torch.autograd.grad((filters * weights).sum(), inputs, allow_unused=True)
        assert all(gradient is None or gradient.isfinite() for gradient in gradients)
        if variance == 1 and centre != 3:
            nearest = 0 if centre < 0 else -1
            assert torch.allclose(filters[0, :, nearest], torch.ones(3))


def test_attention_that_covers_the_picture_is_the_paper_s():
    """Against the paper's equations in its own count of pixels from 1: catches height and width exchanged."""
    torch.manual_seed(0)
    raw = torch.randn(5, 5).double()
    attention = attention_parameters(raw, 4, height=6, width=9)
    for b, (x, y, log_variance, log_stride, log_intensity) in enumerate(raw.tolist()):
        assert math.isclose(attention.centre_x[b] + 0.5, (9 + 1) / 2 * (x + 1))
        assert math.isclose(attention.centre_y[b] + 0.5, (6 + 1) / 2 * (y + 1))
        assert math.isclose(attention.stride[b], (9 - 1) / (4 - 1) * math.exp(log_stride))
        assert math.isclose(attention.variance[b], math.exp(log_variance))
        assert math.isclose(attention.intensity[b], math.exp(log_intensity))


@pytest.mark.parametrize("N", [2, 5, 8])
def test_zeros_cover_the_whole_picture(N):
    """From the centre of the first pixel to that of the last; with a filter per pixel one reads the picture itself."""
    attention = attention_parameters(torch.zeros(1, 5).double(), N, 8, 8)
    F_x, F_y = filter_bank(*attention[:3], numbers(1e-4), N, 8, 8)
    assert F_x[0, 0].argmax() == F_y[0, 0].argmax() == 0 and F_x[0, -1].argmax() == F_y[0, -1].argmax() == 7
    picture = torch.rand(1, 2, 8, 8).double()
    patch = read_patch(picture, F_x, F_y, attention.intensity)
    corners = picture[:, :, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert torch.allclose(patch[:, :, [0, 0, -1, -1], [0, -1, 0, -1]], corners)
    if N == 8:
        assert torch.allclose(patch, picture)
        assert torch.allclose(write_patch(patch, F_x, F_y, attention.intensity), picture)


def patch_inputs(*patch_shape):
    torch.manual_seed(0)
    shapes = [patch_shape, (2, 3, 5), (2, 3, 4)]
    return [*(torch.randn(*s).double().requires_grad_() for s in shapes), numbers(0.5, 3.0).requires_grad_()]


def test_reading_equals_a_loop():
    """Catches transposed patches, filters of another picture of the batch, and an intensity that divides."""
    inputs = patch_inputs(2, 2, 4, 5)
    x, F_x, F_y, gamma = inputs
    expected = torch.zeros(2, 2, 3, 3).double()
    for b, c, j, i, row, column in torch.cartesian_prod(*map(torch.arange, (2, 2, 3, 3, 4, 5))).tolist():
        seen = gamma[b] * F_y[b, j, row] * F_x[b, i, column] * x[b, c, row, column]
        expected = expected.index_put(tuple(torch.tensor([[b], [c], [j], [i]])), seen, accumulate=True)
    agree([read_patch(*inputs)], [expected], inputs)


def test_writing_equals_a_loop():
    """Catches transposed patches, filters of another picture of the batch, and an intensity that multiplies."""
    inputs = patch_inputs(2, 2, 3, 3)
    w, F_x, F_y, gamma = inputs
    expected = torch.zeros(2, 2, 4, 5).double()
    for b, c, j, i, row, column in torch.cartesian_prod(*map(torch.arange, (2, 2, 3, 3, 4, 5))).tolist():
        paint = F_y[b, j, row] * F_x[b, i, column] * w[b, c, j, i] / gamma[b]
        expected = expected.index_put(tuple(torch.tensor([[b], [c], [row], [column]])), paint, accumulate=True)
    agree([write_patch(*inputs)], [expected], inputs)


def test_reading_moves_with_the_picture():
    """A picture and a centre that move together give the same patch; moved the other way they do not."""
    picture = torch.zeros(1, 1, 20, 24).double()
    picture[:, :, 8:12, 9:14] = torch.rand(4, 5).double()
    moved = picture.roll((-3, 2), dims=(2, 3))  # 3 up, 2 to the right

    def read(seen, x, y):
        filters = filter_bank(numbers(x), numbers(y), numbers(1.3), numbers(0.4), 4, 20, 24)
        return read_patch(seen, *filters, numbers(1.0))

    patch = read(picture, 11.2, 9.7)
    assert torch.allclose(patch, read(moved, 13.2, 6.7), atol=1e-6)
    assert not torch.allclose(patch, read(moved, 9.2, 12.7), atol=1e-2)
    assert not torch.allclose(patch, patch.transpose(2, 3), atol=1e-2)


def test_boxes_lie_around_the_grid():
    attention = Attention(numbers(4, 1), numbers(3, 2), numbers(2, 0.5), numbers(1, 1), numbers(1, 1))
    assert attention_boxes(attention, 3).tolist() == [[1, 0, 7, 6], [0.25, 1.25, 1.75, 2.75]]


def test_divergence_is_torch_s():
    """Catches a deviation taken for a variance, and a constant for one dimension in place of Z."""
    torch.manual_seed(0)
    means, log_deviations = (torch.randn(4, 3, 5).double().requires_grad_() for _ in range(2))
    expected = kl_divergence(Normal(means, log_deviations.exp()), Normal(numbers(0), numbers(1))).sum(dim=2)
    agree([gaussian_divergence(means, log_deviations)], [expected], [means, log_deviations])
    assert not gaussian_divergence(torch.zeros(2, 5), torch.zeros(2, 5)).any()


@pytest.mark.parametrize("name", BUILDERS)
def test_the_network_follows_its_equations(name):
    """Catches an error image of another step, a decoder state read too late or too early, and noise not scaled."""
    model, x = small_draw(name), torch.rand(3, 1, 6, 6).double()
    noise = torch.randn(4, 3, 2).double()
    drawing = model(x, noise)
    c = model.blank * torch.ones(3, 1, 6, 6).double()
    h_dec, enc, dec = torch.zeros(3, 10).double(), model.encoder.initial_state(3), model.decoder.initial_state(3)
    for t in range(4):
        assert torch.allclose(drawing.canvases[t], c)
        r, where_read = model.reader(x, x - 1 / (1 + torch.exp(-c)), h_dec)
        h_enc, enc = model.encoder(torch.cat([r, h_dec], dim=1), enc)
        said = h_enc @ model.posterior.weight.T + model.posterior.bias
        mu, sigma = said[:, :2], torch.exp(said[:, 2:])
        z = mu + sigma * noise[t]
        h_dec, dec = model.decoder(z, dec)
        written, where_written = model.writer(h_dec)
        c = c + written
        for ours, other in ((drawing.latents, z), (drawing.means, mu), (drawing.log_deviations, sigma.log())):
            assert torch.allclose(ours[t], other)
        for ours, other in ((drawing.reads, where_read), (drawing.writes, where_written)):
            assert ours is other is None or all(torch.allclose(a[t], b) for a, b in zip(ours, other, strict=True))
    assert torch.allclose(drawing.canvases[4], c)


@pytest.mark.parametrize("name", BUILDERS)
def test_the_canvas_is_the_sum_of_what_was_written(name):
    """Catches a canvas that is painted over instead of added to."""
    model, written = small_draw(name), []
    model.writer.register_forward_hook(lambda module, inputs, outputs: written.append(outputs[0]))
    canvases = model(torch.rand(3, 1, 6, 6).double()).canvases
    assert len(written) == 4 and canvases.shape == (5, 3, 1, 6, 6)
    assert torch.allclose(canvases[-1], model.blank + sum(written))
    assert torch.allclose(canvases[1:] - canvases[:-1], torch.stack(written))


def test_reader_and_writer_by_hand():
    """Catches attention that is computed from, or given, the wrong numbers: patch, grid and intensity step by step."""
    torch.manual_seed(0)
    x, errors, h = torch.rand(2, 1, 5, 7).double(), torch.rand(2, 1, 5, 7).double(), torch.randn(2, 4).double()
    reader, writer = PatchReader(4, 3, 5, 7).double(), PatchWriter(4, 2, 5, 7).double()
    a = attention_parameters(reader.attention(h), 3, 5, 7)
    filters = filter_bank(a.centre_x, a.centre_y, a.stride, a.variance, 3, 5, 7)
    patches = [read_patch(seen, *filters, a.intensity).reshape(2, 9) for seen in (x, errors)]
    read, where = reader(x, errors, h)
    assert torch.allclose(read, torch.cat(patches, dim=1)) and torch.equal(where.stride, a.stride)
    a = attention_parameters(writer.attention(h), 2, 5, 7)
    filters = filter_bank(a.centre_x, a.centre_y, a.stride, a.variance, 2, 5, 7)
    written, where = writer(h)
    assert torch.allclose(written, write_patch(writer.patch(h).reshape(2, 1, 2, 2), *filters, a.intensity))
    assert written.shape == (2, 1, 5, 7) and torch.equal(where.stride, a.stride)
    read, nowhere = WholeReader(5, 7)(x, errors, h)
    assert torch.equal(read, torch.cat([x.reshape(2, 35), errors.reshape(2, 35)], dim=1)) and nowhere is None
    assert WholeWriter(4, 5, 7).double()(h)[0].shape == (2, 1, 5, 7)


def gaussian_nodes(count, dimensions):
    """Points and weights (Gauss-Hermite), by which means over the standard normal distribution are computed exactly."""
    import numpy as np

    points, weights = map(torch.from_numpy, np.polynomial.hermite_e.hermegauss(count))
    grid = torch.cartesian_prod(*[points] * dimensions)
    return grid, torch.cartesian_prod(*[weights / weights.sum()] * dimensions).prod(dim=1)


def log_likelihood(canvases, x):
    p = torch.sigmoid(canvases)
    return (x * p.log() + (1 - x) * (1 - p).log()).sum(dim=(1, 2, 3))


@pytest.mark.parametrize("reader", [WholeReader(2, 2), PatchReader(3, 2, 2, 2)])
def test_the_bound_lies_below_the_exact_log_likelihood(reader):
    """With two latent numbers all integrals can be computed, so the bound is checked to the digit.

    Catches a divergence of the wrong sign or size, a reconstruction that is a mean over pixels, latents that do not
    follow the distribution that the encoder states, and a generator that differs from the trained decoder.
    """
    torch.manual_seed(3)
    model = DRAW(reader, WholeWriter(3, 2, 2), hidden_size=3, latent_size=1, steps=2).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.5 * torch.randn_like(parameter)
    points, weights = gaussian_nodes(40, 2)
    latents = points.T[:, :, None]  # (T, nodes, 1)
    everything = torch.cartesian_prod(*[numbers(0, 1)] * 4).reshape(16, 1, 1, 2, 2)
    exact = []
    for x in everything:
        x = x.expand(len(points), 1, 2, 2)
        exact.append((weights * log_likelihood(model.draw(latents)[0][-1], x).exp()).sum().log())
        drawing = model(x, latents)
        reconstruction, divergence = losses(drawing, x)
        bound = -(weights * (reconstruction + divergence.sum(dim=0))).sum()
        q = Normal(drawing.means, drawing.log_deviations.exp()).log_prob(drawing.latents)
        prior = Normal(numbers(0), numbers(1)).log_prob(drawing.latents)
        ratio = log_likelihood(drawing.canvases[-1], x) + (prior - q).sum(dim=(0, 2))
        assert torch.allclose(bound, (weights * ratio).sum(), atol=1e-6)
        assert torch.allclose((weights * ratio.exp()).sum().log(), exact[-1], atol=1e-2)  # importance sampling
        assert 1e-3 < exact[-1] - bound < 10
    assert torch.allclose(torch.stack(exact).exp().sum(), numbers(1.0)), "all pictures together"


def test_losses_by_hand():
    """Catches a sum over the batch, and steps taken for pictures."""
    model, x = small_draw("whole"), torch.rand(3, 1, 6, 6).double().round()
    drawing = model(x)
    reconstruction, divergence = losses(drawing, x)
    assert torch.allclose(reconstruction, -log_likelihood(drawing.canvases[-1], x))
    assert divergence.shape == (4, 3)
    noise = torch.randn(4, 3, 2).double()
    torch.manual_seed(5)
    total = draw_loss(model, x)
    torch.manual_seed(5)
    each = losses(model(x), x)
    assert torch.allclose(total, (each.reconstruction.sum() + each.divergence.sum()) / 3)
    assert torch.allclose(
        losses(model(x[:1], noise[:, :1]), x[:1]).divergence, losses(model(x, noise), x).divergence[:, :1]
    )


@pytest.mark.parametrize("name", BUILDERS)
def test_gradients_reach_every_parameter(name):
    """Catches noise that is drawn without reparametrisation: the encoder would learn from the divergence alone."""
    model, x = small_draw(name), torch.rand(3, 1, 6, 6).double()
    draw_loss(model, x).backward()
    assert all(parameter.grad.any() for parameter in model.parameters())
    model.zero_grad()
    losses(model(x), x).reconstruction.sum().backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


@pytest.mark.parametrize("name", BUILDERS)
def test_generated_pictures(name):
    """From noise alone, by the decoder alone, in T + 1 states; the same for the same seed."""
    model = small_draw(name)
    pictures, writes = model.generate(5, torch.Generator().manual_seed(1))
    assert pictures.shape == (5, 5, 1, 6, 6) and not pictures.requires_grad
    assert ((pictures > 0) & (pictures < 1)).all()
    assert torch.allclose(pictures[0], torch.sigmoid(model.blank).expand(5, 1, 6, 6))
    assert torch.pdist(pictures[-1].flatten(1)).min() > 1e-3, "no two alike"
    assert (writes is None) == (name == "whole")
    if writes is not None:
        assert all(part.shape == (4, 5) for part in writes) and attention_boxes(writes, 3).shape == (4, 5, 4)
    with torch.no_grad():
        for parameter in (*model.encoder.parameters(), *model.posterior.parameters(), *model.reader.parameters()):
            parameter.zero_()
    assert torch.equal(model.generate(5, torch.Generator().manual_seed(1))[0], pictures)
    assert not torch.allclose(model.generate(5, torch.Generator().manual_seed(2))[0][-1], pictures[-1])


@pytest.mark.parametrize("name", BUILDERS)
def test_drawing_is_deterministic_for_a_seed(name):
    results = []
    for _ in range(2):
        model = small_draw(name)
        results.append(model(torch.full((2, 1, 6, 6), 0.5).double()).canvases)
    assert torch.equal(*results) and not torch.equal(results[0][-1, 0], results[0][-1, 1]), "one noise for each picture"


@pytest.mark.parametrize("name", BUILDERS)
def test_it_learns_pictures_by_heart(name):
    """Catches what keeps it from learning: four halves of a sheet, by heart, cost far less than a bit per pixel."""
    torch.manual_seed(0)
    model, x = BUILDERS[name](), torch.zeros(4, 1, 6, 6)
    x[0, :, :3], x[1, :, 3:], x[2, :, :, :3], x[3, :, :, 3:] = 1, 1, 1, 1
    optimizer = torch.optim.Adam(model.parameters(), 2e-2)
    for _ in range(200):
        optimizer.zero_grad()
        value = draw_loss(model, x.repeat(4, 1, 1, 1))
        value.backward()
        optimizer.step()
    assert value < 0.4 * 36 * math.log(2)


def test_the_trained_draw_knows_digits():
    """Catches weights of another shape: unseen digits cost far less than if only the mean of seen ones is known."""
    model = trained_draw()
    seen, unseen = ((load_digits(split)[0] > 0.5).float() for split in ("train", "test"))
    torch.manual_seed(0)
    with torch.no_grad():
        cost = draw_loss(model, unseen)
    known = -log_likelihood(torch.logit(seen.mean(dim=0), 1e-3).expand_as(unseen), unseen).mean()
    assert cost < 0.75 * known
    drawn, writes = model.generate(20, torch.Generator().manual_seed(0))
    assert drawn.shape == (model.steps + 1, 20, 1, 8, 8) and writes.stride.shape == (model.steps, 20)


def test_clear_errors():
    model = BUILDERS["attention"]()
    with pytest.raises(ValueError, match=r"pictures should have the shape \(B, 1, 6, 6\), got \(2, 1, 8, 8\)"):
        model(torch.zeros(2, 1, 8, 8))
    with pytest.raises(ValueError, match=r"noise should have the shape \(4, B, 2\) with B = 2 .* got \(4, 3, 2\)"):
        model(torch.zeros(2, 1, 6, 6), torch.zeros(4, 3, 2))
    with pytest.raises(TypeError, match="pictures should be floating point"):
        model(torch.zeros(2, 1, 6, 6, dtype=torch.uint8))
    with pytest.raises(ValueError, match=r"latents should have the shape \(4, B, 2\), got \(3, 5, 2\)"):
        model.draw(torch.zeros(3, 5, 2))
    with pytest.raises(ValueError, match="pixels should be from 0 to 1, got 0 to 255"):
        picture = torch.tensor([0.0, 255.0]).repeat(18).reshape(1, 1, 6, 6)
        losses(model(picture), picture)
    with pytest.raises(ValueError, match="size should be at least 2 filters, got 1"):
        attention_parameters(torch.zeros(1, 5), 1, 8, 8)
    with pytest.raises(ValueError, match=r"raw should have the shape \(B, 5\), got \(2, 4\)"):
        attention_parameters(torch.zeros(2, 4), 3, 8, 8)
    with pytest.raises(ValueError, match=r"stride should have the shape \(B\) with B = 2"):
        filter_bank(torch.zeros(2), torch.zeros(2), torch.ones(3), torch.ones(2), 3, 8, 8)
    with pytest.raises(ValueError, match=r"F_y should have the shape \(B, N, H\) with N = 3"):
        read_patch(torch.zeros(1, 1, 8, 8), torch.zeros(1, 3, 8), torch.zeros(1, 4, 8), torch.ones(1))
    with pytest.raises(ValueError, match=r"patches should have the shape \(B, C, N, N\) with N = 3"):
        write_patch(torch.zeros(1, 1, 3, 4), torch.zeros(1, 3, 8), torch.zeros(1, 3, 8), torch.ones(1))
