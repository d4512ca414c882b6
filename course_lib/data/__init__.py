"""Data: real text that is always there, real sets by name, and small made-up worlds."""

from .registry import DATA_SETS, CorruptData, DataSet, data_folder, fetch, locate
from .text import TextWindows, load_text, split_text
from .toys import WEATHER, WEATHER_TRANSITION, StoreDays, ice_cream_store, recall_task

__all__ = [
    "DATA_SETS",
    "WEATHER",
    "WEATHER_TRANSITION",
    "CorruptData",
    "DataSet",
    "StoreDays",
    "TextWindows",
    "data_folder",
    "fetch",
    "ice_cream_store",
    "load_text",
    "locate",
    "recall_task",
    "split_text",
]
