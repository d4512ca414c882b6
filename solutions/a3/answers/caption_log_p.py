"""Answers to caption_log_p that students might give."""

import torch
from torch.nn import functional as F


def wrong_mean_over_words(logits, captions, padding):
    """Takes the mean over a caption's words instead of the sum."""
    log_p = torch.log_softmax(logits, dim=2).gather(2, captions[:, :, None])[:, :, 0]
    real = captions != padding
    return (log_p * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)


def wrong_mean_over_steps(logits, captions, padding):
    """Takes the mean over all steps, padding included."""
    log_p = torch.log_softmax(logits, dim=2).gather(2, captions[:, :, None])[:, :, 0]
    return (log_p * (captions != padding)).mean(dim=1)


def wrong_sum_over_batch(logits, captions, padding):
    """Returns one number for the whole batch."""
    return -F.cross_entropy(logits.flatten(0, 1), captions.flatten(), ignore_index=padding, reduction="sum")


def wrong_mean_over_batch(logits, captions, padding):
    """Gives every caption the mean of the batch."""
    log_p = torch.log_softmax(logits, dim=2).gather(2, captions[:, :, None])[:, :, 0]
    return (log_p * (captions != padding)).sum(dim=1).mean().expand(len(captions))


def wrong_padding_counts(logits, captions, padding):
    """Counts the log probability of padding too."""
    return torch.log_softmax(logits, dim=2).gather(2, captions[:, :, None])[:, :, 0].sum(dim=1)


def wrong_padding_is_zero(logits, captions, padding):
    """Takes symbol 0 for padding, whatever `padding` says."""
    log_p = torch.log_softmax(logits, dim=2).gather(2, captions[:, :, None])[:, :, 0]
    return (log_p * (captions != 0)).sum(dim=1)


def wrong_no_end(logits, captions, padding):
    """Leaves out each caption's last word, its END."""
    log_p = torch.log_softmax(logits, dim=2).gather(2, captions[:, :, None])[:, :, 0]
    following = F.pad(captions[:, 1:], (0, 1), value=padding)
    return (log_p * (following != padding)).sum(dim=1)


def wrong_shifted(logits, captions, padding):
    """Shifts captions against logits once more, though they fit already."""
    log_p = torch.log_softmax(logits[:, :-1], dim=2).gather(2, captions[:, 1:, None])[:, :, 0]
    return (log_p * (captions[:, 1:] != padding)).sum(dim=1)


def wrong_softmax_over_steps(logits, captions, padding):
    """Takes the softmax over the steps instead of the words."""
    log_p = torch.log_softmax(logits, dim=1).gather(2, captions[:, :, None])[:, :, 0]
    return (log_p * (captions != padding)).sum(dim=1)


def wrong_scores(logits, captions, padding):
    """Adds up the scores without a softmax."""
    return (logits.gather(2, captions[:, :, None])[:, :, 0] * (captions != padding)).sum(dim=1)


def wrong_probabilities(logits, captions, padding):
    """Adds up probabilities instead of their logarithms."""
    p = torch.softmax(logits, dim=2).gather(2, captions[:, :, None])[:, :, 0]
    return (p * (captions != padding)).sum(dim=1)


def wrong_product(logits, captions, padding):
    """Multiplies the probabilities and takes the logarithm last, of a number that may be zero."""
    p = torch.softmax(logits, dim=2).gather(2, captions[:, :, None])[:, :, 0]
    return torch.where(captions == padding, 1.0, p).prod(dim=1).log()


def wrong_overflows(logits, captions, padding):
    """Exponentiates large scores, which gives inf."""
    log_p = logits - logits.exp().sum(dim=2, keepdim=True).log()
    return (log_p.gather(2, captions[:, :, None])[:, :, 0] * (captions != padding)).sum(dim=1)


def wrong_sign(logits, captions, padding):
    """Returns the surprise, -log p."""
    B, T, V = logits.shape
    surprise = F.cross_entropy(logits.flatten(0, 1), captions.flatten(), ignore_index=padding, reduction="none")
    return surprise.reshape(B, T).sum(dim=1)


def wrong_detached(logits, captions, padding):
    """Cuts the gradient."""
    log_p = torch.log_softmax(logits.detach(), dim=2).gather(2, captions[:, :, None])[:, :, 0]
    return (log_p * (captions != padding)).sum(dim=1)


def right_cross_entropy(logits, captions, padding):
    """torch's cross entropy of each word, zero at padding."""
    surprise = F.cross_entropy(logits.transpose(1, 2), captions, ignore_index=padding, reduction="none")
    return -surprise.sum(dim=1)


def right_caption_by_caption(logits, captions, padding):
    """One caption after the other, its real words only."""
    sums = []
    for scores, words in zip(logits, captions, strict=True):
        real = words != padding
        log_p = scores[real] - scores[real].logsumexp(dim=1, keepdim=True)
        sums.append(log_p[torch.arange(len(log_p)), words[real]].sum())
    return torch.stack(sums)


def right_word_by_word(logits, captions, padding):
    """A loop over the steps."""
    B, T, V = logits.shape
    total = logits.new_zeros(B)
    for t in range(T):
        log_p = F.log_softmax(logits[:, t], dim=-1)[torch.arange(B), captions[:, t]]
        total = total + torch.where(captions[:, t] == padding, torch.zeros_like(log_p), log_p)
    return total


def right_one_hot(logits, captions, padding):
    """The product with one-hot vectors, in which padding has no one."""
    onehot = F.one_hot(captions, logits.shape[2]).to(logits.dtype)
    onehot[:, :, padding] = 0
    return torch.einsum("btv,btv->b", logits - logits.logsumexp(dim=2, keepdim=True), onehot)
