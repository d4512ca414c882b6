"""Answers to unroll_bidirectional that students might give."""

import torch

from course_lib.recurrent import reverse_sequences, unroll, unroll_fast


def wrong_not_turned_back(forward_cell, backward_cell, xs, lengths=None):
    """Leaves the backward cell's outputs in the order in which it reads."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths), lengths=lengths)
    return torch.cat([forward, backward], dim=2), (forward_state, backward_state)


def wrong_padding_first(forward_cell, backward_cell, xs, lengths=None):
    """Turns the padding round too, so that the backward cell reads it first."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, xs.flip(1), lengths=lengths)
    return torch.cat([forward, backward.flip(1)], dim=2), (forward_state, backward_state)


def wrong_padding_first_whole(forward_cell, backward_cell, xs, lengths=None):
    """The backward cell reads padding and sequence; only its outputs in the padding are zeroed."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, xs.flip(1))
    backward = backward.flip(1)
    if lengths is not None:
        backward = backward * (torch.arange(xs.shape[1]) < lengths[:, None])[:, :, None]
    return torch.cat([forward, backward], dim=2), (forward_state, backward_state)


def wrong_forward_ignores_lengths(forward_cell, backward_cell, xs, lengths=None):
    """Only the backward cell knows the lengths."""
    forward, forward_state = unroll_fast(forward_cell, xs)
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths), lengths=lengths)
    return torch.cat([forward, reverse_sequences(backward, lengths)], dim=2), (forward_state, backward_state)


def wrong_backward_ignores_lengths(forward_cell, backward_cell, xs, lengths=None):
    """Only the forward cell knows the lengths; the sequences are turned round correctly."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths))
    return torch.cat([forward, reverse_sequences(backward, lengths)], dim=2), (forward_state, backward_state)


def wrong_turned_back_with_padding(forward_cell, backward_cell, xs, lengths=None):
    """Turns round with the lengths and back without them."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths), lengths=lengths)
    return torch.cat([forward, backward.flip(1)], dim=2), (forward_state, backward_state)


def wrong_side_by_side_in_time(forward_cell, backward_cell, xs, lengths=None):
    """Puts the backward outputs after the forward ones in time."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths), lengths=lengths)
    return torch.cat([forward, reverse_sequences(backward, lengths)], dim=1), (forward_state, backward_state)


def wrong_sum(forward_cell, backward_cell, xs, lengths=None):
    """Adds the outputs instead of putting them side by side."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths), lengths=lengths)
    return forward + reverse_sequences(backward, lengths), (forward_state, backward_state)


def wrong_states_swapped(forward_cell, backward_cell, xs, lengths=None):
    """Returns the backward cell's state first."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths), lengths=lengths)
    return torch.cat([forward, reverse_sequences(backward, lengths)], dim=2), (backward_state, forward_state)


def wrong_halves_swapped(forward_cell, backward_cell, xs, lengths=None):
    """Puts the backward cell's outputs first."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths), lengths=lengths)
    return torch.cat([reverse_sequences(backward, lengths), forward], dim=2), (forward_state, backward_state)


def wrong_one_cell_for_both(forward_cell, backward_cell, xs, lengths=None):
    """Reads in both directions with the forward cell."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(forward_cell, reverse_sequences(xs, lengths), lengths=lengths)
    return torch.cat([forward, reverse_sequences(backward, lengths)], dim=2), (forward_state, backward_state)


def wrong_goes_on_from_forward_state(forward_cell, backward_cell, xs, lengths=None):
    """Starts the backward cell from the forward cell's last state, where both have the same kind."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    alike = type(forward_cell) is type(backward_cell)
    first = forward_state if alike else None
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths), first, lengths)
    return torch.cat([forward, reverse_sequences(backward, lengths)], dim=2), (forward_state, backward_state)


def wrong_reads_outputs(forward_cell, backward_cell, xs, lengths=None):
    """The backward cell reads what the forward cell put out, where the sizes fit."""
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    below = forward if forward.shape == xs.shape else xs
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(below, lengths), lengths=lengths)
    return torch.cat([forward, reverse_sequences(backward, lengths)], dim=2), (forward_state, backward_state)


def wrong_writes_into_xs(forward_cell, backward_cell, xs, lengths=None):
    """Zeroes the padding in the caller's inputs."""
    if lengths is not None:
        xs.data[torch.arange(xs.shape[1]) >= lengths[:, None]] = 0.0
    forward, forward_state = unroll_fast(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll_fast(backward_cell, reverse_sequences(xs, lengths), lengths=lengths)
    return torch.cat([forward, reverse_sequences(backward, lengths)], dim=2), (forward_state, backward_state)


def right_own_loop(forward_cell, backward_cell, xs, lengths=None):
    """Walks backward step by step; a sequence joins in at its last true step."""
    from course_lib.recurrent import select_state

    B, T, _ = xs.shape
    lengths = torch.full((B,), T) if lengths is None else lengths
    forward, forward_state = unroll(forward_cell, xs, None, lengths)
    state, backward = backward_cell.initial_state(B), [None] * T
    for t in range(T - 1, -1, -1):
        reading = t < lengths
        output, new = backward_cell(xs[:, t], state)
        state = select_state(reading, new, state)
        backward[t] = output.masked_fill(~reading[:, None], 0.0)
    return torch.cat((forward, torch.stack(backward, 1)), dim=-1), (forward_state, state)


def right_by_index(forward_cell, backward_cell, xs, lengths=None):
    """Turns round with an index that it makes itself: (length - 1 - t) modulo T."""
    B, T, _ = xs.shape
    ends = torch.as_tensor(T) if lengths is None else lengths[:, None]
    source = ((ends - 1 - torch.arange(T)) % T).expand(B, T)
    rows = torch.arange(B)[:, None]
    forward, forward_state = unroll(forward_cell, xs, lengths=lengths)
    backward, backward_state = unroll(backward_cell, xs[rows, source], lengths=lengths)
    return torch.cat([forward, backward[rows, source]], dim=2), (forward_state, backward_state)


def right_one_sequence_at_a_time(forward_cell, backward_cell, xs, lengths=None):
    """Every sequence by itself, without its padding."""
    from course_lib.recurrent import map_state

    B, T, _ = xs.shape
    outputs, states = [], []
    for n in range(B):
        length = T if lengths is None else int(lengths[n])
        one = xs[n : n + 1, :length]
        there, first = unroll(forward_cell, one)
        back, second = unroll(backward_cell, one.flip(1))
        both = torch.cat([there, back.flip(1)], dim=2)
        outputs.append(torch.nn.functional.pad(both, (0, 0, 0, T - length)))
        states.append((first, second))
    return torch.cat(outputs), map_state(lambda *rows: torch.cat(rows), *states)
