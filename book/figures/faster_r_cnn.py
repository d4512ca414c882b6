"""Diagrams of the chapter faster-r-cnn: one map for two halves, the window that proposes, the order of its numbers."""

from draw import HIDDEN, INK, INPUT, LIGHT, OUTPUT, PAPER, TARGET, Diagram

GREY, ORANGE_INK, PINK_INK = "#555555", "#8a5f00", "#a04a78"


def faster_rcnn_idea() -> Diagram:
    """The map goes two ways: to the network that proposes, and to the head that looks where it says."""
    d = Diagram(900, 330)
    _picture(d, 20, 130, 120)
    d.arrow((142, 190), (168, 190))
    d.box(218, 190, 98, 50, "backbone", HIDDEN)
    d.arrow((268, 190), (294, 190))
    _grid(d, 298, 152, 6, 6, 13, HIDDEN)
    d.text(337, 248, "feature map", GREY, size=14)
    d.arrow((337, 150), (337, 70), (376, 70))
    d.box(446, 70, 138, 50, "proposes (RPN)", HIDDEN)
    d.arrow((516, 70), (552, 70))
    _picture(d, 556, 20, 100)
    for x, y, width, height in [
        (560, 28, 44, 48),
        (566, 24, 52, 44),
        (601, 68, 44, 44),
        (606, 72, 46, 40),
        (606, 26, 40, 38),
    ]:
        d.frame(x, y, width, height, GREY, 1.6)
    d.text(664, 50, "boxes in which", GREY, size=14, anchor="start")
    d.text(664, 69, "something may be", GREY, size=14, anchor="start")
    d.arrow((606, 122), (606, 164))
    d.arrow((378, 190), (544, 190))
    d.text(462, 176, "the same map", GREY, size=14)
    d.box(606, 190, 120, 50, "RoIAlign", INK)
    d.arrow((668, 190), (690, 190))
    d.box(724, 190, 64, 50, "head", HIDDEN)
    d.arrow((758, 190), (778, 190))
    _picture(d, 782, 140, 100)
    for x, y, width, height in [(787, 149, 44, 46), (829, 187, 44, 44)]:
        d.frame(x, y, width, height, OUTPUT, 3)
    d.text(810, 130, "ring", ORANGE_INK, size=14)
    d.text(852, 254, "cross", ORANGE_INK, size=14)
    for x, y, number in [(432, 28, "1"), (462, 28, "2"), (709, 148, "3"), (739, 148, "4")]:
        d.circle(x, y, 12, number, TARGET)
    d.text(
        450,
        300,
        "the four losses: 1 thing or nothing · 2 codes of the anchor · 3 which kind · 4 codes of the proposal",
        PINK_INK,
        size=15,
    )
    return d


def rpn_window() -> Diagram:
    """A window of three by three places, one hidden vector, and two answers about each anchor."""
    d = Diagram(860, 290)
    _grid(d, 30, 40, 9, 8, 24, GREY)
    d.frame(30 + 24 * 4, 40 + 24 * 3, 72, 72, HIDDEN, 3, fill=LIGHT[HIDDEN], opacity=0.85)
    d.text(138, 258, "feature map, D channels", GREY, size=15)
    d.arrow((202, 148), (296, 148))
    d.text(272, 132, "3 × 3", GREY, size=14)
    d.box(340, 148, 84, 60, "D hidden", HIDDEN)
    d.arrow((382, 134), (446, 92))
    d.arrow((382, 162), (446, 204))
    d.box(518, 84, 140, 54, "A logits", OUTPUT)
    d.text(518, 44, "is there a thing?", GREY, size=14)
    d.box(518, 212, 140, 54, "4 A codes", OUTPUT)
    d.text(518, 254, "and where exactly?", GREY, size=14)
    d.arrow((590, 84), (662, 118))
    d.arrow((590, 212), (662, 178))
    for wide, high in [(56, 80), (67, 67), (80, 56), (106, 152), (127, 127), (152, 106)]:
        d.frame(752 - wide / 2, 148 - high / 2, wide, high, INPUT, 2)
    d.circle(752, 148, 4, "", INK)
    d.text(752, 258, "A anchors around the place", GREY, size=15)
    return d


def channels_and_anchors() -> Diagram:
    """Channel by channel in memory, place by place in the list of anchors."""
    d = Diagram(860, 330)
    names = ["t_x", "t_y", "t_w", "t_h"]
    for a in range(2):
        left = 24 + 250 * a
        d.text(left + 104, 30, f"anchor {a}", INK, size=15, bold=True)
        for k in range(4):
            x, y = left + 116 * (k % 2), 60 + 112 * (k // 2)
            _grid(d, x, y, 3, 2, 30, GREY)
            d.frame(x + 30, y, 30, 30, OUTPUT if a else INPUT, 2, fill=LIGHT[OUTPUT if a else INPUT])
            d.text(x + 45, y + 76, f"channel {4 * a + k}: {names[k]}", GREY, size=13)
    d.text(250, 302, "as a convolution gives it: channel by channel", INK, size=15)
    d.arrow((512, 150), (562, 150))
    d.text(720, 30, "one row for each anchor", INK, size=15, bold=True)
    for n in range(8):
        place, a = divmod(n, 2)
        y = 60 + 26 * n
        colour = {2: INPUT, 3: OUTPUT}.get(n)
        for k in range(4):
            d.frame(700 + 32 * k, y - 11, 32, 22, colour or GREY, 2 if colour else 1, fill=LIGHT.get(colour, PAPER))
            if colour:
                d.text(716 + 32 * k, y, names[k], INK, size=13)
        d.text(690, y, f"place (0, {place}), anchor {a}" if place < 3 else f"place (1, 0), anchor {a}", GREY, 13, "end")
    d.text(716 + 48, 60 + 26 * 8, "…", GREY, size=15)
    d.text(700, 302, "as the anchors stand: place by place", INK, size=15)
    return d


def _picture(d: Diagram, left: float, top: float, side: float) -> None:
    """A sheet with a ring and a cross on it."""
    d.frame(left, top, side, side, GREY, 1.5, fill="#ececec")
    u = side / 100
    d.shapes.append(
        f'<circle cx="{left + 27 * u}" cy="{top + 32 * u}" r="{16 * u}" fill="none" stroke="{INPUT}" '
        f'stroke-width="{10 * u}" opacity="0.75"/>'
    )
    for width, height in [(38, 14), (14, 38)]:
        d.shapes.append(
            f'<rect x="{left + (69 - width / 2) * u}" y="{top + (69 - height / 2) * u}" width="{width * u}" '
            f'height="{height * u}" fill="{HIDDEN}" opacity="0.75"/>'
        )


def _grid(d: Diagram, left: float, top: float, columns: int, rows: int, cell: float, colour: str) -> None:
    for i in range(rows):
        for j in range(columns):
            d.frame(left + cell * j, top + cell * i, cell, cell, colour, 1, fill=PAPER)
