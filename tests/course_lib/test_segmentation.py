"""Segmentation: upsampling equal to torch's, losses and scores that count the right pixels, networks of any size."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib import segmentation
from course_lib.data.shapes import SegmentationBatches, make_scenes
from course_lib.detection.backbone import StagedEncoder
from course_lib.segmentation import (
    FCN,
    DeconvolutionNetwork,
    FullResolution,
    PatchClassifier,
    Upsampling,
    bilinear_filter,
    class_iou,
    confusion_matrix,
    conv_transpose2d,
    evaluate_segmentation,
    fcn8s_head,
    label_by_patches,
    max_pool_with_places,
    max_unpool2d,
    mean_iou,
    pixel_accuracy,
    pixel_cross_entropy,
    shapes_fcn,
    trained_fcn,
)

TINY = (4, 6, 8, 8, 8)


def doubles(*shapes):
    torch.manual_seed(0)
    return [torch.randn(shape, dtype=torch.double, requires_grad=True) for shape in shapes]


def same_gradients(ours, theirs, inputs):
    sent = torch.randn_like(theirs)
    both = [torch.autograd.grad(y, inputs, sent, retain_graph=True) for y in (ours, theirs)]
    return all(torch.allclose(a, b) for a, b in zip(*both, strict=True))


# --- upsampling


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 0), (2, 1), (3, 1), (4, 0)])
def test_conv_transpose2d_is_torch_s(stride, padding):
    """Sides and filters that are not square, strides above the filter: catches H and W or C and F exchanged."""
    inputs = doubles((2, 3, 4, 5), (3, 5, 4, 3), (5,))
    ours, theirs = conv_transpose2d(*inputs, stride, padding), F.conv_transpose2d(*inputs, stride, padding)
    assert torch.allclose(ours, theirs) and same_gradients(ours, theirs, inputs)


def test_conv_transpose2d_has_the_gradient_of_its_formula():
    assert torch.autograd.gradcheck(
        lambda *a: conv_transpose2d(*a, stride=2, padding=1), doubles((1, 2, 3, 2), (2, 1, 3, 4), (1,))
    )


def test_stamps_add_up_where_they_overlap():
    """By hand: two stamps of three in steps of two share one pixel; catches one stamp overwriting another."""
    y = conv_transpose2d(torch.tensor([[[[2.0, 5.0]]]]), torch.tensor([[[[1.0, 10.0, 100.0]]]]), stride=2)
    assert y.tolist() == [[[[2, 20, 205, 50, 500]]]]


def test_conv_transpose2d_is_the_way_back_of_conv2d():
    """<conv(x), y> = <x, conv_transposed(y)> with the very same filters: catches filters that are flipped."""
    x, filters, y = doubles((1, 3, 9, 9), (4, 3, 3, 3), (1, 4, 5, 5))
    back = conv_transpose2d(y, filters, stride=2, padding=1)
    assert torch.allclose((F.conv2d(x, filters, stride=2, padding=1) * y).sum(), (x * back).sum())


def test_conv_transpose2d_says_what_does_not_fit():
    x, filters = torch.zeros(1, 3, 4, 4), torch.zeros(3, 2, 3, 3)
    with pytest.raises(ValueError, match=r"filters should have the shape \(C, F, kH, kW\) with C = 3"):
        conv_transpose2d(x, filters.transpose(0, 1))
    with pytest.raises(ValueError, match=r"bias should have the shape \(F\) with F = 2"):
        conv_transpose2d(x, filters, torch.zeros(3))
    with pytest.raises(ValueError, match="stride should be at least 1"):
        conv_transpose2d(x, filters, stride=0)
    with pytest.raises(ValueError, match="padding 3 leaves nothing of the output, 0 x 0"):
        conv_transpose2d(x, filters, padding=3)


@pytest.mark.parametrize("factor", [1, 2, 3, 8])
def test_new_upsampling_interpolates(factor):
    """Exactly `factor` times as large, and inside equal to torch's bilinear interpolation: catches a shift by half a
    pixel, and channels that mix."""
    x = torch.randn(2, 3, 5, 6)
    ours = Upsampling(3, factor)(x)
    theirs = F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
    assert ours.shape == theirs.shape
    inside = (..., slice(factor, -factor), slice(factor, -factor))
    assert torch.allclose(ours[inside], theirs[inside], atol=1e-6)


def test_bilinear_filters_by_hand():
    assert bilinear_filter(1).tolist() == [[1]]
    assert bilinear_filter(4)[1].tolist() == [0.1875, 0.5625, 0.5625, 0.1875]
    assert torch.allclose(bilinear_filter(3)[1], torch.tensor([0.5, 1, 0.5]))
    with pytest.raises(ValueError, match="bilinear_filter: size should be at least 1, got 0"):
        bilinear_filter(0)


def test_upsampling_learns():
    """All its filters, those between channels, too: catches a buffer where a parameter should be."""
    upsampling = Upsampling(2, 2)
    upsampling(torch.randn(1, 2, 3, 3)).square().sum().backward()
    assert (upsampling.filters.grad.flatten(2).abs().sum(dim=2) > 0).all()


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pooling_and_unpooling_are_torch_s(size):
    """Odd sides: catches places in the padded map instead of the map."""
    (x,) = doubles((2, 3, 7, 10))
    ours, places = max_pool_with_places(x, size)
    theirs, their_places = F.max_pool2d(x, size, ceil_mode=True, return_indices=True)
    assert torch.equal(ours, theirs) and torch.equal(places, their_places)
    assert same_gradients(ours, theirs, [x])
    restored = max_unpool2d(ours, places, (7, 10))
    expected = F.max_unpool2d(theirs, their_places, size, output_size=(7, 10)) if 7 % size == 10 % size == 0 else None
    assert expected is None or torch.equal(restored, expected)
    assert torch.equal(restored, torch.where(restored != 0, x, 0)), "a value is not where it came from"
    assert (restored != 0).sum() == ours.numel()


def test_unpooling_sends_gradients_back_to_the_values():
    (x,) = doubles((1, 2, 2, 3))
    places = torch.tensor([0, 3, 5, 12, 15, 23]).view(1, 1, 2, 3).expand(1, 2, 2, 3)
    assert torch.autograd.gradcheck(lambda x: max_unpool2d(x, places, (4, 6)), [x])
    with pytest.raises(ValueError, match="places should have the shape"):
        max_unpool2d(x, places[:, :1], (4, 6))


# --- loss


def test_pixel_cross_entropy_is_torch_s():
    (logits,) = doubles((2, 5, 3, 4))
    labels = torch.randint(5, (2, 3, 4))
    labels[0, 0] = labels[1, :, 2] = 255
    ours, theirs = pixel_cross_entropy(logits, labels), F.cross_entropy(logits, labels, ignore_index=255)
    assert torch.allclose(ours, theirs) and same_gradients(ours, theirs, [logits])


def test_void_pixels_count_nothing():
    """Not in the sum, and not in the number it is divided by; void may be any number, such as CamVid's 11."""
    (logits,) = doubles((1, 3, 2, 2))
    labels = torch.tensor([[[0, 11], [11, 11]]])
    loss = pixel_cross_entropy(logits, labels, void=11)
    assert torch.allclose(loss, -torch.log_softmax(logits[0, :, 0, 0], dim=0)[0])
    loss.backward()
    assert (logits.grad[0, :, 0, 0] != 0).all() and logits.grad.count_nonzero() == 3


def test_only_void_is_no_loss():
    """Zero that can be trained on: catches 0 / 0."""
    (logits,) = doubles((1, 3, 2, 2))
    loss = pixel_cross_entropy(logits, torch.full((1, 2, 2), 255))
    loss.backward()
    assert loss.item() == 0 and (logits.grad == 0).all()


def test_the_loss_says_what_does_not_fit():
    logits = torch.zeros(1, 3, 4, 5)
    with pytest.raises(ValueError, match=r"labels should have the shape \(B, H, W\) with H = 4"):
        pixel_cross_entropy(logits, torch.zeros(1, 5, 4, dtype=torch.int64))
    with pytest.raises(ValueError, match="K - 1 = 2 or be void = 255, got 3"):
        pixel_cross_entropy(logits, torch.full((1, 4, 5), 3))
    with pytest.raises(TypeError, match="labels should hold integers"):
        pixel_cross_entropy(logits, torch.zeros(1, 4, 5))


# --- evaluation


def test_rows_are_the_truth():
    labels = torch.tensor([[0, 0, 1], [2, 255, 1]])
    predicted = torch.tensor([[0, 2, 1], [2, 1, 0]])
    assert confusion_matrix(predicted, labels, 3).tolist() == [[1, 0, 1], [1, 1, 0], [0, 0, 1]]
    assert confusion_matrix(predicted, labels.to(torch.uint8), 4).shape == (4, 4)


def test_scores_by_hand():
    confusion = torch.tensor([[6, 2, 0], [1, 3, 0], [0, 0, 0]])  # the last class does not occur
    assert torch.allclose(class_iou(confusion)[:2], torch.tensor([6 / 9, 3 / 6]).double())
    assert class_iou(confusion)[2].isnan()
    assert mean_iou(confusion) == pytest.approx((6 / 9 + 3 / 6) / 2)
    assert pixel_accuracy(confusion) == pytest.approx(9 / 12)


def test_a_class_that_is_only_predicted_counts():
    """IoU 0, not left out: catches a model that may invent classes for free."""
    assert mean_iou(torch.tensor([[3, 1], [0, 0]])) == pytest.approx(3 / 8)


def test_the_whole_set_is_counted_before_dividing():
    """Catches a mean over pictures: class 1 is found in a large picture and missed in a small one."""
    truth, said = [torch.ones(1, 9, 9).long(), torch.ones(1, 1, 1).long()], [torch.ones(1, 9, 9), torch.zeros(1, 1, 1)]
    confusion = sum(confusion_matrix(p.long(), t, 2) for p, t in zip(said, truth, strict=True))
    assert mean_iou(confusion) == pytest.approx((0 + 81 / 82) / 2)


def test_evaluation_says_what_does_not_fit():
    labels = torch.zeros(2, 2, dtype=torch.int64)
    with pytest.raises(ValueError, match="predicted should lie between 0 and classes - 1 = 2"):
        confusion_matrix(labels + 3, labels, 3)
    with pytest.raises(ValueError, match=r"labels should lie between .* got 4"):
        confusion_matrix(labels, labels + 4, 3)
    with pytest.raises(ValueError, match="same shape"):
        confusion_matrix(labels[:1], labels, 3)
    with pytest.raises(TypeError, match="predicted should hold integers"):
        confusion_matrix(labels.float(), labels, 3)
    with pytest.raises(ValueError, match="only zeros"):
        mean_iou(labels)


class Parrot(nn.Module):
    """Says that every pixel has the class that its red channel names."""

    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, pictures):
        assert not self.training and not torch.is_grad_enabled()
        return F.one_hot(pictures[:, 0].long(), 3).permute(0, 3, 1, 2).float()


def test_batches_of_different_sizes_are_added_up():
    batches = [
        (torch.ones(2, 3, 4, 5), torch.ones(2, 4, 5).long()),
        (torch.zeros(1, 3, 2, 2), torch.ones(1, 2, 2).long()),
    ]
    confusion = evaluate_segmentation(Parrot().train(), batches, 3)
    assert confusion.tolist() == [[0, 0, 0], [4, 40, 0], [0, 0, 0]]


# --- models


def random_averages(model):
    """Batch normalisation as after training: averages that are not 0 and 1."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return model.eval()


def test_patches_and_one_convolution_say_the_same():
    """At the border, too; height and width differ: catches patches that are off centre or transposed."""
    torch.manual_seed(0)
    model = random_averages(PatchClassifier(5, channels=(6, 6), size=3))
    picture = 4 * torch.randn(3, 7, 9)
    one_by_one = label_by_patches(model, picture)
    at_once = model(model.surround(picture[None])).argmax(dim=1)[0]
    assert torch.equal(one_by_one, at_once) and len(one_by_one.unique()) > 1
    patch = picture[:, 1:6, 2:7]  # around row 3, column 4
    assert model.patch == 5 and model(patch[None]).shape == (1, 5, 1, 1)
    assert model(patch[None]).argmax().item() == one_by_one[3, 4]


def test_full_resolution_is_the_patch_classifier_inside():
    """It takes the patch classifier's weights, and sees the same wherever no border is near."""
    torch.manual_seed(0)
    patches = random_averages(PatchClassifier(5, channels=(6, 6), size=3))
    full = FullResolution(5, channels=(6, 6), size=3).eval()
    full.load_state_dict(patches.state_dict())
    pictures = torch.rand(2, 3, 8, 9)
    assert torch.allclose(full(pictures)[:, :, 2:-2, 2:-2], patches(pictures), atol=1e-6)


@pytest.mark.parametrize(
    "build",
    [
        *(lambda s=s: FCN(StagedEncoder(TINY), 4, s) for s in (8, 16, 32)),
        lambda: DeconvolutionNetwork(4, TINY),
        lambda: FullResolution(4, (5, 5), 3),
    ],
)
@pytest.mark.parametrize("size", [(64, 96), (45, 70), (33, 31)])
def test_the_labels_are_as_large_as_the_picture(build, size):
    """Sides that 32 does not divide, and a gradient for every parameter."""
    model = build()
    logits = model(torch.rand(2, 3, *size))
    assert logits.shape == (2, 4, *size)
    logits.square().sum().backward()
    assert all(p.grad is not None for p in model.parameters())


def test_the_head_of_fcn_8s_fuses_in_the_paper_s_order():
    """Against torch, with odd sides and filters that are not symmetric: catches the two upsamplings by two exchanged, a
    skip added after upsampling, and cutting at the wrong side."""
    torch.manual_seed(0)
    s_8, s_16, s_32 = torch.randn(2, 3, 7, 6), torch.randn(2, 3, 4, 3), torch.randn(2, 3, 2, 2)
    up_32, up_16, up_8 = torch.randn(3, 3, 4, 4), torch.randn(3, 3, 4, 4), torch.randn(3, 3, 16, 16)
    fused = s_16 + F.conv_transpose2d(s_32, up_32, stride=2, padding=1)[:, :, :4, :3]
    fused = s_8 + F.conv_transpose2d(fused, up_16, stride=2, padding=1)[:, :, :7, :6]
    expected = F.conv_transpose2d(fused, up_8, stride=8, padding=4)
    assert torch.allclose(fcn8s_head(s_8, s_16, s_32, up_32, up_16, up_8), expected, rtol=1e-4, atol=1e-3)
    with pytest.raises(ValueError, match=r"scores_16 should be half as large .*\(4, 3\), got \(5, 3\)"):
        fcn8s_head(s_8, torch.randn(2, 3, 5, 3), s_32, up_32, up_16, up_8)
    with pytest.raises(ValueError, match=r"up_8 should have the shape \(K, K, 16, 16\)"):
        fcn8s_head(s_8, s_16, s_32, up_32, up_16, up_16)


def test_skips_are_used():
    """A picture's fine detail reaches FCN-8s by its skip of stride 8, and FCN-32s not: its scores have none."""
    for stride, maps in ((8, 3), (16, 2), (32, 1)):
        model = FCN(StagedEncoder(TINY), 4, stride)
        assert len(model.scores) == len(model.upsamplings) == maps
        assert [score.in_channels for score in model.scores] == list(TINY[-maps:])


def test_fcn_16s_fuses_two_maps_in_the_paper_s_order():
    """Catches filters or scores that change places: here the maps are added before the last upsampling, not after."""
    torch.manual_seed(0)
    model, pictures = FCN(StagedEncoder(TINY), 4, 16).eval(), torch.rand(2, 3, 64, 96)
    for up in model.upsamplings:
        torch.nn.init.normal_(up.filters)
    s_16, s_32 = (score(maps) for score, maps in zip(model.scores, model.encoder(pictures)[-2:], strict=True))
    up_32, up_16 = (up.filters for up in model.upsamplings)
    fused = s_16 + F.conv_transpose2d(s_32, up_32, stride=2, padding=1)
    expected = F.conv_transpose2d(fused, up_16, stride=16, padding=8)
    assert torch.allclose(model(pictures), expected, rtol=1e-4, atol=1e-3)


def test_an_encoder_without_the_right_strides():
    with pytest.raises(ValueError, match=r"should have the strides \[8, 16, 32\], got \[2, 4, 8, 16\]"):
        FCN(StagedEncoder(), 4)
    with pytest.raises(ValueError, match="stride should be 32, 16 or 8, got 4"):
        FCN(StagedEncoder(TINY), 4, 4)


def test_the_deconvolution_network_remembers_places():
    """Unpooling to the upper left corner, without the switches, gives something else."""
    torch.manual_seed(0)
    model = random_averages(DeconvolutionNetwork(3, (4, 4)))
    pictures = torch.rand(1, 3, 8, 8)
    with_switches = model(pictures)
    with pytest.MonkeyPatch.context() as patch:
        corners = lambda x: (max_pool_with_places(x)[0], max_pool_with_places(torch.zeros_like(x))[1])  # noqa: E731
        patch.setattr(segmentation.deconvolution, "max_pool_with_places", corners)
        assert not torch.allclose(model(pictures), with_switches)


def test_fcn_8s_overfits_one_batch():
    """The parts work together: what is seen, where it is, and the loss."""
    torch.manual_seed(0)
    pictures, maps = next(iter(SegmentationBatches(make_scenes("train", 4, side=64), 4)))
    model = FCN(StagedEncoder((8, 16, 32, 32, 32)), 7)
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(30):
        loss = pixel_cross_entropy(model(pictures), maps)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.1
    assert mean_iou(confusion_matrix(model(pictures).argmax(dim=1), maps, 7)) > 0.6


def test_the_trained_fcn_knows_the_world_of_shapes():
    """Catches weights that do not belong to the code: on 20 scenes nobody trained on."""
    batches = SegmentationBatches(make_scenes("val", 20, side=128, most=6), 10)
    confusion = evaluate_segmentation(trained_fcn(), batches, 7)
    assert mean_iou(confusion) > 0.8 and pixel_accuracy(confusion) > 0.97
    untrained = evaluate_segmentation(copy.deepcopy(shapes_fcn()), batches, 7)
    assert mean_iou(untrained) < 0.3
