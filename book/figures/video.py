"""Diagrams of the chapter video: eyes that look at each frame, and what is done with the order of frames."""

from math import cos, radians, sin

from draw import HIDDEN, INK, INPUT, LIGHT, OUTPUT, PAPER, TARGET, Diagram

GREY, ORANGE_INK = "#555555", "#8a5f00"


def video_idea() -> Diagram:
    """Four frames of a door, the same eyes on each, a memory, and what it believes after each frame."""
    d = Diagram(900, 420)
    for t, (angle, opening) in enumerate([(35, 0.5), (50, 0.93), (65, 0.97), (80, 0.98)]):
        x = 200 + 190 * t
        _door(d, x, 62, angle)
        d.text(x, 128, f"frame {t + 1}", GREY, size=15)
        d.arrow((x, 142), (x, 166), colour=INK)
        d.box(x, 186, 96, 36, "eyes", INPUT)
        d.arrow((x, 206), (x, 238), colour=INK)
        d.text(x + 20, 220, f"x_{t + 1}", INPUT, size=15)
        d.circle(x, 264, 25, f"h_{t + 1}", HIDDEN)
        if t:
            d.arrow((x - 163, 264), (x - 28, 264), colour=HIDDEN)
        d.arrow((x, 291), (x, 322), colour=INK)
        for row, share in enumerate((opening, 1 - opening)):
            y = 342 + 30 * row
            d.shapes.append(
                f'<rect x="{x - 55}" y="{y - 9}" width="110" height="18" fill="{PAPER}" stroke="#bbbbbb"/>'
                f'<rect x="{x - 55}" y="{y - 9}" width="{110 * share:.1f}" height="18" fill="{OUTPUT}"/>'
            )
    for row, name in enumerate(("opening", "closing")):
        d.text(132, 342 + 30 * row, name, ORANGE_INK, size=16, anchor="end")
    for y, name in [(62, "what is there"), (186, "seen singly"), (264, "remembered")]:
        d.text(20, y, name, GREY, size=15, anchor="start")
    d.text(485, 404, "p(opening) and p(closing) after each frame", GREY, size=15)
    return d


def where_time_enters() -> Diagram:
    """The same four frames for a bag, for a memory and for filters that are deep in time."""
    d = Diagram(900, 376)
    for left, name, says in [
        (20, "pool", "a bag: no order at all"),
        (320, "remember", "look first, compare later"),
        (620, "convolve", "compare first, sum up later"),
    ]:
        xs = [left + 40 + 60 * t for t in range(4)]
        d.text(left + 130, 24, name, INK, size=17, bold=True)
        d.text(left + 130, 354, says, GREY, size=15)
        for t, x in enumerate(xs):
            _frame(d, x, 306, t)
        if name == "convolve":
            _filters(d, xs)
            continue
        for x in xs:
            d.arrow((x, 280), (x, 252), colour=INK)
            d.box(x, 232, 52, 36, "eyes", INPUT)
        if name == "pool":
            for x in xs:
                d.arrow((x, 212), (x, 164), colour=INK)
            d.box(left + 130, 144, 232, 36, "largest of each feature", TARGET)
            d.arrow((left + 130, 124), (left + 130, 88), colour=INK)
            d.circle(left + 130, 64, 22, "?", OUTPUT)
        else:
            for t, x in enumerate(xs):
                d.arrow((x, 212), (x, 168), colour=INK)
                d.circle(x, 146, 20, f"h_{t + 1}", HIDDEN)
                if t:
                    d.arrow((x - 39, 146), (x - 22, 146), colour=HIDDEN)
            d.arrow((xs[3], 124), (xs[3], 88), colour=INK)
            d.circle(xs[3], 64, 22, "?", OUTPUT)
    return d


def _door(d: Diagram, x: float, y: float, angle: float) -> None:
    """A door in its frame, hinged on the left, opened by an angle towards us."""
    wide, high = 60, 88
    left, top = x - wide / 2, y - high / 2
    d.shapes.append(
        f'<rect x="{x - 60}" y="{y - 54}" width="120" height="108" rx="4" fill="{LIGHT[INK]}" stroke="{INK}"/>'
        f'<rect x="{left}" y="{top}" width="{wide}" height="{high}" fill="{PAPER}" stroke="{INK}" stroke-width="2"/>'
    )
    u, v = wide * cos(radians(angle)), 14 * sin(radians(angle))
    corners = [(left, top), (left + u, top - v * 0.4), (left + u, top + high + v * 0.6), (left, top + high)]
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)
    d.shapes.append(f'<polygon points="{points}" fill="{LIGHT[INPUT]}" stroke="{INPUT}" stroke-width="2"/>')
    d.shapes.append(f'<circle cx="{left + 0.84 * u:.1f}" cy="{y + 4}" r="3" fill="{INPUT}"/>')


def _frame(d: Diagram, x: float, y: float, t: int) -> None:
    """A picture of a disc on its way to the right."""
    d.shapes.append(
        f'<rect x="{x - 24}" y="{y - 24}" width="48" height="48" fill="{LIGHT[INK]}" stroke="{INK}"/>'
        f'<circle cx="{x - 13.5 + 9 * t}" cy="{y}" r="7" fill="{INPUT}"/>'
    )


def _filters(d: Diagram, xs: list[float]) -> None:
    """Two layers whose places depend on three neighbours below, and the mean of all at the top."""
    for y, below in [(232, 282), (156, 218)]:
        for t, x in enumerate(xs):
            for s in (t - 1, t, t + 1):
                if 0 <= s < 4:
                    d.line(xs[s], below, x, y + 14, HIDDEN, width=1.3)
    for y in (232, 156):
        for x in xs:
            d.box(x, y, 40, 28, "", HIDDEN)
    middle = sum(xs) / 4
    for x in xs:
        d.line(x, 142, middle, 88, INK, width=1.3)
    d.circle(middle, 64, 22, "?", OUTPUT)
