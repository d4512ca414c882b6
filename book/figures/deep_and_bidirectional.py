"""Diagrams of the chapter deep-and-bidirectional: layers upward, time rightward, two directions."""

from draw import HIDDEN, INK, INPUT, OUTPUT, Diagram


def two_directions() -> Diagram:
    """Two bidirectional layers over the letters of "then a": depth upward, time rightward."""
    d = Diagram(760, 560)
    columns = [140 + 128 * t for t in range(5)]
    for x, letter in zip(columns, "thena", strict=True):
        d.circle(x, 500, 21, letter, INPUT)
        d.arrow((x - 10, 481), (x - 22, 433), colour=INPUT)
        d.arrow((x + 10, 481), (x + 22, 373), colour=INPUT)
    for top, name in [(290, "1"), (110, "2")]:
        for t, x in enumerate(columns):
            d.box(x - 24, top + 125, 40, 32, "→", HIDDEN)
            d.box(x + 24, top + 65, 40, 32, "←", HIDDEN)
            d.arrow((x - 24, top + 108), (x - 24, top + 20), colour=HIDDEN)
            d.arrow((x + 24, top + 48), (x + 24, top + 20), colour=HIDDEN)
            d.box(x, top + 8, 92, 22, "", HIDDEN)
            d.line(x, top - 3, x, top + 19, colour=HIDDEN)
            if t < 4:
                d.arrow((x - 3, top + 125), (x + 83, top + 125), colour=HIDDEN, width=2.5)
                d.arrow((x + 131, top + 65), (x + 45, top + 65), colour=HIDDEN, width=2.5)
        d.text(34, top + 95, "layer " + name, INK, size=14)
    for x in columns:
        d.arrow((x - 20, 286), (x - 24, 253), colour=HIDDEN)
        d.arrow((x + 20, 286), (x + 24, 193), colour=HIDDEN)
        d.arrow((x, 106), (x, 62), colour=OUTPUT)
        d.circle(x, 42, 19, "?", OUTPUT)
    d.text(34, 42, "a space?", INK, size=14)
    d.arrow((34, 345), (34, 245), colour=INK)
    d.text(34, 362, "depth", INK, size=13)
    d.arrow((440, 541), (540, 541), colour=INK)
    d.text(412, 541, "time", INK, size=13)
    return d


def dropout_upwards() -> Diagram:
    """A stack of three layers over four steps: dashed where numbers are dropped, solid where they never are."""
    d = Diagram(700, 330)
    for t in range(4):
        x = 60 + 125 * t
        d.circle(x, 295, 20, f"x_{t + 1}", INPUT)
        d.arrow((x, 275), (x, 246), colour=INPUT)
        for y, layer in [(225, "1"), (145, "2"), (65, "3")]:
            d.box(x, y, 62, 38, "", HIDDEN)
            d.arrow((x + 31, y), (x + 93, y), colour=HIDDEN, width=3)
            if y > 65:
                d.arrow((x, y - 20), (x, y - 59), colour=INK, dashed=True)
            if t == 0:
                d.text(x, y, layer, HIDDEN, size=14)
        d.arrow((x, 46), (x, 14), colour=OUTPUT)
    d.text(545, 185, "dashed: may be", INK, size=14, anchor="start")
    d.text(545, 204, "dropped on the way", INK, size=14, anchor="start")
    d.text(545, 104, "solid: never", HIDDEN, size=14, anchor="start")
    return d


def translation_encoder() -> Diagram:
    """The encoder of Google's translation system: two directions below, then one, with residual connections."""
    d = Diagram(720, 430)
    for t in range(4):
        x = 80 + 135 * t
        d.circle(x, 402, 18, f"x_{t + 1}", INPUT)
        d.arrow((x - 8, 385), (x - 20, 355), colour=INPUT)
        d.arrow((x + 8, 385), (x + 22, 309), colour=INPUT)
        d.box(x - 22, 338, 38, 30, "→", HIDDEN)
        d.box(x + 22, 292, 38, 30, "←", HIDDEN)
        d.arrow((x - 22, 322), (x - 10, 256), colour=HIDDEN)
        d.arrow((x + 22, 276), (x + 10, 256), colour=HIDDEN)
        for y in (239, 174, 70):
            d.box(x, y, 60, 30, "→", HIDDEN)
        for y in (239, 174):
            d.arrow((x, y - 16), (x, y - 48), colour=HIDDEN)
        d.arrow((x, 208), (x + 10, 116), colour=INK, bend=(x + 90, 180))
        d.circle(x, 116, 9, "+", INK)
        d.text(x, 97, "⋮", INK, size=17)
        d.arrow((x, 54), (x, 14), colour=OUTPUT)
        if t < 3:
            d.arrow((x - 3, 338), (x + 93, 338), colour=HIDDEN)
            d.arrow((x + 137, 292), (x + 42, 292), colour=HIDDEN)
            for y in (239, 174, 70):
                d.arrow((x + 30, y), (x + 104, y), colour=HIDDEN)
    for y, words in [(315, "layer 1"), (239, "layer 2"), (174, "layer 3"), (70, "layer 8")]:
        d.text(640, y, words, HIDDEN, size=14)
    d.text(640, 116, "residual: + input", INK, size=14)
    return d


def flipped_padding() -> Diagram:
    """The sequences t h e and t h e r e back to front: the padding comes first, or stays where it was."""
    d = Diagram(740, 240)
    rows = [("there", 95), ("the··", 140)]
    blocks = [
        (30, "the batch", ["there", "the··"], INK),
        (290, "flipped", ["ereht", "··eht"], INK),
        (540, "reversed by length", ["ereht", "eht··"], INK),
    ]
    for left, title, words, colour in blocks:
        d.text(left + 68, 45, title, colour, size=15, bold=True)
        for (_, y), word in zip(rows, words, strict=True):
            for k, letter in enumerate(word):
                padding = letter == "·"
                d.box(left + 34 * k, y, 30, 32, "" if padding else letter, INK if padding else INPUT)
    for left, words in [(290, "starts in the padding"), (540, "starts with the last letter")]:
        d.arrow((left, 185), (left + 136, 185), colour=HIDDEN)
        d.text(left + 68, 210, words, HIDDEN, size=14)
    return d
