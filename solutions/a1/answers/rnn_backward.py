"""Answers to rnn_backward that students might give."""

import torch

from course_lib.recurrent import RNNGradients


def wrong_forgets_future(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Uses only what the loss says directly: nothing comes back from step t+1."""
    before = torch.cat([h_0[:, None], hs[:, :-1]], dim=1)
    d_a = d_hs * (1 - hs**2)
    d_h_0 = d_a[:, 0] @ W_hh.T
    return RNNGradients(
        d_a @ W_xh.T,
        d_h_0,
        torch.einsum("btd,bth->dh", xs, d_a),
        torch.einsum("btg,bth->gh", before, d_a),
        d_a.sum(dim=(0, 1)),
    )


def wrong_state_after(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Takes h_t instead of h_{t-1} for the gradient of W_hh."""
    d_h, d_as = torch.zeros_like(h_0), []
    for t in reversed(range(xs.shape[1])):
        d_as.insert(0, (d_hs[:, t] + d_h) * (1 - hs[:, t] ** 2))
        d_h = d_as[0] @ W_hh.T
    d_a = torch.stack(d_as, dim=1)
    d_W_xh, d_W_hh = torch.einsum("btd,bth->dh", xs, d_a), torch.einsum("btg,bth->gh", hs, d_a)
    return RNNGradients(d_a @ W_xh.T, d_h, d_W_xh, d_W_hh, d_a.sum(dim=(0, 1)))


def wrong_derivative(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Takes 1 - h for the derivative of tanh."""
    before = torch.cat([h_0[:, None], hs[:, :-1]], dim=1)
    d_h, d_as = torch.zeros_like(h_0), []
    for t in reversed(range(xs.shape[1])):
        d_as.insert(0, (d_hs[:, t] + d_h) * (1 - hs[:, t]))
        d_h = d_as[0] @ W_hh.T
    d_a = torch.stack(d_as, dim=1)
    d_W_xh, d_W_hh = torch.einsum("btd,bth->dh", xs, d_a), torch.einsum("btg,bth->gh", before, d_a)
    return RNNGradients(d_a @ W_xh.T, d_h, d_W_xh, d_W_hh, d_a.sum(dim=(0, 1)))


def wrong_mean_over_batch(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Averages the weight gradients over the batch instead of adding them up."""
    B = len(xs)
    before = torch.cat([h_0[:, None], hs[:, :-1]], dim=1)
    d_h, d_as = torch.zeros_like(h_0), []
    for t in reversed(range(xs.shape[1])):
        d_as.insert(0, (d_hs[:, t] + d_h) * (1 - hs[:, t] ** 2))
        d_h = d_as[0] @ W_hh.T
    d_a = torch.stack(d_as, dim=1)
    d_W_xh, d_W_hh = torch.einsum("btd,bth->dh", xs, d_a), torch.einsum("btg,bth->gh", before, d_a)
    return RNNGradients(d_a @ W_xh.T, d_h, d_W_xh / B, d_W_hh / B, d_a.mean(dim=0).sum(dim=0))


def wrong_direction(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Walks forward in time."""
    before = torch.cat([h_0[:, None], hs[:, :-1]], dim=1)
    d_h, d_as = torch.zeros_like(h_0), []
    for t in range(xs.shape[1]):
        d_as.append((d_hs[:, t] + d_h) * (1 - hs[:, t] ** 2))
        d_h = d_as[-1] @ W_hh.T
    d_a = torch.stack(d_as, dim=1)
    d_W_xh, d_W_hh = torch.einsum("btd,bth->dh", xs, d_a), torch.einsum("btg,bth->gh", before, d_a)
    return RNNGradients(d_a @ W_xh.T, d_h, d_W_xh, d_W_hh, d_a.sum(dim=(0, 1)))


def wrong_bias_of_first_step(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Overwrites the bias's gradient at every step instead of adding to it."""
    before = torch.cat([h_0[:, None], hs[:, :-1]], dim=1)
    d_h, d_as = torch.zeros_like(h_0), []
    for t in reversed(range(xs.shape[1])):
        d_as.insert(0, (d_hs[:, t] + d_h) * (1 - hs[:, t] ** 2))
        d_b = d_as[0].sum(dim=0)
        d_h = d_as[0] @ W_hh.T
    d_a = torch.stack(d_as, dim=1)
    d_W_xh, d_W_hh = torch.einsum("btd,bth->dh", xs, d_a), torch.einsum("btg,bth->gh", before, d_a)
    return RNNGradients(d_a @ W_xh.T, d_h, d_W_xh, d_W_hh, d_b)


def wrong_not_transposed(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Goes back through W_hh itself instead of its transpose."""
    before = torch.cat([h_0[:, None], hs[:, :-1]], dim=1)
    d_h, d_as = torch.zeros_like(h_0), []
    for t in reversed(range(xs.shape[1])):
        d_as.insert(0, (d_hs[:, t] + d_h) * (1 - hs[:, t] ** 2))
        d_h = d_as[0] @ W_hh
    d_a = torch.stack(d_as, dim=1)
    d_W_xh, d_W_hh = torch.einsum("btd,bth->dh", xs, d_a), torch.einsum("btg,bth->gh", before, d_a)
    return RNNGradients(d_a @ W_xh.T, d_h, d_W_xh, d_W_hh, d_a.sum(dim=(0, 1)))


def wrong_first_state_zero(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Takes zeros for the state before the first step instead of h_0."""
    before = torch.cat([torch.zeros_like(h_0)[:, None], hs[:, :-1]], dim=1)
    d_h, d_as = torch.zeros_like(h_0), []
    for t in reversed(range(xs.shape[1])):
        d_as.insert(0, (d_hs[:, t] + d_h) * (1 - hs[:, t] ** 2))
        d_h = d_as[0] @ W_hh.T
    d_a = torch.stack(d_as, dim=1)
    d_W_xh, d_W_hh = torch.einsum("btd,bth->dh", xs, d_a), torch.einsum("btg,bth->gh", before, d_a)
    return RNNGradients(d_a @ W_xh.T, d_h, d_W_xh, d_W_hh, d_a.sum(dim=(0, 1)))


def wrong_changes_input(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Adds what comes back into d_hs itself."""
    before = torch.cat([h_0[:, None], hs[:, :-1]], dim=1)
    d_h, d_as = torch.zeros_like(h_0), []
    for t in reversed(range(xs.shape[1])):
        d_hs[:, t] += d_h
        d_as.insert(0, d_hs[:, t] * (1 - hs[:, t] ** 2))
        d_h = d_as[0] @ W_hh.T
    d_a = torch.stack(d_as, dim=1)
    d_W_xh, d_W_hh = torch.einsum("btd,bth->dh", xs, d_a), torch.einsum("btg,bth->gh", before, d_a)
    return RNNGradients(d_a @ W_xh.T, d_h, d_W_xh, d_W_hh, d_a.sum(dim=(0, 1)))


def wrong_order_of_results(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Returns a plain tuple with the two weight gradients in the other order."""
    before = torch.cat([h_0[:, None], hs[:, :-1]], dim=1)
    d_h, d_as = torch.zeros_like(h_0), []
    for t in reversed(range(xs.shape[1])):
        d_as.insert(0, (d_hs[:, t] + d_h) * (1 - hs[:, t] ** 2))
        d_h = d_as[0] @ W_hh.T
    d_a = torch.stack(d_as, dim=1)
    d_W_xh, d_W_hh = torch.einsum("btd,bth->dh", xs, d_a), torch.einsum("btg,bth->gh", before, d_a)
    return d_a @ W_xh.T, d_h, d_W_hh, d_W_xh, d_a.sum(dim=(0, 1))


def right_all_steps_at_once(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Only the walk is a loop; the weight gradients are two sums at the end."""
    before = torch.cat([h_0[:, None], hs[:, :-1]], dim=1)
    d_h, d_as = torch.zeros_like(h_0), []
    for t in reversed(range(xs.shape[1])):
        d_as.insert(0, (d_hs[:, t] + d_h) * (1 - hs[:, t].square()))
        d_h = d_as[0] @ W_hh.T
    d_a = torch.stack(d_as, dim=1)
    d_W_xh, d_W_hh = torch.einsum("btd,bth->dh", xs, d_a), torch.einsum("btg,bth->gh", before, d_a)
    return RNNGradients(d_a @ W_xh.T, d_h, d_W_xh, d_W_hh, d_a.sum(dim=(0, 1)))


def right_one_sequence_at_a_time(d_hs, xs, hs, h_0, W_xh, W_hh):
    """Slow and plain: every sequence by itself, with outer products."""
    d_xs, d_h_0 = torch.zeros_like(xs), torch.zeros_like(h_0)
    d_W_xh, d_W_hh, d_b = torch.zeros_like(W_xh), torch.zeros_like(W_hh), torch.zeros_like(W_hh[0])
    for n in range(len(xs)):
        blame = torch.zeros_like(h_0[n])
        for t in range(xs.shape[1] - 1, -1, -1):
            blame = blame + d_hs[n, t]
            at_a = blame * (1 - hs[n, t] * hs[n, t])
            d_W_xh += torch.outer(xs[n, t], at_a)
            d_W_hh += torch.outer(hs[n, t - 1] if t else h_0[n], at_a)
            d_b += at_a
            d_xs[n, t] = W_xh @ at_a
            blame = W_hh @ at_a
        d_h_0[n] = blame
    return RNNGradients(xs=d_xs, h_0=d_h_0, W_xh=d_W_xh, W_hh=d_W_hh, b=d_b)
