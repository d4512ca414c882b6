"""A few shapes for diagrams, written as SVG text: boxes, circles, arrows and words with subscripts."""

import html
import re
from pathlib import Path

INK, PAPER = "#333333", "#ffffff"
# The colours of course_lib.plots.COLOURS, and a light version of each to fill shapes with.
INPUT, HIDDEN, OUTPUT, GRADIENT, TARGET = "#0072B2", "#009E73", "#E69F00", "#D55E00", "#CC79A7"
LIGHT = {INPUT: "#dcecf6", HIDDEN: "#d9f1e9", OUTPUT: "#fdf1d9", GRADIENT: "#fbe5d9", TARGET: "#f7e8f0", INK: "#f2f2f2"}


class Diagram:
    """Collects shapes; `save` writes them. Coordinates are pixels from the upper left corner."""

    def __init__(self, width: int, height: int):
        self.size = width, height
        self.shapes: list[str] = []
        self.arrowheads: set[str] = set()

    def box(self, x: float, y: float, width: float, height: float, text: str = "", colour: str = INK) -> None:
        """A rounded box around the point (x, y)."""
        self.shapes.append(
            f'<rect x="{x - width / 2}" y="{y - height / 2}" width="{width}" height="{height}" rx="6" '
            f'fill="{LIGHT[colour]}" stroke="{colour}" stroke-width="2"/>'
        )
        self.text(x, y, text)

    def frame(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str,
        line: float,
        fill: str = "none",
        opacity: float = 1,
    ) -> None:
        """A rectangle with square corners whose upper left one is (x, y), such as a picture or a box in it."""
        self.shapes.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" stroke="{colour}" '
            f'stroke-width="{line}" opacity="{opacity}"/>'
        )

    def circle(self, x: float, y: float, radius: float, text: str = "", colour: str = INK) -> None:
        """A circle around the point (x, y)."""
        self.shapes.append(
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{LIGHT[colour]}" stroke="{colour}" stroke-width="2"/>'
        )
        self.text(x, y, text)

    def arrow(
        self,
        *points: tuple[float, float],
        colour: str = INK,
        width: float = 2,
        bend: tuple[float, float] | None = None,
        dashed: bool = False,
        opacity: float = 1,
    ) -> None:
        """An arrow through the points, or from the first to the last bent towards `bend`."""
        if bend is None:
            path = "M" + " L".join(f"{x} {y}" for x, y in points)
        else:
            (x, y), (u, v) = points
            path = f"M{x} {y} Q{bend[0]} {bend[1]} {u} {v}"
        self.arrowheads.add(colour)
        dashes = ' stroke-dasharray="5 4"' if dashed else ""
        self.shapes.append(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" opacity="{opacity}"{dashes} '
            f'marker-end="url(#head{colour[1:]})"/>'
        )

    def line(self, x: float, y: float, u: float, v: float, colour: str = INK, width: float = 1.5) -> None:
        """A line without a head."""
        self.shapes.append(f'<path d="M{x} {y} L{u} {v}" stroke="{colour}" stroke-width="{width}"/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        colour: str = INK,
        size: int = 15,
        anchor: str = "middle",
        bold: bool = False,
    ) -> None:
        """Words centred at (x, y); `h_t` and `W_{xh}` become italics with a subscript."""
        if not text:
            return
        parts = re.split(r"([A-Za-zŷ])_(?:\{([^}]+)\}|(\w))", text)
        spans = [html.escape(parts[0])]
        for letter, long, short, rest in zip(*(parts[i::4] for i in (1, 2, 3, 4)), strict=True):
            down, up = round(0.3 * size, 1), round(-0.3 * size, 1)
            spans.append(f'<tspan font-style="italic">{letter}</tspan>')
            spans.append(f'<tspan dy="{down}" font-size="{round(0.72 * size)}">{html.escape(long or short)}</tspan>')
            spans.append(f'<tspan dy="{up}">{html.escape(rest) or "&#8203;"}</tspan>')
        weight = ' font-weight="bold"' if bold else ""
        self.shapes.append(
            f'<text x="{x}" y="{y}" dy="0.35em" text-anchor="{anchor}" fill="{colour}" font-size="{size}"{weight}>'
            f"{''.join(spans)}</text>"
        )

    def save(self, path: Path) -> None:
        """Write the file, unless it is there and the same."""
        width, height = self.size
        heads = "".join(
            f'<marker id="head{colour[1:]}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="11" markerHeight="11" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="{colour}"/></marker>'
            for colour in sorted(self.arrowheads)
        )
        shapes = "\n".join(self.shapes)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" font-family="Helvetica, Arial, sans-serif">\n<defs>{heads}</defs>\n'
            f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>\n{shapes}\n</svg>\n'
        )
        if not path.exists() or path.read_text(encoding="utf-8") != svg:
            path.write_text(svg, encoding="utf-8")
