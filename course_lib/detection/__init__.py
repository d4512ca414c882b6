"""What is where in a picture: boxes, anchors, and the detectors of a decade, each built on the one before."""

from .anchors import flatten_predictions, generate_anchors
from .backbone import FeaturePyramid, ResNetStages, StagedEncoder
from .boxes import (
    box_area,
    box_iou,
    clip_boxes,
    cxcywh_to_xyxy,
    decode_boxes,
    encode_boxes,
    generalized_box_iou,
    xywh_to_xyxy,
    xyxy_to_cxcywh,
    xyxy_to_xywh,
)
from .evaluation import average_precision, coco_map, detections_of_class, match_detections, precision_recall
from .fast_rcnn import FastRCNN, region_features, region_maxima, shapes_fast_rcnn
from .faster_rcnn import FasterRCNN, ProposalPredictions, faster_rcnn_loss, shapes_faster_rcnn
from .focal import share_of_easy_negatives, sigmoid_focal_loss
from .mask_rcnn import MaskHead, MaskRCNN, mask_loss, mask_targets, paste_masks, shapes_mask_rcnn
from .matching import BACKGROUND, IGNORED, match_anchors, sample_balanced
from .nms import best_detections, nms, nms_per_class
from .proposals import proposal_recall, sliding_windows
from .rcnn import RCNN, ProposalBatches, RegionPredictions, rcnn_loss, shapes_rcnn, warp_crops
from .retinanet import RetinaHead, RetinaNet, shapes_retinanet
from .roi_head import RoIHead, roi_detections, roi_loss, roi_targets, sample_rois
from .rpn import RegionProposalNetwork, propose, rpn_loss, sample_anchors
from .selective_search import group_regions, selective_search
from .ssd import SSD, AnchorPredictions, anchors_of_maps, hard_negatives, shapes_ssd
from .targets import check_targets, detection_loss, pad_pictures
from .yolo import YOLO, YOLOOutput, base_boxes_of_cells, shapes_yolo, split_cells, yolo_boxes, yolo_loss, yolo_targets

__all__ = [
    "BACKGROUND",
    "IGNORED",
    "RCNN",
    "SSD",
    "YOLO",
    "AnchorPredictions",
    "FastRCNN",
    "FasterRCNN",
    "FeaturePyramid",
    "MaskHead",
    "MaskRCNN",
    "ProposalBatches",
    "ProposalPredictions",
    "RegionPredictions",
    "RegionProposalNetwork",
    "ResNetStages",
    "RetinaHead",
    "RetinaNet",
    "RoIHead",
    "StagedEncoder",
    "YOLOOutput",
    "anchors_of_maps",
    "average_precision",
    "base_boxes_of_cells",
    "best_detections",
    "box_area",
    "box_iou",
    "check_targets",
    "clip_boxes",
    "coco_map",
    "cxcywh_to_xyxy",
    "decode_boxes",
    "detection_loss",
    "detections_of_class",
    "encode_boxes",
    "faster_rcnn_loss",
    "flatten_predictions",
    "generalized_box_iou",
    "generate_anchors",
    "group_regions",
    "hard_negatives",
    "mask_loss",
    "mask_targets",
    "match_anchors",
    "match_detections",
    "nms",
    "nms_per_class",
    "pad_pictures",
    "paste_masks",
    "precision_recall",
    "proposal_recall",
    "propose",
    "rcnn_loss",
    "region_features",
    "region_maxima",
    "roi_detections",
    "roi_loss",
    "roi_targets",
    "rpn_loss",
    "sample_anchors",
    "sample_balanced",
    "sample_rois",
    "selective_search",
    "shapes_fast_rcnn",
    "shapes_faster_rcnn",
    "shapes_mask_rcnn",
    "shapes_rcnn",
    "shapes_retinanet",
    "shapes_ssd",
    "shapes_yolo",
    "share_of_easy_negatives",
    "sigmoid_focal_loss",
    "sliding_windows",
    "split_cells",
    "warp_crops",
    "xywh_to_xyxy",
    "xyxy_to_cxcywh",
    "xyxy_to_xywh",
    "yolo_boxes",
    "yolo_loss",
    "yolo_targets",
]
