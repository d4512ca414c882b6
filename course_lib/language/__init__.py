"""Language: symbols, models that predict the next one, and ways to let them write."""

from .decoding import sample_decode, sample_symbol, write_text
from .loss import temporal_cross_entropy
from .model import LanguageModel, nats_per_symbol, next_symbol_loss
from .vocabulary import Vocabulary

__all__ = [
    "LanguageModel",
    "Vocabulary",
    "nats_per_symbol",
    "next_symbol_loss",
    "sample_decode",
    "sample_symbol",
    "temporal_cross_entropy",
    "write_text",
]
