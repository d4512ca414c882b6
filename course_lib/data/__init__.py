"""Data: real text that is always there, real sets by name, and small made-up worlds."""

from .boxes_and_masks import (
    BLOOD_CELLS,
    CAMVID_CLASSES,
    CAMVID_VOID,
    VOC_CLASSES,
    VOC_VOID,
    coco_categories,
    decode_masks,
    load_bccd,
    load_camvid,
    load_coco_instances,
    load_voc,
    load_voc_maps,
)
from .clips import Clip, UnreadableClip, read_clip
from .data_sets import DATA_SETS, DataSet, data_folder
from .digit_strings import draw_digit_strings
from .digits import load_digits
from .moving_shapes import MOTIONS, changing_shapes, clip_sentence, draw_clips, make_clips, motion_labels, moving_shapes
from .picture_batches import LabelMapBatches, PictureBatches, flip_target
from .pictures import load_coco_captions, load_easy_vqa, load_flickr8k, load_mnist, load_svhn
from .registry import CorruptData, fetch, locate
from .reviews import NEGATIVE, NEUTRAL, POSITIVE, SENTIMENTS, film_reviews
from .text import TextWindows, load_text, split_text
from .toys import WEATHER, WEATHER_TRANSITION, StoreDays, ice_cream_store, recall_task
from .translations import SPECIALS, encode_pairs, load_pairs, pad_pairs, split_pairs, treaty_sentences
from .word_pictures import ARABIC, LATIN, draw_words, is_arabic, random_words

__all__ = [
    "ARABIC",
    "BLOOD_CELLS",
    "CAMVID_CLASSES",
    "CAMVID_VOID",
    "DATA_SETS",
    "LATIN",
    "MOTIONS",
    "NEGATIVE",
    "NEUTRAL",
    "POSITIVE",
    "SENTIMENTS",
    "SPECIALS",
    "VOC_CLASSES",
    "VOC_VOID",
    "WEATHER",
    "WEATHER_TRANSITION",
    "Clip",
    "CorruptData",
    "DataSet",
    "LabelMapBatches",
    "PictureBatches",
    "StoreDays",
    "TextWindows",
    "UnreadableClip",
    "changing_shapes",
    "clip_sentence",
    "coco_categories",
    "data_folder",
    "decode_masks",
    "draw_clips",
    "draw_digit_strings",
    "draw_words",
    "encode_pairs",
    "fetch",
    "film_reviews",
    "flip_target",
    "ice_cream_store",
    "is_arabic",
    "load_bccd",
    "load_camvid",
    "load_coco_captions",
    "load_coco_instances",
    "load_digits",
    "load_easy_vqa",
    "load_flickr8k",
    "load_mnist",
    "load_pairs",
    "load_svhn",
    "load_text",
    "load_voc",
    "load_voc_maps",
    "locate",
    "make_clips",
    "motion_labels",
    "moving_shapes",
    "pad_pairs",
    "random_words",
    "read_clip",
    "recall_task",
    "split_pairs",
    "split_text",
    "treaty_sentences",
]
