"""Diagrams of the chapter instances: a detector with a third head, all detectors compared, and their history."""

import json
import math
from pathlib import Path

from draw import HIDDEN, INK, INPUT, LIGHT, OUTPUT, TARGET, Diagram

RECORDED = Path(__file__).parents[2] / "benchmarks" / "results" / "detectors.json"
GREY, ORANGE_INK, GREEN_INK, PINK_INK = "#555555", "#8a5f00", "#00694d", "#a04a78"


def mask_rcnn_idea() -> Diagram:
    """Faster R-CNN along the top, and below it the head that was added."""
    d = Diagram(920, 330)
    d.frame(20, 62, 110, 110, GREY, 1.5, "#ececec")
    _ring(d, 62, 106, 25, 13)
    _ring(d, 94, 128, 21, 11)
    d.arrow((136, 117), (166, 117))
    d.box(221, 117, 106, 58, "", HIDDEN)
    d.text(221, 109, "backbone", size=15)
    d.text(221, 127, "one map", GREY, size=13)
    d.arrow((276, 117), (306, 117))
    d.box(355, 117, 94, 58, "", HIDDEN)
    d.text(355, 109, "RPN", size=15)
    d.text(355, 127, "proposals", GREY, size=13)
    d.arrow((404, 117), (434, 117))
    d.box(492, 117, 112, 58, "", INK)
    d.text(492, 109, "RoIAlign", size=15)
    d.text(492, 127, "each proposal", GREY, size=13)
    d.arrow((550, 117), (580, 117))
    d.box(643, 117, 122, 58, "", OUTPUT)
    d.text(643, 109, "what, and where", size=14)
    d.text(643, 127, "two outputs", GREY, size=13)
    d.arrow((706, 117), (764, 117))
    d.text(735, 101, "NMS", GREY, size=13)
    d.frame(770, 62, 110, 110, GREY, 1.5, "#ececec")
    _ring(d, 812, 106, 25, 13)
    _ring(d, 844, 128, 21, 11)
    d.frame(780, 74, 64, 64, OUTPUT, 2.5)
    d.frame(817, 101, 54, 54, OUTPUT, 2.5)
    d.text(450, 36, "Faster R-CNN", GREY, size=15, bold=True)
    # the third head
    d.arrow((840, 176), (840, 248), (790, 248), colour=OUTPUT)
    d.text(851, 214, "boxes", ORANGE_INK, size=14, anchor="start")
    d.arrow((221, 149), (221, 186), (727, 186), (727, 216), colour=HIDDEN)
    d.text(330, 172, "the same map", GREEN_INK, size=14)
    d.box(727, 248, 116, 58, "", INK)
    d.text(727, 240, "RoIAlign", size=15)
    d.text(727, 258, "each box found", GREY, size=13)
    d.arrow((666, 248), (634, 248), colour=TARGET)
    d.box(568, 248, 124, 58, "", TARGET)
    d.text(568, 240, "convolutions", size=15)
    d.text(568, 258, "then up by two", GREY, size=13)
    d.arrow((503, 248), (471, 248), colour=TARGET)
    for k in range(5, -1, -1):
        d.frame(392 + 5 * k, 228 - 4 * k, 50, 50, TARGET, 1.4, LIGHT[TARGET])
    _ring(d, 417, 253, 17, 9)
    d.text(430, 294, "a mask for each kind", PINK_INK, size=14)
    d.arrow((386, 248), (302, 248), colour=TARGET)
    d.text(344, 234, "of its kind,", GREY, size=13)
    d.text(344, 262, "put back", GREY, size=13)
    d.frame(186, 206, 110, 110, GREY, 1.5, "#ececec")
    _ring(d, 228, 250, 25, 13, INPUT, 0.9)
    _ring(d, 260, 272, 21, 11, OUTPUT, 0.95)
    d.text(168, 256, "one mask", INK, size=15, anchor="end", bold=True)
    d.text(168, 276, "for each thing", INK, size=15, anchor="end", bold=True)
    return d


def into_the_network() -> Diagram:
    """Steps of the pipeline in rows, detectors in columns: what is learned in one network, and what stands outside."""
    d = Diagram(920, 356)
    names = ["R-CNN", "Fast R-CNN", "Faster R-CNN", "YOLO, SSD, RetinaNet", "Mask R-CNN"]
    years = ["2014", "2015", "2015", "2016 and 2017", "2017"]
    rows = ["where to look", "features of a place", "what it is, better box", "which pixels", "one for each thing"]
    outside, inside, absent = "outside", "inside", "absent"
    one_map = ("one map, RoIPool", inside)
    table = [
        [*2 * [("selective search", outside)], ("RPN", inside), ("every place of a grid", inside), ("RPN", inside)],
        [("a pass for each", outside), one_map, one_map, ("the map itself", inside), ("one map, RoIAlign", inside)],
        [("SVMs, regressions", outside), *4 * [("head", inside)]],
        [*4 * [("", absent)], ("mask head", inside)],
        5 * [("NMS", outside)],
    ]
    left, width, top, height = 172, 148, 76, 44
    for column, (name, year) in enumerate(zip(names, years, strict=True)):
        x = left + width * (column + 0.5)
        d.text(x, 28, name, INK, size=15 if len(name) < 15 else 13, bold=True)
        d.text(x, 50, year, GREY, size=13)
    for row, (step, cells) in enumerate(zip(rows, table, strict=True)):
        y = top + height * (row + 0.5)
        d.text(left - 10, y, step, INK, size=14, anchor="end")
        for column, (text, kind) in enumerate(cells):
            x = left + width * (column + 0.5)
            if kind == absent:
                d.text(x, y, "–", GREY)
                continue
            d.box(x, y, width - 10, height - 8, "", HIDDEN if kind == inside else INK)
            d.text(x, y, text, INK, size=14 if len(text) < 19 else 13)
    y = top + height * 5 + 28
    d.box(left + 30, y, 40, 22, "", HIDDEN)
    d.text(left + 58, y, "learned, in one network", INK, size=14, anchor="start")
    d.box(left + 290, y, 40, 22, "", INK)
    d.text(left + 318, y, "a program or a model of its own", INK, size=14, anchor="start")
    return d


def detectors_compared() -> Diagram:
    """The recorded AP of all detectors over their time per picture, in multiples of the fastest."""
    detectors = json.loads(RECORDED.read_text(encoding="utf-8"))["detectors"]
    fastest = min(one["seconds_per_picture"] for one in detectors.values())
    # name, family, and where its label stands: to the right, to the left, above
    looks = {
        "yolo": ("YOLO", "one look", "right"),
        "ssd": ("SSD", "one look", "right"),
        "retinanet": ("RetinaNet", "one look", "right"),
        "faster_rcnn": ("Faster R-CNN", "RPN", "above"),
        "mask_rcnn": ("Mask R-CNN (and its masks)", "RPN", "right"),
        "fast_rcnn": ("Fast R-CNN", "selective search", "below"),
        "rcnn": ("R-CNN", "selective search", "above"),
    }
    colours = {"one look": OUTPUT, "RPN": HIDDEN, "selective search": INPUT}
    d = Diagram(900, 420)
    left, right, top, bottom, low, high = 90, 860, 64, 350, 0.75, 1.0

    def across(ratio: float) -> float:
        return left + 40 + (right - left - 90) * math.log(ratio) / math.log(10)

    def up(ap: float) -> float:
        return bottom - (bottom - top) * (ap - low) / (high - low)

    for ap in (0.75, 0.8, 0.85, 0.9, 0.95, 1.0):
        d.line(left, up(ap), right, up(ap), "#dddddd", 1)
        d.text(left - 12, up(ap), f"{ap:.2f}", GREY, size=14, anchor="end")
    for ratio in (1, 2, 3, 4, 5, 6, 8, 10):
        d.line(across(ratio), bottom, across(ratio), bottom + 6, GREY, 1.5)
        d.text(across(ratio), bottom + 20, f"{ratio}", GREY, size=14)
    d.line(left, bottom, right, bottom, GREY)
    d.text((left + right) / 2, bottom + 46, "time for one picture, in multiples of the fastest (logarithmic)", INK)
    d.text(left - 46, top - 24, "AP", INK, size=15, bold=True)
    for x, (family, colour) in zip((200, 400, 580), colours.items(), strict=True):
        _mark(d, x, 26, family, colour)
        d.text(x + 16, 26, family, INK, size=15, anchor="start")
    for name, (title, family, side) in looks.items():
        one = detectors[name]
        ratio = one["seconds_per_picture"] / fastest
        x, y = across(ratio), up(one["AP"])
        _mark(d, x, y, family, colours[family])
        place = {"right": (x + 15, y, "start"), "above": (x, y - 20, "middle"), "below": (x, y + 22, "middle")}[side]
        d.text(*place[:2], f"{title}, {ratio:.1f}", INK, size=15, anchor=place[2])
    return d


def _mark(d: Diagram, x: float, y: float, family: str, colour: str) -> None:
    """A sign for each family, so that it can be told without its colour."""
    sign = {
        "one look": f'<path d="M{x} {y - 9} L{x + 9} {y + 7} L{x - 9} {y + 7} z" ',
        "RPN": f'<circle cx="{x}" cy="{y}" r="8" ',
        "selective search": f'<rect x="{x - 7}" y="{y - 7}" width="14" height="14" ',
    }[family]
    d.shapes.append(f'{sign}fill="{colour}" stroke="{INK}" stroke-width="1"/>')


def _ring(d: Diagram, x, y, radius, band, colour=HIDDEN, opacity=0.75) -> None:
    """A ring by its middle, the outer radius and the width of its band."""
    d.shapes.append(
        f'<circle cx="{x}" cy="{y}" r="{radius - band / 2}" fill="none" stroke="{colour}" stroke-width="{band}" '
        f'opacity="{opacity}"/>'
    )
