"""Diagrams of the chapter characters: a network that guesses the next letter, and two searches through its guesses."""

from draw import HIDDEN, INK, INPUT, OUTPUT, TARGET, Diagram

GREY = "#767676"


def _bars(d: Diagram, x: float, y: float, shares: list[tuple[str, float]], chosen: str = "") -> None:
    """A small bar chart on a baseline at y: some characters and their probabilities."""
    d.line(x - 44, y, x + 44, y, GREY, 1)
    for k, (letter, p) in enumerate(shares):
        at = x - 33 + 22 * k
        height = 80 * p
        d.shapes.append(
            f'<rect x="{at - 7}" y="{y - height}" width="14" height="{height}" fill="{OUTPUT}" '
            f'opacity="{1 if letter == chosen else 0.5}"/>'
        )
        d.text(at, y + 12, letter, INK, size=14, bold=letter == chosen)


def letter_loop() -> Diagram:
    """Each character read changes the state; the state bets on the next one. Learning compares, writing draws."""
    d = Diagram(780, 350)
    bets = [
        ("t", [("h", 0.55), ("o", 0.25), ("a", 0.15), ("e", 0.1)], "h"),
        ("h", [("e", 0.75), ("a", 0.2), ("i", 0.12), ("r", 0.08)], "e"),
        ("e", [("␣", 0.5), ("r", 0.3), ("n", 0.15), ("y", 0.12)], "␣"),
    ]
    for t, (letter, shares, truth) in enumerate(bets):
        x = 130 + 175 * t
        d.circle(x, 300, 22, letter, INPUT)
        d.box(x, 205, 96, 50, f"LSTM, h_{t + 1}", HIDDEN)
        d.arrow((x, 278), (x, 232), colour=INPUT)
        d.arrow((x, 180), (x, 142), colour=OUTPUT)
        _bars(d, x, 118, shares, truth)
        d.text(x, 34, f"next: {truth}", TARGET, size=15, bold=True)
        if t:
            d.arrow((x - 127, 205), (x - 50, 205), colour=HIDDEN)
            d.arrow((x - 128, 118), (x - 88, 118), (x - 88, 300), (x - 24, 300), colour=OUTPUT, dashed=True)
    d.text(16, 34, "the text", INK, size=14, anchor="start")
    d.text(16, 96, "the bets", INK, size=14, anchor="start")
    d.text(16, 300, "it reads", INK, size=14, anchor="start")
    d.arrow((528, 205), (578, 205), colour=HIDDEN)
    d.text(592, 204, "…", HIDDEN, size=22)
    d.text(600, 62, "Learning: how much was", INK, size=14, anchor="start")
    d.text(600, 82, "bet on what came next?", INK, size=14, anchor="start")
    d.text(600, 268, "Writing (dashed): draw", INK, size=14, anchor="start")
    d.text(600, 288, "one of the bets, and", INK, size=14, anchor="start")
    d.text(600, 308, "read it as next input.", INK, size=14, anchor="start")
    return d


def beam_of_letters() -> Diagram:
    """Two steps after th with made-up probabilities: the likeliest first letter does not begin the likeliest text."""
    d = Diagram(790, 330)
    d.box(70, 165, 76, 40, "th", INK)
    first = [("the", 0.5, 65, HIDDEN), ("tha", 0.4, 185, HIDDEN), ("thi", 0.1, 285, INK)]
    second = {
        "the": [("then", 0.4, 0.20, 30, HIDDEN), ("they", 0.3, 0.15, 90, INK)],
        "tha": [("that", 0.9, 0.36, 160, HIDDEN), ("than", 0.1, 0.04, 220, INK)],
    }
    for text, p, y, colour in first:
        kept = colour == HIDDEN
        ink = colour if kept else GREY
        d.arrow((108, 165), (257, y), colour=ink, width=2.5 if kept else 1.5)
        d.text(178, 165 + (y - 165) * 0.47 - 15, f"{p:.1f}", ink, size=14)
        d.box(300, y, 84, 38, text, colour)
        d.text(300, y + 30, f"p = {p:.1f}", ink, size=13)
        for longer, step, total, at, shade in second.get(text, []):
            ink = shade if shade == HIDDEN else GREY
            d.arrow((342, y), (482, at), colour=ink, width=2.5 if shade == HIDDEN else 1.5)
            d.text(408, y + (at - y) * 0.47 + (-13 if at < y else 14), f"{step:.1f}", ink, size=14)
            d.box(530, at, 94, 36, longer, shade)
            best = longer == "that"
            d.text(590, at, f"p = {total:.2f}", HIDDEN if best else ink, size=14, anchor="start", bold=best)
    d.text(664, 30, "greedy ends here", INK, size=13, anchor="start")
    d.text(664, 160, "the likeliest", HIDDEN, size=13, anchor="start", bold=True)
    d.text(360, 306, "dropped: only the W = 2 best texts are continued", GREY, size=13, anchor="start")
    return d
