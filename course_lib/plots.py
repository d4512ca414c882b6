"""Figures of one look: colours that colour-blind readers can tell apart, and one colour for one thing."""

import base64
import html
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib_inline.backend_inline import set_matplotlib_formats

# Okabe and Ito's palette (2008), each colour with a fixed meaning in the course's figures.
COLOURS = {
    "input": "#0072B2",  # blue
    "hidden": "#009E73",  # green
    "output": "#E69F00",  # orange
    "gradient": "#D55E00",  # vermilion
    "target": "#CC79A7",  # pink
    "other": "#56B4E9",  # sky blue
    "neutral": "#555555",
}
WEATHER_COLOURS = ["#E69F00", "#999999", "#0072B2"]  # sun, clouds, rain


def use_course_style() -> None:
    """Make all figures of a notebook look alike, and sharp at any size."""
    set_matplotlib_formats("svg")
    plt.rcParams.update(
        {
            "axes.prop_cycle": plt.cycler(color=list(COLOURS.values())),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "figure.figsize": (6.4, 3.0),
            "figure.constrained_layout.use": True,
            "font.size": 10,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "svg.hashsalt": "unrolled",  # the same figure gives the same file
        }
    )


def smoothed(values: Sequence[float], window: int = 20) -> list[float]:
    """The mean of each value and up to `window - 1` before it: a calmer line for a loss that jumps."""
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    return [(sums[i] - sums[max(0, i - window)]) / min(i, window) for i in range(1, len(sums))]


def frames(
    draw: Callable[[Any], Figure], values: Sequence[Any], label: str, describe: Callable[[Any], str]
) -> widgets.Box:
    """A slider over pictures that are all drawn beforehand, so that it also moves in a page without a kernel.

    Args:
        draw: makes the figure for one value.
        values: the slider's positions.
        label: what the slider changes.
        describe: one sentence for each value that says what the picture shows, for those who do not see it.
    """
    pictures = []
    for value in values:
        figure, buffer = draw(value), BytesIO()
        figure.savefig(buffer, format="svg")
        plt.close(figure)
        source = "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()
        pictures.append(widgets.HTML(f'<img alt="{html.escape(describe(value))}" src="{source}">'))
    slider = widgets.SelectionSlider(
        options=[str(value) for value in values], description=label, style={"description_width": "initial"}
    )
    stack = widgets.Stack(pictures, selected_index=0)
    widgets.jslink((slider, "index"), (stack, "selected_index"))
    return widgets.VBox([slider, stack])
