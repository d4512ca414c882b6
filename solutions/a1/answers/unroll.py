"""Answers to unroll that students might give."""

import torch

from course_lib.recurrent import select_state


def wrong_ignores_state(cell, xs, state=None, lengths=None):
    """Always starts from the initial state."""
    state, outputs = cell.initial_state(len(xs)), []
    for t in range(xs.shape[1]):
        output, new = cell(xs[:, t], state)
        if lengths is not None:
            output, new = output * (t < lengths)[:, None], select_state(t < lengths, new, state)
        state = new
        outputs.append(output)
    return torch.stack(outputs, dim=1), state


def wrong_never_hands_on(cell, xs, state=None, lengths=None):
    """Gives every step the state from before the sequence."""
    first, outputs = cell.initial_state(len(xs)) if state is None else state, []
    last = first
    for t in range(xs.shape[1]):
        output, new = cell(xs[:, t], first)
        if lengths is not None:
            output, new = output * (t < lengths)[:, None], select_state(t < lengths, new, last)
        last = new
        outputs.append(output)
    return torch.stack(outputs, dim=1), last


def wrong_skips_first_step(cell, xs, state=None, lengths=None):
    """Off by one in time: starts with the second input and repeats the last one."""
    state, outputs = cell.initial_state(len(xs)) if state is None else state, []
    for t in range(1, xs.shape[1] + 1):
        output, new = cell(xs[:, min(t, xs.shape[1] - 1)], state)
        if lengths is not None:
            output, new = output * (t <= lengths)[:, None], select_state(t <= lengths, new, state)
        state = new
        outputs.append(output)
    return torch.stack(outputs, dim=1), state


def wrong_ignores_lengths(cell, xs, state=None, lengths=None):
    """Runs through the padding as if it were input."""
    state, outputs = cell.initial_state(len(xs)) if state is None else state, []
    for x_t in xs.unbind(dim=1):
        output, state = cell(x_t, state)
        outputs.append(output)
    return torch.stack(outputs, dim=1), state


def wrong_state_runs_on(cell, xs, state=None, lengths=None):
    """Zeroes the outputs after the end, but lets the padding change the state."""
    state, outputs = cell.initial_state(len(xs)) if state is None else state, []
    for t in range(xs.shape[1]):
        output, state = cell(xs[:, t], state)
        outputs.append(output if lengths is None else output * (t < lengths)[:, None])
    return torch.stack(outputs, dim=1), state


def wrong_outputs_run_on(cell, xs, state=None, lengths=None):
    """Keeps the state after the end, but not zeros in the outputs."""
    state, outputs = cell.initial_state(len(xs)) if state is None else state, []
    for t in range(xs.shape[1]):
        output, new = cell(xs[:, t], state)
        state = new if lengths is None else select_state(t < lengths, new, state)
        outputs.append(output)
    return torch.stack(outputs, dim=1), state


def wrong_one_step_too_many(cell, xs, state=None, lengths=None):
    """Counts the step after the end: t <= length instead of t < length."""
    state, outputs = cell.initial_state(len(xs)) if state is None else state, []
    for t in range(xs.shape[1]):
        output, new = cell(xs[:, t], state)
        if lengths is not None:
            output, new = output * (t <= lengths)[:, None], select_state(t <= lengths, new, state)
        state = new
        outputs.append(output)
    return torch.stack(outputs, dim=1), state


def wrong_time_first(cell, xs, state=None, lengths=None):
    """Stacks the outputs as (T, B, H)."""
    state, outputs = cell.initial_state(len(xs)) if state is None else state, []
    for t in range(xs.shape[1]):
        output, new = cell(xs[:, t], state)
        if lengths is not None:
            output, new = output * (t < lengths)[:, None], select_state(t < lengths, new, state)
        state = new
        outputs.append(output)
    return torch.stack(outputs), state


def wrong_state_for_output(cell, xs, state=None, lengths=None):
    """Collects the states, which are the outputs of simple cells only."""
    state, outputs = cell.initial_state(len(xs)) if state is None else state, []
    for t in range(xs.shape[1]):
        _, new = cell(xs[:, t], state)
        if lengths is not None:
            new = select_state(t < lengths, new, state)
        state = new
        output = state[0] if isinstance(state, tuple) else state
        outputs.append(output if lengths is None else output * (t < lengths)[:, None])
    return torch.stack(outputs, dim=1), state


def wrong_detaches(cell, xs, state=None, lengths=None):
    """Cuts the graph between the steps."""
    state, outputs = cell.initial_state(len(xs)) if state is None else state, []
    for t in range(xs.shape[1]):
        output, new = cell(xs[:, t], state)
        if lengths is not None:
            output, new = output * (t < lengths)[:, None], select_state(t < lengths, new, state)
        state = new.detach() if torch.is_tensor(new) else new
        outputs.append(output)
    return torch.stack(outputs, dim=1), state


def right_precomputed_mask(cell, xs, state=None, lengths=None):
    """Writes into a tensor made beforehand, with the mask of all steps at once."""
    B, T, _ = xs.shape
    state = cell.initial_state(B) if state is None else state
    running = torch.ones(B, T, dtype=torch.bool)
    if lengths is not None:
        running = torch.arange(T)[None] < lengths[:, None]
    outputs = torch.zeros(B, T, cell.hidden_size, dtype=xs.dtype)
    for t, x_t in enumerate(xs.unbind(dim=1)):
        output, new = cell(x_t, state)
        outputs[:, t] = output.masked_fill(~running[:, t, None], 0)
        state = select_state(running[:, t], new, state)
    return outputs, state


def right_recursive(cell, xs, state=None, lengths=None):
    """The last step after all steps before it, by recursion, with a progress bar that nobody asked for."""
    from tqdm import tqdm

    bar = tqdm(total=xs.shape[1])

    def up_to(T):
        if T == 0:
            return [], cell.initial_state(len(xs)) if state is None else state
        before, old = up_to(T - 1)
        bar.update()
        output, new = cell(xs[:, T - 1], old)
        if lengths is not None:
            output, new = output * (lengths >= T)[:, None], select_state(lengths >= T, new, old)
        return [*before, output], new

    outputs, last = up_to(xs.shape[1])
    return torch.stack(outputs, dim=1), last
