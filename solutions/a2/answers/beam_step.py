"""Answers to beam_step that students might give."""

import torch

from course_lib.language import Beams


def wrong_forgets_finished(beams, log_next, end=None, alpha=0.0):
    """Drops finished texts instead of letting them compete."""
    B, W, V = log_next.shape
    log_next = log_next.masked_fill(beams.ended[:, :, None], float("-inf"))
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_continues_finished(beams, log_next, end=None, alpha=0.0):
    """Continues finished texts with all symbols, as if they were not finished."""
    B, W, V = log_next.shape
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + 1).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = (symbols == end) | beams.ended.gather(1, source) if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_end_costs(beams, log_next, end=None, alpha=0.0):
    """Lets a finished text pay again for each end symbol that fills it up."""
    B, W, V = log_next.shape
    if end is not None:
        no_end = torch.full_like(log_next, float("-inf"))
        no_end[:, :, end] = log_next[:, :, end]
        log_next = torch.where(beams.ended[:, :, None], no_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_size_without_end(beams, log_next, end=None, alpha=0.0):
    """Does not count the end symbol."""
    B, W, V = log_next.shape
    grows = torch.ones_like(log_next, dtype=torch.long)
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
        grows[:, :, end] = 0
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes[:, :, None] + grows * ~beams.ended[:, :, None]).reshape(B, W * V)
    best = (log_p / sizes.clamp(min=1).to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_size_counts_after_end(beams, log_next, end=None, alpha=0.0):
    """Counts the end symbols that fill up a finished text."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + 1).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_ranks_by_old_size(beams, log_next, end=None, alpha=0.0):
    """Divides by the size that the text had before this step."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    old = beams.sizes.clamp(min=1).repeat_interleave(V, dim=1)
    best = (log_p / old.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_divides_only_the_new_part(beams, log_next, end=None, alpha=0.0):
    """Divides log p of the new symbol alone by the size."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    sizes = beams.sizes + ~beams.ended
    score = beams.log_p[:, :, None] + log_next / sizes[:, :, None].to(log_next.dtype) ** alpha
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    best = score.reshape(B, W * V).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, source), ended), source


def wrong_keeps_the_score(beams, log_next, end=None, alpha=0.0):
    """Keeps the normalised score as log_p, so that it is divided again at the next step."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    score, best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1)
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, score, sizes.gather(1, best), ended), source


def wrong_source_modulo(beams, log_next, end=None, alpha=0.0):
    """Takes the remainder for the source and the quotient for the symbol."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best % W, best // W
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_texts_stay_in_place(beams, log_next, end=None, alpha=0.0):
    """Adds the new symbols to the texts without moving these to their new places."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([beams.texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_sizes_stay_in_place(beams, log_next, end=None, alpha=0.0):
    """Returns the new sizes without moving them to their texts' new places."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = beams.sizes + ~beams.ended
    best = (log_p / sizes.repeat_interleave(V, dim=1).to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes, ended), source


def wrong_ascending(beams, log_next, end=None, alpha=0.0):
    """Sorts from the worst to the best and takes the first."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).argsort(dim=1)[:, :W]
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_best_last(beams, log_next, end=None, alpha=0.0):
    """Keeps the right texts, the best of them last."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).argsort(dim=1)[:, -W:]
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_best_of_each_beam(beams, log_next, end=None, alpha=0.0):
    """Continues each text in its best way, instead of taking the best over all texts."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p, symbols = (beams.log_p[:, :, None] + log_next).max(dim=2)
    sizes = beams.sizes + ~beams.ended
    source = (log_p / sizes.to(log_p.dtype) ** alpha).argsort(dim=1, descending=True)
    texts = torch.cat([beams.texts, symbols[:, :, None]], dim=2)
    texts = texts.gather(1, source[:, :, None].expand(-1, -1, texts.shape[2]))
    ended = texts[:, :, -1] == end if end is not None else beams.ended
    return Beams(texts, log_p.gather(1, source), sizes.gather(1, source), ended), source


def wrong_over_the_whole_batch(beams, log_next, end=None, alpha=0.0):
    """Numbers the sources through all searches of the batch."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    source = source + W * torch.arange(B)[:, None]
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_never_ends(beams, log_next, end=None, alpha=0.0):
    """Does not mark the texts that end in this step."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    ended = beams.ended.gather(1, source)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_ignores_alpha(beams, log_next, end=None, alpha=0.0):
    """Ranks by probability, whatever alpha is."""
    B, W, V = log_next.shape
    if end is not None:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = log_p.topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_fills_up_with_zeros(beams, log_next, end=None, alpha=0.0):
    """Fills a finished text up with symbol 0 instead of the end symbol."""
    B, W, V = log_next.shape
    only_first = torch.full_like(log_next[0, 0], float("-inf"))
    only_first[0] = 0.0
    log_next = torch.where(beams.ended[:, :, None], only_first, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    ended = beams.ended.gather(1, source) | (symbols == (-1 if end is None else end))
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_writes_into_log_next(beams, log_next, end=None, alpha=0.0):
    """Rules out the continuations of finished texts in the caller's tensor."""
    B, W, V = log_next.shape
    if end is not None:
        log_next[beams.ended] = float("-inf")
        log_next[:, :, end] = torch.where(beams.ended, 0.0, log_next[:, :, end])
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end is not None else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def wrong_end_zero(beams, log_next, end=None, alpha=0.0):
    """Asks `if end`, so that symbol 0 can never be the end."""
    B, W, V = log_next.shape
    if end:
        only_end = torch.full_like(log_next[0, 0], float("-inf"))
        only_end[end] = 0.0
        log_next = torch.where(beams.ended[:, :, None], only_end, log_next)
    log_p = (beams.log_p[:, :, None] + log_next).reshape(B, W * V)
    sizes = (beams.sizes + ~beams.ended).repeat_interleave(V, dim=1)
    best = (log_p / sizes.to(log_p.dtype) ** alpha).topk(W, dim=1).indices
    source, symbols = best // V, best % V
    texts = beams.texts.gather(1, source[:, :, None].expand(-1, -1, beams.texts.shape[2]))
    ended = symbols == end if end else beams.ended
    texts = torch.cat([texts, symbols[:, :, None]], dim=2)
    return Beams(texts, log_p.gather(1, best), sizes.gather(1, best), ended), source


def right_lists(beams, log_next, end=None, alpha=0.0):
    """All candidates of a search in a list, sorted."""
    B, W, V = log_next.shape
    texts, log_p, sizes, ended, source = [], [], [], [], []
    for b in range(B):
        candidates = []
        for w in range(W):
            text, old, size = beams.texts[b, w].tolist(), beams.log_p[b, w].item(), int(beams.sizes[b, w])
            if beams.ended[b, w]:
                candidates.append((old / size**alpha, [*text, end], old, size, True, w))
                continue
            for symbol, new in enumerate(log_next[b, w].tolist()):
                candidates.append(
                    ((old + new) / (size + 1) ** alpha, [*text, symbol], old + new, size + 1, symbol == end, w)
                )
        best = sorted(candidates, key=lambda candidate: candidate[0], reverse=True)[:W]
        for part, column in zip((texts, log_p, sizes, ended, source), list(zip(*best, strict=True))[1:], strict=True):
            part.append(column)
    log_p = torch.tensor(log_p, dtype=log_next.dtype)
    return Beams(torch.tensor(texts), log_p, torch.tensor(sizes), torch.tensor(ended)), torch.tensor(source)


def right_finished_apart(beams, log_next, end=None, alpha=0.0):
    """W candidates more, one for each finished text, after those that go on."""
    B, W, V = log_next.shape
    never = float("-inf")
    going = (beams.log_p[:, :, None] + log_next).masked_fill(beams.ended[:, :, None], never).reshape(B, W * V)
    log_p = torch.cat([going, beams.log_p.masked_fill(~beams.ended, never)], dim=1)  # (B, W V + W)
    sizes = torch.cat([(beams.sizes + 1).repeat_interleave(V, dim=1), beams.sizes.clamp(min=1)], dim=1)
    best = (log_p / sizes**alpha).sort(dim=1, descending=True).indices[:, :W]
    finished = best >= W * V
    source = torch.where(finished, best - W * V, best // V)
    symbols = torch.where(finished, 0 if end is None else end, best % V)
    rows = torch.arange(B)[:, None]
    texts = torch.cat([beams.texts[rows, source], symbols.unsqueeze(2)], dim=2)
    ended = finished if end is None else finished | (symbols == end)
    return Beams(texts, log_p[rows, best], sizes[rows, best], ended), source


def right_one_search_at_a_time(beams, log_next, end=None, alpha=0.0):
    """Search by search, with the table of candidates written out."""
    B, W, V = log_next.shape
    results = []
    for texts, log_p, sizes, ended, table in zip(*beams, log_next, strict=True):
        table = log_p[:, None] + table  # (W, V)
        for w in range(W):
            if ended[w]:
                table[w] = float("-inf")
                table[w, end] = log_p[w]
        new_sizes = sizes + (~ended).long()
        best = torch.topk((table / new_sizes[:, None] ** alpha).flatten(), W).indices
        source = torch.div(best, V, rounding_mode="floor")
        symbols = best - V * source
        texts = torch.cat([texts[source], symbols[:, None]], dim=1)
        over = torch.zeros_like(ended) if end is None else symbols.eq(end)
        results.append((texts, table.flatten()[best], new_sizes[source], over, source))
    *parts, source = (torch.stack(part) for part in zip(*results, strict=True))
    return Beams(*parts), source
