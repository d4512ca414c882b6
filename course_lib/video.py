"""Watching clips: networks that look at each frame and remember, networks that see time as a third direction."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from .attention import AdditiveAttention
from .data.moving_shapes import MOTIONS, clips_vocabulary
from .language import Encoded, SequenceToSequence
from .recurrent import Cell, LSTMCell, unroll_fast


class FrameEncoder(nn.Module):
    """Turns single frames into vectors that say what is seen, and where.

    Three convolutions, of which two halve height and width by strides, give maps. The mean of each map says what is
    seen anywhere, and how much of it, which tells the size; a linear layer over all places says where. Both are
    normalised over the batch first: what all frames have in common would otherwise hide how little they differ.

    Args:
        places: features that say where.
        channels: of the first convolution; the second has twice and the third four times as many, C.
        side: of the frames, a multiple of 4.
    """

    def __init__(self, places: int = 64, channels: int = 12, side: int = 32):
        super().__init__()
        C = 4 * channels
        self.convolutions = nn.Sequential(
            *(nn.Conv2d(3, C // 4, 5, stride=2, padding=2), nn.BatchNorm2d(C // 4), nn.ReLU()),
            *(nn.Conv2d(C // 4, C // 2, 3, stride=2, padding=1), nn.BatchNorm2d(C // 2), nn.ReLU()),
            *(nn.Conv2d(C // 2, C, 3, padding=1), nn.BatchNorm2d(C), nn.ReLU()),
        )
        self.what = nn.BatchNorm1d(C)
        inputs = C * (side // 4) ** 2
        self.where = nn.Sequential(nn.BatchNorm1d(inputs), nn.Linear(inputs, places))
        self.feature_size = C + places

    def forward(self, frames: Tensor) -> Tensor:
        """Frames (N, 3, side, side) give features (N, D) with D = C + places: what, and where."""
        maps = self.convolutions(frames)  # (N, C, side / 4, side / 4)
        return torch.cat([self.what(maps.mean(dim=(2, 3))), self.where(maps.flatten(1))], dim=1)


def frame_features(encoder: nn.Module, clips: Tensor, lengths: Tensor | None = None) -> Tensor:
    """What an encoder of pictures sees in each frame of clips.

    Only real frames are looked at, so that padding changes nothing, not even the statistics of batch normalisation.

    Args:
        encoder: frames (N, C, H, W) to features (N, D).
        clips: (B, C, T, H, W).
        lengths: (B,) integers, at least 1, the frames that each clip really has; all T if None.

    Returns:
        (B, T, D), zero after the end of a clip.

    Raises:
        ValueError: the clips or the lengths do not fit.
    """
    if clips.dim() != 5:
        raise ValueError(f"frame_features: clips should have the shape (B, C, T, H, W), got {tuple(clips.shape)}")
    B, C, T, H, W = clips.shape
    real = _real_frames(B, T, lengths, clips.device)
    seen = encoder(clips.transpose(1, 2)[real])  # (frames, D)
    features = seen.new_zeros(B, T, seen.shape[1])
    features[real] = seen
    return features


def last_step(xs: Tensor, real: Tensor) -> Tensor:
    """The last real step: xs (B, T, D) and which steps are real, (B, T), give (B, D)."""
    return xs[torch.arange(len(xs), device=xs.device), real.sum(dim=1) - 1]


def mean_over_time(xs: Tensor, real: Tensor) -> Tensor:
    """The mean of the real steps: xs (B, T, D) and which steps are real, (B, T), give (B, D)."""
    return (xs * real[:, :, None]).sum(dim=1) / real.sum(dim=1, keepdim=True)


def max_over_time(xs: Tensor, real: Tensor) -> Tensor:
    """The largest value of each feature in the real steps: xs (B, T, D) and real (B, T) give (B, D)."""
    return xs.masked_fill(~real[:, :, None], float("-inf")).amax(dim=1)


class ClipClassifier(nn.Module):
    """Looks at each frame, remembers or not, and names what the clip shows, as a whole or at every frame.

        x_t = encoder(frame_t)        h_t, state_t = cell(x_t, state_{t-1})        logits = pool(h_1 ... h_T) W_hy + b_y

    Without a cell h_t = x_t. Then `last_step` judges by one frame, and `max_over_time` and `mean_over_time` by all of
    them, but in any order: a clip and its reversal look the same to them.

    Args:
        encoder: frames (N, C, H, W) to features (N, D), such as `FrameEncoder`; has `feature_size`.
        cell: any cell that takes D inputs, or None.
        classes: K.
        pool: `last_step`, `mean_over_time` or `max_over_time`.
        unroll: how to run the cell over time.

    Source: Donahue et al. 2015, "Long-term Recurrent Convolutional Networks for Visual Recognition and Description";
    Yue-Hei Ng et al. 2015, "Beyond Short Snippets: Deep Networks for Video Classification".
    """

    def __init__(
        self,
        encoder: nn.Module,
        cell: Cell | None,
        classes: int,
        pool: Callable[[Tensor, Tensor], Tensor] = last_step,
        unroll: Callable = unroll_fast,
    ):
        super().__init__()
        self.encoder, self.cell, self.pool, self.unroll = encoder, cell, pool, unroll
        self.readout = nn.Linear(encoder.feature_size if cell is None else cell.hidden_size, classes)

    def forward(self, clips: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Clips (B, C, T, H, W), of `lengths` (B,) frames if they differ, give logits (B, K)."""
        hs = self._watch(clips, lengths)
        return self.readout(self.pool(hs, _real_frames(*hs.shape[:2], lengths, hs.device)))

    def every_frame(self, clips: Tensor, lengths: Tensor | None = None) -> Tensor:
        """What it sees in each frame, knowing those before it if it has a cell: logits (B, T, K)."""
        return self.readout(self._watch(clips, lengths))

    def _watch(self, clips: Tensor, lengths: Tensor | None) -> Tensor:
        xs = frame_features(self.encoder, clips, lengths)
        return xs if self.cell is None else self.unroll(self.cell, xs, None, lengths)[0]  # (B, T, H)


class C3D(nn.Module):
    """A small network of convolutions over height, width and time.

    All filters are 3 x 3 x 3. The first pooling leaves time alone, as in the paper, so that it is not lost too early.
    Differences: 3 convolutions instead of 8, batch normalisation, and the mean over all places in place of two fully
    connected layers, so that clips may have any length from 4 frames on. All clips of a batch have the same length.

    Args:
        classes: K.
        channels: of the first convolution; twice and four times as many in the others.

    Source: Tran et al. 2015, "Learning Spatiotemporal Features with 3D Convolutional Networks", section 3.
    """

    def __init__(self, classes: int, channels: int = 16):
        super().__init__()
        C = channels
        self.convolutions = nn.Sequential(
            *(nn.Conv3d(3, C, 3, padding=1), nn.BatchNorm3d(C), nn.ReLU(), nn.MaxPool3d((1, 2, 2))),
            *(nn.Conv3d(C, 2 * C, 3, padding=1), nn.BatchNorm3d(2 * C), nn.ReLU(), nn.MaxPool3d(2)),
            *(nn.Conv3d(2 * C, 4 * C, 3, padding=1), nn.BatchNorm3d(4 * C), nn.ReLU(), nn.MaxPool3d(2)),
        )
        self.readout = nn.Linear(4 * C, classes)

    def forward(self, clips: Tensor) -> Tensor:
        """Clips (B, 3, T, H, W) give logits (B, K)."""
        return self.readout(self.convolutions(clips).mean(dim=(2, 3, 4)))


class ClipEncoder(nn.Module):
    """Reads a clip for a decoder that describes it: one key for each frame, which knows the frames before it.

    Args:
        encoder: frames (N, C, H, W) to features (N, D).
        cell: any cell that takes D inputs; also `Stacked` ones.
    """

    def __init__(self, encoder: nn.Module, cell: Cell):
        super().__init__()
        self.encoder, self.cell, self.hidden_size = encoder, cell, cell.hidden_size

    def forward(self, clips: Tensor, lengths: Tensor | None = None) -> Encoded:
        """Clips (B, C, T, H, W) give keys (B, T, H), which of them are real, and the last real one as summary."""
        keys, _ = unroll_fast(self.cell, frame_features(self.encoder, clips, lengths), None, lengths)
        real = _real_frames(*keys.shape[:2], lengths, keys.device)
        return Encoded(keys, real, last_step(keys, real))


def clip_describer(vocabulary_size: int, hidden_size: int = 96, side: int = 32) -> SequenceToSequence:
    """A model that describes clips, one LSTM for the frames, one for the words, and attention to frames between them.

    Differences from the paper: two cells with weights of their own instead of one stack that reads and then writes, and
    attention, which is from Yao et al. 2015, "Describing Videos by Exploiting Temporal Structure".

    Args:
        vocabulary_size: V, with the special symbols.
        hidden_size: units of both cells.
        side: of the frames.

    Source: Venugopalan et al. 2015, "Sequence to Sequence - Video to Text".
    """
    H = hidden_size
    frames = FrameEncoder(side=side)
    encoder = ClipEncoder(frames, LSTMCell(frames.feature_size, H))
    return SequenceToSequence(encoder, LSTMCell(32 + H, H), vocabulary_size, 32, AdditiveAttention(H, H, H))


def watching_classifier() -> ClipClassifier:
    """A classifier for moving shapes that remembers what it has seen, untrained: an encoder of frames and an LSTM."""
    encoder = FrameEncoder()
    return ClipClassifier(encoder, LSTMCell(encoder.feature_size, 96), len(MOTIONS))


def small_c3d() -> C3D:
    """A small C3D for moving shapes, untrained."""
    return C3D(len(MOTIONS), channels=8)


def trained_clip_model(name: str) -> nn.Module:
    """A model of moving shapes, 32 x 32 pixels, ready to watch.

    Args:
        name: "c3d" names the motion of a clip, "watching" that of each frame (a `ClipClassifier`), and "describing"
            writes sentences in `clips_vocabulary()`. Trained by benchmarks/video.py; the weights come with the library.

    Raises:
        ValueError: there is no such model.
    """
    builders = {
        "c3d": small_c3d,
        "watching": watching_classifier,
        "describing": lambda: clip_describer(len(clips_vocabulary())),
    }
    if name not in builders:
        raise ValueError(f"trained_clip_model: name should be one of {', '.join(builders)}, got {name!r}")
    model = builders[name]()
    model.load_state_dict(torch.load(weights_of(name)))
    return model.eval()


def weights_of(name: str) -> Path:
    """The file in which the weights of a trained model of clips are."""
    return Path(__file__).parent / f"clips-{name}.pt"


def _real_frames(B: int, T: int, lengths: Tensor | None, device: torch.device) -> Tensor:
    """Which frames are real and not padding, (B, T) bool."""
    if lengths is None:
        return torch.ones(B, T, dtype=torch.bool, device=device)
    if lengths.shape != (B,) or lengths.is_floating_point() or lengths.min() < 1 or lengths.max() > T:
        raise ValueError(f"frame_features: lengths should be {B} integers from 1 to T = {T}, got {lengths.tolist()}")
    return torch.arange(T, device=device) < lengths[:, None]
