"""Answers to stacked_step that students might give."""

import torch
from torch import nn
from torch.nn import functional as F


def wrong_residual_on_lowest(cells, x, states, residual=False, dropout=0.0):
    """Adds the input to the output of the lowest layer as well."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout) if layer > 0 else x
        output, state = cell(x, state)
        x = output + x if residual else output
        new_states.append(state)
    return x, tuple(new_states)


def wrong_residual_loses_output(cells, x, states, residual=False, dropout=0.0):
    """Hands on the input of the layer, and its output is lost."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout) if layer > 0 else x
        output, state = cell(x, state)
        x = x + x if residual and layer > 0 else output
        new_states.append(state)
    return x, tuple(new_states)


def wrong_residual_before_cell(cells, x, states, residual=False, dropout=0.0):
    """Adds the residual to what the cell sees, instead of to what it gives."""
    new_states, below = [], 0
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout) if layer > 0 else x
        seen = x + below if residual and layer > 0 else x
        below = x
        x, state = cell(seen, state)
        new_states.append(state)
    return x, tuple(new_states)


def wrong_residual_from_first_input(cells, x, states, residual=False, dropout=0.0):
    """Every layer adds the output of the lowest one, instead of its own input."""
    new_states, lowest = [], None
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout) if layer > 0 else x
        lowest = x if layer == 1 else lowest
        output, state = cell(x, state)
        x = output + lowest if residual and layer > 0 else output
        new_states.append(state)
    return x, tuple(new_states)


def wrong_residual_around_dropout(cells, x, states, residual=False, dropout=0.0):
    """Drops only the cell's output and adds the layer's input whole."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        output, state = cell(x, state)
        if layer < len(cells) - 1:
            output = F.dropout(output, dropout)
        x = output + x if residual and layer > 0 else output
        new_states.append(state)
    return x, tuple(new_states)


def wrong_ignores_residual(cells, x, states, residual=False, dropout=0.0):
    """Has no residual connections."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x, state = cell(F.dropout(x, dropout) if layer > 0 else x, state)
        new_states.append(state)
    return x, tuple(new_states)


def wrong_dropout_on_highest(cells, x, states, residual=False, dropout=0.0):
    """Drops from every output, the highest layer's included."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        output, state = cell(x, state)
        x = F.dropout(output + x if residual and layer > 0 else output, dropout)
        new_states.append(state)
    return x, tuple(new_states)


def wrong_dropout_on_lowest(cells, x, states, residual=False, dropout=0.0):
    """Drops from every input, the lowest layer's included."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout)
        output, state = cell(x, state)
        x = output + x if residual and layer > 0 else output
        new_states.append(state)
    return x, tuple(new_states)


def wrong_dropout_on_states(cells, x, states, residual=False, dropout=0.0):
    """Drops from the states too, so that memory gets lost on its way through time."""
    from course_lib.recurrent import map_state

    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout) if layer > 0 else x
        output, state = cell(x, state)
        x = output + x if residual and layer > 0 else output
        new_states.append(map_state(lambda part: F.dropout(part, dropout), state))
    return x, tuple(new_states)


def wrong_dropout_not_scaled(cells, x, states, residual=False, dropout=0.0):
    """Zeroes without scaling up what is left."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = x * (torch.rand_like(x) >= dropout) if layer > 0 else x
        output, state = cell(x, state)
        x = output + x if residual and layer > 0 else output
        new_states.append(state)
    return x, tuple(new_states)


def wrong_keeps_with_this_probability(cells, x, states, residual=False, dropout=0.0):
    """Takes dropout for the probability to keep."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, 1 - dropout) if layer > 0 and dropout > 0 else x
        output, state = cell(x, state)
        x = output + x if residual and layer > 0 else output
        new_states.append(state)
    return x, tuple(new_states)


def wrong_one_mask_for_the_batch(cells, x, states, residual=False, dropout=0.0):
    """Drops the same units in all rows of the batch."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = x * F.dropout(torch.ones_like(x[:1]), dropout) if layer > 0 else x
        output, state = cell(x, state)
        x = output + x if residual and layer > 0 else output
        new_states.append(state)
    return x, tuple(new_states)


def wrong_no_dropout(cells, x, states, residual=False, dropout=0.0):
    """Calls dropout as if the model were not in training, so that it does nothing."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout, training=False) if layer > 0 else x
        output, state = cell(x, state)
        x = output + x if residual and layer > 0 else output
        new_states.append(state)
    return x, tuple(new_states)


def wrong_order_of_states(cells, x, states, residual=False, dropout=0.0):
    """Returns the states from the highest layer to the lowest."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout) if layer > 0 else x
        output, state = cell(x, state)
        x = output + x if residual and layer > 0 else output
        new_states.insert(0, state)
    return x, tuple(new_states)


def wrong_list_of_states(cells, x, states, residual=False, dropout=0.0):
    """Returns the states as a list."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout) if layer > 0 else x
        output, state = cell(x, state)
        x = output + x if residual and layer > 0 else output
        new_states.append(state)
    return x, new_states


def wrong_old_states(cells, x, states, residual=False, dropout=0.0):
    """Returns the states that came in: nothing is remembered."""
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout) if layer > 0 else x
        output, _ = cell(x, state)
        x = output + x if residual and layer > 0 else output
    return x, tuple(states)


def wrong_same_input_for_all(cells, x, states, residual=False, dropout=0.0):
    """Every layer sees the input of the step, not the output of the layer below."""
    results = [cell(x, state) for cell, state in zip(cells, states, strict=True)]
    output = results[-1][0] + x if residual and len(cells) > 1 else results[-1][0]
    return F.dropout(output, dropout), tuple(state for _, state in results)


def wrong_writes_into_states(cells, x, states, residual=False, dropout=0.0):
    """Puts the new states into the list that the caller still has."""
    new_states = states if isinstance(states, list) else list(states)
    for layer, cell in enumerate(cells):
        x = F.dropout(x, dropout) if layer > 0 else x
        output, new_states[layer] = cell(x, new_states[layer])
        x = output + x if residual and layer > 0 else output
    return x, tuple(new_states)


def wrong_state_for_output(cells, x, states, residual=False, dropout=0.0):
    """Hands the state up, which is the output of simple cells only."""
    new_states = []
    for layer, (cell, state) in enumerate(zip(cells, states, strict=True)):
        x = F.dropout(x, dropout) if layer > 0 else x
        _, state = cell(x, state)
        output = state[0] if isinstance(state, tuple) else state
        x = output + x if residual and layer > 0 else output
        new_states.append(state)
    return x, tuple(new_states)


def right_own_dropout(cells, x, states, residual=False, dropout=0.0):
    """The lowest layer before the loop, and dropout by a mask of its own."""
    output, lowest = cells[0](x, states[0])
    new_states = (lowest,)
    for k in range(1, len(cells)):
        kept = torch.rand(output.shape) >= dropout
        below = torch.where(kept, output / (1 - dropout), torch.zeros_like(output))
        output, state = cells[k](below, states[k])
        if residual:
            output = output + below
        new_states = (*new_states, state)
    return output, new_states


def right_recursive(cells, x, states, residual=False, dropout=0.0):
    """The highest layer on top of all layers below it, with a dropout module."""
    if len(cells) == 1:
        output, state = cells[0](x, states[0])
        return output, (state,)
    below, others = stacked_step(cells[:-1], x, states[:-1], residual, dropout)
    below = nn.Dropout(dropout)(below)
    output, state = cells[-1](below, states[-1])
    return output + residual * below, (*others, state)


def right_drops_on_the_way_up(cells, x, states, residual=False, dropout=0.0):
    """Drops after each layer but the highest, with Bernoulli draws."""
    new_states, goes_up = [], x
    for layer in range(len(cells)):
        output, state = cells[layer](goes_up, states[layer])
        new_states.append(state)
        if residual and layer != 0:
            output = output + goes_up
        if layer < len(cells) - 1 and dropout > 0:
            output = output * torch.bernoulli(torch.full_like(output, 1 - dropout)) / (1 - dropout)
        goes_up = output
    return goes_up, tuple(new_states)
