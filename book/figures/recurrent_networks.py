"""Diagrams of the chapter recurrent-networks: A network with a loop."""

from draw import HIDDEN, INK, INPUT, OUTPUT, Diagram


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
