"""DRAW: a network that draws a picture in several steps, and can attend to the part of it on which it works.

It is a variational autoencoder whose encoder and decoder remember. At each step the encoder reads the picture and what
the canvas still lacks, and sends the decoder a few noisy numbers z_t; the decoder adds something to the canvas. Without
a picture it draws too: then the numbers are nothing but noise.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .arguments import check_shapes
from .patches import Attention, attention_parameters, filter_bank, read_patch, write_patch
from .recurrent import LSTMCell, LSTMState, map_state

WEIGHTS = Path(__file__).parent / "draw.pt"  # made by benchmarks/draw.py


class WholeReader(nn.Module):
    """Reads without attention: r_t = [x, x^], all pixels of the picture and of the error (equation 17)."""

    def __init__(self, height: int, width: int):
        super().__init__()
        self.output_size = 2 * height * width

    def forward(self, pictures: Tensor, errors: Tensor, h: Tensor) -> tuple[Tensor, None]:
        """Pictures x and errors x^ (B, 1, H, W) give r_t (B, 2HW); no matter what the decoder's state h is."""
        return torch.cat([pictures, errors], dim=1).flatten(1), None


class PatchReader(nn.Module):
    """Reads with attention: r_t = gamma [F_Y x F_X^T, F_Y x^ F_X^T], where the decoder's state says (equation 27)."""

    def __init__(self, hidden_size: int, size: int, height: int, width: int):
        super().__init__()
        self.size, self.height, self.width = size, height, width
        self.output_size = 2 * size**2
        self.attention = nn.Linear(hidden_size, 5)

    def forward(self, pictures: Tensor, errors: Tensor, h: Tensor) -> tuple[Tensor, Attention]:
        """Pictures x and errors x^ (B, 1, H, W), and h (B, hidden), give r_t (B, 2N^2), and where it was read."""
        attention = attention_parameters(self.attention(h), self.size, self.height, self.width)
        F_x, F_y = filter_bank(*attention[:4], self.size, self.height, self.width)
        return read_patch(torch.cat([pictures, errors], dim=1), F_x, F_y, attention.intensity).flatten(1), attention


class WholeWriter(nn.Module):
    """Writes without attention: a linear function of the decoder's state for every pixel (equation 18)."""

    def __init__(self, hidden_size: int, height: int, width: int):
        super().__init__()
        self.height, self.width = height, width
        self.pixels = nn.Linear(hidden_size, height * width)

    def forward(self, h: Tensor) -> tuple[Tensor, None]:
        """The decoder's state h (B, hidden) gives what is added to the canvas, (B, 1, H, W)."""
        return self.pixels(h).reshape(-1, 1, self.height, self.width), None


class PatchWriter(nn.Module):
    """Writes with attention: a patch w_t, and where to put it, are linear functions of h (equations 28 and 29)."""

    def __init__(self, hidden_size: int, size: int, height: int, width: int):
        super().__init__()
        self.size, self.height, self.width = size, height, width
        self.patch, self.attention = nn.Linear(hidden_size, size**2), nn.Linear(hidden_size, 5)

    def forward(self, h: Tensor) -> tuple[Tensor, Attention]:
        """The decoder's state h (B, hidden) gives what is added to the canvas, (B, 1, H, W), and where."""
        attention = attention_parameters(self.attention(h), self.size, self.height, self.width)
        F_x, F_y = filter_bank(*attention[:4], self.size, self.height, self.width)
        patches = self.patch(h).reshape(-1, 1, self.size, self.size)
        return write_patch(patches, F_x, F_y, attention.intensity), attention


class Drawing(NamedTuple):
    """How pictures were redrawn; the steps come first."""

    canvases: Tensor  # c_0 ... c_T, (T + 1, B, 1, H, W), before the logistic function
    latents: Tensor  # z_t, (T, B, Z)
    means: Tensor  # mu_t, what the encoder said of z_t, (T, B, Z)
    log_deviations: Tensor  # log sigma_t, (T, B, Z)
    reads: Attention | None  # where it was read, (T, B) each; None without attention
    writes: Attention | None  # where it was written


class DRAW(nn.Module):
    """The network: an encoder and a decoder, both LSTMs, and a canvas to which the decoder adds T times.

        x^_t = x - sigmoid(c_{t-1})                                     what the canvas still lacks
        h_enc_t = LSTM_enc([read(x, x^_t, h_dec_{t-1}), h_dec_{t-1}])
        z_t = mu_t + sigma_t e_t                                        e_t ~ N(0, 1)
        h_dec_t = LSTM_dec(z_t)
        c_t = c_{t-1} + write(h_dec_t)

    mu_t and log sigma_t are linear in h_enc_t. At the end sigmoid(c_T) says how probable ink is in each pixel. The
    states start at zero, and c_0 is one learned number, the tone of the blank sheet.

    Args:
        reader: `PatchReader` or `WholeReader`: (x, x^, h_dec) to r_t and where it was read; has `output_size`.
        writer: `PatchWriter` or `WholeWriter`: h_dec to what is added and where; has `height` and `width`.
        hidden_size: of encoder and decoder.
        latent_size: Z.
        steps: T.

    Source: Gregor et al. 2015, section 2.1, equations 1 to 8.
    """

    def __init__(self, reader: nn.Module, writer: nn.Module, hidden_size: int, latent_size: int, steps: int):
        super().__init__()
        self.reader, self.writer, self.latent_size, self.steps = reader, writer, latent_size, steps
        self.encoder = LSTMCell(reader.output_size + hidden_size, hidden_size)
        self.posterior = nn.Linear(hidden_size, 2 * latent_size)
        self.decoder = LSTMCell(latent_size, hidden_size)
        self.blank = nn.Parameter(torch.zeros(()))

    def forward(self, pictures: Tensor, noise: Tensor | None = None) -> Drawing:
        """Redraw pictures x, (B, 1, H, W) from 0 to 1; the noise e_t, (T, B, Z), is drawn by lot if None."""
        shape = f"B 1 {self.writer.height} {self.writer.width}"
        check_shapes("DRAW", pictures=(pictures, shape))
        B, T, Z = len(pictures), self.steps, self.latent_size
        noise = pictures.new_empty(T, B, Z).normal_() if noise is None else noise
        check_shapes("DRAW", pictures=(pictures, shape), noise=(noise, f"{T} B {Z}"))
        canvas, seen, drawn = self._blank_sheets(B), self.encoder.initial_state(B), self.decoder.initial_state(B)
        canvases, steps = [canvas], []
        for e_t in noise:
            read, where_read = self.reader(pictures, pictures - torch.sigmoid(canvas), drawn.h)
            h_enc, seen = self.encoder(torch.cat([read, drawn.h], dim=1), seen)
            mean, log_deviation = self.posterior(h_enc).chunk(2, dim=1)  # (B, Z) each
            z_t = mean + log_deviation.exp() * e_t
            canvas, drawn, where_written = self._draw_step(z_t, canvas, drawn)
            canvases.append(canvas)
            steps.append((z_t, mean, log_deviation, where_read, where_written))
        return Drawing(torch.stack(canvases), *map(_over_time, zip(*steps, strict=True)))

    def draw(self, latents: Tensor) -> tuple[Tensor, Attention | None]:
        """Draw what latents say: z_t (T, B, Z) give c_0 ... c_T, (T + 1, B, 1, H, W), and where was written."""
        check_shapes("draw", latents=(latents, f"{self.steps} B {self.latent_size}"))
        T, B, Z = latents.shape
        canvas, drawn = self._blank_sheets(B), self.decoder.initial_state(B)
        canvases, writes = [canvas], []
        for z_t in latents:
            canvas, drawn, where = self._draw_step(z_t, canvas, drawn)
            canvases.append(canvas)
            writes.append(where)
        return torch.stack(canvases), _over_time(writes)

    @torch.no_grad()
    def generate(self, count: int, generator: torch.Generator | None = None) -> tuple[Tensor, Attention | None]:
        """New pictures, from z_t ~ N(0, 1) (section 2.3).

        Args:
            count: B.
            generator: source of randomness; torch's global one if None.

        Returns:
            the probabilities of ink after each step, sigmoid(c_0) ... sigmoid(c_T), (T + 1, B, 1, H, W), and where was
            written at each step, (T, B) each, or None without attention.
        """
        latents = self.blank.new_empty(self.steps, count, self.latent_size).normal_(generator=generator)
        canvases, writes = self.draw(latents)
        return torch.sigmoid(canvases), writes

    def _blank_sheets(self, B: int) -> Tensor:
        return self.blank.expand(B, 1, self.writer.height, self.writer.width)

    def _draw_step(self, z_t: Tensor, canvas: Tensor, drawn: LSTMState) -> tuple[Tensor, LSTMState, Attention | None]:
        h_dec, drawn = self.decoder(z_t, drawn)
        written, where = self.writer(h_dec)
        return canvas + written, drawn, where


class Losses(NamedTuple):
    """What it costs to describe pictures, in nats: log p(x) is at least -(reconstruction + divergence of all steps)."""

    reconstruction: Tensor  # L^x, the surprise of the pixels, (B,)
    divergence: Tensor  # L^z, of what the encoder says from what is expected before one has seen x, (T, B)


def gaussian_divergence(means: Tensor, log_deviations: Tensor) -> Tensor:
    """The Kullback-Leibler divergence of normal distributions from the standard normal one, in nats.

        KL(N(mu, sigma^2) || N(0, 1)) = 1/2 sum_j (mu_j^2 + sigma_j^2 - log sigma_j^2 - 1)

    Args:
        means: mu, (..., Z).
        log_deviations: log sigma, (..., Z).

    Returns:
        (...), at least 0.

    Source: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", appendix B. In Gregor et al. 2015, equation 11,
    the last term is T / 2 for all T steps, as if Z were 1; a constant, which changes no gradient, but the bound.
    """
    return (means**2 + torch.exp(2 * log_deviations) - 2 * log_deviations - 1).sum(dim=-1) / 2


def losses(drawing: Drawing, pictures: Tensor) -> Losses:
    """What the drawings cost, part by part.

        L^x = -sum over pixels of x log sigmoid(c_T) + (1 - x) log(1 - sigmoid(c_T))
        L^z_t = KL(N(mu_t, sigma_t^2) || N(0, 1))

    Args:
        drawing: of these pictures, by `DRAW`.
        pictures: x, (B, 1, H, W). The bound holds for pixels of 0 and 1; a grey between them counts as the mean over
            pixels that are 1 with this probability.

    Raises:
        ValueError: a pixel is not from 0 to 1.

    Source: Gregor et al. 2015, section 2.2, equations 9 to 12.
    """
    if ((pictures < 0) | (pictures > 1)).any():
        raise ValueError(f"losses: pixels should be from 0 to 1, got {pictures.min():.3g} to {pictures.max():.3g}")
    surprise = F.binary_cross_entropy_with_logits(drawing.canvases[-1], pictures, reduction="none")
    return Losses(surprise.sum(dim=(1, 2, 3)), gaussian_divergence(drawing.means, drawing.log_deviations))


def draw_loss(model: DRAW, pictures: Tensor) -> Tensor:
    """What `train` minimises: the mean cost of a picture in nats, each redrawn once."""
    reconstruction, divergence = losses(model(pictures), pictures)
    return (reconstruction + divergence.sum(dim=0)).mean()


def attentive_draw(side: int = 8, patch: int = 5, hidden_size: int = 96, latent_size: int = 6, steps: int = 8) -> DRAW:
    """A network that reads and writes patches of patch x patch numbers, untrained, for pictures of side x side."""
    reader, writer = PatchReader(hidden_size, patch, side, side), PatchWriter(hidden_size, patch, side, side)
    return DRAW(reader, writer, hidden_size, latent_size, steps)


def whole_picture_draw(side: int = 8, hidden_size: int = 96, latent_size: int = 6, steps: int = 8) -> DRAW:
    """A network that reads the whole picture and writes on the whole canvas at every step, untrained."""
    return DRAW(WholeReader(side, side), WholeWriter(hidden_size, side, side), hidden_size, latent_size, steps)


def trained_draw() -> DRAW:
    """An `attentive_draw` of handwritten digits, 8 x 8 pixels, ready to draw.

    Its weights were trained by benchmarks/draw.py and come with the library.
    """
    model = attentive_draw()
    model.load_state_dict(torch.load(WEIGHTS))
    return model.eval()


def _over_time(parts: Sequence[Tensor | Attention | None]) -> Tensor | Attention | None:
    """One tensor, or attention, of all steps from those of each step."""
    return None if parts[0] is None else map_state(lambda *steps: torch.stack(steps), *parts)
