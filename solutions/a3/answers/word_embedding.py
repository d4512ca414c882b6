"""Answers to word_embedding that students might give."""

import torch
from torch import nn
from torch.nn import functional as F


def wrong_columns(symbols, W):
    """Takes columns instead of rows."""
    return W.T[symbols]


def wrong_counted_from_one(symbols, W):
    """Takes word 1 for the first row."""
    return W[symbols - 1]


def wrong_one_list_of_words(symbols, W):
    """Returns one long list of vectors, whatever the shape of the symbols."""
    return W[symbols.flatten()]


def wrong_bag_of_words(symbols, W):
    """Adds up the vectors of a caption's words."""
    vectors = W[symbols]
    return vectors.sum(dim=1) if symbols.dim() > 1 else vectors


def wrong_only_words_that_occur(symbols, W):
    """Lets one_hot guess the size of the vocabulary from the largest symbol."""
    onehot = F.one_hot(symbols).to(W.dtype)
    return onehot @ W[: onehot.shape[-1]] if W.dtype == torch.float32 else onehot @ W


def wrong_single_precision(symbols, W):
    """Turns everything into single precision."""
    return F.one_hot(symbols, len(W)).float() @ W.float()


def wrong_detached(symbols, W):
    """Cuts the gradient: no word ever learns anything."""
    return W.detach()[symbols]


def wrong_numpy(symbols, W):
    """Goes through NumPy, which knows no gradients."""
    return torch.from_numpy(W.detach().numpy()[symbols.numpy()])


def wrong_new_layer(symbols, W):
    """Copies W into a layer of its own, which gets the gradient in its place."""
    return nn.Embedding.from_pretrained(W, freeze=False)(symbols)


def wrong_first_word_is_padding(symbols, W):
    """Calls word 0 padding, so that it gets no gradient."""
    return F.embedding(symbols, W, padding_idx=0)


def wrong_each_word_once(symbols, W):
    """Gives a row the gradient of one place only, where its word stands in several."""
    vectors = W.detach()[symbols].clone()
    for k in symbols.unique():
        first = tuple((symbols == k).nonzero()[0].tolist())
        vectors[first] = W[k]
    return vectors


def wrong_sorted_words(symbols, W):
    """Takes the vectors of the different words, in order, as unique gives them."""
    vectors, places = W[symbols.unique()], symbols.argsort(dim=-1)
    return vectors[places % len(vectors)]


def right_one_hot_product(symbols, W):
    """The product of the equation."""
    return F.one_hot(symbols, num_classes=W.shape[0]).to(W.dtype) @ W


def right_torch(symbols, W):
    """torch's own."""
    return F.embedding(symbols, W)


def right_word_by_word(symbols, W):
    """One row after the other, stacked and shaped."""
    return torch.stack([W[int(k)] for k in symbols.flatten()]).reshape(*symbols.shape, W.shape[1])


def right_index_select(symbols, W):
    """Rows selected from a list of numbers."""
    return torch.index_select(W, 0, symbols.reshape(-1)).unflatten(0, symbols.shape)
