"""Convolution written out: equal to torch, and to the lecture's numbers."""

import pytest
import torch
from torch.nn import functional as F

from course_lib.convnet import conv2d, conv3d, max_pool2d, relu

DIAGONAL = [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
CROSSING = [[1, -1, 1], [-1, 1, -1], [1, -1, 1]]
# The lecture's maps, cut (not rounded) to two decimals: feature map of the diagonal, pooled, and of the crossing.
MAP = """
 0.77 -0.11  0.11  0.33  0.55 -0.11  0.33
-0.11  1.00 -0.11  0.33 -0.11  0.11 -0.11
 0.11 -0.11  1.00 -0.33  0.11 -0.11  0.55
 0.33  0.33 -0.33  0.55 -0.33  0.33  0.33
 0.55 -0.11  0.11 -0.33  1.00 -0.11  0.11
-0.11  0.11 -0.11  0.33 -0.11  1.00 -0.11
 0.33 -0.11  0.55  0.33  0.11 -0.11  0.77
"""
POOLED = """
1.00 0.33 0.55 0.33
0.33 1.00 0.33 0.55
0.55 0.33 1.00 0.11
0.33 0.55 0.11 0.77
"""
CROSSED = """
 0.33 -0.55  0.11 -0.11  0.11 -0.55  0.33
-0.55  0.55 -0.55  0.33 -0.55  0.55 -0.55
 0.11 -0.55  0.55 -0.77  0.55 -0.55  0.11
-0.11  0.33 -0.77  1.00 -0.77  0.33 -0.11
 0.11 -0.55  0.55 -0.77  0.55 -0.55  0.11
-0.55  0.55 -0.55  0.33 -0.55  0.55 -0.55
 0.33 -0.55  0.11 -0.11  0.11 -0.55  0.33
"""


def table(text):
    return torch.tensor([[float(number) for number in line.split()] for line in text.strip().splitlines()])


def two_decimals(values):
    return (values.double() * 100 + values.sign() * 1e-6).trunc() / 100


def picture_of_an_x():
    x = -torch.ones(9, 9)
    for i in range(1, 8):
        x[i, i] = x[i, 8 - i] = 1
    return x[None, None]


def test_the_lecture_s_x():
    """Catches flipped filters, a sum in place of a mean, pooling that drops the last row."""
    filters = torch.tensor([DIAGONAL, CROSSING]).float()[:, None] / 9
    maps = conv2d(picture_of_an_x(), filters)
    assert torch.allclose(two_decimals(maps[0, 0]), table(MAP).double())
    assert torch.allclose(two_decimals(maps[0, 1]), table(CROSSED).double())
    assert torch.allclose(two_decimals(max_pool2d(maps)[0, 0]), table(POOLED).double())
    assert torch.allclose(two_decimals(relu(maps)[0, 0]), table(MAP).double().clamp(min=0))


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_conv2d_is_torch_s(stride, padding):
    """Outputs and gradients, with sides and filters that are not square: catches H and W exchanged."""
    torch.manual_seed(0)
    x, filters, bias = (
        torch.randn(shape, dtype=torch.double, requires_grad=True) for shape in ((2, 3, 9, 11), (4, 3, 3, 2), (4,))
    )
    ours, theirs = conv2d(x, filters, bias, stride, padding), F.conv2d(x, filters, bias, stride, padding)
    assert torch.allclose(ours, theirs)
    sent = torch.randn_like(theirs)
    for a, b in zip(*(torch.autograd.grad(y, [x, filters, bias], sent) for y in (ours, theirs)), strict=True):
        assert torch.allclose(a, b)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1)])
def test_conv3d_is_torch_s(stride, padding):
    torch.manual_seed(0)
    x, filters, bias = (
        torch.randn(shape, dtype=torch.double, requires_grad=True) for shape in ((2, 3, 6, 9, 7), (4, 3, 2, 3, 3), (4,))
    )
    ours, theirs = conv3d(x, filters, bias, stride, padding), F.conv3d(x, filters, bias, stride, padding)
    assert torch.allclose(ours, theirs)
    for a, b in zip(*(torch.autograd.grad(y.sum(), [x, filters]) for y in (ours, theirs)), strict=True):
        assert torch.allclose(a, b)


@pytest.mark.parametrize(("size", "stride"), [(2, None), (3, 2), (3, 1)])
def test_max_pool2d_is_torch_s(size, stride):
    x = torch.randn(2, 3, 7, 10)
    assert torch.equal(max_pool2d(x, size, stride), F.max_pool2d(x, size, stride, ceil_mode=True))


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"same C, got \(1, 3, 8, 8\) and \(4, 2, 3, 3\)"):
        conv2d(torch.zeros(1, 3, 8, 8), torch.zeros(4, 2, 3, 3))
    with pytest.raises(ValueError, match=r"same C, got \(1, 3, 8, 8, 8\) and \(4, 2, 3, 3, 3\)"):
        conv3d(torch.zeros(1, 3, 8, 8, 8), torch.zeros(4, 2, 3, 3, 3))
