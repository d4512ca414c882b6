"""Answers to filter_bank that students might give."""

import torch


def wrong_not_normalised(centre_x, centre_y, stride, variance, size, height, width):
    """Forgets Z: rows sum to what they like."""
    offsets = torch.arange(size) - (size - 1) / 2

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) + 0.5 - mu[:, :, None]
        return torch.exp(-(distances**2) / (2 * variance[:, None, None]))

    return filters(centre_x, width), filters(centre_y, height)


def wrong_zero_by_zero(centre_x, centre_y, stride, variance, size, height, width):
    """Divides by the sum, which is 0 far outside."""
    offsets = torch.arange(size) - (size - 1) / 2

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) + 0.5 - mu[:, :, None]
        powers = torch.exp(-(distances**2) / (2 * variance[:, None, None]))
        return powers / powers.sum(dim=2, keepdim=True)

    return filters(centre_x, width), filters(centre_y, height)


def wrong_a_little_in_the_denominator(centre_x, centre_y, stride, variance, size, height, width):
    """Adds a small number, so that brushes far outside paint nothing."""
    offsets = torch.arange(size) - (size - 1) / 2

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) + 0.5 - mu[:, :, None]
        powers = torch.exp(-(distances**2) / (2 * variance[:, None, None]))
        return powers / (powers.sum(dim=2, keepdim=True) + 1e-8)

    return filters(centre_x, width), filters(centre_y, height)


def wrong_pixels_at_whole_numbers(centre_x, centre_y, stride, variance, size, height, width):
    """Takes pixel a to be at a."""
    offsets = torch.arange(size) - (size - 1) / 2

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) - mu[:, :, None]
        return torch.softmax(-(distances**2) / (2 * variance[:, None, None]), dim=2)

    return filters(centre_x, width), filters(centre_y, height)


def wrong_first_brush_at_the_centre(centre_x, centre_y, stride, variance, size, height, width):
    """Begins the grid at its centre."""
    offsets = torch.arange(size)

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) + 0.5 - mu[:, :, None]
        return torch.softmax(-(distances**2) / (2 * variance[:, None, None]), dim=2)

    return filters(centre_x, width), filters(centre_y, height)


def wrong_half_a_stride_off(centre_x, centre_y, stride, variance, size, height, width):
    """Subtracts N / 2, as if brushes were counted from 1/2."""
    offsets = torch.arange(size) - size / 2

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) + 0.5 - mu[:, :, None]
        return torch.softmax(-(distances**2) / (2 * variance[:, None, None]), dim=2)

    return filters(centre_x, width), filters(centre_y, height)


def wrong_variance_squared(centre_x, centre_y, stride, variance, size, height, width):
    """Takes the variance for a standard deviation."""
    offsets = torch.arange(size) - (size - 1) / 2

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) + 0.5 - mu[:, :, None]
        return torch.softmax(-(distances**2) / (2 * variance[:, None, None] ** 2), dim=2)

    return filters(centre_x, width), filters(centre_y, height)


def wrong_one_variance(centre_x, centre_y, stride, variance, size, height, width):
    """Divides by one variance, not by two."""
    offsets = torch.arange(size) - (size - 1) / 2

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) + 0.5 - mu[:, :, None]
        return torch.softmax(-(distances**2) / variance[:, None, None], dim=2)

    return filters(centre_x, width), filters(centre_y, height)


def wrong_sums_over_the_brushes(centre_x, centre_y, stride, variance, size, height, width):
    """Makes all brushes together sum to 1 at each pixel."""
    offsets = torch.arange(size) - (size - 1) / 2

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) + 0.5 - mu[:, :, None]
        return torch.softmax(-(distances**2) / (2 * variance[:, None, None]), dim=1)

    return filters(centre_x, width), filters(centre_y, height)


def wrong_rows_first(centre_x, centre_y, stride, variance, size, height, width):
    """Gives F_y first."""
    offsets = torch.arange(size) - (size - 1) / 2

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) + 0.5 - mu[:, :, None]
        return torch.softmax(-(distances**2) / (2 * variance[:, None, None]), dim=2)

    return filters(centre_y, height), filters(centre_x, width)


def wrong_one_centre(centre_x, centre_y, stride, variance, size, height, width):
    """Uses the centre of the columns for the rows too."""
    offsets = torch.arange(size) - (size - 1) / 2

    def filters(centre, pixels):
        mu = centre[:, None] + offsets * stride[:, None]
        distances = torch.arange(pixels) + 0.5 - mu[:, :, None]
        return torch.softmax(-(distances**2) / (2 * variance[:, None, None]), dim=2)

    return filters(centre_x, width), filters(centre_x, height)


def right_brush_by_brush(centre_x, centre_y, stride, variance, size, height, width):
    """One brush of one grid after the other."""
    matrices = []
    for centre, pixels in ((centre_x, width), (centre_y, height)):
        grids = []
        for b in range(len(centre)):
            brushes = []
            for i in range(size):
                mu = centre[b] + (i - size / 2 + 0.5) * stride[b]
                places = torch.arange(pixels, dtype=centre.dtype) + 0.5
                brushes.append((-((places - mu) ** 2) / (2 * variance[b])).softmax(dim=0))
            grids.append(torch.stack(brushes))
        matrices.append(torch.stack(grids))
    return tuple(matrices)


def right_normal_distributions(centre_x, centre_y, stride, variance, size, height, width):
    """Log densities of torch's own normal distribution; their constants fall out."""

    def matrix(centre, pixels):
        places = torch.arange(0.5, pixels).to(centre)
        mu = centre[:, None] + stride[:, None] * torch.linspace(-(size - 1) / 2, (size - 1) / 2, size).to(centre)
        logs = torch.distributions.Normal(mu[:, :, None], variance.sqrt()[:, None, None]).log_prob(places)
        return (logs - logs.logsumexp(dim=2, keepdim=True)).exp()

    return matrix(centre_x, width), matrix(centre_y, height)


def right_nearest_taken_out(centre_x, centre_y, stride, variance, size, height, width):
    """Subtracts the smallest squared distance before the exponential."""
    matrices = []
    for centre, pixels in ((centre_x, width), (centre_y, height)):
        mu = torch.stack([centre + (i - (size - 1) / 2) * stride for i in range(size)], dim=1)
        squares = (torch.arange(pixels) + 0.5 - mu.unsqueeze(2)) ** 2
        powers = torch.exp((squares.amin(dim=2, keepdim=True) - squares) / variance.view(-1, 1, 1) / 2)
        matrices.append(powers / powers.sum(dim=2, keepdim=True))
    return matrices[0], matrices[1]
