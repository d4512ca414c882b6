"""Answers to lstm_step that students might give."""

import torch

from course_lib.recurrent import LSTMState


def wrong_torch_order(x, state, W_xh, W_hh, b):
    """Takes the columns in torch's order i, f, g, o."""
    i, f, g, o = (x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    c = f.sigmoid() * state.c + i.sigmoid() * g.tanh()
    return LSTMState(o.sigmoid() * c.tanh(), c)


def wrong_sigmoid_candidate(x, state, W_xh, W_hh, b):
    """Takes the logistic function for all four: the candidate cannot be negative."""
    i, f, o, g = torch.sigmoid(x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    c = f * state.c + i * g
    return LSTMState(o * torch.tanh(c), c)


def wrong_no_tanh_of_c(x, state, W_xh, W_hh, b):
    """Shows the cell state itself instead of its tanh."""
    i, f, o, g = (x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    c = f.sigmoid() * state.c + i.sigmoid() * g.tanh()
    return LSTMState(o.sigmoid() * c, c)


def wrong_old_c_in_output(x, state, W_xh, W_hh, b):
    """Makes the hidden state from the old cell state."""
    i, f, o, g = (x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    c = f.sigmoid() * state.c + i.sigmoid() * g.tanh()
    return LSTMState(o.sigmoid() * state.c.tanh(), c)


def wrong_forget_and_input_swapped(x, state, W_xh, W_hh, b):
    """Takes the forget gate for the input gate."""
    f, i, o, g = (x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    c = f.sigmoid() * state.c + i.sigmoid() * g.tanh()
    return LSTMState(o.sigmoid() * c.tanh(), c)


def wrong_forget_gate_flipped(x, state, W_xh, W_hh, b):
    """Forgets where the gate is open: 1 - f instead of f."""
    i, f, o, g = (x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    c = (1 - f.sigmoid()) * state.c + i.sigmoid() * g.tanh()
    return LSTMState(o.sigmoid() * c.tanh(), c)


def wrong_no_bias(x, state, W_xh, W_hh, b):
    """Forgets the biases."""
    i, f, o, g = (x @ W_xh + state.h @ W_hh).chunk(4, dim=1)
    c = f.sigmoid() * state.c + i.sigmoid() * g.tanh()
    return LSTMState(o.sigmoid() * c.tanh(), c)


def wrong_no_recurrence(x, state, W_xh, W_hh, b):
    """The gates see the input only, not the hidden state."""
    i, f, o, g = (x @ W_xh + b).chunk(4, dim=1)
    c = f.sigmoid() * state.c + i.sigmoid() * g.tanh()
    return LSTMState(o.sigmoid() * c.tanh(), c)


def wrong_gates_see_c(x, state, W_xh, W_hh, b):
    """Multiplies the cell state by W_hh instead of the hidden state; the shapes fit all the same."""
    i, f, o, g = (x @ W_xh + state.c @ W_hh + b).chunk(4, dim=1)
    c = f.sigmoid() * state.c + i.sigmoid() * g.tanh()
    return LSTMState(o.sigmoid() * c.tanh(), c)


def wrong_interleaved(x, state, W_xh, W_hh, b):
    """Takes every fourth column for a gate, instead of H columns side by side."""
    i, f, o, g = (x @ W_xh + state.h @ W_hh + b).reshape(len(x), -1, 4).unbind(dim=2)
    c = f.sigmoid() * state.c + i.sigmoid() * g.tanh()
    return LSTMState(o.sigmoid() * c.tanh(), c)


def wrong_order_of_state(x, state, W_xh, W_hh, b):
    """Returns the cell state in the place of the hidden state."""
    i, f, o, g = (x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    c = f.sigmoid() * state.c + i.sigmoid() * g.tanh()
    return LSTMState(c, o.sigmoid() * c.tanh())


def wrong_plain_tuple(x, state, W_xh, W_hh, b):
    """Returns a tuple without names, which the library's cells cannot use."""
    i, f, o, g = (x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    c = f.sigmoid() * state.c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def wrong_changes_state(x, state, W_xh, W_hh, b):
    """Writes the new cell state into the old one."""
    i, f, o, g = (x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    state.c.data.mul_(f.sigmoid().data).add_(i.sigmoid().data * g.tanh().data)
    c = state.c
    return LSTMState(o.sigmoid() * c.tanh(), c)


def wrong_detached_memory(x, state, W_xh, W_hh, b):
    """Cuts the graph at the old cell state: nothing is learned through the memory."""
    i, f, o, g = (x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    c = f.sigmoid() * state.c.detach() + i.sigmoid() * g.tanh()
    return LSTMState(o.sigmoid() * c.tanh(), c)


def right_a_matrix_per_gate(x, state, W_xh, W_hh, b):
    """Each gate by itself, with its own columns."""
    h, c = state
    H = h.shape[1]

    def pre(k):
        columns = slice(k * H, (k + 1) * H)
        return x @ W_xh[:, columns] + h @ W_hh[:, columns] + b[columns]

    new_c = torch.sigmoid(pre(1)) * c + torch.sigmoid(pre(0)) * torch.tanh(pre(3))
    return LSTMState(h=torch.sigmoid(pre(2)) * torch.tanh(new_c), c=new_c)


def right_stacked(x, state, W_xh, W_hh, b):
    """One product with both matrices on top of each other, and the logistic function written out."""
    a = torch.cat([x, state.h], dim=1) @ torch.cat([W_xh, W_hh]) + b
    H = state.h.shape[1]
    i, f, o = (1 / (1 + torch.exp(-a[:, k * H : (k + 1) * H])) for k in range(3))
    c = torch.lerp(torch.zeros_like(state.c), state.c, f) + i * a[:, -H:].tanh()
    return LSTMState(c=c, h=o * c.tanh())


def right_torch(x, state, W_xh, W_hh, b):
    """torch's own function, with the columns in torch's order."""
    i, f, o, g = (torch.arange(k * state.h.shape[1], (k + 1) * state.h.shape[1]) for k in range(4))
    order = torch.cat([i, f, g, o])
    h, c = torch.lstm_cell(x, (state.h, state.c), W_xh[:, order].T, W_hh[:, order].T, b[order])
    return LSTMState(h, c)
