"""Answers to picture_at_every_step that students might give."""

import torch
from torch.nn import functional as F


def wrong_picture_first(x, v):
    """Puts the picture before the word."""
    return torch.cat([v, x], dim=1)


def wrong_adds(x, v):
    """Adds the picture to the word instead of putting it beside, as far as it reaches."""
    size = min(x.shape[1], v.shape[1])
    return torch.cat([x[:, :size] + v[:, :size], x[:, size:], v[:, size:]], dim=1)


def wrong_picture_only(x, v):
    """Reads the picture only."""
    return v


def wrong_multiplies(x, v):
    """Lets the picture gate the word."""
    return torch.cat([x * v.mean(dim=1, keepdim=True), v], dim=1)


def wrong_on_top(x, v):
    """Puts the pictures below the words, as further rows of the batch."""
    size = max(x.shape[1], v.shape[1])
    return torch.cat([F.pad(x, (0, size - x.shape[1])), F.pad(v, (0, size - v.shape[1]))], dim=0)


def wrong_one_picture_for_all(x, v):
    """Shows the first picture of the batch to everybody."""
    return torch.cat([x, v[:1].expand(len(x), -1)], dim=1)


def wrong_mean_of_the_batch(x, v):
    """Shows everybody the mean of all pictures."""
    return torch.cat([x, v.mean(dim=0, keepdim=True).expand(len(x), -1)], dim=1)


def wrong_squashed(x, v):
    """Squashes the picture by a tanh that nobody asked for."""
    return torch.cat([x, v.tanh()], dim=1)


def wrong_frozen_encoder(x, v):
    """Detaches the picture, so that the encoder learns nothing."""
    return torch.cat([x, v.detach()], dim=1)


def wrong_mixes_rows(x, v):
    """Reshapes instead of concatenating rows, which mixes the pictures of a batch."""
    return torch.cat([x.flatten(), v.flatten()]).reshape(len(x), -1)


def right_hstack(x, v):
    """Columns beside columns."""
    return torch.hstack((x, v))


def right_padded_sum(x, v):
    """The sum of both, each filled up with zeros where the other stands."""
    return F.pad(x, (0, v.shape[1])) + F.pad(v, (x.shape[1], 0))


def right_row_by_row(x, v):
    """One row of the batch after the other."""
    return torch.stack([torch.cat((word, picture)) for word, picture in zip(x, v, strict=True)])


def right_filled_in(x, v):
    """An empty tensor of the right size, filled in."""
    B, E = x.shape
    read = x.new_empty(B, E + v.shape[1])
    read[:, :E], read[:, E:] = x, v
    return read
