"""Language: symbols, models that predict the next one, and ways to let them write."""

from .beams import Beams, Hypothesis, beam_search, beam_step, search_beams
from .classification import SequenceClassifier, accuracy, classification_loss
from .decoding import (
    Writer,
    greedy_decode,
    keep_top_k,
    sample_decode,
    sample_symbol,
    write,
    write_text,
)
from .loss import perplexity, temporal_cross_entropy
from .model import LanguageModel, bits_per_symbol, nats_per_symbol, next_symbol_loss
from .translation import (
    DecoderState,
    Encoded,
    Encoder,
    SequenceToSequence,
    attention_decoder_step,
    google_translator,
    translation_loss,
)
from .units import UnitSearch, bracket_depth, inside_quotes, line_position, search_units, unit_activations
from .vocabulary import END, PADDING, START, UNKNOWN, Vocabulary, split_words

__all__ = [
    "END",
    "PADDING",
    "START",
    "UNKNOWN",
    "Beams",
    "DecoderState",
    "Encoded",
    "Encoder",
    "Hypothesis",
    "LanguageModel",
    "SequenceClassifier",
    "SequenceToSequence",
    "UnitSearch",
    "Vocabulary",
    "Writer",
    "accuracy",
    "attention_decoder_step",
    "beam_search",
    "beam_step",
    "bits_per_symbol",
    "bracket_depth",
    "classification_loss",
    "google_translator",
    "greedy_decode",
    "inside_quotes",
    "keep_top_k",
    "line_position",
    "nats_per_symbol",
    "next_symbol_loss",
    "perplexity",
    "sample_decode",
    "sample_symbol",
    "search_beams",
    "search_units",
    "split_words",
    "temporal_cross_entropy",
    "translation_loss",
    "unit_activations",
    "write",
    "write_text",
]
