"""Semantic segmentation: a class for every pixel of a picture."""

from .deconvolution import DeconvolutionNetwork, shapes_deconvolution
from .evaluation import class_iou, confusion_matrix, evaluate_segmentation, mean_iou, pixel_accuracy
from .fcn import FCN, fcn8s_head, shapes_fcn, trained_fcn
from .loss import VOID, pixel_cross_entropy
from .sliding import FullResolution, PatchClassifier, label_by_patches
from .upsampling import Upsampling, bilinear_filter, conv_transpose2d, max_pool_with_places, max_unpool2d, upsample

__all__ = [
    "FCN",
    "VOID",
    "DeconvolutionNetwork",
    "FullResolution",
    "PatchClassifier",
    "Upsampling",
    "bilinear_filter",
    "class_iou",
    "confusion_matrix",
    "conv_transpose2d",
    "evaluate_segmentation",
    "fcn8s_head",
    "label_by_patches",
    "max_pool_with_places",
    "max_unpool2d",
    "mean_iou",
    "pixel_accuracy",
    "pixel_cross_entropy",
    "shapes_deconvolution",
    "shapes_fcn",
    "trained_fcn",
    "upsample",
]
