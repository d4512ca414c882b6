"""Diagrams of the chapter what came after: what became of each idea, and how far a word is from another."""

from draw import GRADIENT, HIDDEN, INK, INPUT, OUTPUT, TARGET, Diagram

GREY = "#555555"


def what_came_after_idea() -> Diagram:
    """Five ideas of the course on the left, what grew out of them on the right."""
    d = Diagram(900, 400)
    rows = [
        ("a state handed on", "recurrent networks", "linear recurrences, computed all at once", HIDDEN),
        ("look where it matters", "attention, glimpses", "transformers: every place asks every place", INPUT),
        ("one after the other", "language, pixels", "one masked network for words and pictures", OUTPUT),
        ("in many small steps", "DRAW", "diffusion: from noise to picture", TARGET),
        ("what is where", "anchors, boxes, masks", "questions that are matched with things", GRADIENT),
    ]
    for x, title in [(120, "the idea"), (390, "in this course"), (720, "afterwards")]:
        d.text(x, 28, title, GREY, size=16, bold=True)
    for row, (idea, here, after, colour) in enumerate(rows):
        y = 78 + 66 * row
        d.text(120, y, idea, INK, size=16)
        d.box(390, y, 200, 44, here, colour)
        d.arrow((494, y), (546, y), colour=colour)
        d.box(720, y, 340, 44, after, colour)
    return d


def what_came_after_paths() -> Diagram:
    """How many steps lie between the first and the last of six places: in a chain, and when each asks each."""
    d = Diagram(900, 330)
    for left, name, says in [
        (40, "a recurrent network", "five steps, one after the other"),
        (490, "self-attention", "one step, all at the same time"),
    ]:
        xs = [left + 35 + 60 * t for t in range(6)]
        d.text(left + 185, 26, name, INK, size=17, bold=True)
        d.text(left + 185, 306, says, GREY, size=15)
        for t, x in enumerate(xs):
            d.box(x, 256, 44, 34, f"x_{t + 1}", INPUT)
            d.circle(x, 110, 21, f"h_{t + 1}", HIDDEN)
            if left < 100:
                d.arrow((x, 238), (x, 134), colour=INK)
                if t:
                    colour = GRADIENT
                    d.arrow((xs[t - 1] + 22, 110), (x - 23, 110), colour=colour, width=3)
            else:
                for s in range(t + 1):
                    strong = (s, t) == (0, 5)
                    d.arrow(
                        (xs[s], 238),
                        (x, 134),
                        colour=GRADIENT if strong else INK,
                        width=3 if strong else 1,
                        opacity=1 if strong else 0.45,
                    )
    return d
