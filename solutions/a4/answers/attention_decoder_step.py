"""Answers to attention_decoder_step that students might give."""

import torch


def wrong_asks_with_the_word(x, state, cell, attend):
    """Asks with the embedded word instead of the last output."""
    context, weights = attend(x[:, :1].expand_as(state.output), state.keys, state.mask)
    output, inner = cell(torch.cat([x, context], dim=1), state.cell)
    return torch.cat([output, context], dim=1), state._replace(cell=inner, output=output, weights=weights)


def wrong_context_first(x, state, cell, attend):
    """Puts the context before the word."""
    context, weights = attend(state.output, state.keys, state.mask)
    output, inner = cell(torch.cat([context, x], dim=1), state.cell)
    return torch.cat([output, context], dim=1), state._replace(cell=inner, output=output, weights=weights)


def wrong_features_turned(x, state, cell, attend):
    """Returns the context before the output."""
    context, weights = attend(state.output, state.keys, state.mask)
    output, inner = cell(torch.cat([x, context], dim=1), state.cell)
    return torch.cat([context, output], dim=1), state._replace(cell=inner, output=output, weights=weights)


def wrong_looks_after_speaking(x, state, cell, attend):
    """Lets the cell read a context of zeros and looks only afterwards, with the new output."""
    K = state.keys.shape[2]
    output, inner = cell(torch.cat([x, x.new_zeros(len(x), K)], dim=1), state.cell)
    context, weights = attend(output, state.keys, state.mask)
    return torch.cat([output, context], dim=1), state._replace(cell=inner, output=output, weights=weights)


def wrong_forgets_output(x, state, cell, attend):
    """Does not put the new output into the state: it asks the same for ever."""
    context, weights = attend(state.output, state.keys, state.mask)
    output, inner = cell(torch.cat([x, context], dim=1), state.cell)
    return torch.cat([output, context], dim=1), state._replace(cell=inner, weights=weights)


def wrong_forgets_weights(x, state, cell, attend):
    """Does not put the weights into the state: nobody can see where it looked."""
    context, _ = attend(state.output, state.keys, state.mask)
    output, inner = cell(torch.cat([x, context], dim=1), state.cell)
    return torch.cat([output, context], dim=1), state._replace(cell=inner, output=output)


def wrong_forgets_cell(x, state, cell, attend):
    """Does not hand on the cell's state."""
    context, weights = attend(state.output, state.keys, state.mask)
    output, _ = cell(torch.cat([x, context], dim=1), state.cell)
    return torch.cat([output, context], dim=1), state._replace(output=output, weights=weights)


def wrong_no_mask(x, state, cell, attend):
    """Lets the attention look at the padding."""
    context, weights = attend(state.output, state.keys, torch.ones_like(state.mask))
    output, inner = cell(torch.cat([x, context], dim=1), state.cell)
    return torch.cat([output, context], dim=1), state._replace(cell=inner, output=output, weights=weights)


def wrong_output_only(x, state, cell, attend):
    """Returns the output without the context."""
    context, weights = attend(state.output, state.keys, state.mask)
    output, inner = cell(torch.cat([x, context], dim=1), state.cell)
    return output, state._replace(cell=inner, output=output, weights=weights)


def wrong_cuts_the_gradient(x, state, cell, attend):
    """Detaches the query, so that no blame reaches the step before through the attention."""
    context, weights = attend(state.output.detach(), state.keys, state.mask)
    output, inner = cell(torch.cat([x, context], dim=1), state.cell)
    return torch.cat([output, context], dim=1), state._replace(cell=inner, output=output, weights=weights)


def right_new_tuple(x, state, cell, attend):
    """Builds the new state from all its parts."""
    inner, asks, _, keys, mask = state
    seen, where = attend(asks, keys, mask)
    said, inner = cell(torch.hstack([x, seen]), inner)
    return torch.hstack([said, seen]), type(state)(inner, said, where, keys, mask)


def right_in_two_steps(x, state, cell, attend):
    """The same with a buffer, and the state replaced in two steps."""
    seen, where = attend(query=state.output, keys=state.keys, mask=state.mask)
    state = state._replace(weights=where)
    joined = torch.zeros(x.shape[0], x.shape[1] + seen.shape[1], dtype=x.dtype)
    joined = torch.cat((x, seen), dim=-1) + 0 * joined
    said, inner = cell(joined, state.cell)
    features = torch.cat((said, seen), dim=-1)
    return features, state._replace(cell=inner, output=said)
