"""Answers to sigmoid_focal_loss that students might give."""

import torch
from torch.nn import functional as F


def wrong_alpha_exchanged(logits, targets, alpha=0.25, gamma=2.0):
    """Gives alpha to the questions whose answer is no."""
    z = torch.where(targets == 1, logits, -logits)
    log_right, log_wrong = F.logsigmoid(z), F.logsigmoid(-z)
    alpha_t = torch.where(targets == 1, 1 - alpha, alpha)
    return -alpha_t * (gamma * log_wrong).exp() * log_right


def wrong_alpha_for_all(logits, targets, alpha=0.25, gamma=2.0):
    """Gives alpha to all questions, and forgets 1 - alpha."""
    z = torch.where(targets == 1, logits, -logits)
    log_right, log_wrong = F.logsigmoid(z), F.logsigmoid(-z)
    alpha_t = alpha
    return -alpha_t * (gamma * log_wrong).exp() * log_right


def wrong_without_alpha(logits, targets, alpha=0.25, gamma=2.0):
    """Forgets alpha."""
    z = torch.where(targets == 1, logits, -logits)
    log_right, log_wrong = F.logsigmoid(z), F.logsigmoid(-z)
    alpha_t = 1
    return -alpha_t * (gamma * log_wrong).exp() * log_right


def wrong_p_in_place_of_1_minus_p(logits, targets, alpha=0.25, gamma=2.0):
    """Multiplies with p_t^gamma: hard questions count less."""
    z = torch.where(targets == 1, logits, -logits)
    log_right, _log_wrong = F.logsigmoid(z), F.logsigmoid(-z)
    alpha_t = torch.where(targets == 1, alpha, 1 - alpha)
    return -alpha_t * (gamma * log_right).exp() * log_right


def wrong_gamma_on_the_logarithm(logits, targets, alpha=0.25, gamma=2.0):
    """Raises the logarithm to gamma."""
    z = torch.where(targets == 1, logits, -logits)
    log_right, log_wrong = F.logsigmoid(z), F.logsigmoid(-z)
    alpha_t = torch.where(targets == 1, alpha, 1 - alpha)
    return alpha_t * log_wrong.exp() * (-log_right) ** gamma


def wrong_fixed_gamma(logits, targets, alpha=0.25, gamma=2.0):
    """Takes the gamma of the paper, whatever it is given."""
    z = torch.where(targets == 1, logits, -logits)
    log_right, log_wrong = F.logsigmoid(z), F.logsigmoid(-z)
    alpha_t = torch.where(targets == 1, alpha, 1 - alpha)
    return -alpha_t * (2 * log_wrong).exp() * log_right


def wrong_p_for_all(logits, targets, alpha=0.25, gamma=2.0):
    """Takes p for p_t where the answer is no."""
    log_right, log_wrong = F.logsigmoid(logits), F.logsigmoid(-logits)
    alpha_t = torch.where(targets == 1, alpha, 1 - alpha)
    return -alpha_t * (gamma * log_wrong).exp() * log_right


def wrong_sum(logits, targets, alpha=0.25, gamma=2.0):
    """Adds all losses up."""
    z = torch.where(targets == 1, logits, -logits)
    log_right, log_wrong = F.logsigmoid(z), F.logsigmoid(-z)
    alpha_t = torch.where(targets == 1, alpha, 1 - alpha)
    return (-alpha_t * (gamma * log_wrong).exp() * log_right).sum()


def wrong_mean(logits, targets, alpha=0.25, gamma=2.0):
    """Takes the mean of all losses."""
    z = torch.where(targets == 1, logits, -logits)
    log_right, log_wrong = F.logsigmoid(z), F.logsigmoid(-z)
    alpha_t = torch.where(targets == 1, alpha, 1 - alpha)
    return (-alpha_t * (gamma * log_wrong).exp() * log_right).mean()


def wrong_sigmoid_of_a_sigmoid(logits, targets, alpha=0.25, gamma=2.0):
    """Takes the sigmoid, and then functions that take another."""
    logits = logits.sigmoid()
    z = torch.where(targets == 1, logits, -logits)
    log_right, log_wrong = F.logsigmoid(z), F.logsigmoid(-z)
    alpha_t = torch.where(targets == 1, alpha, 1 - alpha)
    return -alpha_t * (gamma * log_wrong).exp() * log_right


def wrong_logarithm_of_a_sigmoid(logits, targets, alpha=0.25, gamma=2.0):
    """Takes the logarithm of a sigmoid, which may be 0."""
    p = logits.sigmoid()
    p = torch.where(targets == 1, p, 1 - p)
    log_right, _log_wrong = p.log(), (1 - p).log()
    alpha_t = torch.where(targets == 1, alpha, 1 - alpha)
    return -alpha_t * (1 - p) ** gamma * log_right


def wrong_small_number_added(logits, targets, alpha=0.25, gamma=2.0):
    """Adds a little before the logarithm."""
    p = logits.sigmoid()
    p = torch.where(targets == 1, p, 1 - p)
    log_right, log_wrong = (p + 1e-8).log(), (1 - p + 1e-8).log()
    alpha_t = torch.where(targets == 1, alpha, 1 - alpha)
    return -alpha_t * (gamma * log_wrong).exp() * log_right


def right_by_where(logits, targets, alpha=0.25, gamma=2.0):
    """The logit of what is right, by cases."""
    z = torch.where(targets == 1, logits, -logits)
    log_right, log_wrong = F.logsigmoid(z), F.logsigmoid(-z)
    alpha_t = torch.where(targets == 1, alpha, 1 - alpha)
    return -alpha_t * (gamma * log_wrong).exp() * log_right


def right_by_cross_entropy(logits, targets, alpha=0.25, gamma=2.0):
    """Cross-entropy with logits, and p_t from the sigmoid."""
    wrong = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    p = logits.sigmoid()
    p_t = p * targets + (1 - p) * (1 - targets)
    return (alpha * targets + (1 - alpha) * (1 - targets)) * (1 - p_t) ** gamma * wrong


def right_by_softplus(logits, targets, alpha=0.25, gamma=2.0):
    """Both halves apart, by softplus; 1 - p is the sigmoid of -z."""
    yes = alpha * torch.sigmoid(-logits) ** gamma * F.softplus(-logits)
    no = (1 - alpha) * torch.sigmoid(logits) ** gamma * F.softplus(logits)
    return yes * targets + no * (1 - targets)


def right_by_logaddexp(logits, targets, alpha=0.25, gamma=2.0):
    """Everything from one logarithm of a sum."""
    z = (1 - 2 * targets) * logits
    surprise = torch.logaddexp(z, torch.zeros_like(z))
    return (targets * (2 * alpha - 1) + 1 - alpha) * torch.exp(gamma * (z - surprise)) * surprise
