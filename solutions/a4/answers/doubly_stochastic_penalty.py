"""Answers to doubly_stochastic_penalty that students might give."""

import torch


def wrong_sums_over_places(looks, real):
    """Sums over the places, where the weights sum to 1 anyway."""
    looked = looks.sum(dim=(2, 3)) * real
    return ((1 - looked) ** 2).sum(dim=1).mean()


def wrong_counts_padding(looks, real):
    """Counts looks taken at padding."""
    return ((1 - looks.sum(dim=1)) ** 2).sum(dim=(1, 2)).mean()


def wrong_mean_over_places(looks, real):
    """Takes the mean over the places instead of the sum."""
    looked = (looks * real[:, :, None, None]).sum(dim=1)
    return ((1 - looked) ** 2).mean()


def wrong_sums_over_batch(looks, real):
    """Sums over the captions instead of taking their mean."""
    looked = (looks * real[:, :, None, None]).sum(dim=1)
    return ((1 - looked) ** 2).sum()


def wrong_not_squared(looks, real):
    """Takes the distance from 1 without squaring it."""
    looked = (looks * real[:, :, None, None]).sum(dim=1)
    return (1 - looked).abs().sum(dim=(1, 2)).mean()


def wrong_squares_weights(looks, real):
    """Squares the weights of each step before they are added up."""
    looked = ((looks * real[:, :, None, None]) ** 2).sum(dim=1)
    return ((1 - looked) ** 2).sum(dim=(1, 2)).mean()


def wrong_each_step_by_itself(looks, real):
    """Compares the weights with 1 at every step."""
    missing = (1 - looks) ** 2 * real[:, :, None, None]
    return missing.sum(dim=(1, 2, 3)).mean()


def wrong_squares_the_sum(looks, real):
    """Squares after the sum over the places, where too much here makes up for too little there."""
    looked = (looks * real[:, :, None, None]).sum(dim=1)
    return ((1 - looked).sum(dim=(1, 2)) ** 2).mean()


def wrong_mean_over_steps(looks, real):
    """Asks for a mean of 1 over the steps, which no place can reach but by being stared at."""
    looked = (looks * real[:, :, None, None]).mean(dim=1)
    return ((1 - looked) ** 2).sum(dim=(1, 2)).mean()


def wrong_mean_over_real_steps(looks, real):
    """Divides by the number of real steps instead of B."""
    looked = (looks * real[:, :, None, None]).sum(dim=1)
    return ((1 - looked) ** 2).sum() / real.sum()


def wrong_padding_turned_round(looks, real):
    """Counts the padding only."""
    looked = (looks * (~real)[:, :, None, None]).sum(dim=1)
    return ((1 - looked) ** 2).sum(dim=(1, 2)).mean()


def wrong_cuts_the_gradient(looks, real):
    """Detaches the weights: they learn nothing from it."""
    looked = (looks.detach() * real[:, :, None, None]).sum(dim=1)
    return ((1 - looked) ** 2).sum(dim=(1, 2)).mean()


def right_caption_by_caption(looks, real):
    """One caption after the other, over its real steps only."""
    total = looks.new_zeros(())
    for alphas, steps in zip(looks, real, strict=True):
        total = total + (alphas[steps].sum(dim=0) - 1).square().sum()
    return total / len(looks)


def right_einsum(looks, real):
    """One sum by einsum, and the squared length of what is missing."""
    looked = torch.einsum("btl,bt->bl", looks.flatten(2), real.to(looks.dtype))
    return torch.linalg.vector_norm(looked - 1).pow(2) / looks.shape[0]


def right_masked(looks, real):
    """Fills the padding with zeros, step after step."""
    seen = torch.zeros_like(looks[:, 0])
    for alpha, counts in zip(looks.unbind(1), real.unbind(1), strict=True):
        seen = seen + alpha.masked_fill(~counts[:, None, None], 0.0)
    missing = torch.ones_like(seen) - seen
    return torch.mean(torch.sum(missing * missing, dim=(-1, -2)))
