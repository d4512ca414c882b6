"""Answers to picture_as_first_state that students might give."""

import torch
from torch.nn import functional as F


def wrong_no_tanh(maps, W, b):
    """Forgets the tanh."""
    return maps.mean(dim=(2, 3)) @ W + b


def wrong_sigmoid(maps, W, b):
    """Takes the logistic function instead of tanh."""
    return torch.sigmoid(maps.mean(dim=(2, 3)) @ W + b)


def wrong_sum(maps, W, b):
    """Takes the sum over the places instead of the mean."""
    return torch.tanh(maps.sum(dim=(2, 3)) @ W + b)


def wrong_largest(maps, W, b):
    """Takes the largest value of each feature instead of the mean."""
    return torch.tanh(maps.amax(dim=(2, 3)) @ W + b)


def wrong_mean_over_features(maps, W, b):
    """Takes the mean over the features, which leaves one number for each place."""
    mean = maps.mean(dim=1).flatten(1)
    return torch.tanh(F.pad(mean, (0, len(W)))[:, : len(W)] @ W + b)


def wrong_mean_over_batch(maps, W, b):
    """Takes the mean over all pictures too."""
    mean = maps.mean(dim=(0, 2, 3), keepdim=True)[:, :, 0, 0]
    return torch.tanh(mean.expand(len(maps), -1) @ W + b)


def wrong_rows_only(maps, W, b):
    """Takes the mean over the rows only, and then the first column."""
    return torch.tanh(maps.mean(dim=2)[:, :, 0] @ W + b)


def wrong_middle(maps, W, b):
    """Looks at the middle of the picture only."""
    B, D, h, w = maps.shape
    return torch.tanh(maps[:, :, h // 2, w // 2] @ W + b)


def wrong_mixes_features(maps, W, b):
    """Reshapes (B, D, h, w) into (B, L, D) without turning it, which mixes places and features."""
    B, D, h, w = maps.shape
    return torch.tanh(maps.reshape(B, h * w, D).mean(dim=1) @ W + b)


def wrong_tanh_of_each_place(maps, W, b):
    """Squashes each place and takes the mean afterwards."""
    places = maps.flatten(2).transpose(1, 2)  # (B, L, D)
    return torch.tanh(places @ W + b).mean(dim=1)


def wrong_tanh_before_product(maps, W, b):
    """Squashes the picture instead of the state."""
    return torch.tanh(maps.mean(dim=(2, 3))) @ W + b


def wrong_bias_after_tanh(maps, W, b):
    """Adds the bias after the tanh."""
    return torch.tanh(maps.mean(dim=(2, 3)) @ W) + b


def wrong_no_bias(maps, W, b):
    """Forgets the bias."""
    return torch.tanh(maps.mean(dim=(2, 3)) @ W)


def wrong_divides_by_features(maps, W, b):
    """Divides the sum over the places by the number of features."""
    return torch.tanh(maps.sum(dim=(2, 3)) / maps.shape[1] @ W + b)


def wrong_detached(maps, W, b):
    """Cuts the gradient, so that the encoder learns nothing."""
    return torch.tanh(maps.detach().mean(dim=(2, 3)) @ W + b)


def right_places_in_a_row(maps, W, b):
    """All places in one dimension, and torch's linear layer."""
    return F.linear(maps.flatten(start_dim=2).mean(dim=-1), W.T, b).tanh()


def right_pooling(maps, W, b):
    """Average pooling over the whole picture."""
    v = F.adaptive_avg_pool2d(maps, 1)[:, :, 0, 0]
    return torch.tanh(b + v @ W)


def right_product_first(maps, W, b):
    """Multiplies each place by W and takes the mean afterwards, which is the same because both are linear."""
    B, D, h, w = maps.shape
    return torch.tanh(torch.einsum("bdij,dk->bk", maps, W) / (h * w) + b)


def right_place_by_place(maps, W, b):
    """Adds up one place after the other."""
    total = torch.zeros_like(maps[:, :, 0, 0])
    for row in maps.unbind(dim=2):
        for place in row.unbind(dim=2):
            total = total + place
    return torch.tanh(total / (maps.shape[2] * maps.shape[3]) @ W + b)
