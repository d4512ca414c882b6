"""The Neural Turing Machine: addressing, the machine, and the task of copying."""

from .addressing import address, content_weights, interpolate, read_memory, sharpen, shift, write_memory
from .copying import BITS, Copier, copy_batch, ntm_copier, trained_copier
from .machine import HeadParameters, NTMCell, NTMState, head_parameters, trace

__all__ = [
    "BITS",
    "Copier",
    "HeadParameters",
    "NTMCell",
    "NTMState",
    "address",
    "content_weights",
    "copy_batch",
    "head_parameters",
    "interpolate",
    "ntm_copier",
    "read_memory",
    "sharpen",
    "shift",
    "trace",
    "trained_copier",
    "write_memory",
]
