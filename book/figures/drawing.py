"""Diagrams of the chapter Drawing: a canvas to which a hand adds, one step of it, and a grid of brushes."""

from math import exp

from draw import HIDDEN, INK, INPUT, LIGHT, OUTPUT, PAPER, TARGET, Diagram

GREY, ORANGE_INK, PINK_INK = "#555555", "#8a5f00", "#8f4f78"
# A seven in four strokes: (column, row) of its pixels, counted from 0.
STROKES = [
    [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)],
    [(6, 1), (6, 2), (5, 3)],
    [(4, 4), (4, 5), (3, 6), (3, 7)],
    [(2, 4), (3, 4), (5, 4), (6, 4)],
]


def drawing_idea() -> Diagram:
    """Five canvases, the hand that remembers, the dice that it throws, and who throws them while it learns."""
    d = Diagram(900, 446)
    for t in range(5):
        x = 196 + 160 * t
        _sheet(d, x, 76, 13, t)
        d.text(x, 146, f"c_{t}", INK, size=15)
        if t == 0:
            continue
        left, right, upper, lower = _around(STROKES[t - 1])
        corner = x - 52 + 13 * left - 3, 24 + 13 * upper - 3
        d.frame(*corner, 13 * (right - left) + 6, 13 * (lower - upper) + 6, OUTPUT, 3)
        d.arrow((x - 104, 76), (x - 58, 76), colour=INK)
        d.arrow((x, 200), (x, 158), colour=OUTPUT)
        d.circle(x, 224, 23, f"h_{t}", HIDDEN)
        if t > 1:
            d.arrow((x - 136, 224), (x - 26, 224), colour=HIDDEN)
        d.arrow((x, 286), (x, 250), colour=INK)
        d.circle(x, 307, 20, f"z_{t}", TARGET)
        d.arrow((x, 362), (x, 330), colour=INK, dashed=True)
        d.box(x, 382, 92, 36, "encoder", INPUT)
        if t > 1:
            d.arrow((x - 112, 382), (x - 48, 382), colour=INPUT)
    _sheet(d, 196, 382, 8, 4)
    d.arrow((232, 382), (308, 382), colour=INPUT)
    for y, name in [(76, "canvas"), (224, "hand"), (307, "dice"), (382, "picture")]:
        d.text(20, y, name, GREY, size=16, anchor="start")
    d.text(
        516, 428, "only while it learns: somebody who sees the picture, and the canvas, loads the dice", GREY, size=15
    )
    return d


def drawing_step() -> Diagram:
    """One step: what is read, said, drawn and added, with the canvas that comes back."""
    d = Diagram(900, 322)
    _sheet(d, 60, 70, 11, 4)
    d.text(60, 128, "picture", GREY, size=15)
    _sheet(d, 60, 210, 11, 2, rest=True)
    d.text(60, 268, "still lacking", GREY, size=15)
    d.arrow((110, 76), (158, 124), colour=INPUT)
    d.arrow((110, 204), (158, 156), colour=INPUT)
    d.box(196, 140, 74, 40, "read", INPUT)
    d.arrow((235, 140), (282, 140), colour=INPUT)
    d.box(332, 140, 98, 40, "encoder", INPUT)
    d.arrow((383, 140), (436, 140), colour=INK)
    d.text(332, 176, "says mean and width", GREY, size=14)
    d.circle(462, 140, 24, "z_t", TARGET)
    d.arrow((462, 206), (462, 168), colour=TARGET)
    d.text(462, 222, "noise e_t", PINK_INK, size=15)
    d.arrow((488, 140), (534, 140), colour=INK)
    d.circle(564, 140, 28, "h_t", HIDDEN)
    d.text(574, 184, "decoder", GREY, size=15)
    d.arrow((594, 140), (644, 140), colour=OUTPUT)
    d.box(684, 140, 78, 40, "write", OUTPUT)
    d.arrow((724, 140), (772, 140), colour=OUTPUT)
    _sheet(d, 826, 140, 11, 3)
    d.frame(826 - 44 + 11 * 3 - 3, 96 + 11 * 4 - 3, 28, 50, OUTPUT, 3)
    d.text(826, 200, "c_t", INK, size=16)
    d.arrow((826, 216), (826, 306), (60, 306), (60, 280), colour=INK)
    d.text(440, 290, "next step: compare the new canvas with the picture", GREY, size=15)
    d.arrow((564, 110), (196, 116), colour=HIDDEN, bend=(380, -10))
    d.text(380, 32, "where to read next", HIDDEN, size=15)
    return d


def drawing_grid() -> Diagram:
    """A grid of three by three brushes on eight by eight pixels, and the three filters over the columns."""
    d = Diagram(900, 380)
    side, left, top = 36, 40, 46
    g, stride, deviation = (4.9, 3.6), 1.7, 0.62
    for k in range(9):
        d.line(left + side * k, top, left + side * k, top + 8 * side, "#cccccc", 1)
        d.line(left, top + side * k, left + 8 * side, top + side * k, "#cccccc", 1)
    half = 1.5 * stride
    corner = left + side * (g[0] - half), top + side * (g[1] - half)
    d.frame(*corner, 2 * half * side, 2 * half * side, OUTPUT, 3)
    for j in (-1, 0, 1):
        for i in (-1, 0, 1):
            x, y = left + side * (g[0] + i * stride), top + side * (g[1] + j * stride)
            for radius, opacity in ((1.5, 0.16), (1, 0.25), (0.5, 0.5)):
                d.shapes.append(
                    f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius * deviation * side:.1f}" fill="{INPUT}" '
                    f'opacity="{opacity}"/>'
                )
    x, y = left + side * g[0], top + side * g[1]
    d.circle(x, y, 5, "", INK)
    bottom = top + 8 * side
    d.line(x, y, x, bottom + 12, INK, 1.5)
    d.text(x, bottom + 26, "centre", INK, size=15)
    d.text(left + 4 * side, 24, "a grid of 3 × 3 brushes on 8 × 8 pixels", GREY, size=15)
    u, v = left + side * (g[0] - stride), y
    d.arrow((u, v), (x - 7, v), colour=INK)
    d.text((u + x) / 2, v - 14, "stride", INK, size=15)
    # The filters over the columns, one under the other, as the shares that each pixel gets.
    west, wide = 440, 48
    d.text(west + 4 * wide, 24, "its three filters over the columns", GREY, size=15)
    for i in (-1, 0, 1):
        mean, base = g[0] + i * stride, 130 + 104 * (i + 1)
        shares = [exp(-((a + 0.5 - mean) ** 2) / (2 * deviation**2)) for a in range(8)]
        for a, share in enumerate(shares):
            high = 84 * share / sum(shares)
            d.frame(west + wide * a + 4, round(base - high, 1), wide - 8, round(high, 1), INPUT, 0, fill=INPUT)
        d.line(west, base, west + 8 * wide, base, INK, 1.5)
        at = west + wide * mean
        d.line(at, base, at, base + 9, OUTPUT, 3)
        d.text(west - 14, base - 30, f"F_{i + 2}", INPUT, size=16, anchor="end")
    d.text(west + 4 * wide, 362, "pixels, from left to right; each row of bars sums to 1", GREY, size=15)
    return d


def _around(stroke: list[tuple[int, int]]) -> tuple[int, int, int, int]:
    """Left, right, upper and lower edge of a stroke, in pixels."""
    columns, rows = zip(*stroke, strict=True)
    return min(columns), max(columns) + 1, min(rows), max(rows) + 1


def _sheet(d: Diagram, x: float, y: float, cell: int, strokes: int, rest: bool = False) -> None:
    """A sheet around the point (x, y) with the first strokes of the seven; the rest of it in pale blue if asked."""
    left, top = x - 4 * cell, y - 4 * cell
    d.frame(left, top, 8 * cell, 8 * cell, GREY, 1.5, fill=PAPER)
    for number, stroke in enumerate(STROKES):
        if rest is (number < strokes):
            continue
        colour = INPUT if rest else INK
        for column, row in stroke:
            d.frame(left + cell * column, top + cell * row, cell, cell, LIGHT[INPUT], 0, fill=colour)
