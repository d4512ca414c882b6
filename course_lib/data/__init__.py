"""Data: real text that is always there, real sets by name, and small made-up worlds."""

from .clips import Clip, UnreadableClip, read_clip
from .moving_shapes import MOTIONS, changing_shapes, clip_sentence, draw_clips, make_clips, motion_labels, moving_shapes
from .pictures import load_coco_captions, load_easy_vqa, load_flickr8k, load_mnist
from .registry import DATA_SETS, CorruptData, DataSet, data_folder, fetch, locate
from .reviews import NEGATIVE, NEUTRAL, POSITIVE, SENTIMENTS, film_reviews
from .text import TextWindows, load_text, split_text
from .toys import WEATHER, WEATHER_TRANSITION, StoreDays, ice_cream_store, recall_task
from .translations import SPECIALS, encode_pairs, load_pairs, pad_pairs, split_pairs, treaty_sentences
from .word_pictures import ARABIC, LATIN, draw_words, is_arabic, random_words

__all__ = [
    "ARABIC",
    "DATA_SETS",
    "LATIN",
    "MOTIONS",
    "NEGATIVE",
    "NEUTRAL",
    "POSITIVE",
    "SENTIMENTS",
    "SPECIALS",
    "WEATHER",
    "WEATHER_TRANSITION",
    "Clip",
    "CorruptData",
    "DataSet",
    "StoreDays",
    "TextWindows",
    "UnreadableClip",
    "changing_shapes",
    "clip_sentence",
    "data_folder",
    "draw_clips",
    "draw_words",
    "encode_pairs",
    "fetch",
    "film_reviews",
    "ice_cream_store",
    "is_arabic",
    "load_coco_captions",
    "load_easy_vqa",
    "load_flickr8k",
    "load_mnist",
    "load_pairs",
    "load_text",
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
