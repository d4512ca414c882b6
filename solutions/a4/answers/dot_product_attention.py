"""Answers to dot_product_attention that students might give."""

import math

import torch


def wrong_mask_after_softmax(query, keys, values, mask=None):
    """Sets weights to zero after the softmax, so that the rest no longer sums to 1."""
    weights = ((keys @ query[:, :, None])[:, :, 0] / math.sqrt(query.shape[1])).softmax(dim=1)
    if mask is not None:
        weights = weights * mask
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_softmax_over_batch(query, keys, values, mask=None):
    """Takes the softmax over the sentences of the batch."""
    scores = (keys @ query[:, :, None])[:, :, 0] / math.sqrt(query.shape[1])
    if mask is not None:
        scores = torch.where(mask, scores, -1e9)
    weights = scores.softmax(dim=0)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_not_scaled(query, keys, values, mask=None):
    """Does not divide by the root of D."""
    scores = (keys @ query[:, :, None])[:, :, 0]
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_divides_by_size(query, keys, values, mask=None):
    """Divides by D instead of its root."""
    scores = (keys @ query[:, :, None])[:, :, 0] / query.shape[1]
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_mask_turned_round(query, keys, values, mask=None):
    """Looks at the padding only."""
    scores = (keys @ query[:, :, None])[:, :, 0] / math.sqrt(query.shape[1])
    if mask is not None:
        scores = torch.where(mask, -1e9, scores)
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_mask_with_zero(query, keys, values, mask=None):
    """Gives padding the score 0, which is a score like any other."""
    scores = (keys @ query[:, :, None])[:, :, 0] / math.sqrt(query.shape[1])
    if mask is not None:
        scores = scores * mask
    weights = scores.softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_ignores_mask(query, keys, values, mask=None):
    """Looks at the padding too."""
    weights = ((keys @ query[:, :, None])[:, :, 0] / math.sqrt(query.shape[1])).softmax(dim=1)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_overflows(query, keys, values, mask=None):
    """Exponentiates large scores, which gives inf and then nan."""
    scores = ((keys @ query[:, :, None])[:, :, 0] / math.sqrt(query.shape[1])).exp()
    if mask is not None:
        scores = torch.where(mask, scores, 0.0)
    weights = scores / scores.sum(dim=1, keepdim=True)
    return (weights[:, :, None] * values).sum(dim=1), weights


def wrong_returns_scores(query, keys, values, mask=None):
    """Returns the scores instead of the weights."""
    scores = (keys @ query[:, :, None])[:, :, 0] / math.sqrt(query.shape[1])
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    return (scores.softmax(dim=1)[:, :, None] * values).sum(dim=1), scores


def wrong_order_of_results(query, keys, values, mask=None):
    """Returns the weights first."""
    scores = (keys @ query[:, :, None])[:, :, 0] / math.sqrt(query.shape[1])
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)
    weights = scores.softmax(dim=1)
    return weights, (weights[:, :, None] * values).sum(dim=1)


def right_matrix_products(query, keys, values, mask=None):
    """Batched matrix products, with a penalty added to masked scores."""
    scores = torch.bmm(keys, query.unsqueeze(2)).squeeze(2) * query.shape[1] ** -0.5
    if mask is not None:
        scores = scores + torch.zeros_like(scores).masked_fill(~mask, -torch.inf)
    weights = torch.softmax(scores, dim=-1)
    return torch.bmm(weights.unsqueeze(1), values).squeeze(1), weights


def right_one_by_one(query, keys, values, mask=None):
    """Sentence by sentence, over its real places only."""
    contexts, rows = [], []
    for b in range(len(query)):
        real = torch.ones_like(keys[b, :, 0], dtype=torch.bool) if mask is None else mask[b]
        share = torch.softmax(keys[b][real] @ query[b] / math.sqrt(query.shape[1]), dim=0)
        row = torch.zeros_like(keys[b, :, 0])
        row[real] = share
        rows.append(row)
        contexts.append(share @ values[b][real])
    return torch.stack(contexts), torch.stack(rows)


def right_log_sum_exp(query, keys, values, mask=None):
    """The softmax through its logarithm."""
    scores = (query[:, None] * keys).sum(dim=2) / query.shape[1] ** 0.5
    if mask is not None:
        scores = torch.where(mask, scores, float("-inf"))
    weights = (scores - scores.logsumexp(dim=1, keepdim=True)).exp()
    return (values * weights.unsqueeze(-1)).sum(dim=1), weights
