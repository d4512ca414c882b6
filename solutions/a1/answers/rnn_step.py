"""Answers to rnn_step that students might give."""

import torch


def wrong_no_bias(x, h, W_xh, W_hh, b):
    """Forgets the bias."""
    return torch.tanh(x @ W_xh + h @ W_hh)


def wrong_transposed_recurrence(x, h, W_xh, W_hh, b):
    """Multiplies by the transpose of W_hh, as for column vectors; the shapes fit all the same."""
    return torch.tanh(x @ W_xh + h @ W_hh.T + b)


def wrong_sigmoid(x, h, W_xh, W_hh, b):
    """Takes the logistic function for tanh."""
    return torch.sigmoid(x @ W_xh + h @ W_hh + b)


def wrong_forgets_state(x, h, W_xh, W_hh, b):
    """Leaves the old state out."""
    return torch.tanh(x @ W_xh + b)


def wrong_bias_outside(x, h, W_xh, W_hh, b):
    """Adds the bias after tanh instead of before."""
    return torch.tanh(x @ W_xh + h @ W_hh) + b


def wrong_no_tanh(x, h, W_xh, W_hh, b):
    """Forgets tanh."""
    return x @ W_xh + h @ W_hh + b


def wrong_detached(x, h, W_xh, W_hh, b):
    """Computes without the graph, so that no gradient comes back."""
    with torch.no_grad():
        return torch.tanh(x @ W_xh + h @ W_hh + b)


def wrong_detached_state(x, h, W_xh, W_hh, b):
    """Cuts the graph at the old state: nothing is learned through time."""
    return torch.tanh(x @ W_xh + h.detach() @ W_hh + b)


def wrong_changes_bias(x, h, W_xh, W_hh, b):
    """Doubles the bias in place after using it."""
    new = torch.tanh(x @ W_xh + h @ W_hh + b)
    b.data += b.data
    return new


def wrong_through_numpy(x, h, W_xh, W_hh, b):
    """Goes through NumPy in single precision and comes back as float32."""
    import numpy as np

    a = x.detach().numpy() @ W_xh.detach().numpy() + h.detach().numpy() @ W_hh.detach().numpy() + b.detach().numpy()
    return torch.tensor(np.tanh(a), dtype=torch.float32)


def right_stacked(x, h, W_xh, W_hh, b):
    """One product with the matrices on top of each other."""
    return torch.tanh(torch.cat([x, h], dim=1) @ torch.cat([W_xh, W_hh], dim=0) + b)


def right_einsum(x, h, W_xh, W_hh, b):
    """Sums written out as einsum."""
    a = torch.einsum("bd,dh->bh", x, W_xh) + torch.einsum("bg,gh->bh", h, W_hh) + b
    return (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())


def right_warns(x, h, W_xh, W_hh, b):
    """Right, with a warning and a line on stderr at every call."""
    import sys
    import warnings

    warnings.warn("this is a warning", stacklevel=2)
    print("debugging on stderr", file=sys.stderr)
    print("and on the original one", file=sys.__stderr__, flush=True)
    return torch.tanh(torch.addmm(b, x, W_xh) + h @ W_hh)
