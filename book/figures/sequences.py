"""Diagrams of the chapter sequences: What a sequence is, and what can be done with one."""

from draw import HIDDEN, INK, INPUT, OUTPUT, Diagram


def patterns() -> Diagram:
    """The five ways in which inputs and outputs can be arranged in time."""
    d = Diagram(930, 285)
    columns = [
        ("one to one", "classify a picture", [0], [0], 1),
        ("one to many", "caption a picture", [0], [0, 1, 2], 3),
        ("many to one", "judge a sentence", [0, 1, 2], [2], 3),
        ("many to many, later", "translate", [0, 1], [2, 3], 4),
        ("many to many, at once", "label every frame", [0, 1, 2], [0, 1, 2], 3),
    ]
    for y, word, colour in [(85, "outputs", "#8a5f00"), (165, "state", HIDDEN), (245, "inputs", INPUT)]:
        d.text(14, y, word, colour, size=14, anchor="start")
    x = 130
    for name, example, inputs, outputs, steps in columns:
        centre = x + (steps - 1) * 20
        d.text(centre, 24, name, size=14, bold=True)
        d.text(centre, 44, example, "#555555", size=13)
        for s in range(steps):
            at = x + 40 * s
            d.box(at, 165, 28, 44, "", HIDDEN)
            if s:
                d.arrow((at - 26, 165), (at - 15, 165), colour=HIDDEN)
            if s in inputs:
                d.box(at, 245, 28, 34, "", INPUT)
                d.arrow((at, 228), (at, 188), colour=INPUT)
            if s in outputs:
                d.box(at, 85, 28, 34, "", OUTPUT)
                d.arrow((at, 143), (at, 104), colour=OUTPUT)
        x += 50 + 40 * steps
    return d


def state() -> Diagram:
    """A system in discrete time: the same function, again and again; below it, what drives it."""
    d = Diagram(720, 210)
    for t in range(4):
        x = 70 + 190 * t
        d.circle(x, 70, 30, f"s_{t}", HIDDEN)
        if t < 3:
            d.box(x + 95, 70, 52, 44, "f", INK)
            d.arrow((x + 30, 70), (x + 67, 70), colour=HIDDEN)
            d.arrow((x + 121, 70), (x + 158, 70), colour=HIDDEN)
            d.circle(x + 95, 165, 24, f"x_{t + 1}", INPUT)
            d.arrow((x + 95, 141), (x + 95, 94), colour=INPUT, dashed=True)
    d.text(355, 22, "the same f, with the same parameters, at every step", "#555555", size=14)
    return d
