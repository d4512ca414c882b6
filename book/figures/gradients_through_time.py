"""Diagrams of the chapter gradients-through-time: Blame on its way back."""

from draw import GRADIENT, HIDDEN, INK, INPUT, OUTPUT, TARGET, Diagram


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
