"""Diagrams of the chapter sequence-to-sequence: one network reads, one vector is handed on, another network writes."""

from draw import GRADIENT, HIDDEN, INK, INPUT, OUTPUT, TARGET, Diagram

ORANGE_INK, PINK_INK, GREY = "#8a5f00", "#9c4a75", "#555555"  # dark enough to be read as words


def word_order() -> Diagram:
    """The lecture's sentence and its translation, joined where a word of one stands for a word of the other."""
    d = Diagram(800, 250)
    english = ["the", "agreement", "on", "the", "European", "economic", "zone", "was", "signed"]
    french = ["l'", "accord", "sur", "la", "zone", "économique", "européenne", "a", "été", "signé"]
    links = [(0, 0), (1, 1), (2, 2), (3, 3), (4, 6), (5, 5), (6, 4), (7, 7), (7, 8), (8, 9)]
    x_english = [42, 122, 204, 256, 344, 454, 544, 618, 702]
    x_french = [34, 98, 168, 220, 284, 380, 498, 590, 638, 702]
    for e, f in links:
        out_of_step = e in (4, 6, 7)
        colour, width = (INK, 2.5) if out_of_step else ("#aaaaaa", 1.5)
        d.line(x_english[e], 66, x_french[f], 174, colour, width)
    for x, word in zip(x_english, english, strict=True):
        d.text(x, 48, word, INPUT, size=18)
    for x, word in zip(x_french, french, strict=True):
        d.text(x, 194, word, ORANGE_INK, size=18)
    d.text(748, 48, "9", INPUT, size=18, bold=True)
    d.text(748, 194, "10", ORANGE_INK, size=18, bold=True)
    d.arrow((284, 210), (284, 230), (222, 230), (222, 210), colour=GREY, width=1.5)
    d.text(296, 230, "feminine: but it has not been written yet", GREY, size=15, anchor="start")
    return d


def encoder_decoder() -> Diagram:
    """Encoder, one vector, decoder; each word that is written is read by the next step."""
    d = Diagram(880, 330)
    source = ["the", "new", "law", "END"]
    target = ["la", "nouvelle", "loi", "END"]
    for s, word in enumerate(source):
        x = 52 + 84 * s
        d.box(x, 270, 62, 34, word, INPUT)
        d.box(x, 160, 54, 44, f"h_{s + 1}", HIDDEN)
        d.arrow((x, 253), (x, 184), colour=INPUT)
        if s:
            d.arrow((x - 57, 160), (x - 28, 160), colour=HIDDEN)
    d.arrow((331, 160), (378, 160), colour=HIDDEN)
    d.box(407, 160, 54, 96, "z", HIDDEN)
    d.text(407, 92, "all it will know", HIDDEN, size=15)
    d.line(407, 209, 407, 224, HIDDEN, 2)
    d.line(407, 224, 798, 224, HIDDEN, 2)
    for t, word in enumerate(target):
        x = 518 + 100 * t
        d.box(x, 270, 84, 34, "START" if t == 0 else target[t - 1], INPUT)
        d.box(x, 160, 54, 44, f"s_{t + 1}", HIDDEN)
        d.box(x, 60, 84, 34, word, OUTPUT)
        d.arrow((x, 253), (x, 184), colour=INPUT)
        d.arrow((x - 20, 224), (x - 20, 184), colour=HIDDEN)
        d.arrow((x, 137), (x, 79), colour=OUTPUT)
        if t < 3:
            d.arrow((x + 28, 160), (x + 72, 160), colour=HIDDEN)
            d.arrow((x + 43, 66), (x + 52, 74), (x + 52, 252), (x + 57, 262), colour=OUTPUT, dashed=True)
    d.text(178, 314, "encoder: many to one", GREY, size=15)
    d.text(668, 314, "decoder: one to many", GREY, size=15)
    d.text(668, 20, "dashed: it reads what it has written", ORANGE_INK, size=15)
    return d


def teacher_forcing() -> Diagram:
    """Training feeds the truth whatever was guessed; writing feeds the guess."""
    d = Diagram(880, 290)
    truth = ["la", "nouvelle", "loi"]
    panels = [(20, "training: fed the truth", ["la", "loi", "loi"]), (465, "writing: fed itself", ["la", "loi", "END"])]
    for left, title, written in panels:
        taught = left == 20
        d.text(left + 198, 20, title, size=16, bold=True)
        for t, word in enumerate(written):
            x = left + 68 + 130 * t
            fed, colour = ("START", INPUT) if t == 0 else (truth[t - 1], TARGET) if taught else (written[t - 1], OUTPUT)
            d.box(x, 235, 88, 34, fed, colour)
            d.box(x, 155, 56, 44, f"s_{t + 1}", HIDDEN)
            d.box(x, 75, 88, 34, word, GRADIENT if word != truth[t] else OUTPUT)
            d.arrow((x, 218), (x, 179), colour=INK)
            d.arrow((x, 132), (x, 94), colour=OUTPUT)
            if t < 2:
                d.arrow((x + 29, 155), (x + 101, 155), colour=HIDDEN)
                if not taught:
                    d.arrow((x + 45, 81), (x + 66, 92), (x + 66, 216), (x + 84, 229), colour=OUTPUT, dashed=True)
    d.text(218, 272, "from the true translation", PINK_INK, size=15)
    d.text(663, 272, "one slip, and the rest follows from it", ORANGE_INK, size=15)
    return d
