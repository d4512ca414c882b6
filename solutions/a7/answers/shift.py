"""Answers to shift that students might give."""

import torch
from torch.nn import functional as F


def wrong_other_way(weights, shifts):
    """Moves back what should move on."""
    half = shifts.shape[1] // 2
    return sum(shifts[:, [s]] * weights.roll(half - s, dims=1) for s in range(shifts.shape[1]))


def wrong_ends_fall_off(weights, shifts):
    """Fills up with zeros where the tape should close to a ring."""
    half, N = shifts.shape[1] // 2, weights.shape[1]
    padded = F.pad(weights, (half, half))
    return sum(shifts[:, [s]] * padded[:, 2 * half - s : 2 * half - s + N] for s in range(shifts.shape[1]))


def wrong_first_column_stays(weights, shifts):
    """Takes the columns for no shift, one on, two on."""
    return sum(shifts[:, [s]] * weights.roll(s, dims=1) for s in range(shifts.shape[1]))


def wrong_three_columns_only(weights, shifts):
    """Knows one back, stay and one on, whatever comes."""
    back, stay, on = shifts[:, :1], shifts[:, shifts.shape[1] // 2, None], shifts[:, -1:]
    if shifts.shape[1] == 1:
        return stay * weights
    return back * weights.roll(-1, dims=1) + stay * weights + on * weights.roll(1, dims=1)


def wrong_largest_shift_only(weights, shifts):
    """Moves everything by the likeliest shift."""
    best = shifts.argmax(dim=1) - shifts.shape[1] // 2
    return torch.stack([row.roll(int(offset)) for row, offset in zip(weights, best, strict=True)])


def wrong_shifts_of_the_first(weights, shifts):
    """Moves all rows by the first row's shifts."""
    half = shifts.shape[1] // 2
    return sum(shifts[0, s] * weights.roll(s - half, dims=1) for s in range(shifts.shape[1]))


def wrong_rolls_the_batch(weights, shifts):
    """Moves the rows of the batch instead of the columns."""
    half = shifts.shape[1] // 2
    return sum(shifts[:, [s]] * weights.roll(s - half, dims=0) for s in range(shifts.shape[1]))


def wrong_normalised(weights, shifts):
    """Divides by the sum, which is not asked for."""
    half = shifts.shape[1] // 2
    moved = sum(shifts[:, [s]] * weights.roll(s - half, dims=1) for s in range(shifts.shape[1]))
    return moved / moved.sum(dim=1, keepdim=True)


def right_index_by_index(weights, shifts):
    """As the equation says."""
    N, half = weights.shape[1], shifts.shape[1] // 2
    columns = []
    for i in range(N):
        total = torch.zeros_like(weights[:, 0])
        for j in range(N):
            for d in range(-half, half + 1):
                if (i - j - d) % N == 0:
                    total = total + weights[:, j] * shifts[:, d + half]
        columns.append(total)
    return torch.stack(columns, dim=1)


def right_gathered(weights, shifts):
    """All indices in one table."""
    N, half = weights.shape[1], shifts.shape[1] // 2
    sources = (torch.arange(N)[None, :] - torch.arange(-half, half + 1)[:, None]) % N  # (S, N)
    return torch.einsum("bs,bsn->bn", shifts, weights[:, sources])


def right_frequencies(weights, shifts):
    """A circular convolution is a product of Fourier transforms."""
    (B, N), half = weights.shape, shifts.shape[1] // 2
    around = torch.cat([shifts[:, half:], shifts.new_zeros(B, N - shifts.shape[1]), shifts[:, :half]], dim=1)
    return torch.fft.ifft(torch.fft.fft(weights) * torch.fft.fft(around)).real


def right_matrix(weights, shifts):
    """A matrix that moves the row, for each row of the batch."""
    N, half = weights.shape[1], shifts.shape[1] // 2
    move = sum(
        shifts[:, s, None, None] * torch.eye(N, dtype=weights.dtype).roll(s - half, dims=1) for s in range(2 * half + 1)
    )
    return (weights[:, None] @ move)[:, 0]
