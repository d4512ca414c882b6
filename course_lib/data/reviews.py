"""Short reviews of films, made by rules: what is said at the end can turn around all that came before."""

import random

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
SENTIMENTS = ("negative", "neutral", "positive")

_GOOD = ["good", "great", "funny", "moving", "clever", "beautiful", "wonderful", "brilliant"]
_BAD = ["bad", "dull", "silly", "boring", "weak", "ugly", "terrible", "clumsy"]
_PLAIN = ["long", "short", "loud", "quiet", "French", "colourful", "recent", "expensive"]
_THINGS = ["film", "story", "music", "acting", "plot", "ending", "cast", "dialogue"]
_DEGREES = ["", "", "very", "really", "rather"]


def film_reviews(count: int, seed: int = 0) -> list[tuple[str, int]]:
    """Reviews with their sentiment, where the order of the words matters.

    A clause says that something is good, bad, or neither; "not" and "never" turn it around. Of "A but B" the second
    half counts, "although A, B" means the same, and in "A and B" both halves say alike. "neither good nor bad" is
    neutral. "the story was not good but the music was great" is positive, although a bag of words cannot tell it from
    "the story was great but the music was not good".

    Args:
        count: how many reviews; all different.
        seed: of the random choices.

    Returns:
        (text with words separated by spaces, NEGATIVE, NEUTRAL or POSITIVE).
    """
    rng, reviews = random.Random(seed), {}
    while len(reviews) < count:
        sentiment = rng.choice([NEGATIVE, NEUTRAL, POSITIVE])
        form = rng.choice(["one", "and", "but", "although"])
        clause = _clause(rng, sentiment)
        if form == "and":
            clause = f"{clause} and {_clause(rng, sentiment)}"
        elif form == "but":
            clause = f"{_clause(rng, rng.choice([NEGATIVE, POSITIVE]))} but {clause}"
        elif form == "although":
            clause = f"although {_clause(rng, rng.choice([NEGATIVE, POSITIVE]))} , {clause}"
        reviews[clause] = sentiment
    return list(reviews.items())


def _clause(rng: random.Random, sentiment: int) -> str:
    """One statement with this sentiment."""
    start = f"the {rng.choice(_THINGS)} was"
    degree = rng.choice(_DEGREES)
    if sentiment == NEUTRAL:
        if rng.random() < 0.3:
            return f"{start} neither {rng.choice(_GOOD)} nor {rng.choice(_BAD)}"
        word, negated = rng.choice(_PLAIN), rng.random() < 0.3
    else:
        negated = rng.random() < 0.4
        word = rng.choice(_GOOD if (sentiment == POSITIVE) != negated else _BAD)
    negation = rng.choice(["not", "never"]) if negated else ""
    return " ".join(part for part in (start, negation, degree, word) if part)
