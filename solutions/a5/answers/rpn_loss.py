"""Answers to rpn_loss that students might give."""

import torch
from torch.nn import functional as F

from course_lib.detection import BACKGROUND, encode_boxes


def wrong_mean_over_boxes(logits, codes, anchors, boxes, matches, places):
    """Divides the loss of the boxes by how many anchors have an object."""
    S = max(len(places), 1)
    positives = places[matches[places] >= 0]
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    off = F.smooth_l1_loss(codes[positives], true_codes, beta=1 / 9, reduction="sum")
    return {"rpn object": wrong / S, "rpn box": off / max(len(positives), 1)}


def wrong_mean_of_four_codes(logits, codes, anchors, boxes, matches, places):
    """Takes the mean over an anchor's four codes instead of their sum."""
    S = max(len(places), 1)
    positives = places[matches[places] >= 0]
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    off = F.smooth_l1_loss(codes[positives], true_codes, beta=1 / 9, reduction="none").mean(dim=1).sum()
    return {"rpn object": wrong / S, "rpn box": off / S}


def wrong_divided_by_all_anchors(logits, codes, anchors, boxes, matches, places):
    """Divides by the number of all anchors."""
    A = len(anchors)
    positives = places[matches[places] >= 0]
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    off = F.smooth_l1_loss(codes[positives], true_codes, beta=1 / 9, reduction="sum")
    return {"rpn object": wrong / A, "rpn box": off / A}


def wrong_nothing_chosen(logits, codes, anchors, boxes, matches, places):
    """Divides 0 by 0 if nothing was chosen."""
    positives = places[matches[places] >= 0]
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    off = F.smooth_l1_loss(codes[positives], true_codes, beta=1 / 9, reduction="sum")
    return {"rpn object": wrong / len(places), "rpn box": off / len(places)}


def wrong_boxes_at_background_too(logits, codes, anchors, boxes, matches, places):
    """Also tells the anchors at background where the last object is, as matches[i] is -1 there."""
    S = max(len(places), 1)
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[places]], anchors[places])
    off = F.smooth_l1_loss(codes[places], true_codes, beta=1 / 9, reduction="sum")
    return {"rpn object": wrong / S, "rpn box": off / S}


def wrong_all_anchors(logits, codes, anchors, boxes, matches, places):
    """Learns from all anchors, background nearly all of them, and not from the chosen ones."""
    positives = (matches >= 0).nonzero()[:, 0]
    there = (matches >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits, there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    off = F.smooth_l1_loss(codes[positives], true_codes, beta=1 / 9, reduction="sum")
    return {"rpn object": wrong / len(anchors), "rpn box": off / len(anchors)}


def wrong_object_0_is_nothing(logits, codes, anchors, boxes, matches, places):
    """Takes object 0 for background: > 0 in place of >= 0."""
    S = max(len(places), 1)
    positives = places[matches[places] > 0]
    there = (matches[places] > 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    off = F.smooth_l1_loss(codes[positives], true_codes, beta=1 / 9, reduction="sum")
    return {"rpn object": wrong / S, "rpn box": off / S}


def wrong_no_sigmoid(logits, codes, anchors, boxes, matches, places):
    """Takes logits for probabilities, cut to what the logarithm can bear."""
    S = max(len(places), 1)
    positives = places[matches[places] >= 0]
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy(logits[places].clamp(1e-6, 1 - 1e-6), there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    off = F.smooth_l1_loss(codes[positives], true_codes, beta=1 / 9, reduction="sum")
    return {"rpn object": wrong / S, "rpn box": off / S}


def wrong_beta_is_1(logits, codes, anchors, boxes, matches, places):
    """Leaves beta at 1."""
    S = max(len(places), 1)
    positives = places[matches[places] >= 0]
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    off = F.smooth_l1_loss(codes[positives], true_codes, reduction="sum")
    return {"rpn object": wrong / S, "rpn box": off / S}


def wrong_huber(logits, codes, anchors, boxes, matches, places):
    """Takes Huber's loss, which is smooth L1 times beta."""
    S = max(len(places), 1)
    positives = places[matches[places] >= 0]
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    off = F.huber_loss(codes[positives], true_codes, delta=1 / 9, reduction="sum")
    return {"rpn object": wrong / S, "rpn box": off / S}


def wrong_codes_of_the_anchors(logits, codes, anchors, boxes, matches, places):
    """Exchanges anchors and objects when it encodes."""
    S = max(len(places), 1)
    positives = places[matches[places] >= 0]
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    true_codes = encode_boxes(anchors[positives], boxes[matches[positives]])
    off = F.smooth_l1_loss(codes[positives], true_codes, beta=1 / 9, reduction="sum")
    return {"rpn object": wrong / S, "rpn box": off / S}


def wrong_codes_detached(logits, codes, anchors, boxes, matches, places):
    """Cuts the gradient of the codes."""
    S = max(len(places), 1)
    positives = places[matches[places] >= 0]
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(logits[places], there, reduction="sum")
    true_codes = encode_boxes(boxes[matches[positives]], anchors[positives])
    off = F.smooth_l1_loss(codes[positives].detach(), true_codes, beta=1 / 9, reduction="sum")
    return {"rpn object": wrong / S, "rpn box": off / S}


def right_in_turn(logits, codes, anchors, boxes, matches, places):
    """One chosen anchor after the other, with its own smooth L1 and softplus."""
    of_object, of_box = logits.new_zeros(()), codes.new_zeros(())
    for i in places.tolist():
        n = int(matches[i])
        of_object = of_object + F.softplus(-logits[i] if n >= 0 else logits[i])
        if n >= 0:
            wanted = encode_boxes(boxes[n : n + 1], anchors[i : i + 1])[0]
            for d in (codes[i] - wanted).abs():
                of_box = of_box + (d * d * 9 / 2 if d < 1 / 9 else d - 1 / 18)
    return {"rpn object": of_object / max(1, len(places)), "rpn box": of_box / max(1, len(places))}


def right_masks(logits, codes, anchors, boxes, matches, places):
    """Masks over all anchors instead of places."""
    chosen = torch.zeros(len(anchors), dtype=torch.bool)
    chosen[places] = True
    has = chosen & (matches >= 0)
    count = max(int(chosen.sum()), 1)
    entropy = F.binary_cross_entropy_with_logits(logits, has.to(logits.dtype), reduction="none")
    d = codes[has] - encode_boxes(boxes[matches[has]], anchors[has])
    smooth = torch.where(d.abs() < 1 / 9, 4.5 * d.square(), d.abs() - 1 / 18)
    return {"rpn object": entropy[chosen].sum() / count, "rpn box": smooth.sum() / count}


def right_huber_times_nine(logits, codes, anchors, boxes, matches, places):
    """Huber's loss divided by beta, and the two kinds of anchors apart; what is left is not background."""
    S = len(places) if len(places) else 1
    background = matches[places] == BACKGROUND
    with_object, without = places[~background], places[background]
    of_object = -F.logsigmoid(logits[with_object]).sum() - F.logsigmoid(-logits[without]).sum()
    wanted = encode_boxes(boxes[matches[with_object]], anchors[with_object])
    of_box = 9 * F.huber_loss(codes[with_object], wanted, reduction="sum", delta=1 / 9)
    return {"rpn box": of_box / S, "rpn object": of_object / S}


def right_without_encode_boxes(logits, codes, anchors, boxes, matches, places):
    """Writes the codes out, and weighs the anchors by 0 or 1 and 1/S."""
    S = max(len(places), 1)
    there = (matches[places] >= 0).to(logits.dtype)
    wrong = F.binary_cross_entropy_with_logits(
        logits[places], there, weight=torch.full_like(there, 1 / S), reduction="sum"
    )
    if not there.any():
        return {"rpn object": wrong, "rpn box": 0 * codes.sum()}
    box, anchor = boxes[matches[places].clamp(min=0)], anchors[places]
    sides = anchor[:, 2:] - anchor[:, :2]
    shift = (box[:, :2] + box[:, 2:] - anchor[:, :2] - anchor[:, 2:]) / 2 / sides
    stretch = torch.log((box[:, 2:] - box[:, :2]) / sides)
    d = (codes[places] - torch.cat([shift, stretch], dim=1)).abs()
    near = d.clamp(max=1 / 9)
    smooth = 4.5 * near**2 + (d - near)
    return {"rpn object": wrong, "rpn box": (there[:, None] * smooth).sum() / S}
