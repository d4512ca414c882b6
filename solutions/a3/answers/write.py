"""Answers to write that students might give."""

import torch

from course_lib.recurrent import map_state


def wrong_finished_rows_go_on(model, logits, state, length, choose, end=None):
    """Lets finished rows say what they like until all have finished."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length and not ended.all():
        symbols = choose(logits)
        if end is not None:
            ended = ended | (symbols == end)
        written.append(symbols)
        logits, state = model.step(symbols, state)
    return torch.stack(written, dim=1)


def wrong_stops_at_first_end(model, logits, state, length, choose, end=None):
    """Stops everybody as soon as one row has finished."""
    written = []
    while len(written) < length:
        symbols = choose(logits)
        written.append(symbols)
        if end is not None and (symbols == end).any():
            break
        logits, state = model.step(symbols, state)
    return torch.stack(written, dim=1)


def wrong_stops_when_all_end_together(model, logits, state, length, choose, end=None):
    """Stops only if all rows happen to say `end` at the same step."""
    written = []
    while len(written) < length:
        symbols = choose(logits)
        written.append(symbols)
        if end is not None and (symbols == end).all():
            break
        logits, state = model.step(symbols, state)
    return torch.stack(written, dim=1)


def wrong_never_stops(model, logits, state, length, choose, end=None):
    """Always writes `length` columns."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    for _ in range(length):
        symbols = choose(logits)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
        logits, state = model.step(symbols, state)
    return torch.stack(written, dim=1)


def wrong_swallows_the_end(model, logits, state, length, choose, end=None):
    """Stops before the last `end` is written down."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length:
        symbols = choose(logits)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        if ended.all():
            break
        written.append(symbols)
        logits, state = model.step(symbols, state)
    return torch.stack(written, dim=1) if written else torch.zeros(len(logits), 0, dtype=torch.long)


def wrong_one_column_more(model, logits, state, length, choose, end=None):
    """Notices one step too late that all have finished."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length:
        over = bool(ended.all())
        symbols = choose(logits)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
        if over:
            break
        logits, state = model.step(symbols, state)
    return torch.stack(written, dim=1)


def wrong_one_symbol_more(model, logits, state, length, choose, end=None):
    """Chooses once before the loop and then `length` times."""
    symbols = choose(logits)
    written, ended = [symbols], symbols == end if end is not None else torch.zeros(len(logits), dtype=torch.bool)
    while len(written) <= length and not ended.all():
        logits, state = model.step(symbols, state)
        symbols = choose(logits)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
    return torch.stack(written, dim=1)


def wrong_first_symbol_lost(model, logits, state, length, choose, end=None):
    """Feeds the first symbol in without writing it down, and ends up one symbol short."""
    symbols = choose(logits)
    written, ended = [], symbols == end if end is not None else torch.zeros(len(logits), dtype=torch.bool)
    for _ in range(length - 1):
        if ended.all():
            break
        logits, state = model.step(symbols, state)
        symbols = choose(logits)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
    return torch.stack(written, dim=1) if written else torch.zeros(len(logits), 0, dtype=torch.long)


def wrong_feeds_the_first_symbol(model, logits, state, length, choose, end=None):
    """Feeds the first symbol in again and again."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length and not ended.all():
        symbols = choose(logits)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
        logits, state = model.step(written[0], state)
    return torch.stack(written, dim=1)


def wrong_forgets(model, logits, state, length, choose, end=None):
    """Does not hand on the state: each step begins in the first one."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length and not ended.all():
        symbols = choose(logits)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
        logits, _ = model.step(symbols, state)
    return torch.stack(written, dim=1)


def wrong_reads_before_it_writes(model, logits, state, length, choose, end=None):
    """Feeds a symbol in before writing the next one down, so that the first scores are used for nothing else."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length and not ended.all():
        logits, state = model.step(choose(logits), state)
        symbols = choose(logits)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
    return torch.stack(written, dim=1)


def wrong_always_greedy(model, logits, state, length, choose, end=None):
    """Takes the likeliest symbol, whatever `choose` would choose."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length and not ended.all():
        symbols = logits.argmax(dim=1)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
        logits, state = model.step(symbols, state)
    return torch.stack(written, dim=1)


def wrong_ignores_end(model, logits, state, length, choose, end=None):
    """Writes on as if there were no end."""
    written = []
    for _ in range(length):
        written.append(choose(logits))
        logits, state = model.step(written[-1], state)
    return torch.stack(written, dim=1)


def wrong_needs_an_end(model, logits, state, length, choose, end=None):
    """Does not work without an end."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length and not ended.all():
        symbols = torch.where(ended, end, choose(logits))
        ended = symbols == end
        written.append(symbols)
        logits, state = model.step(symbols, state)
    return torch.stack(written, dim=1)


def wrong_end_zero(model, logits, state, length, choose, end=None):
    """Asks `if end`, so that symbol 0 can never be the end."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length and not ended.all():
        symbols = choose(logits)
        if end:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
        logits, state = model.step(symbols, state)
    return torch.stack(written, dim=1)


def wrong_fills_up_with_zeros(model, logits, state, length, choose, end=None):
    """Fills finished rows up with symbol 0."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length and not ended.all():
        symbols = torch.where(ended, 0, choose(logits))
        if end is not None:
            ended = ended | (symbols == end)
        written.append(symbols)
        logits, state = model.step(symbols, state)
    return torch.stack(written, dim=1)


def wrong_time_first(model, logits, state, length, choose, end=None):
    """Returns (T, B)."""
    written, ended = [], torch.zeros(len(logits), dtype=torch.bool)
    while len(written) < length and not ended.all():
        symbols = choose(logits)
        if end is not None:
            symbols = torch.where(ended, end, symbols)
            ended = symbols == end
        written.append(symbols)
        logits, state = model.step(symbols, state)
    return torch.stack(written)


def right_row_by_row(model, logits, state, length, choose, end=None):
    """One text after the other, each with its own row of the state."""
    texts = []
    for b in range(len(logits)):
        scores, mine, text = logits[b : b + 1], map_state(lambda part, b=b: part[b : b + 1], state), []
        for _ in range(length):
            symbol = choose(scores)
            text.append(int(symbol))
            if text[-1] == end:
                break
            scores, mine = model.step(symbol, mine)
        texts.append(text)
    longest = max(len(text) for text in texts)
    return torch.tensor([text + [end] * (longest - len(text)) for text in texts])


def right_all_and_then_cut(model, logits, state, length, choose, end=None):
    """Lets everybody write to the last column, then overwrites what follows an end, and cuts."""
    columns = []
    for _ in range(length):
        columns.append(choose(logits))
        logits, state = model.step(columns[-1], state)
    written = torch.stack(columns, dim=-1)
    if end is None:
        return written
    before = (written == end).long().cumsum(dim=1) - (written == end).long()  # ends to the left of each symbol
    written = written.masked_fill(before > 0, end)
    sizes = (written != end).sum(dim=1) + 1
    return written[:, : min(length, int(sizes.max()))]


def right_table(model, logits, state, length, choose, end=None):
    """A table full of ends, filled in; no step is taken that is not needed."""
    B = logits.shape[0]
    table = torch.full((B, length), 0 if end is None else end, dtype=torch.int64)
    going = torch.ones(B).bool()
    for t in range(length):
        if t > 0:
            logits, state = model.step(table[:, t - 1], state)
        table[going, t] = choose(logits)[going]
        if end is not None:
            going = going & table[:, t].ne(end)
        if not going.any():
            return table[:, : t + 1]
    return table


def right_recursive(model, logits, state, length, choose, end=None):
    """The first symbol, and the rest by the same way."""

    def rest(logits, state, left, ended):
        symbols = choose(logits)
        if end is not None:
            symbols = symbols * ~ended + end * ended
            ended = ended | (symbols == end)
        if left == 1 or ended.all():
            return [symbols]
        return [symbols, *rest(*model.step(symbols, state), left - 1, ended)]

    return torch.stack(rest(logits, state, length, torch.zeros(len(logits), dtype=torch.bool)), dim=1)
