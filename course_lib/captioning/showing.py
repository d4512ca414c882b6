"""Words and pictures as a recurrent cell takes them: embeddings, and the three ways of showing it a picture."""

from typing import Any

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise
from ..recurrent import Cell


def _check_word_embedding(symbols, W):
    check_shapes("word_embedding", W=(W, "V E"))
    if symbols.is_floating_point() or symbols.dtype == torch.bool:
        raise ValueError(f"word_embedding: symbols should be integers, got {symbols.dtype}")
    if symbols.numel() and not 0 <= symbols.min() <= symbols.max() < len(W):
        raise ValueError(
            f"word_embedding: symbols should lie between 0 and V - 1 = {len(W) - 1}, got {symbols.min().item()} to "
            f"{symbols.max().item()}"
        )


@exercise("a3", accepts=_check_word_embedding)
def word_embedding(symbols: Tensor, W: Tensor) -> Tensor:
    """The vector of each word: the row of W with the word's number.

        x = onehot(symbol) W

    The product with a vector that is one in a single place picks one row; nobody multiplies by all those zeros. The
    gradient of a row is the sum over all places where its word stands.

    Args:
        symbols: integers in 0 ... V-1 of any shape, such as (B,) or (B, T).
        W: one row for each word, (V, E).

    Returns:
        The vectors, with one dimension more: (B, E) or (B, T, E).
    """
    return W[symbols]


def _check_picture_at_every_step(x, v):
    check_shapes("picture_at_every_step", x=(x, "B E"), v=(v, "B D"))


@exercise("a3", accepts=_check_picture_at_every_step)
def picture_at_every_step(x: Tensor, v: Tensor) -> Tensor:
    """First way: the cell reads the word and the picture together, at every step.

        [x_t, v] [W_xh; W_ih] = x_t W_xh + v W_ih

    A cell whose weights from the input are W_xh on top of W_ih then computes the lectures'
    h_t = tanh(x_t W_xh + h_{t-1} W_hh + v W_ih + b), and any other cell what corresponds to it.

    Args:
        x: the embedded word of this step, (B, E).
        v: the picture, (B, D).

    Returns:
        What the cell reads: the word first, then the picture, (B, E + D).

    Source: Mao et al. 2015, "Deep Captioning with Multimodal Recurrent Neural Networks", is a relative.
    """
    return torch.cat([x, v], dim=1)


def _check_picture_as_first_word(v, W, b, cell):
    check_shapes("picture_as_first_word", v=(v, "B D"), W=(W, "D E"), b=(b, "E"))


@exercise("a3", accepts=_check_picture_as_first_word)
def picture_as_first_word(v: Tensor, W: Tensor, b: Tensor, cell: Cell) -> Any:
    """Second way: the picture becomes a vector like those of words, and the cell reads it before START.

        x_{-1} = v W + b            state = cell(x_{-1}, state_0)

    Args:
        v: the picture, (B, D).
        W, b: weights and biases from pictures to the space of words, (D, E) and (E,).
        cell: any cell that takes E inputs; it begins in its initial state.

    Returns:
        The cell's state after it has read the picture; what it puts out then is not used.

    Source: Vinyals et al. 2015, "Show and Tell: A Neural Image Caption Generator", equations 10-12.
    """
    _, state = cell(v @ W + b, cell.initial_state(len(v)))
    return state


def _check_picture_as_first_state(maps, W, b):
    check_shapes("picture_as_first_state", maps=(maps, "B D h w"), W=(W, "D H"), b=(b, "H"))


@exercise("a3", accepts=_check_picture_as_first_state)
def picture_as_first_state(maps: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """Third way: the picture is what the cell remembers when it begins to speak.

        h_0 = tanh( (1/L sum_l a_l) W + b )            over the L = h w places of the maps

    An LSTM has two things to remember, and W and b of their own for each of them.

    Args:
        maps: features of the picture, (B, D, h, w).
        W, b: (D, H) and (H,).

    Returns:
        h_0 (or c_0), (B, H).

    Source: Xu et al. 2015, "Show, Attend and Tell", section 3.1.2 (where two networks compute h_0 and c_0).
    """
    return torch.tanh(maps.mean(dim=(2, 3)) @ W + b)
