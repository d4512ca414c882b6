"""Describing pictures in words."""

from .loss import MovingBaseline, caption_log_p, caption_loss, doubly_stochastic_penalty, hard_attention_loss
from .model import Captioner, describe
from .showing import picture_as_first_state, picture_as_first_word, picture_at_every_step, word_embedding
from .spatial import (
    AttentionLSTMCell,
    GatedAttention,
    HardAttention,
    SpatialAttention,
    attention_lstm_step,
    spatial_attention,
)
from .writing import Caption, beam_captions, greedy_caption

__all__ = [
    "AttentionLSTMCell",
    "Caption",
    "Captioner",
    "GatedAttention",
    "HardAttention",
    "MovingBaseline",
    "SpatialAttention",
    "attention_lstm_step",
    "beam_captions",
    "caption_log_p",
    "caption_loss",
    "describe",
    "doubly_stochastic_penalty",
    "greedy_caption",
    "hard_attention_loss",
    "picture_as_first_state",
    "picture_as_first_word",
    "picture_at_every_step",
    "spatial_attention",
    "word_embedding",
]
