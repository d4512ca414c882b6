"""Answers to gru_step that students might give."""

import torch


def wrong_reset_after_product(x, h, W_xh, W_hh, b):
    """Resets after the product with the matrix, as torch does."""
    H = h.shape[1]
    from_x, from_h = x @ W_xh + b, h @ W_hh
    z, r = torch.sigmoid(from_x[:, : 2 * H] + from_h[:, : 2 * H]).chunk(2, dim=1)
    candidate = torch.tanh(from_x[:, 2 * H :] + r * from_h[:, 2 * H :])
    return (1 - z) * h + z * candidate


def wrong_z_flipped(x, h, W_xh, W_hh, b):
    """Keeps where the update gate is open, as torch does."""
    H = h.shape[1]
    z, r = torch.sigmoid(x @ W_xh[:, : 2 * H] + h @ W_hh[:, : 2 * H] + b[: 2 * H]).chunk(2, dim=1)
    candidate = torch.tanh(x @ W_xh[:, 2 * H :] + (r * h) @ W_hh[:, 2 * H :] + b[2 * H :])
    return z * h + (1 - z) * candidate


def wrong_reset_on_input(x, h, W_xh, W_hh, b):
    """Resets what comes from the input instead of what comes from the past."""
    H = h.shape[1]
    z, r = torch.sigmoid(x @ W_xh[:, : 2 * H] + h @ W_hh[:, : 2 * H] + b[: 2 * H]).chunk(2, dim=1)
    candidate = torch.tanh(r * (x @ W_xh[:, 2 * H :]) + h @ W_hh[:, 2 * H :] + b[2 * H :])
    return (1 - z) * h + z * candidate


def wrong_candidate_without_bias(x, h, W_xh, W_hh, b):
    """Forgets the candidate's bias."""
    H = h.shape[1]
    z, r = torch.sigmoid(x @ W_xh[:, : 2 * H] + h @ W_hh[:, : 2 * H] + b[: 2 * H]).chunk(2, dim=1)
    candidate = torch.tanh(x @ W_xh[:, 2 * H :] + (r * h) @ W_hh[:, 2 * H :])
    return (1 - z) * h + z * candidate


def wrong_torch_order(x, h, W_xh, W_hh, b):
    """Takes the columns in torch's order: reset gate first."""
    H = h.shape[1]
    r, z = torch.sigmoid(x @ W_xh[:, : 2 * H] + h @ W_hh[:, : 2 * H] + b[: 2 * H]).chunk(2, dim=1)
    candidate = torch.tanh(x @ W_xh[:, 2 * H :] + (r * h) @ W_hh[:, 2 * H :] + b[2 * H :])
    return (1 - z) * h + z * candidate


def wrong_never_resets(x, h, W_xh, W_hh, b):
    """Computes the reset gate and does not use it."""
    H = h.shape[1]
    z, r = torch.sigmoid(x @ W_xh[:, : 2 * H] + h @ W_hh[:, : 2 * H] + b[: 2 * H]).chunk(2, dim=1)
    candidate = torch.tanh(x @ W_xh[:, 2 * H :] + h @ W_hh[:, 2 * H :] + b[2 * H :])
    return (1 - z) * h + z * candidate


def wrong_resets_the_memory(x, h, W_xh, W_hh, b):
    """Keeps the reset state instead of the state."""
    H = h.shape[1]
    z, r = torch.sigmoid(x @ W_xh[:, : 2 * H] + h @ W_hh[:, : 2 * H] + b[: 2 * H]).chunk(2, dim=1)
    h = r * h
    candidate = torch.tanh(x @ W_xh[:, 2 * H :] + h @ W_hh[:, 2 * H :] + b[2 * H :])
    return (1 - z) * h + z * candidate


def wrong_sigmoid_candidate(x, h, W_xh, W_hh, b):
    """Takes the logistic function for the candidate too."""
    H = h.shape[1]
    z, r = torch.sigmoid(x @ W_xh[:, : 2 * H] + h @ W_hh[:, : 2 * H] + b[: 2 * H]).chunk(2, dim=1)
    candidate = torch.sigmoid(x @ W_xh[:, 2 * H :] + (r * h) @ W_hh[:, 2 * H :] + b[2 * H :])
    return (1 - z) * h + z * candidate


def wrong_resets_all_products(x, h, W_xh, W_hh, b):
    """Computes the update gate from the reset state."""
    (W_z, W_r, W_c), (U_z, U_r, U_c), (b_z, b_r, b_c) = W_xh.chunk(3, 1), W_hh.chunk(3, 1), b.chunk(3)
    r = torch.sigmoid(x @ W_r + h @ U_r + b_r)
    z = torch.sigmoid(x @ W_z + (r * h) @ U_z + b_z)
    return (1 - z) * h + z * torch.tanh(x @ W_c + (r * h) @ U_c + b_c)


def wrong_adds_everything(x, h, W_xh, W_hh, b):
    """Adds the candidate without taking the same share of the old state away."""
    (W_z, W_r, W_c), (U_z, U_r, U_c), (b_z, b_r, b_c) = W_xh.chunk(3, 1), W_hh.chunk(3, 1), b.chunk(3)
    z, r = torch.sigmoid(x @ W_z + h @ U_z + b_z), torch.sigmoid(x @ W_r + h @ U_r + b_r)
    return h + z * torch.tanh(x @ W_c + (r * h) @ U_c + b_c)


def wrong_in_place(x, h, W_xh, W_hh, b):
    """Writes the new state into the old one."""
    (W_z, W_r, W_c), (U_z, U_r, U_c), (b_z, b_r, b_c) = W_xh.chunk(3, 1), W_hh.chunk(3, 1), b.chunk(3)
    z, r = torch.sigmoid(x @ W_z + h @ U_z + b_z), torch.sigmoid(x @ W_r + h @ U_r + b_r)
    new = (1 - z) * h + z * torch.tanh(x @ W_c + (r * h) @ U_c + b_c)
    h.data.copy_(new.data)
    return new


def wrong_detached_in_candidate(x, h, W_xh, W_hh, b):
    """Cuts the graph where the candidate sees the old state."""
    (W_z, W_r, W_c), (U_z, U_r, U_c), (b_z, b_r, b_c) = W_xh.chunk(3, 1), W_hh.chunk(3, 1), b.chunk(3)
    z, r = torch.sigmoid(x @ W_z + h @ U_z + b_z), torch.sigmoid(x @ W_r + h @ U_r + b_r)
    return (1 - z) * h + z * torch.tanh(x @ W_c + (r * h).detach() @ U_c + b_c)


def wrong_transposed_candidate(x, h, W_xh, W_hh, b):
    """Multiplies by the transpose of the candidate's matrix, as for column vectors; the shapes fit all the same."""
    (W_z, W_r, W_c), (U_z, U_r, U_c), (b_z, b_r, b_c) = W_xh.chunk(3, 1), W_hh.chunk(3, 1), b.chunk(3)
    z, r = torch.sigmoid(x @ W_z + h @ U_z + b_z), torch.sigmoid(x @ W_r + h @ U_r + b_r)
    return (1 - z) * h + z * torch.tanh(x @ W_c + (r * h) @ U_c.T + b_c)


def right_a_matrix_per_gate(x, h, W_xh, W_hh, b):
    """Nine matrices and biases by name."""
    (W_z, W_r, W_c), (U_z, U_r, U_c), (b_z, b_r, b_c) = W_xh.chunk(3, 1), W_hh.chunk(3, 1), b.chunk(3)
    z, r = torch.sigmoid(x @ W_z + h @ U_z + b_z), torch.sigmoid(x @ W_r + h @ U_r + b_r)
    return torch.lerp(h, torch.tanh(x @ W_c + (r * h) @ U_c + b_c), z)


def right_einsum(x, h, W_xh, W_hh, b):
    """Weights reshaped to (D, 3, H) and (H, 3, H), sums written out as einsum."""
    D, H = x.shape[1], h.shape[1]
    W, U = W_xh.reshape(D, 3, H), W_hh.reshape(H, 3, H)
    a = torch.einsum("bd,dkh->kbh", x, W) + b.reshape(3, 1, H)
    gates = 1 / (1 + torch.exp(-(a[:2] + torch.einsum("bg,gkh->kbh", h, U[:, :2]))))
    candidate = torch.tanh(a[2] + torch.einsum("bg,bg,gh->bh", gates[1], h, U[:, 2]))
    return h - gates[0] * (h - candidate)


def right_two_products(x, h, W_xh, W_hh, b):
    """The gates' products at once, the candidate's with both inputs side by side."""
    H = h.shape[1]
    W = torch.cat([W_xh, W_hh])
    gates = torch.sigmoid(torch.cat([x, h], dim=1) @ W[:, : 2 * H] + b[: 2 * H])
    z, r = gates[:, :H], gates[:, H:]
    candidate = torch.tanh(torch.cat([x, r * h], dim=1) @ W[:, 2 * H :] + b[2 * H :])
    return z * candidate + (1 - z) * h
