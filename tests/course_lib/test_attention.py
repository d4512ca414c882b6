"""Attention against torch's own, against a loop, and with masks that any wrong version would leak through."""

import pytest
import torch
from torch.nn import functional as F

from course_lib.attention import AdditiveAttention, DotProductAttention, additive_attention, dot_product_attention


def additive_by_loop(query, keys, values, W_q, W_k, v, mask=None):
    contexts, all_weights = [], []
    for b in range(len(query)):
        places = [s for s in range(keys.shape[1]) if mask is None or mask[b, s]]
        scores = torch.stack([torch.tanh(query[b] @ W_q + keys[b, s] @ W_k) @ v for s in places])
        weights = torch.zeros_like(keys[b, :, 0])
        weights[places] = scores.exp() / scores.exp().sum()
        contexts.append(sum(weights[s] * values[b, s] for s in places))
        all_weights.append(weights)
    return torch.stack(contexts), torch.stack(all_weights)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("B", "S", "D", "K", "E", "A"), [(1, 1, 1, 1, 1, 1), (3, 4, 2, 5, 6, 7)])
def test_additive_attention_equals_a_loop(B, S, D, K, E, A, masked):
    """Catches a softmax over the wrong axis, keys taken for values, and a mask put on after the softmax."""
    torch.manual_seed(0)
    shapes = [(B, D), (B, S, K), (B, S, E), (D, A), (K, A), (A,)]
    inputs = [torch.randn(*shape).double().requires_grad_() for shape in shapes]
    mask = (torch.arange(S) < torch.tensor([[S], [1], [2]])[:B]) if masked else None
    ours, expected = additive_attention(*inputs, mask), additive_by_loop(*inputs, mask)
    for one, other in zip(ours, expected, strict=True):
        assert torch.allclose(one, other)
    sent_back = torch.randn(B, E).double()
    for one, other in zip(*(torch.autograd.grad(r[0], inputs, sent_back) for r in (ours, expected)), strict=True):
        assert torch.allclose(one, other)


@pytest.mark.parametrize("masked", [False, True])
def test_dot_product_attention_equals_torch(masked):
    torch.manual_seed(0)
    query, keys, values = torch.randn(3, 5).double(), torch.randn(3, 4, 5).double(), torch.randn(3, 4, 2).double()
    mask = torch.arange(4) < torch.tensor([[4], [1], [2]]) if masked else None
    context, weights = dot_product_attention(query, keys, values, mask)
    torch_mask = mask[:, None, :] if masked else None
    expected = F.scaled_dot_product_attention(query[:, None], keys, values, attn_mask=torch_mask)
    assert torch.allclose(context, expected[:, 0])
    assert torch.allclose(weights.sum(dim=1), torch.ones(3).double())
    if masked:
        assert not weights[~mask].any()


@pytest.mark.parametrize("attend", [AdditiveAttention(5, 6, 7), DotProductAttention(5, 6)])
def test_padding_is_invisible(attend):
    """Neither what is in the padding nor how long it is changes anything, and no gradient reaches it."""
    torch.manual_seed(0)
    query, keys = torch.randn(2, 5), torch.randn(2, 3, 6)
    mask = torch.ones(2, 3, dtype=torch.bool)
    padded = torch.cat([keys, 1e3 * torch.randn(2, 2, 6)], dim=1).requires_grad_()
    longer = torch.cat([mask, torch.zeros(2, 2, dtype=torch.bool)], dim=1)
    (context, weights), (same, more_weights) = attend(query, keys, mask), attend(query, padded, longer)
    assert torch.allclose(context, same, atol=1e-6) and torch.allclose(weights, more_weights[:, :3], atol=1e-6)
    same.sum().backward()
    assert not padded.grad[:, 3:].any()


def test_order_of_keys_does_not_matter():
    attend, order = AdditiveAttention(5, 6, 7), torch.tensor([2, 0, 1])
    query, keys = torch.randn(2, 5), torch.randn(2, 3, 6)
    (context, weights), (same, moved) = attend(query, keys), attend(query, keys[:, order])
    assert torch.allclose(context, same, atol=1e-6) and torch.allclose(weights[:, order], moved, atol=1e-6)


def test_errors_say_what_was_expected():
    query, keys = torch.randn(2, 5), torch.randn(2, 3, 5)
    with pytest.raises(ValueError, match=r"mask should be bool of shape \(B, S\) = \(2, 3\)"):
        dot_product_attention(query, keys, keys, torch.ones(2, 3))
    with pytest.raises(ValueError, match="at least one place in every row"):
        dot_product_attention(query, keys, keys, torch.zeros(2, 3, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"keys should have the shape \(B, S, D\)"):
        dot_product_attention(query, keys[:, :, :4], keys)
