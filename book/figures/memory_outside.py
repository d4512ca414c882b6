"""Diagrams of the chapter memory-outside: a small network with a tape, and how its heads find their places."""

from math import exp

from draw import HIDDEN, INK, INPUT, LIGHT, OUTPUT, PAPER, TARGET, Diagram

GREY, ORANGE_INK, PINK_INK = "#555555", "#8a5f00", "#9c4a75"
DIGITS = [5, 8, 3, 1, 0, 7]
# The tape of the chapter's example, and what the head is told.
TAPE = [(1, 0), (0, 1), (0.6, 0.8), (-1, 0), (0.8, -0.6), (0, -1), (-0.8, 0.6), (-0.6, 0.8)]
KEY, STRENGTH, GATE, SHIFTS, SHARPNESS, BEFORE = (0.6, 0.8), 5, 0.8, (0, 0.1, 0.9), 3, 5


def memory_outside_idea() -> Diagram:
    """Left, digits that all go into one vector; right, a controller that writes them to places and reads them."""
    d = Diagram(900, 400)
    d.text(130, 26, "inside: one vector", INK, size=17, bold=True)
    d.text(590, 26, "outside: a tape", INK, size=17, bold=True)
    for n, digit in enumerate(DIGITS):
        x = 40 + 36 * n
        d.box(x, 90, 30, 32, str(digit), INPUT)
        d.arrow((x, 107), (130 + 0.55 * (x - 130), 163), colour=INPUT, width=1.5)
    d.box(130, 195, 150, 60, "", HIDDEN)
    for n in range(8):
        d.line(64.5 + 18.7 * n, 178, 64.5 + 18.7 * n, 212, HIDDEN, width=8 - abs(n % 5 - 2) * 2)
    d.arrow((130, 226), (130, 282), colour=OUTPUT)
    d.box(130, 302, 150, 36, "5 8 8 1 7 0 ?", OUTPUT)
    d.text(130, 350, "each new digit stirs", GREY, size=15)
    d.text(130, 370, "everything before it", GREY, size=15)
    d.line(285, 40, 285, 375, "#bbbbbb", width=1)
    left, wide, top = 400, 60, 216
    for n in range(8):
        d.frame(left + wide * n, top, wide, 44, HIDDEN, 2, LIGHT[HIDDEN])
        if n < len(DIGITS):
            d.text(left + wide * (n + 0.5), top + 22, str(DIGITS[n]), INK, size=20)
        d.text(left + wide * (n + 0.5), top + 56, str(n), GREY, size=12)
    writing = [0, 0, 0, 0, 0.04, 0.92, 0.04, 0]
    reading = [0, 0.03, 0.94, 0.03, 0, 0, 0, 0]
    _bars(d, left, wide, top - 6, writing, INPUT, high=48)
    _bars(d, left, wide, top + 118, reading, OUTPUT, high=48)
    d.text(left - 12, top + 22, "memory M_t", HIDDEN, anchor="end")
    d.text(left - 12, top - 22, "writes here", INPUT, anchor="end")
    d.text(left - 12, top + 100, "reads here", ORANGE_INK, anchor="end")
    d.box(730, 84, 170, 48, "controller", INK)
    d.box(465, 84, 34, 34, "7", INPUT)
    d.arrow((483, 84), (643, 84), colour=INPUT)
    d.arrow((730, 109), (730, 160), colour=INPUT)
    d.text(742, 136, "where, and what", INPUT, size=15, anchor="start")
    d.arrow((551, 340), (551, 378), (892, 378), (892, 84), (817, 84), colour=OUTPUT)
    d.text(720, 364, "what was read: 3", ORANGE_INK, size=15)
    return d


def memory_outside_four_steps() -> Diagram:
    """Eight cells with arrows in them, and the weights of a head after each step of finding its place."""
    d = Diagram(900, 572)
    left, wide = 190, 56
    d.text(left - 14, 44, "the tape", INK, anchor="end", bold=True)
    for n, (x, y) in enumerate(TAPE):
        middle = left + wide * (n + 0.5)
        d.frame(left + wide * n, 20, wide, 48, HIDDEN, 2, LIGHT[HIDDEN])
        d.arrow((middle - 15 * x, 44 + 15 * y), (middle + 15 * x, 44 - 15 * y), colour=HIDDEN)
        d.text(middle, 80, str(n), GREY, size=12)
    d.arrow((668 - 15 * KEY[0], 44 + 15 * KEY[1]), (668 + 15 * KEY[0], 44 - 15 * KEY[1]), colour=TARGET)
    d.text(690, 44, "the key k", PINK_INK, anchor="start")
    rows = _four_steps()
    words = [
        ("before", INK, "where the head was", ""),
        ("1  content", TARGET, "which cells look like the key?", "strength β = 5"),
        ("2  gate", TARGET, "0.8 of that, 0.2 of before", "g = 0.8"),
        ("3  shift", TARGET, "0.9 goes one on, 0.1 stays", "s = (0, 0.1, 0.9)"),
        ("4  sharpen", OUTPUT, "cubed, and divided by the sum", "γ = 3"),
    ]
    for row, (weights, (name, colour, says, setting)) in enumerate(zip(rows, words, strict=True)):
        base = 160 + 92 * row
        _bars(d, left, wide, base, weights, colour, high=48, numbers=True)
        d.line(left, base, left + 8 * wide, base, "#999999", width=1)
        d.text(left - 14, base - 18, name, INK, anchor="end", bold=True)
        d.text(652, base - 30, says, GREY, anchor="start", size=14)
        d.text(652, base - 10, setting, INK, anchor="start", size=14)
        if row:
            d.arrow((150, base - 84), (150, base - 36), colour=INK, width=1.5)
    said = "The head stood at 5, asked for what looks like the key (2), and goes to the cell after it: 3."
    d.text(left + 4 * wide, 554, said, GREY)
    return d


def _four_steps() -> list[list[float]]:
    """The weights before and after each step, of the chapter's example."""
    before = [float(n == BEFORE) for n in range(8)]
    powers = [exp(STRENGTH * (x * KEY[0] + y * KEY[1])) for x, y in TAPE]  # all vectors have length 1
    content = [power / sum(powers) for power in powers]
    gated = [GATE * c + (1 - GATE) * w for c, w in zip(content, before, strict=True)]
    shifted = [sum(s * gated[(n - step) % 8] for step, s in zip((-1, 0, 1), SHIFTS, strict=True)) for n in range(8)]
    cubes = [w**SHARPNESS for w in shifted]
    return [before, content, gated, shifted, [cube / sum(cubes) for cube in cubes]]


def _bars(
    d: Diagram,
    left: float,
    wide: float,
    base: float,
    weights: list[float],
    colour: str,
    high: float,
    numbers: bool = False,
) -> None:
    """A bar over each cell, as high as its weight."""
    for n, weight in enumerate(weights):
        if weight < 0.005:
            continue
        x, tall = left + wide * n, max(1.5, high * weight)
        d.shapes.append(
            f'<rect x="{x + 10}" y="{base - tall:.1f}" width="{wide - 20}" height="{tall:.1f}" '
            f'fill="{colour if colour != INK else GREY}" stroke="{PAPER}" stroke-width="0"/>'
        )
        if numbers:
            d.text(x + wide / 2, base - tall - 9, f"{weight:.2f}", INK, size=13)
