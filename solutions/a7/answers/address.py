"""Answers to address that students might give."""

import torch


def wrong_gate_turned_around(memory, previous, key, strength, gate, shifts, sharpness):
    """Stays where it was when it should look for the key."""
    content = content_weights(key, memory, strength)
    return sharpen(shift(interpolate(previous, content, gate), shifts), sharpness)


def wrong_shift_before_the_gate(memory, previous, key, strength, gate, shifts, sharpness):
    """Moves on from where it was, but not from what it has found."""
    content = content_weights(key, memory, strength)
    return sharpen(interpolate(content, shift(previous, shifts), gate), sharpness)


def wrong_no_sharpening(memory, previous, key, strength, gate, shifts, sharpness):
    """Leaves the blur."""
    return shift(interpolate(content_weights(key, memory, strength), previous, gate), shifts)


def wrong_sharpens_before_the_shift(memory, previous, key, strength, gate, shifts, sharpness):
    """Sharpens first and blurs afterwards."""
    return shift(sharpen(interpolate(content_weights(key, memory, strength), previous, gate), sharpness), shifts)


def wrong_no_shift(memory, previous, key, strength, gate, shifts, sharpness):
    """Never moves on."""
    return sharpen(interpolate(content_weights(key, memory, strength), previous, gate), sharpness)


def wrong_content_only(memory, previous, key, strength, gate, shifts, sharpness):
    """Forgets where it was."""
    return sharpen(shift(content_weights(key, memory, strength), shifts), sharpness)


def wrong_location_only(memory, previous, key, strength, gate, shifts, sharpness):
    """Never looks for anything."""
    return sharpen(shift(previous, shifts), sharpness)


def wrong_gate_is_a_switch(memory, previous, key, strength, gate, shifts, sharpness):
    """Takes either the one or the other: nothing to learn from."""
    content = content_weights(key, memory, strength)
    return sharpen(shift(torch.where(gate > 0.5, content, previous), shifts), sharpness)


def wrong_strength_and_sharpness_exchanged(memory, previous, key, strength, gate, shifts, sharpness):
    """Exchanges two numbers that both make something sharper."""
    content = content_weights(key, memory, sharpness)
    return sharpen(shift(interpolate(content, previous, gate), shifts), 1 + strength)


def right_written_out(memory, previous, key, strength, gate, shifts, sharpness):
    """Without the library's two steps."""
    found = content_weights(key, memory, strength)
    moved = shift(previous + gate * (found - previous), shifts)
    powers = moved.pow(sharpness)
    return powers / powers.sum(1, keepdim=True)


def right_shifts_both(memory, previous, key, strength, gate, shifts, sharpness):
    """Moves both and mixes them then: a shift is linear."""
    found = shift(content_weights(key, memory, strength), shifts)
    return sharpen(gate * found + (1 - gate) * shift(previous, shifts), sharpness)


def right_by_logarithms(memory, previous, key, strength, gate, shifts, sharpness):
    """Sharpens by a softmax of logarithms."""
    blurred = shift(interpolate(content_weights(key, memory, strength), previous, gate), shifts)
    return torch.softmax(sharpness * blurred.log(), dim=1)
