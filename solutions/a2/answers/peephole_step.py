"""Answers to peephole_step that students might give."""

import torch

from course_lib.recurrent import LSTMState


def wrong_output_gate_sees_old_c(x, state, W_xh, W_hh, W_ch, b):
    """All three gates see the old cell state."""
    a_i, a_f, a_o, a_g = (x @ W_xh + state.h @ W_hh + b).chunk(4, dim=1)
    i, f, o = (torch.sigmoid(a + p * state.c) for a, p in zip((a_i, a_f, a_o), W_ch, strict=True))
    c = f * state.c + i * torch.tanh(a_g)
    return LSTMState(o * torch.tanh(c), c)


def wrong_candidate_has_peephole(x, state, W_xh, W_hh, W_ch, b):
    """The candidate sees the cell state too, through the input gate's peephole."""
    (h, c), (p_i, p_f, p_o) = state, W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    c = torch.sigmoid(a_f + p_f * c) * c + torch.sigmoid(a_i + p_i * c) * torch.tanh(a_g + p_i * c)
    return LSTMState(torch.sigmoid(a_o + p_o * c) * torch.tanh(c), c)


def wrong_torch_order(x, state, W_xh, W_hh, W_ch, b):
    """Takes the columns in torch's order i, f, g, o."""
    (h, c), (p_i, p_f, p_o) = state, W_ch
    a_i, a_f, a_g, a_o = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    c = torch.sigmoid(a_f + p_f * c) * c + torch.sigmoid(a_i + p_i * c) * torch.tanh(a_g)
    return LSTMState(torch.sigmoid(a_o + p_o * c) * torch.tanh(c), c)


def wrong_matrix_product(x, state, W_xh, W_hh, W_ch, b):
    """Multiplies by a matrix, so that each gate sees the cell states of all units at once."""
    (h, c), (p_i, p_f, p_o) = state, W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    i, f = torch.sigmoid(a_i + (c @ p_i)[:, None]), torch.sigmoid(a_f + (c @ p_f)[:, None])
    c = f * c + i * torch.tanh(a_g)
    return LSTMState(torch.sigmoid(a_o + (c @ p_o)[:, None]) * torch.tanh(c), c)


def wrong_rows_swapped(x, state, W_xh, W_hh, W_ch, b):
    """Takes the first row of the peepholes for the forget gate."""
    (h, c), (p_f, p_i, p_o) = state, W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    c = torch.sigmoid(a_f + p_f * c) * c + torch.sigmoid(a_i + p_i * c) * torch.tanh(a_g)
    return LSTMState(torch.sigmoid(a_o + p_o * c) * torch.tanh(c), c)


def wrong_no_peepholes(x, state, W_xh, W_hh, W_ch, b):
    """Is an LSTM without peepholes."""
    h, c = state
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    c = torch.sigmoid(a_f) * c + torch.sigmoid(a_i) * torch.tanh(a_g)
    return LSTMState(torch.sigmoid(a_o) * torch.tanh(c), c)


def wrong_sees_the_hidden_state(x, state, W_xh, W_hh, W_ch, b):
    """The peepholes look at h instead of c."""
    (h, c), (p_i, p_f, p_o) = state, W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    c = torch.sigmoid(a_f + p_f * h) * c + torch.sigmoid(a_i + p_i * h) * torch.tanh(a_g)
    return LSTMState(torch.sigmoid(a_o + p_o * h) * torch.tanh(c), c)


def wrong_peephole_outside(x, state, W_xh, W_hh, W_ch, b):
    """Adds what the peepholes see after the logistic function."""
    (h, c), (p_i, p_f, p_o) = state, W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    c = (torch.sigmoid(a_f) + p_f * c) * c + (torch.sigmoid(a_i) + p_i * c) * torch.tanh(a_g)
    return LSTMState((torch.sigmoid(a_o) + p_o * c) * torch.tanh(c), c)


def wrong_input_gate_sees_new_c(x, state, W_xh, W_hh, W_ch, b):
    """Forgets first, and lets the input gate see what is left."""
    (h, c), (p_i, p_f, p_o) = state, W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    c = torch.sigmoid(a_f + p_f * c) * c
    c = c + torch.sigmoid(a_i + p_i * c) * torch.tanh(a_g)
    return LSTMState(torch.sigmoid(a_o + p_o * c) * torch.tanh(c), c)


def wrong_peephole_through_tanh(x, state, W_xh, W_hh, W_ch, b):
    """The gates see tanh of the cell state, so that they cannot tell 3 from 4."""
    (h, c), (p_i, p_f, p_o) = state, W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    i, f = torch.sigmoid(a_i + p_i * torch.tanh(c)), torch.sigmoid(a_f + p_f * torch.tanh(c))
    c = f * c + i * torch.tanh(a_g)
    return LSTMState(torch.sigmoid(a_o + p_o * torch.tanh(c)) * torch.tanh(c), c)


def wrong_plain_tuple(x, state, W_xh, W_hh, W_ch, b):
    """Returns a tuple without names."""
    (h, c), (p_i, p_f, p_o) = state, W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    c = torch.sigmoid(a_f + p_f * c) * c + torch.sigmoid(a_i + p_i * c) * torch.tanh(a_g)
    return torch.sigmoid(a_o + p_o * c) * torch.tanh(c), c


def wrong_peepholes_learn_nothing(x, state, W_xh, W_hh, W_ch, b):
    """Cuts the graph at the cell state that the gates see."""
    (h, c), (p_i, p_f, p_o) = state, W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    i, f = torch.sigmoid(a_i + p_i * c.detach()), torch.sigmoid(a_f + p_f * c.detach())
    c = f * c + i * torch.tanh(a_g)
    return LSTMState(torch.sigmoid(a_o + p_o * c.detach()) * torch.tanh(c), c)


def wrong_changes_weights(x, state, W_xh, W_hh, W_ch, b):
    """Multiplies the peepholes by the cell state in place, where one row per sequence would be needed."""
    (h, c), (p_i, p_f, p_o) = state, W_ch
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    c = torch.sigmoid(a_f + p_f * c) * c + torch.sigmoid(a_i + p_i * c) * torch.tanh(a_g)
    h = torch.sigmoid(a_o + p_o * c) * torch.tanh(c)
    W_ch.data *= c.data.mean(dim=0)
    return LSTMState(h, c)


def right_diagonal_matrices(x, state, W_xh, W_hh, W_ch, b):
    """Peepholes as diagonal matrices, as the paper has them."""
    h, c = state
    P_i, P_f, P_o = (torch.diag(row) for row in W_ch)
    a_i, a_f, a_o, a_g = (x @ W_xh + h @ W_hh + b).chunk(4, dim=1)
    new_c = torch.sigmoid(a_f + c @ P_f) * c + torch.sigmoid(a_i + c @ P_i) * torch.tanh(a_g)
    return LSTMState(torch.sigmoid(a_o + new_c @ P_o) * torch.tanh(new_c), new_c)


def right_by_index(x, state, W_xh, W_hh, W_ch, b):
    """Columns and rows by their index, both early gates at once."""
    H = state.h.shape[1]
    a = torch.addmm(b, x, W_xh) + torch.matmul(state.h, W_hh)
    early = a[:, : 2 * H].reshape(-1, 2, H) + W_ch[None, :2] * state.c[:, None]
    i, f = early.sigmoid().unbind(dim=1)
    c = torch.addcmul(f * state.c, i, a[:, 3 * H :].tanh())
    o = (a[:, 2 * H : 3 * H] + W_ch[2].expand_as(c) * c).sigmoid()
    return LSTMState(h=o * c.tanh(), c=c)


def right_one_sequence_at_a_time(x, state, W_xh, W_hh, W_ch, b):
    """Slow and plain: every sequence by itself."""
    hs, cs = [], []
    for x_n, h_n, c_n in zip(x, state.h, state.c, strict=True):
        i, f, o, g = (x_n @ W_xh + h_n @ W_hh + b).reshape(4, -1)
        c_new = torch.sigmoid(f + W_ch[1] * c_n) * c_n + torch.sigmoid(i + W_ch[0] * c_n) * torch.tanh(g)
        hs.append(torch.sigmoid(o + W_ch[2] * c_new) * torch.tanh(c_new))
        cs.append(c_new)
    return LSTMState(torch.stack(hs), torch.stack(cs))
