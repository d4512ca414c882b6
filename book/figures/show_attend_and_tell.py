"""Diagrams of the chapter show-attend-and-tell: looking again for every word."""

from draw import GRADIENT, HIDDEN, INK, INPUT, OUTPUT, PAPER, TARGET, Diagram

GREY, ORANGE_INK, PINK_INK = "#555555", "#8a5f00", "#9c4a75"
DARK = 0.45  # of the darkest place


def show_attend_tell() -> Diagram:
    """Three words: the state asks, the places answer, their mean is read together with the last word."""
    d = Diagram(900, 440)
    _picture(d, 84, 330, 120)
    d.text(84, 410, "the picture, as L places", GREY, size=14)
    d.box(84, 130, 56, 44, "h_0", HIDDEN)
    d.arrow((84, 268), (84, 155), colour=HIDDEN)
    d.text(72, 232, "glance", GREY, size=14, anchor="end")
    looks = [
        ("square", [(1, 0, 0.5), (0, 0, 0.2), (1, 1, 0.2), (0, 1, 0.1)]),
        ("above", [(1, 0, 0.25), (2, 2, 0.25), (1, 1, 0.1), (2, 1, 0.1), (1, 2, 0.1), (3, 2, 0.1), (0, 3, 0.1)]),
        ("triangle", [(2, 2, 0.5), (3, 2, 0.2), (2, 3, 0.2), (3, 3, 0.1)]),
    ]
    before = 84
    for t, (word, weights) in enumerate(looks, start=1):
        x = 90 + 232 * t
        _weights(d, x, 330, 96, weights)
        _alpha(d, x, 398, str(t))
        d.arrow((x, 281), (x, 247), colour=HIDDEN)
        d.circle(x, 222, 23, f"z_{t}", HIDDEN)
        d.arrow((x, 198), (x, 155), colour=HIDDEN)
        d.box(x, 130, 56, 44, f"h_{t}", HIDDEN)
        d.arrow((before + 29, 130), (x - 30, 130), colour=HIDDEN)
        d.arrow((before + 20, 153), (x - 52, 310), colour=TARGET)
        d.circle(x + 53, 222, 20, f"x_{t}", INPUT)
        d.arrow((x + 43, 204), (x + 24, 156), colour=INPUT)
        d.arrow((x, 107), (x, 64), colour=OUTPUT)
        d.box(x, 44, 98, 36, word, OUTPUT)
        before = x
    d.text(176, 240, "1  asks", PINK_INK, size=14, anchor="end")
    d.text(322, 424, "2  looks", PINK_INK, size=14)
    d.text(262, 44, "3  writes", ORANGE_INK, size=14, anchor="end")
    d.text(844, 254, "last word", INPUT, size=14)
    return d


def four_gates_one_matrix() -> Diagram:
    """Twelve small matrices, stacked into one T."""
    d = Diagram(860, 330)
    d.text(176, 112, "word, state and context in one row", GREY, size=14)
    for x, width, name, colour in [(71, 62, "x_t", INPUT), (164, 118, "h_{t-1}", HIDDEN), (268, 84, "z_t", HIDDEN)]:
        d.box(x, 146, width, 36, name, colour)
    d.text(345, 146, "×", INK, size=20)
    left, top, wide = 385, 48, 92
    heights = [("x", 46), ("h", 84), ("z", 60)]
    y = top
    for row, height in heights:
        for column, gate in enumerate("ifog"):
            colour = INPUT if row == "x" else HIDDEN
            middle = (left + wide * (column + 0.5), y + height / 2)
            d.box(*middle, wide - 4, height - 4, "", colour)
            d.text(*middle, f"W_{{{row}{gate}}}", INK, size=16)
        y += height
    d.text(left + 2 * wide, 24, "T", INK, size=18, bold=True)
    for column, (gate, bend) in enumerate([("i", "σ"), ("f", "σ"), ("o", "σ"), ("g", "tanh")]):
        x = left + wide * (column + 0.5)
        d.arrow((x, y + 2), (x, y + 34), colour=HIDDEN)
        d.text(x + 12, y + 15, bend, INK, size=15, anchor="start")
        d.box(x, y + 54, 60, 36, gate, HIDDEN)
    d.text(330, y + 54, "all gates in one row", GREY, size=14, anchor="end")
    return d


def one_word_late() -> Diagram:
    """A look is chosen before the last word has been read; the word enters together with what was seen."""
    d = Diagram(860, 340)
    for t, (word, state) in enumerate([("a", "h_{t-2}"), ("red", "h_{t-1}"), ("square", "h_t")]):
        x = 100 + 290 * t
        d.box(x, 122, 64, 46, state, HIDDEN)
        d.arrow((x, 98), (x, 62), colour=OUTPUT)
        d.box(x, 42, 90, 36, word, OUTPUT)
        if t < 2:
            d.arrow((x + 33, 122), (x + 256, 122), colour=HIDDEN)
            d.arrow((x + 24, 146), (x + 108, 186), colour=TARGET)
            d.box(x + 150, 204, 82, 40, "", TARGET)
            _alpha(d, x + 148, 202, ["t−1", "t"][t])
            d.arrow((x + 192, 192), (x + 266, 148), colour=HIDDEN)
            d.circle(x + 150, 276, 25, word, INPUT)
            d.arrow((x + 176, 274), (x + 294, 148), colour=INPUT, bend=(x + 284, 262))
    d.text(403, 82, "has read “a”", GREY, size=14, anchor="start")
    d.text(693, 82, "has read “a red”", GREY, size=14, anchor="start")
    d.text(482, 160, "asks", PINK_INK, size=14)
    d.text(192, 160, "asks", PINK_INK, size=14)
    d.text(430, 324, "where to look while writing “square” was decided before “red” was read", GREY, size=14)
    return d


def soft_and_hard() -> Diagram:
    """Soft attention averages, and a gradient comes back; hard attention draws one place, and is told how it went."""
    d = Diagram(880, 300)
    weights = [(1, 1, 0.4), (1, 2, 0.25), (2, 1, 0.15), (0, 1, 0.1), (2, 2, 0.1)]
    for left, name in [(0, "soft: the mean of all places"), (450, "hard: one place, drawn by lot")]:
        d.text(left + 215, 26, name, INK, size=16)
        _weights(d, left + 80, 150, 116, weights)
        _alpha(d, left + 74, 226, "t")
        d.circle(left + 250, 150, 26, "z_t", HIDDEN)
        d.arrow((left + 277, 150), (left + 333, 150), colour=HIDDEN)
        d.box(left + 375, 150, 80, 46, "log p", TARGET)
    middle = {(r, c): (80 - 58 + 29 * (c + 0.5), 150 - 58 + 29 * (r + 0.5)) for r in range(4) for c in range(4)}
    for row, column, weight in weights:
        x, y = middle[row, column]
        d.line(x, y, 226, 150, HIDDEN, width=1 + 8 * weight)
    x, y = middle[1, 2]
    for u, v, u_end, v_end in [(-16, -14, 16, -14), (-16, 14, 16, 14), (-14, -16, -14, 16), (14, -16, 14, 16)]:
        d.line(450 + x + u, y + v, 450 + x + u_end, y + v_end, HIDDEN, width=4)
    d.arrow((450 + x + 16, y + 2), (450 + 224, 147), colour=HIDDEN, width=3)
    d.arrow((375, 174), (100, 222), colour=GRADIENT, bend=(260, 262))
    d.text(245, 274, "the gradient comes back through the mean", GRADIENT, size=14)
    d.arrow((450 + 375, 174), (450 + 100, 222), colour=GRADIENT, bend=(450 + 260, 262), dashed=True)
    d.text(450 + 245, 274, "only a reward comes back: log p − b", GRADIENT, size=14)
    return d


def _alpha(d: Diagram, x: float, y: float, step: str) -> None:
    """The Greek letter with its step below."""
    d.text(x, y, "α", INK, size=17)
    d.text(x + 7, y + 6, step, INK, size=11, anchor="start")


def _picture(d: Diagram, x: float, y: float, side: float) -> None:
    """A picture with a square and a triangle, cut into four by four places."""
    d.box(x, y, side, side)
    part = side / 4
    left, top = x - side / 2, y - side / 2
    start, size = f"M{left + 0.25 * part} {top + 0.7 * part}", 1.2 * part
    d.shapes.append(f'<path d="{start} h{size} v{size} h{-size} z" fill="{GREY}"/>')
    tip, size = f"M{left + 2.75 * part} {top + 1.9 * part}", 0.9 * part
    d.shapes.append(f'<path d="{tip} l{size} {1.5 * part} h{-2 * size} z" fill="{GREY}"/>')
    _grid(d, x, y, side)


def _weights(d: Diagram, x: float, y: float, side: float, weights: list[tuple[int, int, float]]) -> None:
    """Four by four places, dark where the weight (row, column, weight) is large."""
    part = side / 4
    d.shapes.append(f'<rect x="{x - side / 2}" y="{y - side / 2}" width="{side}" height="{side}" fill="{PAPER}"/>')
    for row, column, weight in weights:
        d.shapes.append(
            f'<rect x="{x - side / 2 + part * column}" y="{y - side / 2 + part * row}" width="{part}" height="{part}" '
            f'fill="{TARGET}" opacity="{min(1.0, 0.12 + weight / DARK):.2f}"/>'
        )
    _grid(d, x, y, side)


def _grid(d: Diagram, x: float, y: float, side: float) -> None:
    for n in range(5):
        at = n * side / 4 - side / 2
        d.line(x + at, y - side / 2, x + at, y + side / 2, GREY, width=1)
        d.line(x - side / 2, y + at, x + side / 2, y + at, GREY, width=1)
