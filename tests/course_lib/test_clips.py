"""Real clips: the right frames at the right time, and a clear word about files that are broken."""

import os
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from course_lib.data.clips import UnreadableClip, read_clip

FORMATS = {  # file: codec, pixel format
    "clip.mp4": ("mpeg4", "yuv420p"),
    "clip.avi": ("mpeg4", "yuv420p"),
    "frames.avi": ("mjpeg", "yuvj420p"),
    "clip.gif": ("gif", "rgb8"),
}
REAL = Path(os.environ.get("UNROLLED_DATA") or "missing", "video_clips")


def write_clip(path, count=20, width=48, height=32, rate=10, options=None):
    """Frame k is grey, 10 k + 20; the left third of each frame is black, the right third white."""
    codec, pixels = FORMATS[path.name]
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        for k in range(count):
            picture = np.full((height, width, 3), 10 * k + 20, dtype=np.uint8)
            picture[:, : width // 6], picture[:, -(width // 6) :] = 0, 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture(params=FORMATS)
def clip(request, tmp_path):
    return write_clip(tmp_path / request.param)


def numbers(frames):
    """Which of the frames written are these, told by the grey in their middle."""
    middle = frames.shape[-1] // 2
    return (((frames[:, :, middle, middle].mean(dim=0) * 255) - 20) / 10).round().int().tolist()


def test_evenly_spread_frames_reach_from_first_to_last(clip):
    frames, seconds = read_clip(clip, frames=5, side=16)
    assert frames.shape == (3, 5, 16, 16) and frames.dtype == torch.float32
    assert frames.min() >= 0 and 0.8 < frames.max() <= 1
    assert numbers(frames) == [0, 5, 10, 14, 19]
    assert torch.allclose(seconds, torch.tensor([0.0, 0.5, 1.0, 1.4, 1.9]).double(), atol=0.02)


def test_stride_and_start(clip):
    frames, seconds = read_clip(clip, frames=4, side=16, start=3, stride=5)
    assert numbers(frames) == [3, 8, 13, 18]
    assert torch.allclose(seconds, torch.tensor([0.3, 0.8, 1.3, 1.8]).double(), atol=0.02)
    assert numbers(read_clip(clip, frames=3, side=16, start=10).frames) == [10, 14, 19]
    assert numbers(read_clip(clip, frames=20, side=16).frames) == list(range(20))
    assert numbers(read_clip(clip, frames=1, side=16).frames) == [0]


@pytest.mark.parametrize(("width", "height"), [(48, 32), (32, 48), (66, 32), (16, 16)])
def test_the_middle_is_cut_out_unstretched(tmp_path, width, height):
    """Black and white bars of a sixth of the width each: catches stretching, and cutting at one side."""
    frames, _ = read_clip(write_clip(tmp_path / "clip.avi", 5, width, height), frames=1, side=24)
    row = frames[:, 0, 12].mean(dim=0)
    assert frames.shape == (3, 1, 24, 24)
    bar = max(0.0, width / 6 - max(0, width - height) / 2) * 24 / min(width, height)  # what is left of each
    assert abs((row < 0.04).sum() - bar) <= 2 and abs((row > 0.9).sum() - bar) <= 2


def test_colours_are_red_green_blue(tmp_path):
    with av.open(str(tmp_path / "clip.avi"), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        for _ in range(3):
            picture = np.zeros((32, 32, 3), dtype=np.uint8)
            picture[:16, :, 0], picture[16:, :, 2] = 255, 255  # red above, blue below
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    frames, _ = read_clip(tmp_path / "clip.avi", frames=2, side=32)
    assert frames[0, 0, 4].mean() > 0.8 and frames[2, 0, 28].mean() > 0.8
    assert frames[2, 0, 4].mean() < 0.2 and frames[0, 0, 28].mean() < 0.2


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_clip(tmp_path / "clip.mp4")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_clip(tmp_path)


@pytest.mark.parametrize("name", FORMATS)
def test_empty_file(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(UnreadableClip, match=r"is empty \(0 bytes\)"):
        read_clip(tmp_path / name)


@pytest.mark.parametrize("share", [0.002, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.98, 0.999])
def test_truncated_files_are_never_used(clip, share):
    """Wherever it breaks off: FFmpeg itself reads most of these without a word, some of them as whole clips."""
    content = clip.read_bytes()
    clip.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnreadableClip, match=r"breaks off|is not a video|is empty"):
        read_clip(clip, frames=1, side=16)


@pytest.mark.parametrize("missing", [1, 2, 8])
def test_a_few_missing_bytes_are_noticed(clip, missing):
    clip.write_bytes(clip.read_bytes()[:-missing])
    with pytest.raises(UnreadableClip, match="breaks off: it has"):
        read_clip(clip, frames=1, side=16)


def test_truncated_after_its_index(tmp_path):
    """An mp4 made for the web has its index in front, and could be read up to the place where it breaks off."""
    path = write_clip(tmp_path / "clip.mp4", options={"movflags": "faststart"})
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert numbers(read_clip(path, frames=2, side=16).frames) == [0, 19]
    path.write_bytes(content[:-200])
    with pytest.raises(UnreadableClip, match="breaks off"):
        read_clip(path, frames=1, side=16)


def test_damage_in_the_middle(tmp_path):
    """The size is right, and still not all frames can be decoded."""
    path = write_clip(tmp_path / "frames.avi")
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(content[:half] + bytes(len(content) - half))
    with pytest.raises(ValueError, match=r"breaks off after|has \d+ frames, but 20 are needed"):
        read_clip(path, frames=20, side=16)


def test_files_that_are_no_videos(tmp_path):
    """A text, too, which FFmpeg would show as it is typed on a terminal."""
    (tmp_path / "text.mp4").write_text("This is not a video.\n" * 50)
    (tmp_path / "noise.avi").write_bytes(np.random.default_rng(0).bytes(5000))
    (tmp_path / "text.txt").write_text("Nor is this.\n" * 50)
    (tmp_path / "page.gif").write_text("<html><body>404 Not Found</body></html>")
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000))
    for path in tmp_path.iterdir():
        with pytest.raises(UnreadableClip, match=r"is not a video|holds no frames"):
            read_clip(path, frames=1, side=16)


def test_a_picture_is_a_clip_of_one_frame(tmp_path):
    Image.new("RGB", (40, 30), "red").save(tmp_path / "picture.png")
    assert read_clip(tmp_path / "picture.png", frames=1, side=16).frames.shape == (3, 1, 16, 16)
    with pytest.raises(ValueError, match="has 1 frames, but 2 are needed"):
        read_clip(tmp_path / "picture.png", frames=2, side=16)


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ({"frames": 21}, 21),
        ({"frames": 4, "stride": 7}, 22),
        ({"frames": 3, "start": 18}, 21),
        ({"start": 19, "stride": 1}, 35),
    ],
)
def test_short_clips_say_how_many_frames_came(tmp_path, arguments, needed):
    path = write_clip(tmp_path / "clip.avi")
    with pytest.raises(
        ValueError, match=f"has 20 frames, but {needed} are needed for frames=.*ask for fewer"
    ) as caught:
        read_clip(path, **{"side": 16, **arguments})
    assert not isinstance(caught.value, UnreadableClip), "the file is in order"


@pytest.mark.parametrize("arguments", [{"frames": 0}, {"side": 0}, {"start": -1}, {"stride": 0}])
def test_impossible_wishes(tmp_path, arguments):
    with pytest.raises(ValueError, match="should be at least 1 and start at least 0"):
        read_clip(tmp_path / "clip.mp4", **arguments)


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the folder video_clips in the folder UNROLLED_DATA")
def test_real_clips():
    paths = [path for path in sorted(REAL.iterdir()) if path.suffix in (".mp4", ".avi", ".gif")]
    assert paths
    for path in paths:
        frames, seconds = read_clip(path)
        assert frames.shape == (3, 16, 112, 112) and frames.std() > 0.05, path
        assert seconds[0] == 0 and (seconds.diff() > 0).all(), path
