"""Diagrams of the chapter labelling-every-pixel: down, up, and what is handed across."""

from draw import GRADIENT, HIDDEN, INK, INPUT, LIGHT, OUTPUT, PAPER, Diagram

GREY, ORANGE_INK = "#555555", "#8a5f00"
GROUND = "#e8e8e8"


def every_pixel_idea() -> Diagram:
    """A picture becomes small maps that know what is there, and these become a label for each pixel."""
    d = Diagram(900, 310)
    _pixels(d, 22, 76, 9, ring="#7d9bd8", square="#d89a9a", ground="#bdbdbd")
    d.text(94, 250, "picture", INPUT, size=16)
    down = [(206, 120, 16), (246, 84, 24), (296, 52, 34), (356, 26, 46)]
    up = [(544, 26, 20), (594, 52, 20), (640, 84, 20), (684, 120, 20)]
    for x, side, width in down:
        _slab(d, x, 148, width, side, HIDDEN)
    for x, side, width in up:
        _slab(d, x, 148, width, side, OUTPUT)
    d.arrow((170, 148), (194, 148))
    d.arrow((384, 148), (424, 148))
    d.box(464, 148, 72, 40, "score", INK)
    d.arrow((502, 148), (530, 148))
    d.arrow((698, 148), (728, 148))
    _pixels(d, 734, 76, 9, ring=GRADIENT, square=HIDDEN, ground=GROUND)
    d.text(806, 250, "a label for each pixel", ORANGE_INK, size=16)
    d.text(806, 120, "ring", INK, size=13)
    d.text(850, 209, "ground", INK, size=13)
    d.text(793, 190, "square", INK, size=13, anchor="start")
    d.text(290, 250, "down: what is there?", HIDDEN, size=16)
    d.text(290, 274, "fewer places, more features", GREY, size=14)
    d.text(614, 250, "up: where does it end?", ORANGE_INK, size=16)
    d.text(614, 274, "K scores at each place", GREY, size=14)
    d.arrow((246, 92), (640, 92), bend=(443, 8), colour=INK, dashed=True)
    d.text(443, 26, "finer maps help", GREY, size=14)
    return d


def stamps() -> Diagram:
    """A transposed convolution in one dimension: three stamps of three in steps of two, added up."""
    d = Diagram(900, 330)
    cell, left = 62, 300
    values, weights = [1, 3, 2], [1, 2, 1]
    d.text(30, 46, "coarse map", HIDDEN, size=16, anchor="start")
    d.text(30, 70, "its values: how hard to press", GREY, size=14, anchor="start")
    sums = [0] * 7
    for place, value in enumerate(values):
        x = left + (2 * place + 1.5) * cell
        _cell(d, x, 56, cell - 8, HIDDEN, str(value))
        y = 140 + 46 * place
        d.arrow((x, 86), (x, y - 18), colour=INK, width=1.2)
        for tap, weight in enumerate(weights):
            at = 2 * place + tap
            sums[at] += value * weight
            _cell(d, left + (at + 0.5) * cell, y, 36, INK, f"{value}·{weight}", width=cell - 8, size=14)
    d.text(30, 152, "three stamps 1 2 1,", INK, size=16, anchor="start")
    d.text(30, 176, "in steps of two", INK, size=16, anchor="start")
    for at, total in enumerate(sums):
        _cell(d, left + (at + 0.5) * cell, 296, cell - 8, OUTPUT, str(total), width=cell - 8, height=38)
    d.text(30, 284, "fine map", ORANGE_INK, size=16, anchor="start")
    d.text(30, 308, "column by column, the sum", GREY, size=14, anchor="start")
    return d


def fcn_skips() -> Diagram:
    """FCN-32s, 16s and 8s: scores of coarse maps are doubled in size and added to those of finer ones."""
    d = Diagram(900, 420)
    rows = [(64, 8, 84, "H/8"), (194, 16, 56, "H/16"), (324, 32, 34, "H/32")]
    d.box(62, 64, 84, 40, "picture", INPUT)
    d.arrow((106, 64), (134, 64))
    for y, stride, side, name in rows:
        _slab(d, 158, y, 30 + stride / 2, side, HIDDEN)
        d.text(166, y + side / 2 + 16, f"maps, {name}", HIDDEN, size=14, anchor="start")
        if stride < 32:
            below = rows[1] if stride == 8 else rows[2]
            d.arrow((158, y + side / 2 + 2), (158, below[0] - below[2] / 2 - 3), colour=HIDDEN)
        d.arrow((200, y), (262, y), colour=INK)
        d.text(231, y - 14, "1 × 1", GREY, size=13)
        d.box(310, y, 92, 40, f"S_{{{stride}}}", OUTPUT)
    for y, name in [(194, "F_{16}"), (64, "F_8")]:
        d.circle(452, y, 16, "+", INK)
        d.arrow((358, y), (434, y), colour=INK)
        d.arrow((470, y), (510, y), colour=INK)
        d.box(556, y, 88, 40, name, OUTPUT)
    d.arrow((358, 324), (452, 324), (452, 212), colour=INK)
    d.text(464, 282, "up 2", INK, size=15, anchor="start")
    d.arrow((556, 172), (556, 130), (452, 130), (452, 82), colour=INK)
    d.text(566, 146, "up 2", INK, size=15, anchor="start")
    for y, start, factor, name in [(64, 602, 8, "FCN-8s"), (194, 602, 16, "FCN-16s"), (324, 452, 32, "FCN-32s")]:
        dashed = factor > 8
        d.arrow((start, y), (718, y), colour=INK, dashed=dashed)
        d.text(660, y - 16, f"up {factor}", INK, size=15)
        _slab(d, 746, y, 34, 92, OUTPUT)
        d.text(782, y, name, ORANGE_INK, size=16, anchor="start", bold=True)
    d.text(746, 396, "logits, as large as the picture", GREY, size=14)
    return d


def _slab(d: Diagram, x: float, y: float, width: float, side: float, colour: str) -> None:
    """Maps as a block: its height is that of the maps, its width says how many there are."""
    d.shapes.append(
        f'<rect x="{x - width / 2}" y="{y - side / 2}" width="{width}" height="{side}" rx="2" '
        f'fill="{LIGHT[colour]}" stroke="{colour}" stroke-width="2"/>'
    )


def _cell(
    d: Diagram,
    x: float,
    y: float,
    side: float,
    colour: str,
    text: str,
    width: float | None = None,
    height: float | None = None,
    size: int = 16,
) -> None:
    """A square of a map with its value."""
    width, height = width or side, height or min(side, 34)
    d.shapes.append(
        f'<rect x="{x - width / 2}" y="{y - height / 2}" width="{width}" height="{height}" rx="3" '
        f'fill="{LIGHT[colour]}" stroke="{colour}" stroke-width="1.5"/>'
    )
    d.text(x, y, text, INK, size=size)


def _pixels(d: Diagram, left: float, top: float, cell: float, ring: str, square: str, ground: str) -> None:
    """Sixteen by sixteen pixels with a ring and, at its side, a square."""
    for i in range(16):
        for j in range(16):
            distance = ((i - 5.5) ** 2 + (j - 7.5) ** 2) ** 0.5
            colour = ring if 2.4 <= distance <= 5 else square if 11 <= i <= 14 and 2 <= j <= 5 else ground
            d.shapes.append(
                f'<rect x="{left + j * cell}" y="{top + i * cell}" width="{cell}" height="{cell}" fill="{colour}" '
                f'stroke="{PAPER}" stroke-width="0.6"/>'
            )
