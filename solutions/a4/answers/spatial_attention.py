"""Answers to spatial_attention that students might give."""

import torch
from torch.nn import functional as F

from course_lib.attention import additive_attention


def wrong_column_by_column(query, maps, W_q, W_k, v):
    """Lists the places column by column, and reads the list row by row."""
    B, D, h, w = maps.shape
    places = maps.transpose(2, 3).flatten(2).transpose(1, 2)
    z, alpha = additive_attention(query, places, places, W_q, W_k, v)
    return z, alpha.reshape(B, h, w)


def wrong_reads_columns(query, maps, W_q, W_k, v):
    """Lists the places row by row, and lays the list out column by column."""
    B, D, h, w = maps.shape
    places = maps.flatten(2).transpose(1, 2)
    z, alpha = additive_attention(query, places, places, W_q, W_k, v)
    return z, alpha.reshape(B, w, h).transpose(1, 2)


def wrong_sides_exchanged(query, maps, W_q, W_k, v):
    """Gives the weights as a map of w rows and h columns."""
    B, D, h, w = maps.shape
    places = maps.flatten(2).transpose(1, 2)
    z, alpha = additive_attention(query, places, places, W_q, W_k, v)
    return z, alpha.reshape(B, w, h)


def wrong_features_first(query, maps, W_q, W_k, v):
    """Makes places by reshape alone, which mixes the features of different places."""
    B, D, h, w = maps.shape
    places = maps.reshape(B, h * w, D)
    z, alpha = additive_attention(query, places, places, W_q, W_k, v)
    return z, alpha.reshape(B, h, w)


def wrong_flat_weights(query, maps, W_q, W_k, v):
    """Returns the weights as a list."""
    places = maps.flatten(2).transpose(1, 2)
    return additive_attention(query, places, places, W_q, W_k, v)


def wrong_each_row_by_itself(query, maps, W_q, W_k, v):
    """Takes a softmax over each row, so that every row is looked at as much as any other."""
    hidden = torch.einsum("bdij,da->bija", maps, W_k) + (query @ W_q)[:, None, None]
    alpha = torch.softmax(torch.tanh(hidden) @ v, dim=2) / maps.shape[2]
    return torch.einsum("bij,bdij->bd", alpha, maps), alpha


def wrong_over_batch(query, maps, W_q, W_k, v):
    """Takes the softmax over the pictures of the batch."""
    hidden = torch.einsum("bdij,da->bija", maps, W_k) + (query @ W_q)[:, None, None]
    alpha = torch.softmax(torch.tanh(hidden) @ v, dim=0)
    return torch.einsum("bij,bdij->bd", alpha, maps), alpha


def wrong_sees_keys(query, maps, W_q, W_k, v):
    """Averages the transformed features instead of the features themselves."""
    B, D, h, w = maps.shape
    places = maps.flatten(2).transpose(1, 2)
    z, alpha = additive_attention(query, places, places @ W_k, W_q, W_k, v)
    return z, alpha.reshape(B, h, w)


def wrong_sees_everything_alike(query, maps, W_q, W_k, v):
    """Returns the mean over all places, whatever the weights."""
    B, D, h, w = maps.shape
    places = maps.flatten(2).transpose(1, 2)
    _, alpha = additive_attention(query, places, places, W_q, W_k, v)
    return maps.mean(dim=(2, 3)), alpha.reshape(B, h, w)


def wrong_best_place_only(query, maps, W_q, W_k, v):
    """Sees the likeliest place instead of the weighted mean."""
    B, D, h, w = maps.shape
    places = maps.flatten(2).transpose(1, 2)
    _, alpha = additive_attention(query, places, places, W_q, W_k, v)
    return places[torch.arange(B), alpha.argmax(dim=1)], alpha.reshape(B, h, w)


def wrong_cuts_the_gradient(query, maps, W_q, W_k, v):
    """Detaches the weights: it never learns where to look."""
    B, D, h, w = maps.shape
    places = maps.flatten(2).transpose(1, 2)
    _, alpha = additive_attention(query, places, places, W_q, W_k, v)
    alpha = alpha.detach()
    return torch.einsum("bl,bld->bd", alpha, places), alpha.reshape(B, h, w)


def right_permuted(query, maps, W_q, W_k, v):
    """Moves the features to the end before rows and columns become one dimension."""
    places = maps.permute(0, 2, 3, 1)
    listed = places.reshape(maps.shape[0], -1, maps.shape[1])
    z, weights = additive_attention(query=query, keys=listed, values=listed, W_q=W_q, W_k=W_k, v=v)
    return z, weights.view(places.shape[:3])


def right_place_by_place(query, maps, W_q, W_k, v):
    """Goes through rows and columns, without additive_attention."""
    B, D, h, w = maps.shape
    asked = query @ W_q
    scores = [torch.tanh(asked + maps[:, :, i, j] @ W_k) @ v for i in range(h) for j in range(w)]
    weights = torch.softmax(torch.stack(scores, dim=1), dim=1)
    z = sum(weights[:, w * i + j, None] * maps[:, :, i, j] for i in range(h) for j in range(w))
    return z, torch.stack([weights[:, w * i : w * i + w] for i in range(h)], dim=1)


def right_convolution(query, maps, W_q, W_k, v):
    """Transforms all places by a 1 x 1 convolution, and lets torch's attention average."""
    B, D, h, w = maps.shape
    hidden = torch.tanh(F.conv2d(maps, W_k.T[:, :, None, None]) + (query @ W_q)[:, :, None, None])
    scores = F.conv2d(hidden, v[None, :, None, None]).reshape(B, h * w)
    alpha = scores.softmax(dim=-1).unflatten(1, (h, w))
    return (maps * alpha[:, None]).sum(dim=(-2, -1)), alpha
