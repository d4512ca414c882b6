"""Answers to additive_attention that students might give."""

import torch


def wrong_no_tanh(query, keys, values, W_q, W_k, v, mask=None):
    """Leaves out the tanh: then the query adds the same to every score and has no say."""
    scores = ((query @ W_q)[:, None] + keys @ W_k) @ v
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_sigmoid(query, keys, values, W_q, W_k, v, mask=None):
    """Squashes with the logistic function."""
    scores = torch.sigmoid((query @ W_q)[:, None] + keys @ W_k) @ v
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_tanh_of_score(query, keys, values, W_q, W_k, v, mask=None):
    """Takes the tanh of the finished score."""
    scores = torch.tanh(((query @ W_q)[:, None] + keys @ W_k) @ v)
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_multiplies(query, keys, values, W_q, W_k, v, mask=None):
    """Multiplies query and key instead of adding them."""
    scores = torch.tanh((query @ W_q)[:, None] * (keys @ W_k)) @ v
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_softmax_over_batch(query, keys, values, W_q, W_k, v, mask=None):
    """Takes the softmax over the sentences of the batch."""
    scores = torch.tanh((query @ W_q)[:, None] + keys @ W_k) @ v
    if mask is not None:
        scores = torch.where(mask, scores, -1e9)
    weights = scores.softmax(dim=0)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_mask_after_softmax(query, keys, values, W_q, W_k, v, mask=None):
    """Sets weights to zero after the softmax, so that the rest no longer sums to 1."""
    scores = torch.tanh((query @ W_q)[:, None] + keys @ W_k) @ v
    weights = scores.softmax(dim=1)
    if mask is not None:
        weights = weights * mask
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_averages_keys(query, keys, values, W_q, W_k, v, mask=None):
    """Averages the keys instead of the values."""
    scores = torch.tanh((query @ W_q)[:, None] + keys @ W_k) @ v
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * keys).sum(dim=1), weights


def wrong_ignores_mask(query, keys, values, W_q, W_k, v, mask=None):
    """Looks at the padding too."""
    scores = torch.tanh((query @ W_q)[:, None] + keys @ W_k) @ v
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_softmax_before_v(query, keys, values, W_q, W_k, v, mask=None):
    """Takes the softmax of the hidden units before they are weighed by v."""
    scores = torch.tanh((query @ W_q)[:, None] + keys @ W_k).softmax(dim=1) @ v
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_overflows(query, keys, values, W_q, W_k, v, mask=None):
    """Exponentiates large scores, which gives inf and then nan."""
    scores = torch.tanh((query @ W_q)[:, None] + keys @ W_k) @ v
    shares = scores.exp()
    if mask is not None:
        shares = torch.where(mask, shares, 0.0)
    weights = shares / shares.sum(dim=1, keepdim=True)
    return (weights[:, :, None] * values).sum(dim=1), weights


def right_one_matrix(query, keys, values, W_q, W_k, v, mask=None):
    """Query and keys side by side times the two matrices on top of each other."""
    S = keys.shape[1]
    both = torch.cat([query.unsqueeze(1).repeat(1, S, 1), keys], dim=2)  # (B, S, D + K)
    scores = torch.einsum("bsa,a->bs", torch.tanh(both @ torch.cat([W_q, W_k])), v)
    if mask is not None:
        scores = scores + torch.zeros_like(scores).masked_fill(~mask, float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    return torch.bmm(weights[:, None], values)[:, 0], weights


def right_place_by_place(query, keys, values, W_q, W_k, v, mask=None):
    """One place after the other, and the softmax through its logarithm."""
    asked = query @ W_q
    scores = torch.stack([torch.tanh(asked + key @ W_k) @ v for key in keys.unbind(dim=1)], dim=1)
    if mask is not None:
        scores = scores.masked_fill(mask.logical_not(), -torch.inf)
    weights = torch.exp(scores - torch.logsumexp(scores, dim=1, keepdim=True))
    context = sum(weights[:, s, None] * value for s, value in enumerate(values.unbind(dim=1)))
    return context, weights
