"""Diagrams of the chapter r-cnn: cut and look, a box as seen from a box, and look and cut."""

from draw import HIDDEN, INK, INPUT, LIGHT, OUTPUT, TARGET, Diagram

GREY, ORANGE_INK, PINK_INK = "#555555", "#8a5f00", "#a04a78"
PROPOSALS = [(12, 10, 70, 62), (66, 84, 76, 60), (96, 16, 40, 46)]  # x, y, width, height on the sheet


def rcnn_idea() -> Diagram:
    """Each proposal is brought to one size, and one network answers twice."""
    d = Diagram(900, 330)
    _sheet(d, 24, 84)
    for x, y, width, height in PROPOSALS:
        d.frame(24 + x, 84 + y, width, height, INPUT, 2.5)
    for n, name in enumerate(["ring 0.97", "cross 0.94", "background 0.99"]):
        y = 62 + 92 * n
        d.arrow((182, 159), (232, y))
        _crop(d, 240, y - 33, n, 66)
        d.arrow((314, y), (362, y))
        d.box(440, y, 150, 58, "network", HIDDEN)
        d.arrow((518, y), (566, y))
        d.text(578, y - 12, name, ORANGE_INK, size=15, anchor="start", bold=True)
        said = "no box" if n == 2 else "move: t_x, t_y, t_w, t_h"
        d.text(578, y + 12, said, GREY, size=14, anchor="start")
    for y in (108, 200):
        d.text(440, y, "the same weights", GREY, size=13)
    for n in (0, 1):
        _moved(d, 796, 62 + 92 * n, n)
    for x, name in [(99, "proposals"), (273, "one size"), (440, "one network"), (672, "two answers each")]:
        d.text(x, 308, name, INK, size=15, bold=True)
    return d


def seen_from_proposal() -> Diagram:
    """The same two boxes in pixels, and in units of the proposal."""
    d = Diagram(860, 320)
    left, top, width, height = 60, 70, 240, 130  # the proposal in pixels
    first, last = 150, 342  # edges of the thing
    d.frame(left, top, width, height, INPUT, 3, fill=LIGHT[INPUT])
    _dashed(d, first, 92, last, 214, TARGET)
    middle, other = left + width / 2, (first + last) / 2
    d.circle(middle, 135, 4, "", INPUT)
    d.circle(other, 153, 4, "", TARGET)
    d.arrow((middle + 5, 136), (other - 5, 152))
    d.line(left, 222, left + width, 222, INPUT, width=5)
    d.text(left - 8, 222, "w_a", INPUT, size=16, anchor="end")
    d.line(first, 240, last, 240, TARGET, width=5)
    d.text(first - 8, 240, "w", PINK_INK, size=16, anchor="end")
    d.text(left + width / 2, 34, "in pixels", INK, size=16, bold=True)

    start, unit = 520, 170  # where the proposal's square stands
    d.frame(start, 50, unit, unit, INPUT, 3, fill=LIGHT[INPUT])

    def across(x: float) -> float:
        return start + unit * (x - left) / width

    def down(y: float) -> float:
        return 50 + unit * (y - top) / height

    _dashed(d, across(first), down(92), across(last), down(214), TARGET)
    d.circle(across(middle), 50 + unit / 2, 4, "", INPUT)
    d.circle(across(other), down(153), 4, "", TARGET)
    d.line(490, 262, 790, 262, GREY)
    ticks = [(start, "−½", INPUT), (across(middle), "0", INPUT), (start + unit, "½", INPUT)]
    for x, name, colour in ticks:
        d.line(x, 256, x, 268, colour, width=2.5)
        d.text(x, 282, name, colour, size=15)
    for x, name in [(across(first), "u_1"), (across(other), "t_x"), (across(last), "u_2")]:
        _dots(d, x, down(153) if name == "t_x" else down(214), x, 262)
        d.line(x, 256, x, 268, TARGET, width=2.5)
        d.text(x, 302 if name != "u_2" else 282, name, PINK_INK, size=16)
    d.line(across(first), 244, across(last), 244, TARGET, width=5)
    d.text(across(last) + 10, 240, "length exp t_w", PINK_INK, size=15, anchor="start")
    d.text(start + unit / 2, 26, "in units of the proposal", INK, size=16, bold=True)
    d.arrow((372, 140), (484, 140))
    return d


def slow_and_fast() -> Diagram:
    """Cut and look above, look and cut below."""
    d = Diagram(900, 440)
    d.text(24, 24, "R-CNN: cut, then look", INK, size=16, anchor="start", bold=True)
    d.text(24, 242, "Fast R-CNN: look, then cut", INK, size=16, anchor="start", bold=True)
    for top in (46, 264):
        _sheet(d, 24, top)
        for x, y, width, height in PROPOSALS:
            d.frame(24 + x, top + y, width, height, INPUT, 2.5)
    for n, name in enumerate(["ring", "cross", "background"]):
        y = 68 + 54 * n
        d.arrow((182, 121), (226, y))
        _crop(d, 234, y - 22, n, 44)
        d.arrow((284, y), (318, y))
        d.box(464, y, 284, 44, "large network", HIDDEN)
        d.arrow((610, y), (646, y))
        d.box(690, y, 80, 36, "head", OUTPUT)
        d.arrow((734, y), (768, y))
        d.text(778, y, name, ORANGE_INK, size=15, anchor="start", bold=True)
    d.arrow((182, 339), (206, 339))
    d.box(276, 339, 132, 110, "", HIDDEN)
    d.text(276, 330, "large network,", INK)
    d.text(276, 350, "once", INK)
    d.arrow((346, 339), (374, 339))
    for row in range(9):
        d.line(382, 271 + 17 * row, 382 + 136, 271 + 17 * row, HIDDEN, width=1)
        d.line(382 + 17 * row, 271, 382 + 17 * row, 271 + 136, HIDDEN, width=1)
    for x, y, width, height in PROPOSALS:
        scale = 136 / 150
        d.frame(382 + scale * x, 271 + scale * y, scale * width, scale * height, INPUT, 2.5)
    d.text(450, 424, "map", GREY, size=14)
    for n, name in enumerate(["ring", "cross", "background"]):
        y = 286 + 54 * n
        d.arrow((524, 339), (560, y))
        d.frame(568, y - 20, 40, 40, INPUT, 2.5, fill=LIGHT[HIDDEN])
        for k in (1, 2):
            d.line(568 + 40 * k / 3, y - 20, 568 + 40 * k / 3, y + 20, HIDDEN, width=1)
            d.line(568, y - 20 + 40 * k / 3, 608, y - 20 + 40 * k / 3, HIDDEN, width=1)
        d.arrow((614, y), (646, y))
        d.box(690, y, 80, 36, "head", OUTPUT)
        d.arrow((734, y), (768, y))
        d.text(778, y, name, ORANGE_INK, size=15, anchor="start", bold=True)
    return d


def _sheet(d: Diagram, left: float, top: float) -> None:
    """A sheet of 150 by 150 with a ring and a cross on it."""
    d.frame(left, top, 150, 150, GREY, 1.5, fill="#ececec")
    _ring(d, left + 48, top + 44, 1, 1)
    _cross(d, left + 105, top + 116, 1, 1)


def _crop(d: Diagram, left: float, top: float, n: int, side: float) -> None:
    """What is in the n-th proposal, stretched to a square."""
    x, y, width, height = PROPOSALS[n]
    d.frame(left, top, side, side, INPUT, 2.5, fill="#ececec")
    a, b = side / width, side / height
    if n == 0:
        _ring(d, left + a * (48 - x), top + b * (44 - y), a, b)
    if n == 1:
        _cross(d, left + a * (105 - x), top + b * (116 - y), a, b)


def _moved(d: Diagram, x: float, y: float, n: int) -> None:
    """A small picture of a proposal in blue and where it goes in orange."""
    shape = _ring if n == 0 else _cross
    d.frame(x - 30, y - 33, 92, 66, GREY, 1, fill="#ececec")
    shape(d, x + 20, y, 0.8, 0.8)
    dx, dy = (-5, -4) if n == 0 else (6, 5)
    size = 47 if n == 0 else 46
    d.frame(x + 20 - size / 2 + dx, y - size / 2 + dy, size + 4, size - 6, INPUT, 1.5)
    d.frame(x + 20 - size / 2, y - size / 2, size, size, OUTPUT, 2.5)


def _ring(d: Diagram, x: float, y: float, across: float, down: float) -> None:
    d.shapes.append(
        f'<ellipse cx="{x}" cy="{y}" rx="{21 * across}" ry="{21 * down}" fill="none" stroke="{TARGET}" '
        f'stroke-width="{12 * (across + down) / 2}" opacity="0.8"/>'
    )


def _cross(d: Diagram, x: float, y: float, across: float, down: float) -> None:
    for width, height in [(54 * across, 20 * down), (20 * across, 54 * down)]:
        d.shapes.append(
            f'<rect x="{x - width / 2}" y="{y - height / 2}" width="{width}" height="{height}" '
            f'fill="{HIDDEN}" opacity="0.75"/>'
        )


def _dashed(d: Diagram, x1, y1, x2, y2, colour) -> None:
    d.shapes.append(
        f'<rect x="{x1}" y="{y1}" width="{x2 - x1}" height="{y2 - y1}" fill="none" stroke="{colour}" '
        f'stroke-width="3" stroke-dasharray="8 5"/>'
    )


def _dots(d: Diagram, x: float, y: float, u: float, v: float) -> None:
    d.shapes.append(f'<path d="M{x} {y} L{u} {v}" stroke="{GREY}" stroke-width="1" stroke-dasharray="3 4"/>')
