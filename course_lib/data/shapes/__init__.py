"""A world of simple things in pictures, in which everything is known: what is said, asked and drawn can be checked."""

from .batches import (
    CaptionBatches,
    DetectionBatches,
    QuestionBatches,
    SegmentationBatches,
    detection_target,
    shapes_vocabulary,
)
from .captions import NUMBERS, captions, is_true, truthfulness
from .coco import SPLITS, make_scenes, write_coco
from .drawing import boxes, draw_scene, draw_scenes, instance_map, semantic_map
from .questions import ANSWERS, Question, name_of, pointing_question, questions
from .scene import COLOURS, HELD_OUT, KINDS, RELATIONS, SIZES, TEXTURES, Scene, Thing, holds, random_scene

__all__ = [
    "ANSWERS",
    "COLOURS",
    "HELD_OUT",
    "KINDS",
    "NUMBERS",
    "RELATIONS",
    "SIZES",
    "SPLITS",
    "TEXTURES",
    "CaptionBatches",
    "DetectionBatches",
    "Question",
    "QuestionBatches",
    "Scene",
    "SegmentationBatches",
    "Thing",
    "boxes",
    "captions",
    "detection_target",
    "draw_scene",
    "draw_scenes",
    "holds",
    "instance_map",
    "is_true",
    "make_scenes",
    "name_of",
    "pointing_question",
    "questions",
    "random_scene",
    "semantic_map",
    "shapes_vocabulary",
    "truthfulness",
    "write_coco",
]
