"""A trained model that writes in the reader's own browser, without a kernel or a network."""

import base64
import html
import json
from pathlib import Path

from IPython.display import HTML
from torch import Tensor

from .language import LanguageModel, Vocabulary
from .recurrent import RNNCell

SCRIPT = Path(__file__).with_suffix(".js")


def in_page_writer(model: LanguageModel, vocabulary: Vocabulary, prompt: str) -> HTML:
    """A form in which a small character model writes on from a prompt, with a slider for the temperature.

    Args:
        model: a language model over a vanilla cell; its weights go into the page (4 bytes each).
        vocabulary: the model's characters.
        prompt: what the form starts with.

    Raises:
        TypeError: the model's cell is not an `RNNCell`: the script in the page computes no other.
    """
    if not isinstance(model.cell, RNNCell):
        raise TypeError(f"in_page_writer: the model's cell should be an RNNCell, got {type(model.cell).__name__}")
    weights = {
        "W_xh": model.cell.W_xh,
        "W_hh": model.cell.W_hh,
        "b": model.cell.b,
        "W_hy": model.readout.weight.T,
        "b_y": model.readout.bias,
    }
    data = {"hidden_size": model.cell.hidden_size, "symbols": vocabulary.symbols}
    data |= {name: _base64(weight) for name, weight in weights.items()}
    embedded = json.dumps(data).replace("</", "<\\/")  # "</script>" among the symbols would end the element
    return HTML(
        '<form class="in-page-model">'
        f'<label>Prompt <input type="text" value="{html.escape(prompt)}"></label> '
        '<label>Temperature <input type="range" min="0.1" max="2" step="0.05" value="0.7"></label> '
        "<output>0.70</output> "
        '<button type="submit">Write on</button>'
        '<output class="written" role="status" style="display: block; white-space: pre-wrap; font-family: monospace; '
        'min-height: 10em; overflow-wrap: anywhere">The model in this page needs JavaScript.</output>'
        f'<script type="application/json">{embedded}</script></form>'
        f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>"
    )


def _base64(weight: Tensor) -> str:
    return base64.b64encode(weight.detach().cpu().float().contiguous().numpy().tobytes()).decode()
