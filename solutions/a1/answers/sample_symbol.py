"""Answers to sample_symbol that students might give."""

import torch


def wrong_favourite(logits, temperature=1.0, generator=None):
    """Always takes the likeliest symbol."""
    return logits.argmax(dim=-1)


def wrong_no_temperature(logits, temperature=1.0, generator=None):
    """Ignores the temperature."""
    return torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)[:, 0]


def wrong_multiplies(logits, temperature=1.0, generator=None):
    """Multiplies by the temperature instead of dividing."""
    return torch.multinomial((logits * temperature).softmax(dim=-1), 1, generator=generator)[:, 0]


def wrong_scales_probabilities(logits, temperature=1.0, generator=None):
    """Divides the probabilities by the temperature, which cancels out when they are normalised."""
    return torch.multinomial(logits.softmax(dim=-1) / temperature, 1, generator=generator)[:, 0]


def wrong_extra_dimension(logits, temperature=1.0, generator=None):
    """Returns (B, 1)."""
    return torch.multinomial((logits / temperature).softmax(dim=-1), 1, generator=generator)


def wrong_overflows(logits, temperature=1.0, generator=None):
    """Exponentiates large scores, which gives inf."""
    p = (logits / temperature).exp()
    return torch.multinomial(p / p.sum(dim=-1, keepdim=True), 1, generator=generator)[:, 0]


def wrong_ignores_generator(logits, temperature=1.0, generator=None):
    """Draws from the global random numbers: no two runs alike."""
    return torch.multinomial((logits / temperature).softmax(dim=-1), 1)[:, 0]


def wrong_over_batch(logits, temperature=1.0, generator=None):
    """Takes the softmax over the rows."""
    return torch.multinomial((logits / temperature).softmax(dim=0), 1, generator=generator)[:, 0]


def wrong_one_draw_for_all(logits, temperature=1.0, generator=None):
    """Draws one random number for all rows."""
    cumulative = (logits / temperature).softmax(dim=-1).cumsum(dim=-1)
    u = torch.rand(1, generator=generator)
    return (cumulative < u).sum(dim=-1).clamp(max=logits.shape[-1] - 1)


def wrong_uniform(logits, temperature=1.0, generator=None):
    """Draws every symbol equally often."""
    return torch.randint(logits.shape[-1], (len(logits),), generator=generator)


def right_gumbel(logits, temperature=1.0, generator=None):
    """The maximum of scores plus Gumbel noise is distributed like the softmax."""
    u = torch.rand(logits.shape, generator=generator, dtype=torch.float64).clamp(min=1e-300)
    return (logits.double() / temperature - torch.log(-torch.log(u))).argmax(dim=-1)


def right_inverse_cumulative(logits, temperature=1.0, generator=None):
    """One uniform number for each row, looked up in the cumulative distribution."""
    scaled = logits.double() / temperature
    p = torch.exp(scaled - scaled.logsumexp(dim=-1, keepdim=True))
    u = torch.rand((len(logits), 1), generator=generator, dtype=torch.float64)
    return torch.searchsorted(p.cumsum(dim=-1), u).squeeze(1).clamp(max=logits.shape[1] - 1)
