"""Answers to search_beams that students might give."""

import torch
from torch.nn import functional as F

from course_lib.language import Beams, beam_step
from course_lib.recurrent import map_state


def wrong_states_stay_in_place(model, logits, state, width, length, end=None, alpha=0.0):
    """Continues each text with the state of whichever text stood at its place before."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_rows_of_first_search(model, logits, state, width, length, end=None, alpha=0.0):
    """Takes all states from the rows of the first search."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = source.flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_offset_by_one_row(model, logits, state, width, length, end=None, alpha=0.0):
    """Counts the rows of a search from b instead of W b."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_repeats_the_batch(model, logits, state, width, length, end=None, alpha=0.0):
    """Repeats the whole batch W times, which mixes the searches."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat(W, *[1] * (part.dim() - 1)), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_all_beams_begin(model, logits, state, width, length, end=None, alpha=0.0):
    """Begins with W equal texts, and finds the same W times."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_zeros(B, W)
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_one_text_in_the_batch(model, logits, state, width, length, end=None, alpha=0.0):
    """Begins with a text in the first search only."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[0, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_very_small_instead_of_minus_infinity(model, logits, state, width, length, end=None, alpha=0.0):
    """Gives free places a log probability of -1, which beats real texts."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), -1.0)
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_reorders_after_the_step(model, logits, state, width, length, end=None, alpha=0.0):
    """Reorders the states after the model has read the new words."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
        state = map_state(lambda part, rows=rows: part[rows], state)
    return beams


def wrong_reorders_one_part(model, logits, state, width, length, end=None, alpha=0.0):
    """Reorders only the first part of a state that is a tuple."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        if isinstance(state, tuple):
            state = (map_state(lambda part, rows=rows: part[rows], state[0]), *state[1:])
        else:
            state = state[rows]
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_old_state_again(model, logits, state, width, length, end=None, alpha=0.0):
    """Goes on with the first state at every step."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, _ = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_greedy_in_disguise(model, logits, state, width, length, end=None, alpha=0.0):
    """Feeds each text its likeliest symbol, whatever beam_step chose."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(logits.argmax(dim=1)[rows], state)
    return beams


def wrong_feeds_the_first_symbol(model, logits, state, width, length, end=None, alpha=0.0):
    """Feeds in the first symbol of each text instead of the last."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, 0].flatten(), state)
    return beams


def wrong_ignores_alpha(model, logits, state, width, length, end=None, alpha=0.0):
    """Ranks by probability, whatever alpha is."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_ignores_end(model, logits, state, width, length, end=None, alpha=0.0):
    """Writes on as if there were no end."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, None, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_never_stops(model, logits, state, width, length, end=None, alpha=0.0):
    """Always takes `length` steps."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_stops_at_first_end(model, logits, state, width, length, end=None, alpha=0.0):
    """Stops as soon as one text has ended."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.any():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_stops_when_the_best_ends(model, logits, state, width, length, end=None, alpha=0.0):
    """Stops as soon as the best text of each search has ended."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended[:, 0].all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_one_step_short(model, logits, state, width, length, end=None, alpha=0.0):
    """Takes one step too few."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length - 1):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_scores_unnormalised(model, logits, state, width, length, end=None, alpha=0.0):
    """Adds up scores instead of log probabilities."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = logits.reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_probabilities(model, logits, state, width, length, end=None, alpha=0.0):
    """Adds up probabilities instead of their logarithms."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_softmax_over_beams(model, logits, state, width, length, end=None, alpha=0.0):
    """Takes the softmax over the beams instead of the symbols."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits.reshape(B, W, -1), dim=1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams


def wrong_only_the_best(model, logits, state, width, length, end=None, alpha=0.0):
    """Returns the best text of each search only."""
    B, W = len(logits), width
    logits, state = map_state(lambda part: part.repeat_interleave(W, dim=0), (logits, state))
    log_p = logits.new_full((B, W), float("-inf"))
    log_p[:, 0] = 0.0
    sizes = torch.zeros(B, W, dtype=torch.long)
    beams = Beams(torch.zeros(B, W, 0, dtype=torch.long), log_p, sizes, sizes.bool())
    for _ in range(length):
        log_next = torch.log_softmax(logits, dim=1).reshape(B, W, -1)
        beams, source = beam_step(beams, log_next, end, alpha)
        if beams.ended.all():
            break
        rows = (source + W * torch.arange(B)[:, None]).flatten()
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(beams.texts[:, :, -1].flatten(), state)
    return beams.texts[:, 0]


def right_one_search_at_a_time(model, logits, state, width, length, end=None, alpha=0.0):
    """Search by search; those that are over sooner are filled up with ends."""
    searches = []
    for b in range(len(logits)):
        scores, mine = map_state(lambda part, b=b: part[b].expand(width, *part.shape[1:]), (logits, state))
        log_p = torch.full((1, width), float("-inf"), dtype=logits.dtype)
        log_p[0, 0] = 0
        none = torch.zeros(1, width, dtype=torch.int64)
        beams = Beams(torch.zeros(1, width, 0).long(), log_p, none, none > 0)
        while beams.texts.shape[2] < length and not beams.ended.all():
            if beams.texts.shape[2] > 0:
                scores, mine = model.step(beams.texts[0, :, -1], map_state(lambda part, s=source: part[s[0]], mine))
            beams, source = beam_step(beams, scores.log_softmax(dim=-1)[None], end, alpha)
        searches.append(beams)
    longest = max(beams.texts.shape[2] for beams in searches)
    texts = [F.pad(beams.texts, (0, longest - beams.texts.shape[2]), value=end or 0) for beams in searches]
    return Beams(torch.cat(texts), *(torch.cat(parts) for parts in list(zip(*searches, strict=True))[1:]))


def right_beams_in_a_dimension_of_their_own(model, logits, state, width, length, end=None, alpha=0.0):
    """Reshapes the state to (B, W, ...) to reorder it, and back."""
    B, V = logits.shape

    def wide(part):
        return part[:, None].expand(B, width, *part.shape[1:]).reshape(B * width, *part.shape[1:])

    state, logits = map_state(wide, state), wide(logits)
    log_p = torch.tensor([0.0] + [-torch.inf] * (width - 1)).to(logits.dtype).expand(B, -1)
    sizes = torch.zeros((B, width), dtype=torch.long)
    beams = Beams(sizes.new_empty(B, width, 0), log_p, sizes, torch.zeros_like(sizes, dtype=torch.bool))
    search = torch.arange(B).unsqueeze(1)
    for t in range(length):
        log_next = logits.log_softmax(dim=-1).view(B, width, V)
        beams, source = beam_step(beams, log_next, end=end, alpha=alpha)
        if t == length - 1 or torch.all(beams.ended):
            break
        state = map_state(
            lambda part, s=source: part.unflatten(0, (B, width))[search, s].flatten(0, 1),
            state,
        )
        logits, state = model.step(beams.texts[..., -1].reshape(-1), state)
    return beams


def right_lists(model, logits, state, width, length, end=None, alpha=0.0):
    """Without beam_step: a list of texts for each search, sorted, each text with scores and a state of its own."""
    searches = []  # of texts: rank, log p, symbols, whether finished, scores, state
    for b in range(len(logits)):
        searches.append([(0.0, 0.0, [], False, *map_state(lambda part, b=b: part[b : b + 1], (logits, state)))])
    for _ in range(length):
        if all(text[3] for texts in searches for text in texts):
            break
        for b, texts in enumerate(searches):
            candidates = [text for text in texts if text[3]]
            for _, log_p, symbols, over, scores, inner in texts:
                for v, more in enumerate([] if over else torch.log_softmax(scores[0], dim=0).tolist()):
                    rank = (log_p + more) / (len(symbols) + 1) ** alpha
                    candidates.append((rank, log_p + more, [*symbols, v], v == end, None, inner))
            best = sorted(candidates, key=lambda text: text[0], reverse=True)[:width]
            for n, (*text, scores, inner) in enumerate(best):
                if scores is None:
                    best[n] = (*text, *model.step(torch.tensor(text[2][-1:]), inner))
            searches[b] = best
    steps = max(len(text[2]) for texts in searches for text in texts)
    free = (0.0, float("-inf"), [0] * steps, False, None, None)
    searches = [texts + [free] * (width - len(texts)) for texts in searches]
    return Beams(
        torch.tensor([[text[2] + [end] * (steps - len(text[2])) for text in texts] for texts in searches]),
        torch.tensor([[text[1] for text in texts] for texts in searches], dtype=logits.dtype),
        torch.tensor([[len(text[2]) for text in texts] for texts in searches]),
        torch.tensor([[text[3] for text in texts] for texts in searches]),
    )
