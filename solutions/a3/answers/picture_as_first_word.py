"""Answers to picture_as_first_word that students might give."""

import torch
from torch.nn import functional as F

from course_lib.recurrent import map_state


def wrong_output(v, W, b, cell):
    """Returns what the cell puts out."""
    output, _ = cell(v @ W + b, cell.initial_state(len(v)))
    return output


def wrong_both(v, W, b, cell):
    """Returns the output and the state."""
    return cell(v @ W + b, cell.initial_state(len(v)))


def wrong_no_bias(v, W, b, cell):
    """Forgets the bias."""
    return cell(v @ W, cell.initial_state(len(v)))[1]


def wrong_tanh(v, W, b, cell):
    """Squashes the picture's word by a tanh; words are not squashed either."""
    return cell(torch.tanh(v @ W + b), cell.initial_state(len(v)))[1]


def wrong_begins_with_zeros(v, W, b, cell):
    """Begins with zeros instead of the cell's initial state."""
    zeros = map_state(torch.zeros_like, cell.initial_state(len(v)))
    return cell(v @ W + b, zeros)[1]


def wrong_begins_with_the_picture(v, W, b, cell):
    """Begins in a state made of the picture, and so shows it twice."""
    x = v @ W + b
    state = map_state(lambda part: part + x.mean(dim=1, keepdim=True), cell.initial_state(len(v)))
    return cell(x, state)[1]


def wrong_reads_twice(v, W, b, cell):
    """Reads the picture twice."""
    x = v @ W + b
    _, state = cell(x, cell.initial_state(len(v)))
    return cell(x, state)[1]


def wrong_after_a_word(v, W, b, cell):
    """Reads an empty word before the picture."""
    x = v @ W + b
    _, state = cell(torch.zeros_like(x), cell.initial_state(len(v)))
    return cell(x, state)[1]


def wrong_before_a_word(v, W, b, cell):
    """Reads an empty word after the picture, as if START belonged to it."""
    x = v @ W + b
    _, state = cell(x, cell.initial_state(len(v)))
    return cell(torch.zeros_like(x), state)[1]


def wrong_unread(v, W, b, cell):
    """Makes the picture the state instead of letting the cell read it."""
    return map_state(lambda part: F.pad(v @ W + b, (0, part.shape[1]))[:, : part.shape[1]], cell.initial_state(len(v)))


def wrong_one_picture(v, W, b, cell):
    """Shows the mean of the batch to everybody."""
    x = (v @ W + b).mean(dim=0, keepdim=True).expand(len(v), -1)
    return cell(x, cell.initial_state(len(v)))[1]


def wrong_batch_of_features(v, W, b, cell):
    """Asks for the initial state of as many rows as the picture has features."""
    return cell(v @ W + b, cell.initial_state(v.shape[1]))[1]


def wrong_detached(v, W, b, cell):
    """Cuts the gradient, so that the encoder learns nothing."""
    return cell(v.detach() @ W + b, cell.initial_state(len(v)))[1]


def wrong_hidden_state_only(v, W, b, cell):
    """Returns the first part of the state only."""
    _, state = cell(v @ W + b, cell.initial_state(len(v)))
    return state[0] if isinstance(state, tuple) else state


def right_linear(v, W, b, cell):
    """torch's linear layer, which keeps its weights transposed."""
    B, D = v.shape
    output, state = cell(F.linear(v, W.T, b), cell.initial_state(B))
    return state


def right_addmm(v, W, b, cell):
    """The bias and the product in one."""
    return cell(torch.addmm(b, v, W), cell.initial_state(batch_size=v.shape[0]))[-1]


def right_picture_by_picture(v, W, b, cell):
    """One picture after the other; the states are put together in the end."""
    states = [cell((picture @ W + b)[None], cell.initial_state(1))[1] for picture in v]
    return map_state(lambda *parts: torch.cat(parts), *states)
