"""Diagrams of the chapter attention: a decoder that looks back."""

from draw import HIDDEN, INK, INPUT, OUTPUT, TARGET, Diagram

GREY, ORANGE_INK, PINK_INK = "#555555", "#8a5f00", "#9c4a75"


def attention_idea() -> Diagram:
    """Ask, compare, weigh, average: the step that writes "économique"."""
    d = Diagram(900, 440)
    words = ["the", "European", "economic", "zone", "was", "signed"]
    scores = ["−2.0", "1.1", "3.0", "0.4", "−2.2", "−2.6"]
    weights = [0.01, 0.12, 0.81, 0.06, 0.0, 0.0]
    for s, (word, score, weight) in enumerate(zip(words, scores, weights, strict=True)):
        x = 215 + 100 * s
        d.box(x, 412, 88, 32, word, INPUT)
        d.arrow((x, 396), (x, 366), colour=INPUT)
        d.box(x, 345, 58, 38, f"k_{s + 1}", HIDDEN)
        if s:
            d.arrow((x - 70, 339), (x - 30, 339), colour=HIDDEN, width=1.5)
            d.arrow((x - 30, 351), (x - 70, 351), colour=HIDDEN, width=1.5)
        d.text(x, 296, score, INK, size=15)
        d.line(x, 264, x, 261 - 62 * weight, TARGET, width=34)
        d.text(x, 246 - 62 * weight if weight < 0.5 else 225, f"{weight:.2f}", INK, size=14)
        if weight > 0.005:
            d.line(x, 230 - 62 * weight if weight < 0.5 else 209, 415, 142, HIDDEN, width=1 + 8 * weight)
    d.circle(415, 118, 25, "z_t", HIDDEN)
    d.box(70, 50, 84, 44, "h_{t-1}", HIDDEN)
    d.text(70, 14, "has written: la zone", ORANGE_INK, size=14)
    d.arrow((112, 50), (532, 50), colour=HIDDEN)
    d.arrow((70, 73), (70, 345), (183, 345), colour=HIDDEN)
    d.text(82, 190, "1  the decoder asks:", GREY, size=14, anchor="start")
    d.text(82, 210, "query q_t", GREY, size=14, anchor="start")
    d.text(768, 345, "2  the keys answer", GREY, size=14, anchor="start")
    d.text(768, 296, "scores e_{t,s}", GREY, size=14, anchor="start")
    d.text(768, 248, "3  softmax: weights", GREY, size=14, anchor="start")
    d.text(452, 128, "4  the weighted mean: context", GREY, size=14, anchor="start")
    d.arrow((433, 100), (533, 64), colour=HIDDEN)
    d.box(575, 50, 84, 44, "h_t", HIDDEN)
    d.arrow((617, 50), (694, 50), colour=OUTPUT)
    d.box(755, 50, 122, 36, "économique", OUTPUT)
    return d


def look_then_write() -> Diagram:
    """One step: ask with the last output, look, then run the cell and score the next word."""
    d = Diagram(900, 290)
    d.circle(60, 150, 30, "h_{t-1}", HIDDEN)
    d.arrow((90, 150), (148, 150), colour=HIDDEN)
    d.text(119, 134, "asks", GREY, size=14)
    d.box(205, 150, 110, 50, "attend", INK)
    d.box(205, 252, 110, 34, "all keys", HIDDEN)
    d.arrow((205, 235), (205, 178), colour=HIDDEN)
    d.arrow((260, 150), (318, 150), colour=HIDDEN)
    d.circle(345, 150, 26, "z_t", HIDDEN)
    d.arrow((371, 150), (438, 150), colour=HIDDEN)
    d.box(485, 150, 90, 50, "cell", HIDDEN)
    d.circle(485, 252, 24, "x_t", INPUT)
    d.text(520, 252, "the last word, embedded", INPUT, size=14, anchor="start")
    d.arrow((485, 228), (485, 178), colour=INPUT)
    d.arrow((530, 150), (586, 150), colour=HIDDEN)
    d.circle(613, 150, 26, "h_t", HIDDEN)
    d.arrow((639, 150), (684, 150), colour=HIDDEN)
    d.box(735, 150, 100, 50, "readout", OUTPUT)
    d.arrow((785, 150), (880, 150), colour=OUTPUT)
    d.text(832, 134, "next word", ORANGE_INK, size=14)
    d.arrow((352, 125), (728, 123), colour=HIDDEN, bend=(540, 10))
    d.text(540, 46, "what was seen is also scored directly", GREY, size=14)
    d.arrow((636, 164), (860, 215), colour=HIDDEN, dashed=True, bend=(690, 212))
    d.text(752, 232, "asks in the next step", GREY, size=14)
    return d


def google_system() -> Diagram:
    """Eight layers that read, attention, eight layers that write."""
    d = Diagram(860, 520)
    rows = {1: 430, 2: 366, 3: 302, 4: 224, 8: 100}
    for left, name in [(180, "encoder"), (660, "decoder")]:
        for layer, y in rows.items():
            if layer == 1 and name == "encoder":
                d.box(left - 42, y, 76, 32, "1 →", HIDDEN)
                d.box(left + 42, y, 76, 32, "1 ←", HIDDEN)
            else:
                d.box(left, y, 120, 32, f"layer {layer}", HIDDEN)
        side = -1 if name == "encoder" else 1
        for below, above in [(1, 2), (2, 3)]:
            d.arrow((left, rows[below] - 16), (left, rows[above] + 17), colour=HIDDEN)
        for layer, following in [(3, 4), (4, None)]:
            y = rows[layer]
            d.circle(left, y - 38, 10, "+", INK)
            d.arrow((left, y - 16), (left, y - 27), colour=HIDDEN)
            around = left + 82 * side
            d.arrow((left, y + 26), (around, y + 26), (around, y - 38), (left + 11 * side, y - 38), colour=INK)
            if following:
                d.arrow((left, y - 48), (left, rows[following] + 17), colour=HIDDEN)
        d.text(left, 158, "⋮", INK, size=20)
        d.arrow((left, 144), (left, 117), colour=HIDDEN)
        d.box(left, 492, 150, 32, "English words" if name == "encoder" else "French so far", INPUT)
        d.arrow((left, 476), (left, 448), colour=INPUT)
    d.arrow((660, 84), (660, 52), colour=OUTPUT)
    d.box(660, 34, 150, 32, "next French word", OUTPUT)
    d.arrow((180, 84), (180, 40), (420, 40), (420, 252), colour=HIDDEN)
    d.text(300, 24, "keys: the outputs of layer 8", GREY, size=14)
    d.box(420, 276, 116, 46, "attention", TARGET)
    d.arrow((599, 430), (420, 430), (420, 301), colour=HIDDEN)
    d.text(500, 446, "query: from layer 1", GREY, size=14)
    for y in (366, 302, 224, 100):
        d.arrow((479, 276), (597, y + 2), colour=TARGET)
    d.text(484, 152, "context: to all", PINK_INK, size=14)
    d.text(484, 170, "layers above", PINK_INK, size=14)
    return d
