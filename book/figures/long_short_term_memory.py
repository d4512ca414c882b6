"""Diagrams of the chapter long-short-term-memory: One drawing of the cell, shown path by path."""

from collections.abc import Callable
from functools import partial

from draw import HIDDEN, INK, INPUT, OUTPUT, PAPER, Diagram

PALE = 0.28  # how much is left of what is not the subject
LINE, RAIL = 70, 330  # heights of the memory's line, and of [h, x] on its way to the gates
GATES = [
    ("forget", 190, "forget gate", "σ", HIDDEN),
    ("input", 330, "input gate", "σ", HIDDEN),
    ("candidate", 430, "candidate", "tanh", HIDDEN),
    ("output", 590, "output gate", "σ", OUTPUT),
]


def rewritten_or_kept() -> Diagram:
    """Two ways to carry a word along: write the whole state anew at each step, or leave a line alone."""
    d = Diagram(760, 360)
    words = ["Canada", "and", "like", "most", "kids"]
    d.text(24, 24, "rewritten at every step", INK, size=15, anchor="start", bold=True)
    d.text(24, 182, "left alone, unless there is a reason", INK, size=15, anchor="start", bold=True)
    for t, word in enumerate(words):
        x = 70 + 155 * t
        if t > 0:
            d.arrow((x - 138, 74), (x - 112, 74), colour=INK)
            d.box(x - 78, 74, 66, 34, "tanh W", INK)
            d.arrow((x - 44, 74), (x - 18, 74), colour=INK)
        _note(d, x, 74, strength=0.5**t)
        under = x if t == 0 else x - 78
        d.arrow((under, 122), (under, 93), colour=INPUT)
        d.text(under, 136, word, INPUT, size=14)
    d.arrow((20, 230), (745, 230), colour=HIDDEN, width=4)
    for t, word in enumerate(words):
        x = 62 + 143 * t
        for at, sign in ((x - 17, "×"), (x + 17, "+")):
            d.arrow((at, 274), (at, 245), colour=INPUT)
            d.circle(at, 230, 13, sign, HIDDEN)
        d.box(x, 288, 64, 26, "gates", INPUT)
        d.arrow((x, 328), (x, 302), colour=INPUT)
        d.text(x, 342, word, INPUT, size=14)
        _note(d, x + 71, 230, strength=1)
    return d


def lstm_line() -> Diagram:
    """The memory's line alone."""
    return _cell(active={"c before", "c between", "c after", "signs"})


def lstm_forget() -> Diagram:
    """The forget gate, and the old memory that it multiplies."""
    return _cell(active={"c before", "to forget", "forget", "keep"})


def lstm_input() -> Diagram:
    """The candidate, the input gate, and their product."""
    return _cell(active={"to input", "to candidate", "input", "candidate", "product"})


def lstm_update() -> Diagram:
    """What is kept and what is written come together."""
    return _cell(active={"c before", "c between", "c after", "signs", "keep", "write", "product"})


def lstm_output() -> Diagram:
    """The output gate decides what the memory shows."""
    return _cell(active={"c after", "to output", "output", "show"})


def _note(d: Diagram, x: float, y: float, strength: float) -> None:
    """The remembered word, as strong as it still is."""
    d.shapes.append(f'<circle cx="{x}" cy="{y}" r="16" fill="{PAPER}" stroke="{HIDDEN}" stroke-width="2"/>')
    d.shapes.append(f'<circle cx="{x}" cy="{y}" r="15" fill="{HIDDEN}" opacity="{strength}"/>')


def _cell(active: set[str]) -> Diagram:
    """The whole cell; the active parts in colour and on top, the others pale."""
    d = Diagram(760, 400)
    parts = _parts(d)
    d.shapes.append(f'<g opacity="{PALE}">')
    for name, draw in parts.items():
        if name not in active:
            draw(lambda colour: INK)
    d.shapes.append("</g>")
    for name, draw in parts.items():
        if name in active:
            draw(lambda colour: colour)
    return d


def _parts(d: Diagram) -> dict:
    """The cell's parts: functions that draw them, given a function that says which colour a colour becomes."""
    return {
        **{f"to {name}": partial(_rail, d, x) for name, x, *_ in GATES},
        "c before": partial(_c_before, d),
        "c between": lambda shade: d.arrow((205, LINE), (365, LINE), colour=shade(HIDDEN), width=4),
        "c after": partial(_c_after, d),
        "signs": partial(_signs, d),
        **{gate[0]: partial(_gate, d, *gate) for gate in GATES},
        "keep": partial(_keep, d),
        "product": partial(_product, d),
        "write": partial(_write, d),
        "show": partial(_show, d),
    }


def _rail(d: Diagram, x: float, shade: Callable) -> None:
    """[h, x] on its way to one gate."""
    d.arrow((67, RAIL), (x, RAIL), (x, 277), colour=shade(INPUT))
    d.arrow((120, 354), (120, RAIL + 2), colour=shade(INPUT))
    d.circle(42, RAIL, 25, "h_{t−1}", shade(OUTPUT))
    d.circle(120, 374, 20, "x_t", shade(INPUT))


def _c_before(d: Diagram, shade: Callable) -> None:
    """The old memory."""
    d.arrow((66, LINE), (175, LINE), colour=shade(HIDDEN), width=4)
    d.circle(42, LINE, 25, "c_{t−1}", shade(HIDDEN))


def _c_after(d: Diagram, shade: Callable) -> None:
    """The new memory."""
    d.arrow((395, LINE), (690, LINE), colour=shade(HIDDEN), width=4)
    d.circle(716, LINE, 25, "c_t", shade(HIDDEN))


def _signs(d: Diagram, shade: Callable) -> None:
    """Where the line is multiplied, and where it is added to."""
    d.circle(190, LINE, 14, "×", shade(HIDDEN))
    d.circle(380, LINE, 14, "+", shade(HIDDEN))


def _gate(d: Diagram, name: str, x: float, title: str, function: str, colour: str, shade: Callable) -> None:
    """One of the four layers: what it is called, and its function."""
    d.box(x, 250, 92, 50, "", shade(colour))
    d.text(x, 240, title, INK, size=14)
    d.text(x, 260, function, INK, size=15)


def _keep(d: Diagram, shade: Callable) -> None:
    """The forget gate's value meets the line."""
    d.arrow((190, 224), (190, 86), colour=shade(HIDDEN))
    d.text(208, 155, "f_t", shade(HIDDEN), size=17)
    d.circle(190, LINE, 14, "×", shade(HIDDEN))


def _product(d: Diagram, shade: Callable) -> None:
    """The input gate's value times the candidate."""
    for x, end, at, symbol in ((330, 365, 314, "i_t"), (430, 395, 448, "g_t")):
        d.arrow((x, 224), (x, 160), (end, 160), colour=shade(HIDDEN))
        d.text(at, 192, symbol, shade(HIDDEN), size=17)
    d.circle(380, 160, 14, "×", shade(HIDDEN))


def _write(d: Diagram, shade: Callable) -> None:
    """The product meets the line."""
    d.arrow((380, 145), (380, 86), colour=shade(HIDDEN))


def _show(d: Diagram, shade: Callable) -> None:
    """The line, pressed by tanh, times the output gate's value."""
    d.arrow((500, LINE + 2), (500, 106), colour=shade(HIDDEN))
    d.arrow((500, 134), (500, 170), (575, 170), colour=shade(HIDDEN))
    d.box(500, 120, 58, 28, "tanh", shade(HIDDEN))
    d.arrow((590, 224), (590, 186), colour=shade(OUTPUT))
    d.text(608, 205, "o_t", shade(OUTPUT), size=17)
    d.arrow((605, 170), (690, 170), colour=shade(OUTPUT), width=3)
    d.circle(590, 170, 14, "×", shade(OUTPUT))
    d.circle(716, 170, 25, "h_t", shade(OUTPUT))
