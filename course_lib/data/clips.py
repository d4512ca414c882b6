"""Real clips from files: decoded, sampled over time, and cut to squares."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import torch
from PIL import Image
from torch import Tensor


class UnreadableClip(ValueError):
    """A file is no clip that can be read to its end."""


class Clip(NamedTuple):
    """Some frames of a clip."""

    frames: Tensor  # (3, T, side, side) float32 from 0 to 1
    seconds: Tensor  # when each is shown, from the file's first on, (T,) float64; nan if the file does not say


def read_clip(path: Path | str, frames: int = 16, side: int = 112, start: int = 0, stride: int | None = None) -> Clip:
    """Frames of a video file, as networks take them.

    Each frame is scaled until its shorter side has `side` pixels, and the square in its middle is cut out. The file is
    decoded twice, once to count its frames, since headers often say nothing about their number, or something wrong. A
    rotation that the header asks for, as phones do, is not applied.

    Args:
        path: of a file that PyAV can decode, such as mp4, avi and gif.
        frames: how many, T.
        side: of the frames, in pixels.
        start: number of the first frame, from 0.
        stride: from frame to frame; None for frames spread evenly from `start` to the last one, both included.

    Raises:
        FileNotFoundError: there is no such file.
        UnreadableClip: the file is empty, is not a video, or breaks off.
        ValueError: the clip is shorter than asked for. Nothing is repeated to fill it up: a clip that stands still at
            its end would be another one. Ask for fewer frames, and give models the `lengths`.
    """
    path = Path(path)
    if frames < 1 or side < 1 or start < 0 or (stride is not None and stride < 1):
        raise ValueError(
            "read_clip: frames, side and stride should be at least 1 and start at least 0, "
            f"got frames={frames}, side={side}, stride={stride}, start={start}"
        )
    _check_whole(path)
    count = sum(1 for _ in _decode(path))
    chosen = _choose(count, frames, start, stride, path)
    taken, seconds = [], []
    for number, frame in enumerate(_decode(path)):
        if number in chosen:
            taken.append(_square(frame.to_image(), side))
        seconds.append(float("nan") if frame.time is None else frame.time)
    pictures = torch.from_numpy(np.stack(taken)).permute(3, 0, 1, 2)  # (3, T, side, side)
    return Clip(pictures.float() / 255, torch.tensor(seconds, dtype=torch.float64)[chosen] - seconds[0])


def _check_whole(path: Path) -> None:
    """Refuse a file that is missing, empty, or shorter than it says itself, which decoders pass over in silence."""
    if not path.is_file():
        raise FileNotFoundError(f"read_clip: there is no file {path}")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableClip(f"read_clip: {path} is empty (0 bytes); fetch or copy it again")
    expected = _expected_size(path, size)
    if size < expected:
        raise UnreadableClip(
            f"read_clip: {path} breaks off: it has {size:,} bytes and should have {expected:,} or more; "
            "fetch or copy it again"
        )


def _expected_size(path: Path, size: int) -> int:
    """How many bytes a file should have at least, as far as its format tells."""
    with open(path, "rb") as file:
        head = file.read(12)
        if head[:4] == b"RIFF":  # avi: the size of what follows is written in front
            return 8 + int.from_bytes(head[4:8], "little")
        if head[:4] == b"GIF8":  # gif: ends with an empty block and a semicolon
            file.seek(max(0, size - 2))
            return size if file.read() == b"\0;" else size + 1
        end = 0
        while head[4:8] == b"ftyp" and end + 8 <= size:  # mp4: boxes, each with its size in front
            file.seek(end)
            box = file.read(16)
            length = int.from_bytes(box[:4], "big")
            if length == 1:  # too large for 4 bytes
                length = int.from_bytes(box[8:], "big")
            end += length if length >= 8 else size  # 0: all the rest
    return end


def _decode(path: Path) -> Iterator[av.VideoFrame]:
    """All frames of a file, one after the other."""
    count = 0
    try:
        with av.open(str(path)) as container:
            if container.streams.video and container.format.name != "tty":  # FFmpeg would type out a text as a film
                for frame in container.decode(video=0):
                    yield frame
                    count += 1
    except av.FFmpegError as error:
        what = f"breaks off after {count} frames" if count else "is not a video, or its beginning is damaged"
        raise UnreadableClip(f"read_clip: {path} {what} ({error.strerror}); fetch or copy it again") from error
    if count == 0:
        raise UnreadableClip(f"read_clip: {path} holds no frames that can be decoded; fetch or copy it again")


def _choose(count: int, frames: int, start: int, stride: int | None, path: Path) -> list[int]:
    """The numbers of the frames to take."""
    needed = start + frames if stride is None else start + (frames - 1) * stride + 1
    if count < needed:
        raise ValueError(
            f"read_clip: {path} has {count} frames, but {needed} are needed for frames={frames}, start={start}, "
            f"stride={stride}; ask for fewer"
        )
    if stride is not None:
        return list(range(start, needed, stride))
    return np.linspace(start, count - 1, frames).round().astype(int).tolist()


def _square(picture: Image.Image, side: int) -> np.ndarray:
    """The middle of a picture, (side, side, 3) uint8."""
    width, height = picture.size
    scale = side / min(width, height)
    picture = picture.resize((max(side, round(width * scale)), max(side, round(height * scale))), Image.BILINEAR)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return np.asarray(picture.crop((left, top, left + side, top + side)))
