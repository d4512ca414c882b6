"""Answers to content_weights that students might give."""

import torch
from torch.nn import functional as F


def wrong_dot_product(key, memory, strength):
    """Does not divide by the lengths: long contents win."""
    similarity = (memory @ key[:, :, None])[:, :, 0]
    return torch.softmax(strength * similarity, dim=1)


def wrong_key_not_normalised(key, memory, strength):
    """Divides by the length of the contents only: a long key is a sure key."""
    similarity = (F.normalize(memory, dim=2) @ key[:, :, None])[:, :, 0]
    return torch.softmax(strength * similarity, dim=1)


def wrong_distance(key, memory, strength):
    """Looks for the nearest content, not for the same direction."""
    return torch.softmax(-strength * (memory - key[:, None]).norm(dim=2), dim=1)


def wrong_no_strength(key, memory, strength):
    """Forgets how sure the key is."""
    return torch.softmax(F.cosine_similarity(key[:, None], memory, dim=2), dim=1)


def wrong_strength_outside(key, memory, strength):
    """Multiplies the weights by the strength, after the softmax."""
    return strength * torch.softmax(F.cosine_similarity(key[:, None], memory, dim=2), dim=1)


def wrong_softmax_over_the_batch(key, memory, strength):
    """Lets the examples of a batch compete for the weight."""
    return torch.softmax(strength * F.cosine_similarity(key[:, None], memory, dim=2), dim=0)


def wrong_overflows(key, memory, strength):
    """Computes exponentials of large numbers."""
    powers = torch.exp(strength * F.cosine_similarity(key[:, None], memory, dim=2))
    return powers / powers.sum(dim=1, keepdim=True)


def wrong_divided_by_strength(key, memory, strength):
    """Treats the strength as a temperature."""
    return torch.softmax(F.cosine_similarity(key[:, None], memory, dim=2) / (strength + 1e-9), dim=1)


def wrong_key_cut_off(key, memory, strength):
    """Detaches the key."""
    return torch.softmax(strength * F.cosine_similarity(key[:, None].detach(), memory, dim=2), dim=1)


def right_written_out(key, memory, strength):
    """The cosine from its parts."""
    dots = torch.einsum("bm,bnm->bn", key, memory)
    lengths = key.pow(2).sum(1, keepdim=True).sqrt() * memory.pow(2).sum(2).sqrt()
    return F.softmax(dots / lengths * strength, dim=1)


def right_location_by_location(key, memory, strength):
    """One location after the other, and a softmax that takes out the largest."""
    scores = [F.cosine_similarity(key, memory[:, i], dim=1) * strength[:, 0] for i in range(memory.shape[1])]
    scores = torch.stack(scores, dim=1)
    powers = (scores - scores.max(dim=1, keepdim=True).values).exp()
    return powers / powers.sum(dim=1, keepdim=True)


def right_normalised_first(key, memory, strength):
    """Makes all vectors as long as 1, then multiplies."""
    directions = memory / memory.norm(dim=2, keepdim=True)
    return torch.softmax(
        torch.bmm(directions, (key / key.norm(dim=1, keepdim=True)).unsqueeze(2)).squeeze(2) * strength, 1
    )
