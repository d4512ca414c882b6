"""Diagrams of the chapter asking-pictures: a captioner that reads a question before it writes."""

from draw import HIDDEN, INK, INPUT, LIGHT, OUTPUT, PAPER, TARGET, Diagram

GREY, ORANGE_INK, PINK_INK = "#555555", "#8a5f00", "#9c4a75"
_DASHES = ' stroke-dasharray="4 4"'


def asking_idea() -> Diagram:
    """Picture, question, answer: one unrolled sequence, of which two steps are judged."""
    d = Diagram(960, 400)
    fed = ["picture", "START", "what", "colour", "is", "the", "ring", "?", "white"]
    said = {7: "white", 8: "END"}
    for t, word in enumerate(fed):
        x, reads = 64 + 104 * t, t < 8
        if t in said:
            d.box(x, 62, 84, 36, said[t], OUTPUT)
            d.arrow((x, 124), (x, 84), colour=OUTPUT)
        elif t:
            d.arrow((x, 124), (x, 92), colour=GREY, dashed=True, opacity=0.55)
            d.text(x, 76, "not judged", GREY, size=13)
        d.box(x, 150, 66, 48, "cell", HIDDEN)
        if t < 8:
            d.arrow((x + 33, 150), (x + 70, 150), colour=HIDDEN)
        d.box(x, 242, 88, 36, word, INPUT if reads else OUTPUT)
        d.arrow((x, 224), (x, 178), colour=INPUT if reads else OUTPUT)
        if t:
            d.arrow((x + 52, 330), (x + 52, 222), (x + 20, 178), colour=TARGET, width=1.5)
    d.box(532, 350, 848, 38, "maps of the picture: looked at again at every step", TARGET)
    d.arrow((64, 350), (64, 262), colour=INPUT)
    d.line(64, 350, 108, 350, INPUT, 2)
    d.arrow((834, 62), (844, 62), (844, 194), (866, 222), colour=OUTPUT, dashed=True)
    for left, right, text, colour in [
        (130, 744, "the question is read", INPUT),
        (748, 944, "the answer is judged", ORANGE_INK),
    ]:
        d.line(left, 30, right, 30, colour, 2)
        d.text((left + right) / 2, 14, text, colour, size=15)
    return d


def read_count_ignore() -> Diagram:
    """Three rows of a batch: what is fed at each step, what should come next, and which steps count."""
    d = Diagram(940, 300)
    rows = [
        (["START", "what", "colour", "is", "the", "ring", "?"], ["white", "END"]),
        (["START", "where", "is", "the", "ring", ",", "seen", "from", "the", "square", "?"], ["left", "of", "END"]),
        (["START", "what", "is", "the", "red", "thing", "?"], ["square", "END"]),
    ]
    longest = max(len(question) + len(answer) for question, answer in rows) - 1
    for n, (question, answer) in enumerate(rows):
        y, symbols = 74 + 78 * n, [*question, *answer]
        for t in range(longest):
            x = 52 + 69.5 * t
            fed = symbols[t] if t + 1 < len(symbols) else ""
            counts = len(question) <= t + 1 < len(symbols)
            fill = LIGHT[OUTPUT] if counts else LIGHT[INPUT] if fed else PAPER
            line = OUTPUT if counts else INPUT if fed else "#bbbbbb"
            d.shapes.append(
                f'<rect x="{x - 33}" y="{y - 27}" width="66" height="54" rx="5" fill="{fill}" stroke="{line}" '
                f'stroke-width="{2.5 if counts else 1.2}"{"" if fed else _DASHES}/>'
            )
            if counts:
                d.text(x, y - 13, fed, INPUT if t < len(question) else ORANGE_INK, size=14)
                d.text(x, y + 12, symbols[t + 1], ORANGE_INK, size=15, bold=True)
                d.line(x - 24, y, x + 24, y, OUTPUT, 1)
            elif fed:
                d.text(x, y, fed, INPUT, size=14)
    for x, width, text, colour in [
        (52, 25, "read only", INPUT),
        (262, 25, "counts: fed above the line, judged below it", OUTPUT),
        (700, 25, "padding, ignored", "#bbbbbb"),
    ]:
        d.line(x - 20, 18, x - 20 + width, 18, colour, 12)
        d.text(x + 14, 18, text, INK, size=15, anchor="start")
    return d


def pointing_at_things() -> Diagram:
    """Regions become vectors like the state; the one that agrees best with it is pointed at."""
    d = Diagram(940, 330)
    d.shapes.append(f'<rect x="24" y="60" width="210" height="210" fill="#e3e3e3" stroke="{INK}" stroke-width="1.5"/>')
    things = [(80, 112, 1), (180, 166, 2), (82, 228, 3)]
    d.shapes.append(f'<circle cx="80" cy="112" r="27" fill="none" stroke="{PAPER}" stroke-width="13"/>')
    d.shapes.append(f'<rect x="158" y="144" width="44" height="44" fill="{GREY}"/>')
    d.shapes.append(f'<path d="M82 206 L106 250 L58 250 z" fill="{HIDDEN}"/>')
    for x, y, r in things:
        half = 38 if r == 1 else 29
        d.shapes.append(
            f'<rect x="{x - half}" y="{y - half}" width="{2 * half}" height="{2 * half}" fill="none" '
            f'stroke="{INPUT}" stroke-width="2.5"/>'
        )
    weights = [0.04, 0.93, 0.03]
    for r, (x, y, _) in enumerate(things, start=1):
        row = 88 + 78 * (r - 1)
        half = 38 if r == 1 else 29
        d.arrow((x + half, y), (282, row), colour=INPUT, width=1.6)
        d.circle(306, row, 22, f"f_{r}", INPUT)
        d.arrow((328, row), (384, row), colour=INPUT)
        d.box(424, row, 76, 40, "W, b", INK)
        d.arrow((462, row), (556, row), colour=HIDDEN)
        d.circle(574, row, 16, "·", INK)
        d.arrow((590, row), (640, row), colour=INK)
        d.line(650, row, 650 + max(4, 150 * weights[r - 1]), row, TARGET, 26)
        d.text(826, row, f"{weights[r - 1]:.2f}", INK, size=16, anchor="start", bold=r == 2)
        d.arrow((532, 292), (532, row + 34), (560, row + 11), colour=HIDDEN, width=1.6)
    d.box(532, 308, 66, 34, "h_T", HIDDEN)
    d.text(490, 308, "which thing is right of the ring ?", GREY, size=15, anchor="end")
    d.text(129, 40, "regions of the picture", INPUT, size=15)
    d.text(424, 40, "into the state's space", GREY, size=15)
    d.text(574, 40, "compare", GREY, size=15)
    d.text(730, 40, "softmax over the regions", PINK_INK, size=15)
    return d
