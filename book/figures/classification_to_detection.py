"""Diagrams of the chapter classification-to-detection: from a classifier to boxes, and how boxes overlap."""

from draw import HIDDEN, INK, INPUT, LIGHT, OUTPUT, TARGET, Diagram

GREY, ORANGE_INK, PINK_INK = "#555555", "#8a5f00", "#a04a78"


def detection_idea() -> Diagram:
    """Many places, one classifier, a heap of answers, and one that stays for each thing."""
    d = Diagram(900, 262)
    _picture(d, 24)
    for size, step in [(40, 10), (64, 16)]:
        for row in range((150 - size) // step + 1):
            for column in range((150 - size) // step + 1):
                d.frame(24 + step * column, 52 + step * row, size, size, GREY, 0.5)
    d.arrow((182, 127), (218, 127))
    d.box(284, 127, 124, 56, "classifier", HIDDEN)
    d.arrow((350, 127), (386, 127))
    _picture(d, 396)
    heap = [(400, 60, 64, 64), (412, 72, 60, 60), (404, 68, 66, 66), (468, 122, 62, 62), (478, 132, 58, 58)]
    for x, y, width, height in heap:
        d.frame(x, y, width, height, OUTPUT, 2)
    for y, text in [(40, "ring 0.91, 0.97, 0.88"), (216, "cross 0.94, 0.90")]:
        d.text(471, y, text, ORANGE_INK, size=13)
    d.arrow((556, 127), (706, 127))
    d.text(630, 96, "drop what overlaps", GREY, size=14)
    d.text(630, 114, "a better one", GREY, size=14)
    _picture(d, 716)
    for x, y, size in [(724, 68, 66), (788, 122, 62)]:
        d.frame(x, y, size, size, OUTPUT, 3)
    for y, text in [(40, "ring 0.97"), (216, "cross 0.94")]:
        d.text(791, y, text, ORANGE_INK, size=13)
    for x, name in [
        (99, "many places"),
        (284, "one at a time"),
        (471, "a heap of answers"),
        (791, "one for each thing"),
    ]:
        d.text(x, 244, name, INK, size=15, bold=True)
    return d


def stretches() -> Diagram:
    """Two boxes, and the stretches that they share in each direction."""
    d = Diagram(820, 380)
    a, b = (150, 50, 410, 210), (290, 110, 520, 270)  # x1, y1, x2, y2
    left, top, right, bottom = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    for box, colour in [(a, TARGET), (b, OUTPUT)]:
        d.frame(box[0], box[1], box[2] - box[0], box[3] - box[1], colour, 3, fill=LIGHT[colour])
    d.frame(left, top, right - left, bottom - top, HIDDEN, 0, fill=HIDDEN, opacity=0.45)
    for box, colour in [(a, TARGET), (b, OUTPUT)]:
        d.frame(box[0], box[1], box[2] - box[0], box[3] - box[1], colour, 3)
    d.text(176, 74, "A", PINK_INK, size=18, bold=True)
    d.text(496, 248, "B", ORANGE_INK, size=18, bold=True)
    d.text((left + right) / 2, (top + bottom) / 2, "A ∩ B", INK, size=17, bold=True)
    for at, colour in [(a, TARGET), (b, OUTPUT)]:
        y = 306 if at is a else 324
        d.line(at[0], y, at[2], y, colour, width=7)
        x = 570 if at is a else 588
        d.line(x, at[1], x, at[3], colour, width=7)
    d.line(left, 342, right, 342, HIDDEN, width=9)
    d.line(606, top, 606, bottom, HIDDEN, width=9)
    for x in (left, right):
        _dashed(d, x, 270 if x == left else 210, x, 342)
    for y in (top, bottom):
        _dashed(d, 520 if y == bottom else 410, y, 606, y)
    d.text(left - 8, 362, "larger x_1", GREY, size=14)
    d.text(right + 8, 362, "smaller x_2", GREY, size=14)
    d.text(624, top, "larger y_1", GREY, size=14, anchor="start")
    d.text(624, bottom, "smaller y_2", GREY, size=14, anchor="start")
    d.text(624, (top + bottom) / 2, "shared height", HIDDEN, size=15, anchor="start", bold=True)
    d.text(140, 342, "shared width", HIDDEN, size=15, anchor="start", bold=True)
    return d


def _picture(d: Diagram, left: float) -> None:
    """A sheet of 150 by 150 with a ring and a cross on it."""
    d.frame(left, 52, 150, 150, GREY, 1.5, fill="#ececec")
    d.shapes.append(
        f'<circle cx="{left + 41}" cy="101" r="23" fill="none" stroke="{INPUT}" stroke-width="14" opacity="0.75"/>'
    )
    for width, height in [(56, 20), (20, 56)]:
        d.shapes.append(
            f'<rect x="{left + 103 - width / 2}" y="{153 - height / 2}" width="{width}" height="{height}" '
            f'fill="{HIDDEN}" opacity="0.75"/>'
        )


def _dashed(d: Diagram, x: float, y: float, u: float, v: float) -> None:
    d.shapes.append(f'<path d="M{x} {y} L{u} {v}" stroke="{GREY}" stroke-width="1" stroke-dasharray="4 4"/>')
