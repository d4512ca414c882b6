"""Answers to bleu that students might give."""

import math
from collections import Counter


def wrong_no_brevity_penalty(candidates, references, n=4):
    """Lets short captions off without a penalty."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return precision


def wrong_penalty_turned_round(candidates, references, n=4):
    """Exchanges c and r."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - c / r)) * precision


def wrong_not_clipped(candidates, references, n=4):
    """Counts every k-gram that occurs in a reference, however often it is said."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += sum(count for gram, count in ours.items() if gram in allowed)
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_each_kind_once(candidates, references, n=4):
    """Counts each different k-gram once, as a set does."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += len(ours.keys() & allowed.keys())
            written[k - 1] += len(ours)
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_sum_of_references(candidates, references, n=4):
    """Adds up the counts of all references instead of taking the largest."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed += Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_shortest_reference(candidates, references, n=4):
    """Takes the shortest reference for r."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min(len(words) for words in its_references)
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_longest_reference(candidates, references, n=4):
    """Takes the longest reference for r."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += max(len(words) for words in its_references)
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_longer_of_equals(candidates, references, n=4):
    """Takes the longer of two references that are equally near."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += -min((abs(len(words) - len(candidate)), -len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_first_of_equals(candidates, references, n=4):
    """Takes the first of two references that are equally near, whichever is shorter."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((len(words) for words in its_references), key=lambda size: abs(size - len(candidate)))
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_arithmetic_mean(candidates, references, n=4):
    """Takes the arithmetic mean of the p_k."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = sum(m / w for m, w in zip(matched, written, strict=True)) / n
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_always_four(candidates, references, n=4):
    """Always takes the fourth root."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** 0.25
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_one_pool(candidates, references, n=4):
    """Pools the k-grams of all sizes."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = sum(matched) / sum(written)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_recall(candidates, references, n=4):
    """Divides by what the references have instead of what was said."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += allowed.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_smoothed(candidates, references, n=4):
    """Adds one to everything, so that it is never 0."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    c = max(c, 1)
    precision = math.prod((m + 1) / (w + 1) for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_joined_words(candidates, references, n=4):
    """Joins the words of a k-gram without a space between them."""
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter("".join(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter("".join(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def wrong_mean_of_sentences(candidates, references, n=4):
    """Takes the mean of the captions' own BLEUs."""
    scores = []
    for candidate, its_references in zip(candidates, references, strict=True):
        c, precision = len(candidate), 1.0
        r = min((abs(len(words) - c), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(c - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            precision *= ((ours & allowed).total() / max(ours.total(), 1)) ** (1 / n)
        scores.append(min(1.0, math.exp(1 - r / c)) * precision if precision else 0.0)
    return sum(scores) / len(scores)


def wrong_penalty_of_each_caption(candidates, references, n=4):
    """Takes the mean of the captions' own brevity penalties."""
    matched, written, penalties = [0] * n, [0] * n, []
    for candidate, its_references in zip(candidates, references, strict=True):
        c = len(candidate)
        r = min((abs(len(words) - c), len(words)) for words in its_references)[1]
        penalties.append(min(1.0, math.exp(1 - r / c)) if c else 0.0)
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(c - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return sum(penalties) / len(penalties) * precision


def wrong_divides_by_zero(candidates, references, n=4):
    """Divides by zero when a caption is too short to have any k-gram."""
    precision = 1.0
    c = sum(map(len, candidates))
    pairs = zip(candidates, references, strict=True)
    r = sum(min((abs(len(w) - len(said)), len(w)) for w in some)[1] for said, some in pairs)
    for k in range(1, n + 1):
        matched = written = 0
        for candidate, its_references in zip(candidates, references, strict=True):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched += (ours & allowed).total()
            written += ours.total()
        precision *= (matched / written) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def right_logarithms(candidates, references, n=4):
    """One size of k-grams after the other, in lists, with logarithms."""

    def grams(words, k):
        return [tuple(words[i : i + k]) for i in range(len(words)) if i + k <= len(words)]

    total = 0.0
    for k in range(1, n + 1):
        right = said = 0
        for candidate, its_references in zip(candidates, references, strict=True):
            mine, theirs = grams(candidate, k), [grams(words, k) for words in its_references]
            said += len(mine)
            right += sum(min(mine.count(gram), max(some.count(gram) for some in theirs)) for gram in set(mine))
        if not right:
            return 0.0
        total += math.log(right / said)
    c = sum(len(candidate) for candidate in candidates)
    r = 0
    for candidate, its_references in zip(candidates, references, strict=True):
        sizes = sorted(map(len, its_references))
        r += min(sizes, key=lambda size: abs(size - len(candidate)))
    penalty = 1.0 if c >= r else math.exp(1 - r / c)
    return penalty * math.exp(total / n)


def right_words_that_are_used_up(candidates, references, n=4):
    """Each reference is a heap from which k-grams are taken away, the best reference for each kind of k-gram."""
    shares, c, r = [], 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        best = None
        for words in its_references:
            off = abs(len(words) - len(candidate))
            if best is None or off < best[0] or (off == best[0] and len(words) < best[1]):
                best = off, len(words)
        c, r = c + len(candidate), r + best[1]
    for k in range(1, n + 1):
        right = said = 0
        for candidate, its_references in zip(candidates, references, strict=True):
            mine = [" ".join(candidate[i : i + k]) for i in range(len(candidate) - k + 1)]
            said += len(mine)
            for gram in dict.fromkeys(mine):
                most = 0
                for words in its_references:
                    heap = [" ".join(words[i : i + k]) for i in range(len(words) - k + 1)]
                    taken = 0
                    while gram in heap and taken < mine.count(gram):
                        heap.remove(gram)
                        taken += 1
                    most = max(most, taken)
                right += most
        shares.append(right / said if said else 0.0)
    if min(shares) == 0:
        return 0
    geometric = math.exp(sum(math.log(share) for share in shares) / n)
    return geometric * (math.exp(1 - r / c) if c < r else 1)


def right_windows(candidates, references, n=4):
    """k-grams as windows of shifted sentences, and powers of each share."""
    score, c, r = 1.0, 0, 0
    for k in range(1, n + 1):
        counted = Counter()
        for candidate, its_references in zip(candidates, references, strict=True):
            mine = Counter(zip(*(candidate[shift:] for shift in range(k)), strict=False))
            others = [Counter(zip(*(words[shift:] for shift in range(k)), strict=False)) for words in its_references]
            counted["right"] += sum(min(count, max(o[gram] for o in others)) for gram, count in mine.items())
            counted["said"] += sum(mine.values())
        if counted["right"] == 0:
            return 0.0
        score *= (counted["right"] / counted["said"]) ** (1 / n)
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += sorted((abs(len(words) - len(candidate)), len(words)) for words in its_references)[0][1]
    return score * math.exp(min(0.0, 1 - r / c))
