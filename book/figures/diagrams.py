"""The book's diagrams. Run at every build of the site; `python book/figures/diagrams.py` draws them by hand."""

from pathlib import Path

from draw import GRADIENT, HIDDEN, INK, INPUT, OUTPUT, TARGET, Diagram

HERE = Path(__file__).parent


def unrolled() -> Diagram:
    """A loop on the left; on the right the same network, once per time step."""
    d = Diagram(760, 260)
    d.circle(110, 220, 24, "x", INPUT)
    d.box(110, 130, 76, 50, "cell", HIDDEN)
    d.circle(110, 40, 24, "y", OUTPUT)
    d.arrow((110, 196), (110, 157), colour=INPUT)
    d.arrow((110, 105), (110, 66), colour=OUTPUT)
    d.arrow((148, 116), (150, 146), colour=HIDDEN, bend=(270, 130))
    d.text(222, 131, "h", HIDDEN, size=17)
    d.text(268, 130, "=", INK, size=30)
    for t in range(4):
        x = 350 + 110 * t
        label = str(t + 1) if t < 3 else "T"
        d.circle(x, 220, 24, f"x_{label}", INPUT)
        d.box(x, 130, 66, 50, "cell", HIDDEN)
        d.circle(x, 40, 24, f"y_{label}", OUTPUT)
        d.arrow((x, 196), (x, 157), colour=INPUT)
        d.arrow((x, 105), (x, 66), colour=OUTPUT)
        if t < 2:
            d.arrow((x + 33, 130), (x + 76, 130), colour=HIDDEN)
            d.text(x + 55, 114, f"h_{label}", HIDDEN)
    d.text(625, 126, "…", HIDDEN, size=22)
    return d


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


def weight_sharing() -> Diagram:
    """Which connections have weights of their own: all, one set per neighbourhood, one set per step."""
    d = Diagram(780, 250)
    own = ["#0072B2", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#E69F00", "#555555", "#8B6914", "#7B3FA0"]
    for x, name in [
        (130, "feed-forward: no sharing"),
        (390, "convolution: over places"),
        (650, "recurrent: over time"),
    ]:
        d.text(x, 22, name, size=14, bold=True)
    places = [-80, 0, 80]
    for i, low in enumerate(places):
        for j, high in enumerate(places):
            d.arrow((130 + low, 187), (130 + high, 100), colour=own[3 * i + j], width=2.5)
    for high in places:
        for k, low in enumerate((-80, 0, 80)):
            if abs(high + low / 1) <= 80:
                d.arrow((390 + high + low, 187), (390 + high, 100), colour=own[k], width=2.5)
    for s, at in enumerate(places):
        d.arrow((650 + at, 187), (650 + at, 101), colour=own[0], width=2.5)
        if s:
            d.arrow((650 + at - 62, 82), (650 + at - 19, 82), colour=own[1], width=2.5)
    for centre in (130, 390, 650):
        for at in places:
            d.circle(centre + at, 204, 17, "", INPUT)
            d.circle(centre + at, 82, 17, "", HIDDEN)
    d.text(130, 238, "9 weights", "#555555", size=14)
    d.text(390, 238, "3 weights, used 7 times", "#555555", size=14)
    d.text(650, 238, "2 weights, used 5 times", "#555555", size=14)
    return d


def stacked_matrices() -> Diagram:
    """Two products and a sum, or one product with the pieces put side by side."""
    d = Diagram(760, 190)
    d.box(60, 70, 90, 26, "h (1×H)", HIDDEN)
    d.box(160, 70, 80, 70, "W_{hh}", HIDDEN)
    d.text(217, 70, "+", size=22)
    d.box(272, 70, 70, 26, "x (1×D)", INPUT)
    d.box(360, 70, 80, 46, "W_{xh}", INPUT)
    d.text(426, 70, "=", size=24)
    d.box(490, 70, 90, 26, "h", HIDDEN)
    d.box(566, 70, 60, 26, "x", INPUT)
    d.box(665, 48, 80, 70, "W_{hh}", HIDDEN)
    d.box(665, 108, 80, 46, "W_{xh}", INPUT)
    d.text(210, 165, "two products, added", "#555555", size=14)
    d.text(580, 165, "one product of the pieces put together", "#555555", size=14)
    return d


def minibatch() -> Diagram:
    """A batch is a block of numbers: stores down, days across, and behind each square its features."""
    d = Diagram(640, 240)
    for b in range(4):
        for t in range(6):
            x, y = 190 + 66 * t, 50 + 40 * b
            d.box(x, y, 54, 30, f"x_{t + 1}", INPUT)
    d.arrow((150, 212), (560, 212), colour=INPUT)
    d.text(355, 226, "T days", INPUT)
    d.arrow((125, 35), (125, 190), colour=INPUT)
    d.text(72, 110, "B stores", INPUT)
    d.arrow((547, 130), (600, 130), colour=HIDDEN, dashed=True)
    d.text(608, 130, "h", HIDDEN, size=18)
    return d


def product_graph() -> Diagram:
    """f = (x + y) z at x = -2, y = 5, z = -4: values forward above each edge, gradients back below it."""
    d = Diagram(720, 290)
    for name, y, end, value, gradient in [
        ("x", 50, (268, 100), "−2", "−4"),
        ("y", 150, (268, 118), "5", "−4"),
        ("z", 245, (458, 176), "−4", "3"),
    ]:
        d.circle(50, y, 24, name, INPUT)
        d.arrow((74, y), end, colour=INK)
        at = 140
        on = y + (end[1] - y) * (at - 74) / (end[0] - 74)
        d.text(at, on - 15, value, HIDDEN, size=17, bold=True)
        d.text(at, on + 17, gradient, GRADIENT, size=17, bold=True)
    d.circle(296, 109, 28, "+", INK)
    d.circle(486, 160, 28, "×", INK)
    d.arrow((323, 116), (459, 152), colour=INK)
    d.text(395, 114, "q = 3", HIDDEN, size=17, bold=True)
    d.text(384, 156, "−4", GRADIENT, size=17, bold=True)
    d.arrow((514, 160), (618, 160), colour=INK)
    d.text(565, 143, "−12", HIDDEN, size=17, bold=True)
    d.text(565, 178, "1", GRADIENT, size=17, bold=True)
    d.circle(643, 160, 24, "f", OUTPUT)
    d.text(560, 30, "above: values, going forward", HIDDEN, size=14)
    d.text(560, 54, "below: gradients, coming back", GRADIENT, size=14)
    return d


def local_rule() -> Diagram:
    """A node knows its own derivative only; what comes back is multiplied by it."""
    d = Diagram(620, 190)
    d.circle(310, 95, 46, "z = f(x, y)", INK)
    for y, name in [(45, "x"), (145, "y")]:
        d.arrow((60, y - 8), (262, 95 + (y - 95) * 0.35 - 6), colour=HIDDEN)
        d.arrow((262, 95 + (y - 95) * 0.35 + 7), (60, y + 8), colour=GRADIENT)
        d.text(42, y, name, INK, size=18)
    d.arrow((358, 87), (520, 87), colour=HIDDEN)
    d.arrow((520, 103), (358, 103), colour=GRADIENT)
    d.text(440, 70, "z", HIDDEN, size=17)
    d.text(440, 122, "∂L/∂z", GRADIENT, size=16)
    d.text(120, 18, "∂L/∂x = ∂L/∂z · ∂z/∂x", GRADIENT, size=15)
    d.text(120, 176, "∂L/∂y = ∂L/∂z · ∂z/∂y", GRADIENT, size=15)
    return d


def through_time() -> Diagram:
    """The loss at the end sends its gradient back through every step, and less of it arrives at each."""
    d = Diagram(760, 270)
    for t in range(6):
        x = 70 + 115 * t
        d.circle(x, 230, 22, f"x_{t + 1}", INPUT)
        d.box(x, 135, 62, 46, f"h_{t + 1}", HIDDEN)
        d.arrow((x - 6, 208), (x - 6, 160), colour=INPUT)
        strength = 0.62 ** (5 - t)
        d.arrow((x + 8, 160), (x + 8, 208), colour=GRADIENT, opacity=max(strength, 0.12), width=1 + 5 * strength)
        if t < 5:
            d.arrow((x + 31, 125), (x + 83, 125), colour=HIDDEN)
            d.arrow((x + 84, 147), (x + 32, 147), colour=GRADIENT, opacity=max(strength, 0.12), width=1 + 5 * strength)
    d.box(645, 40, 62, 40, "L", TARGET)
    d.arrow((637, 112), (637, 62), colour=HIDDEN)
    d.arrow((655, 62), (655, 111), colour=GRADIENT, width=6)
    d.text(330, 40, "forward: the state carries the past to the loss", HIDDEN, size=14)
    d.text(330, 68, "backward: the blame fades on its way to the past", GRADIENT, size=14)
    return d


DIAGRAMS = [
    unrolled,
    patterns,
    state,
    weight_sharing,
    stacked_matrices,
    minibatch,
    product_graph,
    local_rule,
    through_time,
]


def draw_all() -> None:
    """Write every diagram next to this file, named after its function."""
    for diagram in DIAGRAMS:
        diagram().save(HERE / f"{diagram.__name__.replace('_', '-')}.svg")


if __name__ == "__main__":
    draw_all()
