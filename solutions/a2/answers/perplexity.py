"""Answers to perplexity that students might give."""

import torch
from torch.nn import functional as F


def wrong_sum(logits, targets, ignore_index=-100):
    """Adds up instead of averaging: a longer text looks worse."""
    return torch.exp(F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index, reduction="sum"))


def wrong_sum_over_time(logits, targets, ignore_index=-100):
    """Averages over the sequences only, as the loss of a sequence does."""
    total = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index, reduction="sum")
    return torch.exp(total / len(logits))


def wrong_mean_over_padding_too(logits, targets, ignore_index=-100):
    """Divides by all steps, the padding included."""
    total = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index, reduction="sum")
    return torch.exp(total / targets.numel())


def wrong_base_2(logits, targets, ignore_index=-100):
    """Takes nats for bits: 2 to the power of the mean."""
    return 2 ** F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index)


def wrong_mean_of_exponentials(logits, targets, ignore_index=-100):
    """Averages 1/p of each step instead of taking exp of the mean."""
    each = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index, reduction="none")
    return each.exp()[targets != ignore_index].mean()


def wrong_mean_of_sequences(logits, targets, ignore_index=-100):
    """Averages within each sequence first, so that short sequences count as much as long ones."""
    each = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index, reduction="none")
    counted = (targets != ignore_index).sum(dim=1)
    return torch.exp((each.sum(dim=1)[counted > 0] / counted[counted > 0]).mean())


def wrong_ignores_ignore_index(logits, targets, ignore_index=-100):
    """Ignores the argument: only negative targets are padding."""
    return torch.exp(F.cross_entropy(logits.transpose(1, 2), targets.where(targets >= 0, -100)))


def wrong_counts_padding(logits, targets, ignore_index=-100):
    """Takes padding for symbol 0."""
    return torch.exp(F.cross_entropy(logits.transpose(1, 2), targets.where(targets != ignore_index, 0)))


def wrong_no_exp(logits, targets, ignore_index=-100):
    """Forgets the exponential: it is the mean surprise in nats."""
    return F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index)


def wrong_sign(logits, targets, ignore_index=-100):
    """Forgets the minus: it is the geometric mean of the probabilities."""
    return torch.exp(-F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index))


def wrong_overflows(logits, targets, ignore_index=-100):
    """Exponentiates first: scores of 1000 give inf / inf."""
    p, counted = logits.exp() / logits.exp().sum(dim=2, keepdim=True), targets != ignore_index
    return p[counted].gather(1, targets[counted][:, None]).log().mean().neg().exp()


def wrong_softmax_over_time(logits, targets, ignore_index=-100):
    """Takes the softmax over the steps instead of the symbols."""
    log_p, counted = logits.log_softmax(dim=1), targets != ignore_index
    return log_p[counted].gather(1, targets[counted][:, None]).mean().neg().exp()


def wrong_entropy(logits, targets, ignore_index=-100):
    """Measures how undecided the model is, whatever really came."""
    log_p = logits.log_softmax(dim=2)[targets != ignore_index]
    return (-(log_p.exp() * log_p).sum(dim=1).mean()).neg().neg().exp()


def wrong_changes_targets(logits, targets, ignore_index=-100):
    """Overwrites the padding in the caller's targets."""
    counted = targets != ignore_index
    targets[~counted] = 0
    picked = logits.log_softmax(dim=2).gather(2, targets[:, :, None])[:, :, 0]
    return torch.exp(-(picked * counted).sum() / counted.sum())


def wrong_root_of_product(logits, targets, ignore_index=-100):
    """Multiplies the probabilities first: for a long text their product is 0."""
    p, counted = logits.softmax(dim=2), targets != ignore_index
    picked = p[counted].gather(1, targets[counted][:, None])
    return picked.prod() ** (-1 / len(picked))


def right_torch(logits, targets, ignore_index=-100):
    """Lets torch average and leave out."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=ignore_index).exp()


def right_bits(logits, targets, ignore_index=-100):
    """In bits all the way: 2 to the power of the mean of -log2 p."""
    counted = targets != ignore_index
    log_p = logits - logits.logsumexp(dim=2, keepdim=True)
    picked = log_p.gather(2, targets.masked_fill(~counted, 0)[:, :, None])[:, :, 0]
    bits = -picked.where(counted, 0.0).sum() / counted.sum() / torch.log(torch.tensor(2.0, dtype=logits.dtype))
    return 2**bits


def right_loops(logits, targets, ignore_index=-100):
    """Step by step: the log of the sum of exponentials minus the right score."""
    surprises = []
    for b in range(logits.shape[0]):
        for t in range(logits.shape[1]):
            if targets[b, t] != ignore_index:
                surprises.append(torch.logsumexp(logits[b, t], 0) - logits[b, t, targets[b, t]])
    return torch.exp(sum(surprises) / len(surprises))


def right_from_the_loss(logits, targets, ignore_index=-100):
    """From the loss of a1, which is summed over time and averaged over the batch."""
    from course_lib.language import temporal_cross_entropy

    total = len(logits) * temporal_cross_entropy(logits, targets, ignore_index)
    return torch.exp(total / (targets != ignore_index).sum())
