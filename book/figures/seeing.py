"""Diagrams of the chapter seeing: filters that slide over pictures."""

from draw import HIDDEN, INK, INPUT, LIGHT, OUTPUT, PAPER, Diagram

GREY, ORANGE_INK = "#555555", "#8a5f00"
X = [[1 if 1 <= i <= 7 and j in (i, 8 - i) else -1 for j in range(9)] for i in range(9)]
FALLING = [[1 if i == j else -1 for j in range(3)] for i in range(3)]
RISING = [row[::-1] for row in FALLING]
CROSSING = [[1 if (i + j) % 2 == 0 else -1 for j in range(3)] for i in range(3)]


def seeing_idea() -> Diagram:
    """From the picture by way of maps to a vote."""
    d = Diagram(900, 350)
    _grid(d, 24, 110, 15, [[_mix(INPUT, v) for v in row] for row in X])
    d.text(91, 270, "picture", INPUT, size=16)
    for row, weights in enumerate((FALLING, CROSSING, RISING)):
        y = 78 + 100 * row
        answers = _slid(X, weights)
        pooled = _pooled(answers)
        d.arrow((164, 178 + 12 * (row - 1)), (216, y), colour=INK)
        _grid(d, 224, y - 24, 16, [[_mix(INK, v) for v in line] for line in weights])
        d.arrow((278, y), (324, y), colour=INK)
        _grid(d, 334, y - 38.5, 11, [[_mix(HIDDEN, v) for v in line] for line in answers])
        d.arrow((420, y), (474, y), colour=INK)
        _grid(d, 484, y - 32, 16, [[_mix(HIDDEN, v) for v in line] for line in pooled])
        for to in (130, 222):
            d.arrow(
                (556, y), (668, to + (4 if row == 2 else -4 if row == 0 else 0)), colour=INK, width=1.2, opacity=0.7
            )
    for x, name, colour in [(248, "filters", INK), (372, "maps", HIDDEN), (516, "pooled", HIDDEN)]:
        d.text(x, 332, name, colour, size=16)
    for y, name, length in [(130, "X", 120), (222, "O", 22)]:
        d.circle(692, y, 22, name, OUTPUT)
        d.line(724, y, 724 + length, y, OUTPUT, width=18)
    d.text(740, 270, "vote", ORANGE_INK, size=16)
    d.text(301, 18, "slide", GREY, size=14)
    d.text(447, 18, "keep the largest", GREY, size=14)
    d.text(618, 18, "weigh and add", GREY, size=14)
    return d


def stride_and_padding() -> Diagram:
    """Where a filter of three can stand on five squares: inside, with a border, with a border in steps of two."""
    d = Diagram(900, 270)
    panels = [(150, 0, 1, "p = 0, s = 1"), (450, 1, 1, "p = 1, s = 1"), (750, 1, 2, "p = 1, s = 2")]
    for centre, padding, stride, title in panels:
        cell, side = 22, 5 + 2 * padding
        left, top = centre - 120, 136 - side * cell / 2
        border = [[padding <= i < 5 + padding and padding <= j < 5 + padding for j in range(side)] for i in range(side)]
        _grid(d, left, top, cell, [[LIGHT[INPUT] if inside else PAPER for inside in row] for row in border])
        out = (side - 3) // stride + 1
        for at, width in [(stride, 2), (0, 4)]:
            d.shapes.append(
                f'<rect x="{left + at * cell}" y="{top}" width="{3 * cell}" height="{3 * cell}" fill="none" '
                f'stroke="{INK}" stroke-width="{width}"{"" if at == 0 else _DASHES}/>'
            )
        right = centre + 62 if padding else centre + 40
        d.arrow((left + side * cell + 8, 136), (right - 6, 136), colour=INK)
        marks = [[LIGHT[HIDDEN]] * out for _ in range(out)]
        marks[0][0] = HIDDEN
        _grid(d, right, 136 - out * 9, 18, marks)
        d.text(centre, 30, title, INK, size=16, bold=True)
        d.text(centre, 246, f"({5} + 2·{padding} − 3) / {stride} + 1 = {out}", GREY, size=15)
    return d


def receptive_field() -> Diagram:
    """Three layers of three: with steps of one they see seven pixels, with steps of two fifteen."""
    d = Diagram(900, 330)
    names = ["pixels", "layer 1", "layer 2", "layer 3"]
    for centre, stride, title in [(260, 1, "steps of one"), (680, 2, "steps of two")]:
        d.text(centre, 26, title, INK, size=16, bold=True)
        seen = {3: [0]}
        for layer in (2, 1, 0):
            seen[layer] = [seen[layer + 1][0] * stride + n for n in range((len(seen[layer + 1]) - 1) * stride + 3)]
        counts = {0: 15, 1: 13 if stride == 1 else 7, 2: 11 if stride == 1 else 3, 3: 9 if stride == 1 else 1}
        for layer in range(4):
            pitch = 24 * (stride**layer if stride > 1 else 1)
            y = 275 - 72 * layer
            shift = (counts[layer] - len(seen[layer])) / 2 if stride == 1 else 0
            colour = INPUT if layer == 0 else HIDDEN
            for n in range(counts[layer]):
                x = centre + (n - (counts[layer] - 1) / 2) * pitch
                on = shift <= n < shift + len(seen[layer])
                fill = colour if on else LIGHT[colour]
                d.shapes.append(
                    f'<rect x="{x - 9}" y="{y - 9}" width="18" height="18" rx="3" fill="{fill}" stroke="{colour}" '
                    'stroke-width="1.5"/>'
                )
                if layer and on:
                    below = 24 * (stride ** (layer - 1) if stride > 1 else 1)
                    for part in (-1, 0, 1):
                        d.line(x + part * below, y + 62, x, y + 10, HIDDEN, width=1.2)
            if centre == 260:
                d.text(18, y, names[layer], GREY, size=14, anchor="start")
        d.text(centre, 312, f"{len(seen[0])} pixels seen", INPUT, size=15)
    return d


def vote_as_filter() -> Diagram:
    """A vote over the whole map is a filter as large as the map; on a larger sheet it slides."""
    d = Diagram(900, 266)
    for left, wide, votes in [(110, 4, [2]), (480, 11, [2, 0, -1, -1, -2, -1, 0, 2])]:
        cell = 22
        for back in (2, 1, 0):
            x, y = left + 9 * back, 64 - 9 * back
            d.shapes.append(
                f'<rect x="{x}" y="{y}" width="{wide * cell}" height="{4 * cell}" fill="{PAPER}" stroke="{HIDDEN}"/>'
            )
            if back == 0:
                _grid(d, x, y, cell, [[LIGHT[HIDDEN]] * wide for _ in range(4)])
        places = [0] if wide == 4 else [0, 7]
        for place in places:
            x = left + place * cell
            d.shapes.append(
                f'<rect x="{x}" y="64" width="{4 * cell}" height="{4 * cell}" fill="{INK}" fill-opacity="0.15" '
                f'stroke="{INK}" stroke-width="4"/>'
            )
            at = left + (place + 0.5 + 1.5) * cell
            d.arrow((at, 156), (at, 196), colour=OUTPUT)
        start = left + 1.5 * cell
        _grid(d, start, 200, cell, [[_mix(OUTPUT, v) for v in votes]])
        d.text(left + wide * cell / 2, 244, "one vote" if wide == 4 else "a vote at each place", ORANGE_INK, size=15)
        d.text(
            left + wide * cell / 2,
            22,
            "maps as large as the filter" if wide == 4 else "maps of a wider sheet",
            HIDDEN,
            15,
        )
    d.arrow((256, 108), (446, 108), colour=INK)
    d.text(351, 90, "the same weights,", GREY, size=14)
    d.text(351, 128, "slid along", GREY, size=14)
    return d


def space_time() -> Diagram:
    """A line that moves right is a falling diagonal, if frames are stacked; one that moves left is a rising one."""
    d = Diagram(900, 330)
    for top, name, way in [(52, "moves right", 1), (202, "moves left", -1)]:
        d.text(24, top + 42, name, INK, size=16, anchor="start", bold=True)
        for t in range(3):
            left = 160 + 112 * t
            on = 2 + way * (t - 1)
            _grid(d, left, top, 17, [[INPUT if j == on else LIGHT[INPUT] for j in range(5)] for _ in range(5)])
            d.shapes.append(
                f'<rect x="{left}" y="{top + 34}" width="85" height="17" fill="none" stroke="{INK}" '
                f'stroke-width="3"{_DASHES}/>'
            )
            d.text(left + 42, top + 103, f"frame {t + 1}", GREY, size=14)
        d.arrow((490, top + 42), (560, top + 42), colour=INK)
        rows = [[INPUT if j == 2 + way * (t - 1) else LIGHT[INPUT] for j in range(5)] for t in range(3)]
        _grid(d, 612, top + 13, 20, rows)
        d.text(602, top + 43, "time", GREY, size=14, anchor="end")
        d.shapes.append(
            f'<rect x="632" y="{top + 13}" width="60" height="60" fill="none" stroke="{INK}" stroke-width="4"/>'
        )
        d.text(724, top + 30, "the falling filter", INK, size=14, anchor="start")
        d.text(
            724,
            top + 54,
            "answers 1.00" if way == 1 else "answers 0.11",
            HIDDEN,
            size=16,
            anchor="start",
            bold=True,
        )
    d.text(314, 28, "three frames, and the same row cut out of each", GREY, size=14)
    d.text(662, 28, "the cuts, stacked", GREY, size=14)
    return d


_DASHES = ' stroke-dasharray="6 4"'


def _grid(d: Diagram, left: float, top: float, cell: float, colours: list[list[str]]) -> None:
    """Squares, row by row."""
    for i, row in enumerate(colours):
        for j, colour in enumerate(row):
            d.shapes.append(
                f'<rect x="{left + j * cell}" y="{top + i * cell}" width="{cell}" height="{cell}" fill="{colour}" '
                f'stroke="#999999" stroke-width="0.7"/>'
            )


def _mix(colour: str, value: float) -> str:
    """From paper at -1 to the full colour at 1."""
    share = min(max((value + 1) / 2, 0), 1)
    parts = [round(255 + share * (int(colour[at : at + 2], 16) - 255)) for at in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _slid(picture: list[list[int]], weights: list[list[int]]) -> list[list[float]]:
    """The map of a filter: at each place the mean of nine products."""
    side = len(picture) - 2
    return [
        [sum(picture[i + u][j + v] * weights[u][v] for u in range(3) for v in range(3)) / 9 for j in range(side)]
        for i in range(side)
    ]


def _pooled(answers: list[list[float]]) -> list[list[float]]:
    """The largest of each two by two; what sticks out counts what there is."""
    side = len(answers)
    starts = range(0, side, 2)
    return [
        [max(answers[u][v] for u in range(i, min(i + 2, side)) for v in range(j, min(j + 2, side))) for j in starts]
        for i in starts
    ]
