"""Diagrams of the chapter words: From numbers for words to judgements about sentences."""

from draw import HIDDEN, INK, INPUT, OUTPUT, TARGET, Diagram


def sentence_loss() -> Diagram:
    """A sentence goes in word by word, each as a row of W_e; the surprise at each next word is added up."""
    d = Diagram(760, 400)
    words = ["<start>", "the", "list", "is", "empty"]
    for t, word in enumerate(words):
        x = 130 + 128 * t
        d.text(x, 380, word, INK, size=15)
        d.text(x, 354, f"S_{t}", INPUT, size=16)
        d.arrow((x, 340), (x, 316), colour=INPUT)
        d.box(x, 298, 62, 34, "W_e", INPUT)
        d.arrow((x, 281), (x, 254), colour=INPUT)
        d.text(x + 20, 268, f"x_{t}", INPUT, size=15)
        d.box(x, 228, 72, 50, "cell", HIDDEN)
        d.arrow((x, 203), (x, 174), colour=OUTPUT)
        d.box(x, 154, 100, 38, f"log p(S_{t + 1})", OUTPUT)
        d.text(x, 120, [*words[1:], "<end>"][t], OUTPUT, size=15)
        if t < 4:
            d.arrow((x + 36, 228), (x + 91, 228), colour=HIDDEN)
        d.line(x, 106, x, 76, TARGET)
    d.line(130, 76, 642, 76, TARGET)
    d.arrow((386, 76), (386, 52), colour=TARGET)
    d.box(386, 32, 240, 36, "L = −log p(sentence)", TARGET)
    d.text(14, 298, "its row", INPUT, size=13, anchor="start")
    d.text(14, 120, "next word", OUTPUT, size=13, anchor="start")
    return d


def row_lookup() -> Diagram:
    """A one-hot row times a matrix is one row of the matrix."""
    d = Diagram(700, 300)
    words = ["<start>", "the", "list", "is", "empty", "."]
    for k, word in enumerate(words):
        x, chosen = 34 + 37 * k, k == 2
        d.box(x, 140, 33, 33, "1" if chosen else "0", INPUT if chosen else INK)
        y = 40 + 40 * k
        d.text(378, y, word, INPUT if chosen else "#555555", size=14, anchor="end", bold=chosen)
        for j in range(4):
            d.box(408 + 37 * j, y, 33, 33, "", INPUT if chosen else INK)
    d.text(268, 140, "×", size=24)
    d.text(126, 105, "S_t: the word is “list”", INPUT, size=15)
    d.text(463, 280, "W_e: a row for each word", "#555555", size=14)
    d.text(568, 120, "=", size=24)
    for j in range(4):
        d.box(598 + 26 * j, 120, 22, 33, "", INPUT)
    d.text(637, 85, "x_t", INPUT, size=16)
    return d


def judge_at_end() -> Diagram:
    """Many to one: the last state is judged; the earlier ones could be asked too, but nobody trained their answers."""
    d = Diagram(760, 290)
    words = ["the", "story", "was", "not", "good"]
    for t, word in enumerate(words):
        x, last = 90 + 120 * t, t == 4
        d.text(x, 270, word, INK, size=15)
        d.arrow((x, 256), (x, 232), colour=INPUT)
        d.box(x, 215, 60, 34, f"x_{t + 1}", INPUT)
        d.arrow((x, 198), (x, 171), colour=INPUT)
        d.box(x, 148, 68, 46, f"h_{t + 1}", HIDDEN)
        if not last:
            d.arrow((x + 34, 148), (x + 85, 148), colour=HIDDEN)
            d.arrow((x, 125), (x, 92), colour="#999999", dashed=True)
            d.text(x, 78, "?", "#777777", size=18)
    d.arrow((570, 125), (570, 98), colour=OUTPUT)
    d.box(570, 76, 104, 42, "negative", OUTPUT)
    d.arrow((624, 76), (668, 76), colour=TARGET)
    d.box(694, 76, 48, 42, "L", TARGET)
    d.text(270, 34, "“every step”: could be asked, was never taught", "#777777", size=14)
    d.text(610, 34, "one loss, at the end", TARGET, size=14)
    return d
