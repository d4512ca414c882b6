"""Diagrams of the chapter captioning: From a picture to a sentence."""

from draw import GRADIENT, HIDDEN, INK, INPUT, OUTPUT, TARGET, Diagram

GREY, OUTPUT_INK = "#555555", "#8a5f00"
RED, BLUE = "#d63031", "#2e62d6"  # paint of the world of shapes
WORDS = ["START", "a", "blue", "circle", "END"]


def captioning_idea() -> Diagram:
    """A network without its last layer sees; a recurrent network without its source sentence writes."""
    d = Diagram(900, 400)
    _picture(d, 76, 292, 96)
    d.text(76, 362, "I", INK, size=17, bold=True)
    for n, side in enumerate((84, 66, 48)):
        x = 178 + 56 * n
        d.box(x, 292, 26, side + 24, "", INPUT)
        d.arrow((x - 43 if n else 126, 292), (x - 15, 292), colour=INK)
    d.text(234, 362, "trained on labels, then frozen", GREY, size=13)
    d.arrow((290, 254), (290, 218), colour=INK)
    d.box(290, 198, 84, 36, "labels", INK)
    d.line(246, 180, 334, 216, GRADIENT, width=3)
    d.line(246, 216, 334, 180, GRADIENT, width=3)
    d.text(290, 160, "cut off", GRADIENT, size=14, bold=True)
    d.arrow((304, 292), (368, 292), colour=INPUT, width=3)
    d.text(340, 312, "v", INPUT, size=17, bold=True)
    for t in range(4):
        x = 412 + 132 * t
        d.box(x, 292, 84, 52, "cell", HIDDEN)
        if t < 3:
            d.arrow((x + 42, 292), (x + 89, 292), colour=HIDDEN)
        d.text(x, 380, WORDS[t], INPUT, size=15)
        d.arrow((x, 366), (x, 320), colour=INPUT)
        d.arrow((x, 265), (x, 140), colour=OUTPUT)
        d.text(x, 122, WORDS[t + 1], OUTPUT_INK, size=16, bold=True)
        d.text(x, 92, f"−log p(S_{t + 1})", TARGET, size=14)
    d.line(380, 70, 836, 70, TARGET, width=2)
    d.arrow((610, 70), (610, 50), colour=TARGET)
    d.text(610, 30, "−log p(S | I)", TARGET, size=17, bold=True)
    d.text(28, 28, "sees", INPUT, size=16, anchor="start", bold=True)
    d.text(28, 54, "writes", HIDDEN, size=16, anchor="start", bold=True)
    d.text(28, 80, "is surprised at the truth", TARGET, size=16, anchor="start", bold=True)
    return d


def three_ways() -> Diagram:
    """Where the vector of the picture goes in: into every step, into a step of its own, or into the first state."""
    d = Diagram(850, 590)
    for top, number, name in [(30, 1, "at every step"), (230, 2, "as the first word"), (430, 3, "as the first state")]:
        d.text(24, top + 56, f"{number}", GREY, size=26, anchor="start", bold=True)
        d.text(54, top + 56, name, INK, size=16, anchor="start", bold=True)
        y = top + 56
        first = 0 if number == 2 else 1
        for t in range(first, 5):
            x = 296 + 118 * t
            d.box(x, y, 72, 46, "cell", HIDDEN)
            if t < 4:
                d.arrow((x + 36, y), (x + 81, y), colour=HIDDEN)
            if t:
                d.arrow((x, y - 24), (x, y - 50), colour=OUTPUT)
                d.text(x, y - 64, WORDS[t], OUTPUT_INK, size=14)
                d.arrow((x, y + 70), (x, y + 25), colour=INPUT)
                d.text(x, y + 84, WORDS[t - 1], INPUT, size=14)
        if number == 1:
            d.box(262, y + 47, 38, 32, "v", INPUT)
            d.line(282, y + 47, 753, y + 47, INPUT, width=3)
            for t in range(1, 5):
                d.arrow((280 + 118 * t, y + 47), (280 + 118 * t, y + 25), colour=INPUT, width=3)
            d.text(54, y + 26, "through W_{ih}, again and again", GREY, size=13, anchor="start")
        elif number == 2:
            d.box(296, y + 86, 38, 32, "v", INPUT)
            d.arrow((296, y + 69), (296, y + 25), colour=INPUT, width=3)
            d.text(54, y + 26, "through W_{ie}, among words", GREY, size=13, anchor="start")
        else:
            d.box(296, y, 38, 32, "v", INPUT)
            d.arrow((316, y), (376, y), colour=INPUT, width=3)
            d.text(54, y + 26, "through a tanh, into h_0", GREY, size=13, anchor="start")
    return d


def _picture(d: Diagram, x: float, y: float, side: float) -> None:
    """A small scene: a blue circle and a red ring on grey paper."""
    half = side / 2
    d.shapes.append(
        f'<rect x="{x - half}" y="{y - half}" width="{side}" height="{side}" fill="#6e6e6e" stroke="{INK}"/>'
        f'<circle cx="{x - 14}" cy="{y + 12}" r="17" fill="{BLUE}"/>'
        f'<circle cx="{x + 22}" cy="{y - 20}" r="11" fill="none" stroke="{RED}" stroke-width="7"/>'
    )
