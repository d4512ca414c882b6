"""Answers to clip_by_norm that students might give."""

import torch


def wrong_each_by_itself(gradients, max_norm):
    """Clips every tensor by its own norm, which changes the direction."""
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    return [g * min(1.0, max_norm / float(g.norm().clamp(min=1e-30))) for g in gradients], norm


def wrong_by_value(gradients, max_norm):
    """Clamps every entry instead of scaling."""
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    return [g.clamp(-max_norm, max_norm) for g in gradients], norm


def wrong_always_scales(gradients, max_norm):
    """Scales short gradients up to max_norm as well."""
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    return [g * (max_norm / norm) if norm > 0 else g for g in gradients], norm


def wrong_in_place(gradients, max_norm):
    """Changes the caller's gradients."""
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for g in gradients:
        g *= (max_norm / norm).clamp(max=1.0)
    return list(gradients), norm


def wrong_norm_after(gradients, max_norm):
    """Returns the norm after clipping."""
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    clipped = [g * (max_norm / norm).clamp(max=1.0) for g in gradients]
    return clipped, torch.cat([g.flatten() for g in clipped]).norm()


def wrong_sum_of_norms(gradients, max_norm):
    """Adds up the norms of the tensors."""
    norm = sum(g.norm() for g in gradients)
    return [g * (max_norm / norm).clamp(max=1.0) for g in gradients], norm


def wrong_no_root(gradients, max_norm):
    """Forgets the root."""
    norm = sum((g * g).sum() for g in gradients)
    return [g * (max_norm / norm).clamp(max=1.0) for g in gradients], norm


def wrong_nan_for_zero(gradients, max_norm):
    """Divides by the norm first: zeros become nan."""
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    return [g / norm * norm.clamp(max=max_norm) for g in gradients], norm


def wrong_largest_entry(gradients, max_norm):
    """Takes the largest entry for the norm."""
    norm = torch.stack([g.abs().max() for g in gradients]).max()
    return [g * (max_norm / norm).clamp(max=1.0) for g in gradients], norm


def right_norm_of_norms(gradients, max_norm):
    """The norm of the tensors' norms is the norm of all entries."""
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))
    if norm <= max_norm:
        return [g.clone() for g in gradients], norm
    return [g * max_norm / norm for g in gradients], norm


def right_torch(gradients, max_norm):
    """torch's own function, on copies."""
    copies = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for copy, g in zip(copies, gradients, strict=True):
        copy.grad = g.clone()
    norm = torch.nn.utils.clip_grad_norm_(copies, max_norm)
    return [copy.grad for copy in copies], norm
