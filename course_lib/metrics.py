"""How good is a generated sentence? Measures of captions against those that people wrote."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from .exercises import exercise

Words = list[str]


def caption_words(text: str) -> Words:
    """Lower-cased words of a caption without punctuation, as in the evaluation of COCO captions."""
    return re.findall(r"[\w'-]*\w", text.lower())


def _check_bleu(candidates, references, n=4):
    _check_pairs("bleu", candidates, references)


@exercise("a3", accepts=_check_bleu)
def bleu(candidates: Sequence[Words], references: Sequence[Sequence[Words]], n: int = 4) -> float:
    """BLEU-n of a whole set of captions, from 0 to 1.

        BLEU-n = min(1, exp(1 - r/c)) (p_1 p_2 ... p_n)^(1/n)

    p_k is the share of the candidates' k-grams that occur in a reference, each counted at most as often as there; c is
    the candidates' length and r that of the references nearest in length, all summed over the set.

    Args:
        candidates: one caption for each picture, in words.
        references: several right ones for each picture.
        n: the longest k-gram.

    Returns:
        A number from 0 to 1; 0 if for some k not a single k-gram is right.

    Source: Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation".
    """
    matched, written, c, r = [0] * n, [0] * n, 0, 0
    for candidate, its_references in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(words) - len(candidate)), len(words)) for words in its_references)[1]
        for k in range(1, n + 1):
            ours = Counter(tuple(candidate[i : i + k]) for i in range(len(candidate) - k + 1))
            allowed = Counter()
            for words in its_references:  # the most that one reference has
                allowed |= Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
            matched[k - 1] += (ours & allowed).total()
            written[k - 1] += ours.total()
    if 0 in matched:
        return 0.0
    precision = math.prod(m / w for m, w in zip(matched, written, strict=True)) ** (1 / n)
    return min(1.0, math.exp(1 - r / c)) * precision


def rouge_l(candidates: Sequence[Words], references: Sequence[Sequence[Words]], beta: float = 1.2) -> float:
    """ROUGE-L, from 0 to 1: how long a sequence of words a caption has in common with its references, gaps allowed.

        F = (1 + beta^2) P R / (R + beta^2 P)

    P and R are the length of the longest common subsequence over the length of the candidate and of the reference, each
    the best over the references; the mean of F over the set.

    Source: Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", section 3.
    """
    _check_pairs("rouge_l", candidates, references)
    scores = []
    for candidate, its_references in zip(candidates, references, strict=True):
        common = [_longest_common(candidate, reference) for reference in its_references]
        precision = max(c / max(len(candidate), 1) for c in common)
        recall = max(c / len(reference) for c, reference in zip(common, its_references, strict=True))
        both = precision and recall
        scores.append((1 + beta**2) * precision * recall / (recall + beta**2 * precision) if both else 0.0)
    return sum(scores) / len(scores)


def cider(candidates: Sequence[Words], references: Sequence[Sequence[Words]], sigma: float = 6.0) -> float:
    """CIDEr-D, from 0 to 10: agreement with the references in those words and phrases that tell pictures apart.

        g_n(s)  = counts of n-grams, each times log(pictures / pictures that have it in a reference)
        CIDEr-D = 10 mean over n = 1..4, references:
                  exp(-(l_c - l_r)^2 / 2 sigma^2)  min(g_n(c), g_n(r)) . g_n(r) / (|g_n(c)| |g_n(r)|)

    Args:
        candidates: one caption for each picture, in words.
        references: several right ones for each picture; with a single picture every weight is zero.
        sigma: how far the lengths may differ.

    Source: Vedantam, Zitnick and Parikh 2015, "CIDEr: Consensus-based Image Description Evaluation".
    """
    _check_pairs("cider", candidates, references)
    pictures = [[[_ngrams(words, n) for words in some] for some in references] for n in range(1, 5)]
    total = 0.0
    for n, per_picture in enumerate(pictures, start=1):
        having = Counter(gram for some in per_picture for gram in set().union(*some))
        weight = {gram: math.log(len(references) / count) for gram, count in having.items()}
        for candidate, some, its_references in zip(candidates, per_picture, references, strict=True):
            ours = _weighed(_ngrams(candidate, n), weight, len(references))
            agreements = [
                _agreement(ours, _weighed(grams, weight, len(references)))
                * math.exp(-((len(candidate) - len(words)) ** 2) / (2 * sigma**2))
                for grams, words in zip(some, its_references, strict=True)
            ]
            total += sum(agreements) / len(agreements)
    return 10 * total / (4 * len(candidates))


def distinct(candidates: Iterable[Words], n: int = 1) -> float:
    """The share of different ones among all n-grams of all captions: low if a model says the same all the time.

    Source: Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models".
    """
    grams = sum((_ngrams(words, n) for words in candidates), Counter())
    return len(grams) / max(sum(grams.values()), 1)


def _check_pairs(name: str, candidates: Sequence, references: Sequence) -> None:
    if len(candidates) != len(references) or not candidates or not all(references):
        raise ValueError(
            f"{name}: every candidate needs at least one reference; got {len(candidates)} candidates and "
            f"{len(references)} lists of references, {sum(not some for some in references)} of them empty"
        )


def _ngrams(words: Words, n: int) -> Counter:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _weighed(grams: Counter, weight: dict, pictures: int) -> dict:
    """g_n; an n-gram that no reference has counts as if one picture had it."""
    return {gram: count * weight.get(gram, math.log(pictures)) for gram, count in grams.items()}


def _agreement(ours: dict, theirs: dict) -> float:
    """The clipped cosine of CIDEr-D."""
    lengths = math.hypot(*ours.values()) * math.hypot(*theirs.values())
    product = sum(min(value, theirs[gram]) * theirs[gram] for gram, value in ours.items() if gram in theirs)
    return product / lengths if lengths else 0.0


def _longest_common(one: Words, other: Words) -> int:
    """The length of the longest common subsequence, row by row."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = row
        row = [0]
        for j, theirs in enumerate(other):
            row.append(before[j] + 1 if word == theirs else max(before[j + 1], row[j]))
    return row[-1]
