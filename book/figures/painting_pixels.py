"""Diagrams of the chapter painting-pixels: a bet on the next pixel, masks, and memories that run over a picture."""

from draw import HIDDEN, INK, INPUT, LIGHT, OUTPUT, PAPER, Diagram

GREY, ORANGE_INK = "#555555", "#8a5f00"
# The upper half of a test digit and the pixels after it, in greys from 0 to 16.
DIGIT = [
    [0, 0, 1, 13, 16, 10, 0, 0],
    [0, 0, 8, 14, 13, 14, 0, 0],
    [0, 1, 15, 5, 5, 15, 0, 0],
    [0, 7, 12, 0, 9, 11, 0, 0],
    [0, 1, 2],
]
NEXT = (4, 3)  # row and column of the pixel that is to be painted
BETS = [0.07, 0.02, 0.02, 0.02, 0.03, 0.03, 0.03, 0.04, 0.04, 0.05, 0.06, 0.07, 0.09, 0.09, 0.1, 0.11, 0.13]


def painting_pixels_idea() -> Diagram:
    """Painted pixels go into a network, bets on the next one come out, one is drawn and painted."""
    d = Diagram(900, 340)
    left, top, side = 40, 44, 28
    for i in range(8):
        for j in range(8):
            painted = (i, j) < NEXT
            fill = _grey(DIGIT[i][j]) if painted else LIGHT[INK]
            d.frame(left + side * j, top + side * i, side, side, "#cccccc", 1, fill)
    i, j = NEXT
    x, y = left + side * j, top + side * i
    d.frame(x, y, side, side, OUTPUT, 3, LIGHT[OUTPUT])
    d.text(x + side / 2, y + side / 2, "?", ORANGE_INK, size=18, bold=True)
    edge = [(left, top), (left + 8 * side, top), (left + 8 * side, y), (x, y), (x, y + side), (left, y + side)]
    points = " ".join(f"{a},{b}" for a, b in edge)
    d.shapes.append(f'<polygon points="{points}" fill="none" stroke="{INPUT}" stroke-width="3"/>')
    d.text(left + 4 * side, 24, "painted so far", INPUT)
    d.text(left + 4 * side, 228, "not painted yet", GREY)
    d.arrow((left + 8 * side + 8, 150), (338, 150), colour=INPUT)
    d.box(400, 150, 116, 60, "network", HIDDEN)
    d.arrow((460, 150), (520, 150), colour=OUTPUT)
    for k, bet in enumerate(BETS):
        x = 540 + 19 * k
        d.frame(x, 196 - 900 * bet, 15, 900 * bet, OUTPUT, 1, OUTPUT if k == 12 else LIGHT[OUTPUT])
        d.frame(x, 202, 15, 15, "#999999", 1, _grey(k))
    d.text(700, 24, "a bet on each of 17 greys", ORANGE_INK)
    d.text(547, 232, "0", GREY, size=14)
    d.text(851, 232, "16", GREY, size=14)
    d.arrow((775, 246), (775, 308), (194, 308), (194, 278), colour=OUTPUT)
    d.text(490, 290, "draw one of them by lot, paint it, go on to the next place", GREY)
    return d


def painting_pixels_tree() -> Diagram:
    """All ways to paint a stripe on two by two pixels, with the probability of each step."""
    d = Diagram(900, 330)
    xs = [70, 250, 430, 610, 790]
    for x, name in zip(xs[1:], ["first pixel", "second", "third", "fourth"], strict=True):
        d.text(x, 22, name, GREY)
    ends = {"1100": 66, "1010": 132, "0101": 216, "0011": 282}
    nodes = {(0, ""): 174}
    for n in range(1, 5):
        for begin in sorted({end[:n] for end in ends}):
            ys = [y for end, y in ends.items() if end.startswith(begin)]
            nodes[n, begin] = sum(ys) / len(ys)
    for (n, begin), y in nodes.items():
        if n:
            parent = nodes[n - 1, begin[:-1]]
            alone = sum(key[0] == n and key[1][:-1] == begin[:-1] for key in nodes) == 1
            d.arrow((xs[n - 1] + 34, parent), (xs[n] - 36, y), colour=INK if alone else OUTPUT)
            at = (xs[n - 1] + xs[n]) / 2, (parent + y) / 2 - 13
            d.text(*at, "1" if alone else "½", GREY if alone else ORANGE_INK, size=16)
        for k in range(4):
            u, v = xs[n] - 26 + 26 * (k % 2), y - 26 + 26 * (k // 2)
            fill = LIGHT[INK] if k >= n else "#222222" if begin[k] == "1" else PAPER
            d.frame(u, v, 26, 26, OUTPUT if k == n - 1 else "#999999", 3 if k == n - 1 else 1, fill)
    for y in ends.values():
        d.text(850, y, "¼", INK, size=18)
    return d


def painting_pixels_masks() -> Diagram:
    """The two masks, and what a stack of A and B knows of the pixel in the middle."""
    d = Diagram(900, 300)
    for left, kind, says in [(60, "A", "for pixels"), (300, "B", "for maps of features")]:
        d.text(left + 75, 26, f"mask {kind}", INK, size=17, bold=True)
        for n in range(9):
            x, y = left + 50 * (n % 3), 52 + 50 * (n // 3)
            used = n < 4 or (kind == "B" and n == 4)
            d.frame(x, y, 50, 50, "#888888", 1, LIGHT[INPUT] if used else LIGHT[INK])
            d.text(x + 25, y + 25, "w" if used else "0", INPUT if used else GREY, size=17)
        d.frame(left + 50, 102, 50, 50, OUTPUT, 3)
        d.text(left + 75, 232, says, GREY)
    d.text(195, 274, "orange: the place for which something is computed", ORANGE_INK, size=15)
    xs = [560 + 70 * n for n in range(5)]
    d.text(700, 26, "one row of a stack", INK, size=17, bold=True)
    for y, name, colour in [(235, "x_", INPUT), (160, "a_", HIDDEN), (85, "b_", HIDDEN)]:
        for n, x in enumerate(xs):
            d.circle(x, y, 20, f"{name}{n + 1}", colour)
    for below, above, offsets in [(235, 160, (-1,)), (160, 85, (-1, 0))]:
        for n, x in enumerate(xs):
            for u in offsets:
                if n + u >= 0:
                    strong = (n, above) in {(3, 85), (3, 160), (2, 160)}
                    colour, width = (OUTPUT, 3.2) if strong else ("#aaaaaa", 1.3)
                    d.line(xs[n + u], below - 21, x, above + 21, colour, width)
    d.text(528, 198, "A", INK, size=16, bold=True)
    d.text(528, 122, "B", INK, size=16, bold=True)
    d.text(700, 281, "b_4 knows x_2 and x_3, but not x_4", GREY)
    return d


def painting_pixels_skew() -> Diagram:
    """A map whose diagonals become columns when each row is shifted by one more place."""
    d = Diagram(900, 260)
    for left, step, title in [(70, 0, "a map: one diagonal at a time"), (480, 1, "skewed: one column at a time")]:
        side = 46
        d.text(left + (3.5 if step else 2) * side, 22, title, INK, size=16, bold=True)
        for i in range(4):
            for j in range(4):
                x, y = left + side * (j + step * i), 48 + side * i
                t = i + j
                fill = {3: LIGHT[OUTPUT], 2: LIGHT[HIDDEN]}.get(t, PAPER)
                d.frame(x, y, side, side, "#888888", 1, fill)
                d.text(x + side / 2, y + side / 2, str(t + 1), INK, size=16)
        i, j = 2, 1
        x, y = left + side * (j + step * i), 48 + side * i
        d.frame(x, y, side, side, OUTPUT, 3)
        here = x + side / 2, y + side / 2
        d.arrow((here[0] - 33, here[1] + 13), (here[0] - 11, here[1] + 13), colour=HIDDEN, width=3)
        above = x + side / 2 - step * side
        to = here[0] - 9 if step else here[0] + 13
        d.arrow((above + 13, here[1] - 33), (to, here[1] - 13), colour=HIDDEN, width=3)
    d.arrow((290, 140), (440, 140), colour=INK)
    d.text(362, 120, "row i moves i places", GREY, size=15)
    return d


def _grey(level: int) -> str:
    """The colour of a grey from 0, white, to 16, black."""
    value = round(255 * (1 - level / 16))
    return f"#{value:02x}{value:02x}{value:02x}"
