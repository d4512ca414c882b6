"""Answers to attention_lstm_step that students might give."""

import torch
from torch.nn import functional as F

from course_lib.recurrent import LSTMState


def wrong_order_of_torch(x, z, state, T, b):
    """Reads the columns as i, f, g, o."""
    h, c = state
    i, f, g, o = (torch.cat([x, h, z], dim=1) @ T + b).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return LSTMState(torch.sigmoid(o) * torch.tanh(c), c)


def wrong_context_before_state(x, z, state, T, b):
    """Stacks word, context, hidden state."""
    h, c = state
    i, f, o, g = (torch.cat([x, z, h], dim=1) @ T + b).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return LSTMState(torch.sigmoid(o) * torch.tanh(c), c)


def wrong_state_first(x, z, state, T, b):
    """Stacks hidden state, word, context."""
    h, c = state
    i, f, o, g = (torch.cat([h, x, z], dim=1) @ T + b).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return LSTMState(torch.sigmoid(o) * torch.tanh(c), c)


def wrong_squashing_exchanged(x, z, state, T, b):
    """Takes tanh for the gates and the logistic function for the candidate."""
    h, c = state
    i, f, o, g = (torch.cat([x, h, z], dim=1) @ T + b).chunk(4, dim=1)
    c = torch.tanh(f) * c + torch.tanh(i) * torch.sigmoid(g)
    return LSTMState(torch.tanh(o) * torch.tanh(c), c)


def wrong_candidate_is_a_gate(x, z, state, T, b):
    """Takes the logistic function for all four."""
    h, c = state
    i, f, o, g = torch.sigmoid(torch.cat([x, h, z], dim=1) @ T + b).chunk(4, dim=1)
    c = f * c + i * g
    return LSTMState(o * torch.tanh(c), c)


def wrong_forget_and_input_exchanged(x, z, state, T, b):
    """Keeps with the input gate and writes with the forget gate."""
    h, c = state
    i, f, o, g = (torch.cat([x, h, z], dim=1) @ T + b).chunk(4, dim=1)
    c = torch.sigmoid(i) * c + torch.sigmoid(f) * torch.tanh(g)
    return LSTMState(torch.sigmoid(o) * torch.tanh(c), c)


def wrong_shows_memory_as_it_is(x, z, state, T, b):
    """Shows c without tanh."""
    h, c = state
    i, f, o, g = (torch.cat([x, h, z], dim=1) @ T + b).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return LSTMState(torch.sigmoid(o) * c, c)


def wrong_shows_old_memory(x, z, state, T, b):
    """Makes h from the c of the step before."""
    h, c = state
    i, f, o, g = (torch.cat([x, h, z], dim=1) @ T + b).chunk(4, dim=1)
    new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return LSTMState(torch.sigmoid(o) * torch.tanh(c), new)


def wrong_no_bias(x, z, state, T, b):
    """Leaves out the biases."""
    h, c = state
    i, f, o, g = (torch.cat([x, h, z], dim=1) @ T).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return LSTMState(torch.sigmoid(o) * torch.tanh(c), c)


def wrong_order_of_state(x, z, state, T, b):
    """Returns c where h belongs."""
    h, c = state
    i, f, o, g = (torch.cat([x, h, z], dim=1) @ T + b).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return LSTMState(c, torch.sigmoid(o) * torch.tanh(c))


def wrong_writes_into_old_state(x, z, state, T, b):
    """Changes the memory of its caller in place."""
    h, c = state
    i, f, o, g = (torch.cat([x, h, z], dim=1) @ T + b).chunk(4, dim=1)
    c.data.mul_(torch.sigmoid(f)).add_(torch.sigmoid(i) * torch.tanh(g))
    return LSTMState(torch.sigmoid(o) * torch.tanh(c), c)


def wrong_cuts_the_gradient(x, z, state, T, b):
    """Detaches the old memory, so that no blame goes further back."""
    h, c = state
    i, f, o, g = (torch.cat([x, h, z], dim=1) @ T + b).chunk(4, dim=1)
    c = torch.sigmoid(f) * c.detach() + torch.sigmoid(i) * torch.tanh(g)
    return LSTMState(torch.sigmoid(o) * torch.tanh(c), c)


def right_three_products(x, z, state, T, b):
    """T in three parts, one for each input, and slices for the gates."""
    E, H = x.shape[1], state.h.shape[1]
    a = x @ T[:E] + state.h @ T[E : E + H] + z @ T[E + H :] + b
    i, f, o = (a[:, n * H : (n + 1) * H].sigmoid() for n in range(3))
    c = f * state.c + i * a[:, 3 * H :].tanh()
    return LSTMState(h=o * c.tanh(), c=c)


def right_gate_by_gate(x, z, state, T, b):
    """A matrix and a bias for each of the four, one after the other."""
    stacked, parts = torch.hstack((x, state.h, z)), []
    for W, bias, squash in zip(T.chunk(4, dim=1), b.chunk(4), [torch.sigmoid] * 3 + [torch.tanh], strict=True):
        parts.append(squash(F.linear(stacked, W.T, bias)))
    i, f, o, g = parts
    c = torch.addcmul(f * state.c, i, g)
    return LSTMState(o * torch.tanh(c), c)


def right_torch(x, z, state, T, b):
    """torch's own LSTM cell, its gates in rows i, f, g, o."""
    E, H = x.shape[1], state.h.shape[1]
    order = torch.cat([torch.arange(2 * H), torch.arange(3 * H, 4 * H), torch.arange(2 * H, 3 * H)])
    W = T[:, order].T
    W_ih, W_hh = torch.cat([W[:, :E], W[:, E + H :]], dim=1), W[:, E : E + H]
    h, c = torch.lstm_cell(torch.cat([x, z], dim=1), (state.h, state.c), W_ih, W_hh, b[order])
    return LSTMState(h, c)
