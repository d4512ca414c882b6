"""Real pictures: with the captions that people gave them, with questions, and of handwritten digits."""

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .data_sets import data_folder
from .registry import CorruptData, locate


def load_flickr8k(split: str) -> list[tuple[Path, list[str]]]:
    """Pictures of Flickr8k with five captions each, in the splits of its authors.

    The pictures are taken from the folder `images` next to the captions if there is one (of your own: a part of them,
    or smaller copies under the same names), else from the official `Flicker8k_Dataset`. Those that are missing there
    are left out with a warning that counts them.

    Args:
        split: "train" (6,000 pictures), "dev" or "test" (1,000 each).

    Returns:
        (picture, captions) in the order of the split's list; captions are as in the file: "A girl going in ."

    Raises:
        ValueError: there is no such split.
        FileNotFoundError: captions or pictures are not here; says how to fetch them and how large they are.
        CorruptData: a line of the captions is none, or a picture of the split has none.

    Source: Hodosh et al. 2013, "Framing Image Description as a Ranking Task", JAIR 47.
    """
    check_split("load_flickr8k", split, ("train", "dev", "test"))
    file = locate("flickr8k-captions")
    own = file.parent / "images"
    folder = own if own.is_dir() else locate("flickr8k-pictures")
    captions = _flickr8k_captions(file)
    names = (file.parent / f"Flickr_8k.{split}Images.txt").read_text(encoding="utf-8").split()
    if unknown := [name for name in names if name not in captions]:
        raise CorruptData(
            f"{file} has no captions for {len(unknown)} pictures of the split {split!r}: {unknown[0]} ..."
        )
    return with_pictures("load_flickr8k", folder, [(name, captions[name]) for name in names])


def load_coco_captions(split: str, year: int = 2017, folder: Path | str | None = None) -> list[tuple[Path, list[str]]]:
    """Pictures of COCO with their captions, mostly five each.

        folder/annotations/captions_train2017.json
        folder/train2017/000000000009.jpg ...

    Pictures that the annotations name but the folder lacks are left out with a warning that counts them.

    Args:
        split: "train" or "val"; COCO's test captions are not public.
        year: 2014 or 2017, which divide the same pictures differently.
        folder: of this layout, such as `course_lib.data.shapes.write_coco` writes; else `coco` in the data folder.

    Returns:
        (picture, captions) in the order of the annotations.

    Raises:
        ValueError: there is no such split or year.
        FileNotFoundError: annotations or pictures are not here; says how to fetch them and how large they are.
        CorruptData: the annotations are damaged, or not COCO's.

    Source: Lin et al. 2014, "Microsoft COCO"; Chen et al. 2015, "Microsoft COCO Captions", arXiv:1504.00325.
    """
    check_split("load_coco_captions", split, ("train", "val"))
    file, pictures = coco_places("captions", split, year, folder)
    data = read_json(file)
    try:
        captions: dict[int, list[str]] = {image["id"]: [] for image in data["images"]}
        for annotation in data["annotations"]:
            captions[annotation["image_id"]].append(annotation["caption"])
        named = [(image["file_name"], captions[image["id"]]) for image in data["images"]]
    except (KeyError, TypeError) as error:
        raise CorruptData(f"{file} does not have the captions that COCO's files have: {error!r}") from None
    return with_pictures("load_coco_captions", pictures, named)


def load_easy_vqa(split: str) -> tuple[list[tuple[Path, str, str]], list[str]]:
    """Questions about pictures of one coloured shape, 64 x 64, with their answers.

    Args:
        split: "train" (38,575 questions, 4,000 pictures) or "test" (9,673 and 1,000).

    Returns:
        (picture, question, answer) for each question, and the 13 answers there are, the same for both splits.

    Raises:
        ValueError: there is no such split.
        FileNotFoundError: the set is not here; says how to fetch it and how large it is.
        CorruptData: the questions are damaged.

    Source: V. Zhou, easy-VQA, github.com/vzhou842/easy-VQA.
    """
    check_split("load_easy_vqa", split, ("train", "test"))
    folder = locate("easy-vqa")
    file = folder / split / "questions.json"
    data = read_json(file)
    try:
        asked = [(f"{picture}.png", (question, answer)) for question, answer, picture in data]
    except (TypeError, ValueError) as error:
        raise CorruptData(f"{file} should be a list of [question, answer, number of the picture]: {error}") from None
    found = with_pictures("load_easy_vqa", folder / split / "images", asked)
    answers = (folder / "answers.txt").read_text(encoding="utf-8").split()
    return [(picture, question, answer) for picture, (question, answer) in found], answers


def load_mnist(split: str, download: bool = False) -> tuple[Tensor, Tensor]:
    """Handwritten digits, by `torchvision.datasets.MNIST` with its own checksums, in the data folder.

    Args:
        split: "train" (60,000 pictures) or "test" (10,000).
        download: fetch the set (11.6 MB) unless it is here.

    Returns:
        pictures (N, 1, 28, 28), float32 from 0 (paper) to 1 (ink), and digits (N,).

    Raises:
        ValueError: there is no such split.
        FileNotFoundError: the set is not here, or could not be fetched.
        CorruptData: a file is damaged.

    Source: LeCun et al. 1998, "Gradient-based learning applied to document recognition".
    """
    from torchvision.datasets import MNIST  # takes seconds to import, so only when asked for

    check_split("load_mnist", split, ("train", "test"))
    folder, call = data_folder() / "MNIST" / "raw", f"load_mnist({split!r}, download=True)"
    try:
        mnist = MNIST(data_folder(), train=split == "train", download=download)
    except (AssertionError, KeyError, RuntimeError, ValueError) as error:  # what torchvision's reader stumbles over
        if len(list(folder.glob("*-ubyte"))) < 4:
            raise FileNotFoundError(f"MNIST is not in {folder}. Fetch it (11.6 MB) with {call}. ({error})") from None
        raise CorruptData(f"MNIST in {folder} is damaged. Move it away, then run {call}. ({error})") from None
    return mnist.data[:, None].float().div_(255), mnist.targets


def load_svhn(split: str, download: bool = False) -> tuple[Tensor, Tensor]:
    """House numbers from photographs of streets, cut into digits, by `torchvision.datasets.SVHN` with its checksums.

    Each picture has its digit in the middle and often parts of the neighbours beside it.

    Args:
        split: "train" (73,257 pictures) or "test" (26,032).
        download: fetch the split (182 or 64 MB) unless it is here.

    Returns:
        pictures (N, 3, 32, 32), float32 from 0 to 1, and digits (N,).

    Raises:
        ValueError: there is no such split.
        FileNotFoundError: the split is not here, is damaged, or could not be fetched.

    Source: Netzer et al. 2011, "Reading Digits in Natural Images with Unsupervised Feature Learning".
    """
    from torchvision.datasets import SVHN  # takes seconds to import, so only when asked for

    check_split("load_svhn", split, ("train", "test"))
    folder, size = data_folder() / "SVHN", {"train": 182, "test": 64}[split]
    try:
        svhn = SVHN(folder, split, download=download)
    except RuntimeError as error:  # torchvision says the same of a file that is not there and of one that is damaged
        call = f"load_svhn({split!r}, download=True)"
        raise FileNotFoundError(f"SVHN is not in {folder}. Fetch it ({size} MB) with {call}. ({error})") from None
    return torch.from_numpy(svhn.data).float().div_(255), torch.from_numpy(svhn.labels)


def check_split(function: str, split: str, known: tuple[str, ...]) -> None:
    """Raise ValueError unless a set has this split."""
    if split not in known:
        raise ValueError(f"{function}: split should be one of {', '.join(known)}, got {split!r}")


def coco_places(what: str, split: str, year: int, folder: Path | str | None) -> tuple[Path, Path]:
    """Of COCO, or of a folder of its layout: the file of "captions" or "instances", and the folder of pictures."""
    if folder is None:
        folder, pictures = locate(f"coco-annotations-{year}").parents[1], locate(f"coco-{split}{year}")
    else:
        folder, pictures = Path(folder), Path(folder, f"{split}{year}")
    return folder / "annotations" / f"{what}_{split}{year}.json", pictures


def read_json(file: Path) -> Any:
    """What a JSON file holds; CorruptData if it is damaged."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # not UTF-8, or not JSON
        raise CorruptData(f"{file} is damaged: {error}. Move it away, then fetch or unpack it again.") from None


def _flickr8k_captions(file: Path) -> dict[str, list[str]]:
    """The captions of each picture, from lines like "1000268201_693b08cb0e.jpg#1<tab>A girl going in ."."""
    captions: dict[str, list[str]] = {}
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            which, caption = line.decode("utf-8").split("\t")
            name, _ = which.split("#")
        except ValueError:
            raise CorruptData(
                f"{file}, line {number}: expected the name of a picture, '#', a number, a tab and a caption, "
                f"got {line[:60]!r}. Move it away, then fetch or unpack it again."
            ) from None
        captions.setdefault(name, []).append(caption)
    return captions


def with_pictures(function: str, folder: Path, said: list[tuple[str, Any]]) -> list[tuple[Path, Any]]:
    """What is said about pictures whose files are in the folder; a warning counts the others."""
    here = {path.name for path in folder.iterdir()}  # one look for all of them
    named = {name for name, _ in said}
    if missing := named - here:
        message = f"{function}: {len(missing):,} of {len(named):,} pictures are not in {folder}"
        if missing == named:
            raise FileNotFoundError(message)
        warnings.warn(f"{message}; what is said about them is left out", stacklevel=3)
    return [(folder / name, words) for name, words in said if name in here]
