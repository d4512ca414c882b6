"""What a captioner learns from: the probability of whole captions, and where it has looked."""

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise
from .model import Captioner


def _check_caption_log_p(logits, captions, padding):
    check_shapes("caption_log_p", logits=(logits, "B T V"), captions=(captions, "B T int"))


@exercise("a3", accepts=_check_caption_log_p)
def caption_log_p(logits: Tensor, captions: Tensor, padding: int) -> Tensor:
    """The log probability of each caption: summed over its words, its END included, and over nothing else.

        log p(S | I) = sum_t log softmax(logits_t)[S_t]        over the t where S_t is not padding

    Args:
        logits: the model's scores for each word, given the picture and the words before it, (B, T, V).
        captions: the words S_t that came there, (B, T) integers; shorter captions are filled up with `padding`.
        padding: the symbol that fills up.

    Returns:
        One number for each caption, (B,), in nats.

    Source: Vinyals et al. 2015, equation 2.
    """
    log_p = torch.log_softmax(logits, dim=2).gather(2, captions[:, :, None]).squeeze(2)  # (B, T)
    return log_p.masked_fill(captions == padding, 0.0).sum(dim=1)


def _check_doubly_stochastic_penalty(looks, real):
    check_shapes("doubly_stochastic_penalty", looks=(looks, "B T h w"))
    if real.dtype != torch.bool or real.shape != looks.shape[:2]:
        raise ValueError(
            f"doubly_stochastic_penalty: real should be bool of shape (B, T) = {tuple(looks.shape[:2])}, got "
            f"{real.dtype} of shape {tuple(real.shape)}"
        )


@exercise("a4", accepts=_check_doubly_stochastic_penalty)
def doubly_stochastic_penalty(looks: Tensor, real: Tensor) -> Tensor:
    """How unevenly the places of a picture were looked at, over a whole caption.

        1/B sum_b sum_l (1 - sum_t alpha_{b,t,l})^2        over the steps t that are real

    At each step the weights sum to 1 over the places; this asks that they also sum to about 1 over the steps at each
    place: look at everything once.

    Args:
        looks: the weights alpha, (B, T, h, w).
        real: which steps belong to the caption and are not padding, (B, T) bool.

    Returns:
        A scalar, averaged over the batch.

    Source: Xu et al. 2015, "Show, Attend and Tell", equation 14.
    """
    looked = (looks * real[:, :, None, None]).sum(dim=1)  # (B, h, w)
    return ((1 - looked) ** 2).sum(dim=(1, 2)).mean()


def caption_loss(model: Captioner, batch: tuple[Tensor, Tensor], padding: int, everywhere: float = 0.0) -> Tensor:
    """Surprise at the captions of a batch, mean over the captions.

        -log p(S | I)  +  everywhere * doubly_stochastic_penalty

    Args:
        model: the captioner.
        batch: pictures, and captions (B, T + 1) with START first, END last, filled up with `padding`.
        padding: the symbol that fills up.
        everywhere: lambda, how much it matters that every place is looked at about once; 0 without attention.

    Source: Xu et al. 2015, equation 14.
    """
    pictures, captions = batch
    logits, looks = model(pictures, captions[:, :-1])
    loss = -caption_log_p(logits, captions[:, 1:], padding).mean()
    if everywhere:
        loss = loss + everywhere * doubly_stochastic_penalty(looks, captions[:, 1:] != padding)
    return loss


class MovingBaseline:
    """What to expect of a caption: a moving average of its log probability, b = 0.9 b + 0.1 log p.

    Source: Xu et al. 2015, section 4.1.
    """

    def __init__(self):
        self.value: float | None = None

    def update(self, log_p: Tensor) -> None:
        """Take in the log probabilities of one batch, (B,)."""
        now = log_p.mean().item()
        self.value = now if self.value is None else 0.9 * self.value + 0.1 * now


def hard_attention_loss(
    model: Captioner, batch: tuple[Tensor, Tensor], padding: int, baseline: MovingBaseline, strength: float = 1.0
) -> Tensor:
    """The loss that teaches `HardAttention` where to look, by reward (REINFORCE).

    Its gradient is that of

        -1/B sum_b ( log p(S | s, I)  +  strength (log p(S | s, I) - b) sum_t log alpha_{t, s_t} )

    with the factor in parentheses held fixed: places that made the caption likelier than expected become likelier.

    Args:
        model: a captioner with `HardAttention`, in training mode.
        batch, padding: as in `caption_loss`.
        baseline: b; updated.
        strength: lambda_r, how much the places learn from one try.

    Source: Xu et al. 2015, equation 12, without its term for the entropy of alpha.
    """
    pictures, captions = batch
    logits, looks = model(pictures, captions[:, :-1])
    log_p = caption_log_p(logits, captions[:, 1:], padding)
    log_places = looks.sum(dim=(2, 3)).clamp(min=1e-8).log()  # (B, T): only the chosen place is not zero
    log_places = (log_places * (captions[:, 1:] != padding)).sum(dim=1)
    better = log_p.detach() - (log_p.mean().item() if baseline.value is None else baseline.value)
    baseline.update(log_p)
    return -(log_p + strength * better * log_places).mean()
