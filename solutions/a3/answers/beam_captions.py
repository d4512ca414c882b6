"""Answers to beam_captions that students might give."""

import torch

from course_lib.captioning import Caption
from course_lib.recurrent import map_state


def wrong_probabilities_added(model, logits, state, width, end, length):
    """Adds up probabilities instead of their logarithms."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_scores_unnormalised(model, logits, state, width, end, length):
    """Adds up scores without a softmax."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + logits
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_end_is_free(model, logits, state, width, end, length):
    """Lets END cost nothing."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            total = begun[row].log_p if word == end else total
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_mean(model, logits, state, width, end, length):
    """Ranks by the mean log p per word."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p / len(candidate[0].words))[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_worst_first(model, logits, state, width, end, length):
    """Keeps the right ones and returns the unlikeliest first."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept][::-1]


def wrong_finished_first(model, logits, state, width, end, length):
    """Returns finished captions before unfinished ones, however likely those are."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    kept = finished + [candidate for candidate in kept if candidate[0].words[-1] != end]
    return [caption for caption, _ in kept]


def wrong_one_word_of_each(model, logits, state, width, end, length):
    """After the first step continues each caption with its likeliest word only."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        if begun[0].words:
            only = torch.full_like(log_p, float("-inf"))
            likeliest = log_p.argmax(dim=1, keepdim=True)
            log_p = only.scatter(1, likeliest, log_p.gather(1, likeliest))
            width_now = len(begun)
        else:
            width_now = min(width, log_p.numel())
        best = log_p.flatten().topk(width_now)
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_row_and_word_mixed_up(model, logits, state, width, end, length):
    """Takes the row for the remainder, place % K, and the word for place // K."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            word, row = divmod(place, len(begun))
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_finished_extended(model, logits, state, width, end, length):
    """Continues finished captions as if they were not finished."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = []
        unfinished = kept
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_finished_dropped(model, logits, state, width, end, length):
    """Loses finished captions."""
    begun = [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = []
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_drops_end(model, logits, state, width, end, length):
    """Returns captions without their END."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [Caption([word for word in caption.words if word != end], caption.log_p) for caption, _ in kept]


def wrong_stops_when_the_best_ends(model, logits, state, width, end, length):
    """Stops as soon as the best caption is finished."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if kept[0][0].words[-1] == end:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_one_step_short(model, logits, state, width, end, length):
    """Takes one step too few."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(max(1, length - 1)):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_states_stay_in_place(model, logits, state, width, end, length):
    """Continues each caption with the state of whichever stood at its place before."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[[min(k, len(part) - 1) for k in range(len(rows))]], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_one_state_for_all(model, logits, state, width, end, length):
    """Gives the state of the best caption to all of them."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[:1].expand(len(rows), *part.shape[1:]), state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def wrong_reorders_after_the_step(model, logits, state, width, end, length):
    """Reorders the states after the model has read the new words."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        K = len(rows)
        state = map_state(lambda part, K=K: part[torch.arange(K).clamp(max=len(part) - 1)], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
        state = map_state(lambda part, rows=rows: part[[min(row, len(part) - 1) for row in rows]], state)
    return [caption for caption, _ in kept]


def wrong_feeds_the_likeliest(model, logits, state, width, end, length):
    """Feeds each row its likeliest word, whichever was kept."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = so_far[:, None] + torch.log_softmax(logits, dim=1)
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(logits.argmax(dim=1)[rows], state)
    return [caption for caption, _ in kept]


def wrong_inputs_changed(model, logits, state, width, end, length):
    """Changes the logits that were passed in, which the caller still needs."""
    finished, begun = [], [Caption([], 0.0)]
    for _ in range(length):
        so_far = logits.new_tensor([caption.log_p for caption in begun])
        log_p = logits.sub_(logits.logsumexp(dim=1, keepdim=True)).add_(so_far[:, None])
        best = log_p.flatten().topk(min(width, log_p.numel()))
        candidates = list(finished)
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            candidates.append((Caption([*begun[row].words, word], total), row))
        kept = sorted(candidates, key=lambda candidate: -candidate[0].log_p)[:width]
        finished = [candidate for candidate in kept if candidate[0].words[-1] == end]
        unfinished = [candidate for candidate in kept if candidate[0].words[-1] != end]
        if not unfinished:
            break
        begun, rows = map(list, zip(*unfinished, strict=True))
        state = map_state(lambda part, rows=rows: part[rows], state)
        logits, state = model.step(torch.tensor([caption.words[-1] for caption in begun]), state)
    return [caption for caption, _ in kept]


def right_each_with_its_own_state(model, logits, state, width, end, length):
    """Every caption carries scores and a state of its own, one row each; they are joined to be read."""
    import heapq

    race = [(Caption([], 0.0), logits, state)]  # finished ones have no scores and no state
    for _ in range(length):
        pool = []
        for caption, scores, inner in race:
            if scores is None:
                pool.append((caption, None))
                continue
            for k, more in enumerate(scores[0].log_softmax(dim=0).tolist()):
                pool.append((Caption([*caption.words, k], caption.log_p + more), inner))
        best = heapq.nlargest(width, pool, key=lambda one: one[0].log_p)
        going = [n for n, (caption, _) in enumerate(best) if caption.words[-1] != end]
        race = [(caption, None, None) for caption, _ in best]
        if going:
            inner = map_state(lambda *parts: torch.cat(parts), *(best[n][1] for n in going))
            scores, inner = model.step(torch.tensor([best[n][0].words[-1] for n in going]), inner)
            for k, n in enumerate(going):
                race[n] = (best[n][0], *map_state(lambda part, k=k: part[k : k + 1], (scores, inner)))
    return [caption for caption, _, _ in race]


def right_recursive(model, logits, state, width, end, length):
    """The best of this step, and the search that goes on from there; the last word of all is not read."""

    def search(done, open_, logits, state, room):
        table = logits.log_softmax(dim=-1).tolist()
        longer = [
            (caption.log_p + more, [*caption.words, word], row)
            for row, caption in enumerate(open_)
            for word, more in enumerate(table[row])
        ]
        longer += [(caption.log_p, caption.words, None) for caption in done]
        longer = sorted(longer, key=lambda one: one[0], reverse=True)[:width]
        more = [one for one in longer if one[1][-1] != end]
        if room == 1 or not more:
            return [Caption(words, log_p) for log_p, words, _ in longer]
        source = torch.tensor([row for _, _, row in more])
        moved = map_state(lambda part: part.index_select(0, source), state)
        scores, moved = model.step(torch.tensor([words[-1] for _, words, _ in more]), moved)
        done = [Caption(words, log_p) for log_p, words, _ in longer if words[-1] == end]
        return search(done, [Caption(words, log_p) for log_p, words, _ in more], scores, moved, room - 1)

    return search([], [Caption([], 0.0)], logits, state, length)


def right_one_topk(model, logits, state, width, end, length):
    """Finished captions stand behind the table of continuations; one topk chooses among all."""
    V = logits.shape[1]
    texts, log_p = torch.zeros(1, 0, dtype=torch.long), logits.new_zeros(1)
    over, over_p = [], logits.new_zeros(0)
    for t in range(length):
        if t > 0:
            logits, state = model.step(texts[:, -1], state)
        table = (log_p.unsqueeze(1) + F.log_softmax(logits, dim=1)).reshape(-1)
        values, places = torch.cat([table, over_p]).topk(min(width, table.numel() + len(over)))
        kept = []
        for place in places.tolist():
            old = over[place - table.numel()] if place >= table.numel() else None
            kept.append(old or [*texts[place // V].tolist(), place % V])
        ended = torch.tensor([words[-1] == end for words in kept])
        over, over_p = [words for words in kept if words[-1] == end], values[ended]
        if ended.all():
            break
        rows = places[~ended] // V
        state = map_state(lambda part, rows=rows: torch.index_select(part, 0, rows), state)
        texts, log_p = torch.tensor([words for words in kept if words[-1] != end]), values[~ended]
    return [Caption(words, value) for words, value in zip(kept, values.tolist(), strict=True)]


def right_dictionaries(model, logits, state, width, end, length):
    """Captions as keys; where each comes from is looked up by its beginning."""
    race, row_of, t = {(): 0.0}, {(): 0}, 0
    while t < length and row_of:
        log_p = torch.log_softmax(logits, dim=1)
        longer = {words: total for words, total in race.items() if words not in row_of}
        for words, row in row_of.items():
            for k in range(log_p.shape[1]):
                longer[*words, k] = race[words] + log_p[row, k].item()
        best = sorted(longer, key=longer.__getitem__)[-width:][::-1]
        race = {words: longer[words] for words in best}
        going = [words for words in best if end not in words]
        if going:
            rows = [row_of[words[:-1]] for words in going]
            picked = map_state(lambda part, rows=rows: torch.stack([part[row] for row in rows]), state)
            logits, state = model.step(torch.tensor([words[-1] for words in going]), picked)
        row_of = {words: row for row, words in enumerate(going)}
        t += 1
    return [Caption(list(words), total) for words, total in race.items()]
