"""Diagrams of the chapter gated-variants: A family of cells, drawn so that what they share lies on one line."""

from draw import HIDDEN, INK, INPUT, OUTPUT, PAPER, TARGET, Diagram

KEEP, ADD, SHOW = 110, 215, 315  # where a panel's line is multiplied, added to, and read, from the panel's left


def gated_family() -> Diagram:
    """Four cells in one style: all but the first carry the state along a line and multiply it by one factor."""
    d = Diagram(760, 500)
    _rewritten(d, 0, 0)
    _panel(d, 380, 0, "LSTM: four layers", "c")
    _panel(d, 0, 250, "coupled gates: three layers", "c")
    _panel(d, 380, 250, "GRU: three layers", "h")
    d.line(380, 20, 380, 480, colour="#cccccc", width=1)
    d.line(20, 250, 740, 250, colour="#cccccc", width=1)

    _knob(d, 380 + KEEP, 150, "f_t", 96)
    _candidate(d, 380 + ADD, 0, "g_t")
    _knob(d, 380 + ADD - 56, 200, "i_t", None)
    d.arrow((380 + ADD - 56, 184), (380 + ADD - 56, 132), (380 + ADD - 14, 132), colour=HIDDEN)
    _shown(d, 380, 0)

    _knob(d, KEEP, 450, "f_t", 346)
    _candidate(d, ADD, 250, "g_t")
    d.arrow((KEEP + 22, 450), (KEEP + 60, 450), (KEEP + 60, 382), (ADD - 14, 382), colour=HIDDEN)
    _label(d, KEEP + 60, 416, "1−f_t")
    _shown(d, 0, 250)

    _knob(d, 380 + KEEP, 450, "z_t", 346)
    _candidate(d, 380 + ADD, 250, "h̃")
    d.arrow(
        (380 + KEEP + 22, 450), (380 + KEEP + 60, 450), (380 + KEEP + 60, 382), (380 + ADD - 14, 382), colour=HIDDEN
    )
    _label(d, 380 + KEEP, 398, "1−z_t")
    _knob(d, 380 + SHOW, 450, "r_t", None)
    d.arrow((380 + SHOW - 22, 450), (380 + ADD + 25, 450), colour=HIDDEN)
    d.text(380 + SHOW + 10, 378, "no output gate", INK, size=14)
    return d


def reset_before_after() -> Diagram:
    """Where the reset gate stands: before the matrix or behind it."""
    d = Diagram(720, 272)
    for top, title, first, second in [
        (70, "reset before the product", "×", "W"),
        (206, "reset after the product", "W", "×"),
    ]:
        d.text(20, top - 46, title, INK, size=16, anchor="start", bold=True)
        d.circle(60, top, 26, "h_{t−1}", HIDDEN)
        half = {"×": 18, "W": 22}
        d.arrow((87, top), (199 - half[first], top), colour=HIDDEN)
        d.arrow((201 + half[first], top), (339 - half[second], top), colour=HIDDEN)
        d.arrow((341 + half[second], top), (466, top), colour=HIDDEN)
        for x, sign in ((200, first), (340, second)):
            if sign == "×":
                d.circle(x, top, 18, "×", HIDDEN)
                d.arrow((x, top + 48), (x, top + 20), colour=HIDDEN)
                d.text(x + 22, top + 42, "r_t", HIDDEN, size=17)
            else:
                d.box(x, top, 44, 36, "W", INK)
        d.circle(485, top, 18, "+", HIDDEN)
        d.arrow((485, top + 48), (485, top + 20), colour=INPUT)
        d.text(522, top + 42, "from x_t", INPUT, size=15)
        d.arrow((504, top), (558, top), colour=HIDDEN)
        d.box(590, top, 62, 36, "tanh", HIDDEN)
        d.arrow((622, top), (668, top), colour=HIDDEN)
        d.text(688, top, "h̃", HIDDEN, size=19)
    d.line(20, 138, 700, 138, colour="#cccccc", width=1)
    return d


def peepholes() -> Diagram:
    """An LSTM's line again, and three short ways by which the gates look at it."""
    d = Diagram(760, 300)
    line, gates = 80, 225
    d.circle(45, line, 27, "c_{t−1}", HIDDEN)
    d.arrow((73, line), (160, line), colour=HIDDEN, width=4)
    d.arrow((190, line), (350, line), colour=HIDDEN, width=4)
    d.arrow((380, line), (680, line), colour=HIDDEN, width=4)
    d.circle(710, line, 27, "c_t", HIDDEN)
    d.circle(175, line, 15, "×", HIDDEN)
    d.circle(365, line, 15, "+", HIDDEN)
    d.circle(365, 150, 15, "×", HIDDEN)
    d.arrow((365, 135), (365, 97), colour=HIDDEN)
    for x, name, colour in ((175, "f_t", HIDDEN), (300, "i_t", HIDDEN), (430, "g_t", HIDDEN), (590, "o_t", OUTPUT)):
        d.box(x, gates, 70, 42, name, colour)
        d.arrow((x, 280), (x, gates + 23), colour=INPUT)
    d.arrow((175, gates - 22), (175, 97), colour=HIDDEN)
    d.arrow((300, gates - 22), (300, 150), (349, 150), colour=HIDDEN)
    d.arrow((430, gates - 22), (430, 150), (381, 150), colour=HIDDEN)
    d.circle(590, 150, 15, "×", OUTPUT)
    d.arrow((590, gates - 22), (590, 167), colour=OUTPUT)
    d.arrow((590, line + 2), (590, 133), colour=HIDDEN)
    d.arrow((606, 150), (682, 150), colour=OUTPUT)
    d.circle(710, 150, 27, "h_t", OUTPUT)
    for points in (
        ((120, line + 3), (120, 222), (138, 222)),
        ((120, line + 3), (120, 185), (280, 185), (280, gates - 23)),
        ((510, line + 3), (510, 222), (553, 222)),
    ):
        d.arrow(*points, colour=TARGET, width=3)
    d.text(120, 40, "the old memory", TARGET, size=15)
    d.text(510, 40, "the new memory", TARGET, size=15)
    for x in (120, 510):
        d.line(x, 52, x, line - 4, colour=TARGET, width=1.5)
    d.text(28, 282, "h_{t−1}, x_t", INPUT, size=15, anchor="start")
    d.line(110, 282, 590, 282, colour=INPUT, width=2)
    return d


def who_sees_what() -> Diagram:
    """The GRU and the three mutants: what each part reads, and through what."""
    d = Diagram(760, 330)
    columns = [(215, "update gate z"), (415, "reset gate r"), (630, "candidate")]
    rows = [
        ("GRU", ["Wx Wh", "Wx Wh", "Wx Wr"]),
        ("MUT1", ["Wx -", "Wx Wh", "tx Wr"]),
        ("MUT2", ["Wx Wh", "bx Wh", "Wx Wr"]),
        ("MUT3", ["Wx th", "Wx Wh", "Wx Wr"]),
    ]
    for x, title in columns:
        d.text(x, 28, title, INK, size=16, bold=True)
    said = {"Wx": "W x", "Wh": "W h", "Wr": "W (r ⊙ h)", "tx": "tanh x", "bx": "x", "th": "W tanh h", "-": "no h"}
    changed = {"tx", "bx", "th", "-"}
    for row, (name, parts) in enumerate(rows):
        y = 80 + 68 * row
        d.text(24, y, name, INK, size=17, anchor="start", bold=True)
        d.line(20, y - 34, 740, y - 34, colour="#cccccc", width=1)
        for (x, _), part in zip(columns, parts, strict=True):
            first, second = part.split()
            for at, key, colour in ((x - 46, first, INPUT), (x + 46, second, HIDDEN)):
                wide = 100 if key == "Wr" else 82
                centre = at + 9 if key == "Wr" else at
                d.box(centre, y, wide, 38, "", INK if key == "-" else colour)
                d.text(centre, y, said[key], INK if key == "-" else colour, size=15, bold=key in changed)
                if key in changed:
                    d.shapes.append(
                        f'<rect x="{centre - wide / 2 - 4}" y="{y - 23}" width="{wide + 8}" height="46" rx="8" '
                        f'fill="none" stroke="{TARGET}" stroke-width="3"/>'
                    )
    return d


def _panel(d: Diagram, left: float, top: float, title: str, state: str) -> None:
    """A panel's title and the line on which the state is carried."""
    line = top + 80
    d.text(left + 24, top + 26, title, INK, size=16, anchor="start", bold=True)
    d.arrow((left + 62, line), (left + KEEP - 15, line), colour=HIDDEN, width=5)
    d.arrow((left + KEEP + 15, line), (left + ADD - 15, line), colour=HIDDEN, width=5)
    d.arrow((left + ADD + 15, line), (left + 348, line), colour=HIDDEN, width=5)
    d.text(left + 36, line, f"{state}_{{t−1}}", HIDDEN, size=18)
    d.text(left + 362, line, f"{state}_t", HIDDEN, size=18)
    d.circle(left + KEEP, line, 15, "×", HIDDEN)
    d.circle(left + ADD, line, 15, "+", HIDDEN)


def _candidate(d: Diagram, x: float, top: float, name: str) -> None:
    """What may be written, and the sign at which it is multiplied on its way to the line."""
    d.box(x, top + 200, 48, 34, name, INPUT)
    d.arrow((x, top + 182), (x, top + 148), colour=INPUT)
    d.circle(x, top + 132, 14, "×", HIDDEN)
    d.arrow((x, top + 117), (x, top + 97), colour=HIDDEN)


def _knob(d: Diagram, x: float, y: float, name: str, up_to: float | None) -> None:
    """A gate, and if it meets the line straight above, its arrow."""
    d.box(x, y, 44, 34, name, HIDDEN)
    if up_to is not None:
        d.arrow((x, y - 18), (x, up_to), colour=HIDDEN)


def _label(d: Diagram, x: float, y: float, text: str) -> None:
    """Words on an arrow, with paper behind them."""
    d.shapes.append(f'<rect x="{x - 24}" y="{y - 12}" width="48" height="24" fill="{PAPER}"/>')
    d.text(x, y, text, HIDDEN, size=16)


def _shown(d: Diagram, left: float, top: float) -> None:
    """The output gate: how much of the memory is shown."""
    d.arrow((left + SHOW, top + 83), (left + SHOW, top + 116), colour=HIDDEN)
    d.circle(left + SHOW, top + 132, 14, "×", OUTPUT)
    d.box(left + SHOW, top + 200, 44, 34, "o_t", OUTPUT)
    d.arrow((left + SHOW, top + 182), (left + SHOW, top + 148), colour=OUTPUT)
    d.arrow((left + SHOW + 15, top + 132), (left + 348, top + 132), colour=OUTPUT)
    d.text(left + 362, top + 132, "h_t", OUTPUT, size=18)


def _rewritten(d: Diagram, left: float, top: float) -> None:
    """The vanilla network: no line, the whole state goes through the layer."""
    line = top + 80
    d.text(left + 24, top + 26, "vanilla: one layer", INK, size=16, anchor="start", bold=True)
    d.text(left + 36, line, "h_{t−1}", HIDDEN, size=18)
    d.arrow((left + 62, line), (left + 140, line), colour=INK)
    d.box(left + 200, line, 116, 44, "tanh(W · + b)", INK)
    d.arrow((left + 259, line), (left + 346, line), colour=INK)
    d.text(left + 362, line, "h_t", HIDDEN, size=18)
    d.arrow((left + 200, top + 178), (left + 200, top + 104), colour=INPUT)
    d.text(left + 200, top + 196, "x_t", INPUT, size=18)
