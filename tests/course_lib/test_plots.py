"""Figures: what is drawn for those who look, and said for those who do not."""

import base64

import matplotlib.pyplot as plt
import pytest
import torch

from course_lib.in_page import in_page_writer
from course_lib.language import LanguageModel, Vocabulary
from course_lib.plots import frames, smoothed
from course_lib.recurrent import RNNCell


def test_smoothed_is_the_mean_of_the_last_values():
    assert smoothed([1, 2, 3, 4, 10], window=2) == [1, 1.5, 2.5, 3.5, 7]
    assert smoothed([], window=3) == []


def test_frames_link_the_slider_to_pictures_with_descriptions():
    """The link is made in JavaScript: it must not need a kernel."""

    def draw(value):
        fig, ax = plt.subplots()
        ax.plot([0, value])
        return fig

    box = frames(draw, [0.5, 2], label="radius", describe=lambda value: f'the "line" ends at {value}')
    slider, stack = box.children
    assert slider.options == ("0.5", "2") and stack.selected_index == 0
    assert [f'alt="the &quot;line&quot; ends at {v}"' in p.value for v, p in zip((0.5, 2), stack.children, strict=True)]
    svg = base64.b64decode(stack.children[1].value.partition("base64,")[2].partition('"')[0])
    assert svg.startswith(b"<?xml") and not plt.get_fignums(), "figures are left open"


def test_in_page_writer_takes_vanilla_cells_only():
    class Other(torch.nn.RNNCell):
        hidden_size = 3

    with pytest.raises(TypeError, match="should be an RNNCell, got Other"):
        in_page_writer(LanguageModel(Other(2, 3), 2), Vocabulary("ab"), "a")
    page = in_page_writer(LanguageModel(RNNCell(2, 3), 2), Vocabulary(["a", "</script>"]), '"a"').data
    assert page.count("</script>") == 2, "a symbol ends the script element"
    assert 'value="&quot;a&quot;"' in page
