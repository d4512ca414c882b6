"""Diagrams of the chapter one-look: one road in place of two, a cell's numbers, and maps of several sizes."""

from draw import GRADIENT, HIDDEN, INK, INPUT, LIGHT, OUTPUT, Diagram

GREY, BLUE_INK, GREEN_INK, ORANGE_INK = "#555555", "#00507d", "#006b4e", "#8a5f00"


def one_look_idea() -> Diagram:
    """From a picture to boxes with names: the road with a second look, and the road without."""
    d = Diagram(940, 372)
    _picture(d, 24, 123)
    d.text(84, 268, "picture", GREY, size=14)
    d.arrow((148, 183), (186, 183))
    _map(d, 196, 150)
    d.text(232, 248, "map", GREY, size=14)
    d.text(450, 24, "two looks", INK, size=16, bold=True)
    d.arrow((274, 168), (296, 90), (318, 90))
    d.box(374, 90, 108, 50, "", HIDDEN)
    d.text(374, 80, "proposal", INK, size=15)
    d.text(374, 99, "network", INK, size=15)
    d.arrow((430, 90), (454, 90))
    _picture(d, 460, 44, 0.76)
    _boxes(d, 460, 44, 0.76, GREY, [])
    d.text(506, 152, "something, here", GREY, size=13)
    d.arrow((556, 90), (580, 90))
    d.box(634, 90, 104, 50, "", INPUT)
    d.text(634, 80, "cut out,", INK, size=15)
    d.text(634, 99, "look again", INK, size=15)
    d.arrow((688, 90), (790, 90))
    d.text(450, 198, "one look", INK, size=16, bold=True)
    d.arrow((274, 198), (296, 276), (318, 276))
    d.box(410, 276, 180, 50, "", OUTPUT)
    d.text(410, 266, "a convolution:", INK, size=15)
    d.text(410, 285, "kind and box, everywhere", INK, size=14)
    d.arrow((502, 276), (790, 276))
    for top in (44, 230):
        _picture(d, 800, top, 0.76)
        _boxes(d, 800, top, 0.76, OUTPUT, ["ring", "cross"])
    d.text(846, 346, "kinds and boxes", GREY, size=14)
    return d


def yolo_cell() -> Diagram:
    """One cell of the grid, its base boxes, and the row of numbers that is said about it."""
    d = Diagram(940, 330)
    left, top, step = 24, 36, 36
    d.frame(left, top, 7 * step, 7 * step, GREY, 1.5, fill="#ececec")
    d.shapes.append(
        f'<circle cx="{left + 166}" cy="{top + 130}" r="42" fill="none" stroke="{INPUT}" stroke-width="24" '
        f'opacity="0.6"/>'
    )
    x, y = left + 4.5 * step, top + 3.5 * step
    d.frame(x - step / 2, y - step / 2, step, step, ORANGE_INK, 2, fill=OUTPUT, opacity=0.75)
    for k in range(1, 7):
        d.line(left + k * step, top, left + k * step, top + 7 * step, "#9a9a9a", 1)
        d.line(left, top + k * step, left + 7 * step, top + k * step, "#9a9a9a", 1)
    for size, colour in [(52, GREEN_INK), (116, BLUE_INK)]:
        d.shapes.append(
            f'<rect x="{x - size / 2}" y="{y - size / 2}" width="{size}" height="{size}" fill="none" '
            f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="7 4"/>'
        )
    d.text(left + 3.5 * step, 308, "7 × 7 cells, base boxes dashed", GREY, size=14)
    d.arrow((x + 62, y), (316, y))
    width, row = 37, y
    names = [*["dx", "dy", "dh", "dw", "conf"] * 2, *["circle", "square", "triangle", "ring", "cross", "diamond"]]
    for n, name in enumerate(names):
        colour = HIDDEN if n < 5 else INPUT if n < 10 else OUTPUT
        middle = 324 + width * (n + 0.5)
        d.frame(middle - width / 2, row - 20, width, 40, colour, 1.8, fill=LIGHT[colour])
        if n < 10:
            d.text(middle, row, name, INK, size=13)
        else:
            d.shapes.append(
                f'<text transform="translate({middle} {row + 30}) rotate(60)" fill="{INK}" font-size="13" '
                f'dominant-baseline="middle">{name}</text>'
            )
    groups = [(0, 5, "small base box", GREEN_INK), (5, 10, "large base box", BLUE_INK), (10, 16, "kind", ORANGE_INK)]
    for first, last, name, ink in groups:
        a, b = 324 + width * first + 4, 324 + width * last - 4
        d.line(a, row - 32, b, row - 32, ink, 2)
        d.text((a + b) / 2, row - 48, name, ink, size=15, bold=True)
    d.text(324 + width * 8, 56, "5 B + C = 5 · 2 + 6 = 16 numbers about one cell", INK, size=16)
    return d


def maps_and_pyramid() -> Diagram:
    """Left, each map is asked as it is; right, the coarse one tells the fine one first."""
    d = Diagram(956, 360)
    for left, name in [(20, "SSD"), (480, "RetinaNet: a pyramid")]:
        d.text(left + 40 if left == 20 else left + 84, 26, name, INK, size=17, bold=True)
        _picture(d, left, 226, 0.8)
        d.text(left + 48, 342, "picture", GREY, size=14)
        d.arrow((left + 100, 268), (left + 132, 252))
        _lattice(d, left + 136, 196, 16, 6, HIDDEN)
        d.arrow((left + 184, 190), (left + 184, 142))
        _lattice(d, left + 160, 88, 8, 6, HIDDEN)
    d.text(204, 310, "fine, 16 × 16", GREY, size=14)
    d.text(204, 72, "coarse, 8 × 8", GREY, size=14)
    for y, size, first in [(112, 37, "coarse head"), (244, 20, "fine head")]:
        d.arrow((236 if y == 112 else 260, y), (300, y))
        d.box(354, y, 100, 44, first, OUTPUT)
        d.text(420, y - 9, "anchors", ORANGE_INK, size=13, anchor="start")
        d.text(420, y + 9, f"of {size}", ORANGE_INK, size=13, anchor="start")
    d.arrow((694, 112), (754, 112))
    d.arrow((718, 244), (754, 244))
    for y, place in [(112, "P_4"), (244, "P_3")]:
        if y == 112:
            _lattice(d, 784, 88, 8, 6, INPUT)
        else:
            _lattice(d, 760, 196, 16, 6, INPUT)
        d.text(838 if y == 112 else 862, y, place, BLUE_INK, size=15, anchor="start")
    d.arrow((808, 142), (808, 190), colour=GRADIENT, width=3)
    d.text(796, 158, "doubled", "#9c4400", size=13, anchor="end")
    d.text(796, 175, "and added", "#9c4400", size=13, anchor="end")
    d.text(722, 98, "1 × 1", GREY, size=13)
    d.text(737, 228, "1 × 1", GREY, size=13)
    d.box(910, 178, 76, 52, "", OUTPUT)
    d.text(910, 169, "one head", INK, size=14)
    d.text(910, 187, "for both", INK, size=14)
    d.arrow((862, 112), (910, 112), (910, 150))
    d.arrow((888, 244), (910, 244), (910, 206))
    return d


def _picture(d: Diagram, left: float, top: float, scale: float = 1.0) -> None:
    """A sheet of 120 by 120 with a ring and a cross on it."""
    d.frame(left, top, 120 * scale, 120 * scale, GREY, 1.5, fill="#ececec")
    d.shapes.append(
        f'<circle cx="{left + 38 * scale}" cy="{top + 40 * scale}" r="{19 * scale}" fill="none" stroke="{INPUT}" '
        f'stroke-width="{12 * scale}" opacity="0.75"/>'
    )
    for width, height in [(40, 14), (14, 40)]:
        d.shapes.append(
            f'<rect x="{left + (84 - width / 2) * scale}" y="{top + (82 - height / 2) * scale}" '
            f'width="{width * scale}" height="{height * scale}" fill="{HIDDEN}" opacity="0.75"/>'
        )


def _boxes(d: Diagram, left: float, top: float, scale: float, colour: str, names: list[str]) -> None:
    """Frames around the ring and the cross of `_picture`, with names if there are any."""
    for n, (x, y, size) in enumerate([(10, 12, 56), (61, 59, 46)]):
        d.frame(left + x * scale, top + y * scale, size * scale, size * scale, colour, 2.5)
        if names:
            at = (left + (x + 60) * scale, top + 22 * scale) if n == 0 else (left + 8, top + 96 * scale)
            d.text(*at, names[n], ORANGE_INK, size=13, anchor="start")


def _map(d: Diagram, left: float, top: float) -> None:
    """A stack of feature maps."""
    for shift in (12, 6, 0):
        d.frame(left + shift, top - shift + 12, 60, 60, HIDDEN, 1.5, fill=LIGHT[HIDDEN])
    for k in range(1, 5):
        d.line(left + 12 * k, top + 12, left + 12 * k, top + 72, HIDDEN, 0.8)
        d.line(left, top + 12 + 12 * k, left + 60, top + 12 + 12 * k, HIDDEN, 0.8)


def _lattice(d: Diagram, left: float, top: float, count: int, step: float, colour: str) -> None:
    """A map of so many by so many places."""
    side = count * step
    d.frame(left, top, side, side, colour, 1.5, fill=LIGHT[colour])
    for k in range(1, count):
        d.line(left + step * k, top, left + step * k, top + side, colour, 0.5)
        d.line(left, top + step * k, left + side, top + step * k, colour, 0.5)
