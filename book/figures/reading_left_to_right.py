"""Diagrams of the chapter reading-left-to-right: an eye that is led over a strip, and what leads it."""

from draw import GRADIENT, HIDDEN, INK, INPUT, LIGHT, OUTPUT, PAPER, TARGET, Diagram

GREY, ORANGE_INK, PINK_INK = "#555555", "#8a5f00", "#9c4a75"


def reading_left_to_right_idea() -> Diagram:
    """Four looks at a strip with three digits: each is read, and what was read says where to look next."""
    d = Diagram(900, 430)
    xs = [290, 440, 590, 740]
    d.frame(150, 34, 720, 104, INK, 1.5, PAPER)
    for x, digit in zip(xs, "274", strict=False):
        d.text(x, 87, digit, INK, size=62)
    for n, x in enumerate(xs):
        d.frame(x - 58, 37, 116, 98, INPUT, 1.2, "none", 0.45)
        d.frame(x - 34, 56, 68, 62, INPUT, 2.5)
        d.text(x - 50, 24, f"look {n + 1}", INPUT, size=14, anchor="start")
    d.box(76, 282, 116, 46, "coarse view", INPUT)
    d.arrow((150, 110), (76, 150), (76, 257), colour=INPUT)
    d.arrow((135, 282), (xs[0] - 42, 282), colour=HIDDEN)
    for n, (x, said) in enumerate(zip(xs, ["2", "7", "4", "end"], strict=True)):
        d.arrow((x, 119), (x, 168), colour=INPUT)
        _glimpse(d, x, 190)
        d.arrow((x, 212), (x, 253), colour=INPUT)
        d.box(x, 282, 80, 54, "", HIDDEN)
        d.text(x, 282, "memory", INK, size=15)
        d.arrow((x, 310), (x, 352), colour=OUTPUT)
        d.box(x, 374, 72, 40, said, OUTPUT)
        if n:
            d.arrow((xs[n - 1] + 41, 282), (x - 42, 282), colour=HIDDEN)
        start = xs[n - 1] + 34 if n else 128
        d.arrow((start, 256), (x - 36, 122), colour=TARGET, width=2.2)
    d.text(24, 190, "sees", INPUT, size=15, anchor="start")
    d.text(24, 374, "names", ORANGE_INK, size=15, anchor="start")
    d.text(134, 178, "where to look", PINK_INK, size=15)
    d.text(515, 414, "the looks make a sequence, though the picture stands still", GREY, size=15)
    return d


def reading_left_to_right_cells() -> Diagram:
    """One look in detail: what times where, a memory that names and a memory that steers."""
    d = Diagram(850, 380)
    d.text(60, 62, "l_n", PINK_INK, size=20)
    d.arrow((80, 62), (138, 62), colour=TARGET)
    d.box(196, 62, 112, 44, "where", TARGET)
    _glimpse(d, 60, 160)
    d.text(60, 202, "x_n", INPUT, size=20)
    d.arrow((106, 160), (138, 160), colour=INPUT)
    d.box(196, 160, 112, 44, "what", INPUT)
    d.arrow((60, 78), (60, 134), colour=TARGET, dashed=True)
    d.circle(316, 111, 22, "×", INK)
    d.arrow((253, 66), (297, 98), colour=TARGET)
    d.arrow((253, 156), (297, 124), colour=INPUT)
    d.arrow((339, 111), (428, 111), colour=INPUT)
    d.text(382, 92, "g_n", INPUT, size=18)
    for y, name in [(111, "recognise"), (282, "steer")]:
        d.box(500, y, 140, 56, name, HIDDEN)
        d.arrow((382, y + 40), (426, y + 14), colour=HIDDEN)
        d.text(376, y + 48, "before", GREY, size=14, anchor="end")
    d.arrow((500, 140), (500, 252), colour=HIDDEN)
    d.arrow((571, 111), (648, 111), colour=OUTPUT)
    d.box(738, 111, 176, 50, "2, 7, 4 ... or end", OUTPUT)
    d.text(738, 152, "after every N-th look", GREY, size=14)
    d.arrow((571, 268), (648, 248), colour=TARGET)
    d.box(738, 240, 176, 46, "next look: a draw", TARGET)
    d.arrow((571, 298), (648, 322), colour=INK)
    d.box(738, 328, 176, 46, "reward expected", INK)
    d.box(126, 282, 196, 46, "coarse view of all", INPUT)
    d.arrow((225, 282), (428, 282), colour=INPUT, dashed=True)
    d.text(300, 264, "at the start", GREY, size=14)
    d.text(738, 62, "taught by labels", GRADIENT, size=15)
    d.text(738, 200, "taught by rewards", GRADIENT, size=15)
    return d


def _glimpse(d: Diagram, x: float, y: float) -> None:
    """Two patches of as many pixels: a sharp one and a coarse one."""
    for k, left in enumerate((x - 42, x + 4)):
        d.frame(left, y - 19, 38, 38, INPUT, 1.5, LIGHT[INPUT])
        cells = (8, 4)[k]
        for i in range(1, cells):
            at = 38 * i / cells
            d.line(left + at, y - 19, left + at, y + 19, INPUT, 0.4)
            d.line(left, y - 19 + at, left + 38, y - 19 + at, INPUT, 0.4)
