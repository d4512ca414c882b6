"""Answers to flatten_predictions that students might give."""

import torch


def wrong_reshape_alone(maps, numbers):
    """Gives the list its shape and leaves the numbers where they are."""
    return maps.reshape(maps.shape[0], -1, numbers)


def wrong_numbers_before_anchors(maps, numbers):
    """Takes the channels for k A + a: the first number about all anchors, then the second."""
    B, _, h, w = maps.shape
    return maps.reshape(B, numbers, -1, h, w).permute(0, 3, 4, 2, 1).reshape(B, -1, numbers)


def wrong_features_and_anchors_disagree(maps, numbers):
    """Splits the channels rightly and then puts the numbers before the anchors."""
    B, _, h, w = maps.shape
    return maps.reshape(B, -1, numbers, h, w).permute(0, 3, 4, 2, 1).reshape(B, -1, numbers)


def wrong_columns_before_rows(maps, numbers):
    """Goes down the columns."""
    B, _, h, w = maps.shape
    return maps.reshape(B, -1, numbers, h, w).permute(0, 4, 3, 1, 2).reshape(B, -1, numbers)


def wrong_anchors_before_places(maps, numbers):
    """Lists all places of the first anchor, then of the second."""
    B, _, h, w = maps.shape
    return maps.reshape(B, -1, numbers, h, w).permute(0, 1, 3, 4, 2).reshape(B, -1, numbers)


def wrong_anchors_between_row_and_column(maps, numbers):
    """Puts the anchors between row and column."""
    B, _, h, w = maps.shape
    return maps.reshape(B, -1, numbers, h, w).permute(0, 3, 1, 4, 2).reshape(B, -1, numbers)


def wrong_numbers_are_anchors(maps, numbers):
    """Takes `numbers` for the number of anchors."""
    B, C, h, w = maps.shape
    return maps.reshape(B, numbers, -1, h, w).permute(0, 3, 4, 1, 2).reshape(B, -1, C // numbers)


def wrong_one_list_for_all_pictures(maps, numbers):
    """Puts the lists of all pictures into one."""
    B, _, h, w = maps.shape
    return maps.reshape(B, -1, numbers, h, w).permute(0, 3, 4, 1, 2).reshape(1, -1, numbers)


def wrong_pictures_mixed(maps, numbers):
    """Goes through the pictures at each place, and then cuts the list into pictures."""
    B, _, h, w = maps.shape
    return maps.reshape(B, -1, numbers, h, w).permute(3, 4, 0, 1, 2).reshape(B, -1, numbers)


def wrong_view_after_permute(maps, numbers):
    """Calls view on what permute has left in another order: an error."""
    return maps.permute(0, 2, 3, 1).view(maps.shape[0], -1, numbers)


def wrong_assumes_memory_order(maps, numbers):
    """Reads the memory as if the maps always lay in it like a new tensor."""
    B, C, h, w = maps.shape
    strides = (C * h * w, w, 1, numbers * h * w, h * w)
    return torch.as_strided(maps, (B, h, w, C // numbers, numbers), strides).reshape(B, -1, numbers)


def wrong_detached(maps, numbers):
    """Cuts the gradient."""
    return maps.detach().permute(0, 2, 3, 1).reshape(maps.shape[0], -1, numbers)


def right_channels_last(maps, numbers):
    """Channels to the end; a K + k is the right order already."""
    return maps.permute(0, 2, 3, 1).reshape(maps.shape[0], -1, numbers)


def right_in_turn(maps, numbers):
    """One place after the other, one anchor after the other."""
    B, C, h, w = maps.shape
    pictures = []
    for picture in maps:
        listed = [picture[a : a + numbers, i, j] for i in range(h) for j in range(w) for a in range(0, C, numbers)]
        pictures.append(torch.stack(listed))
    return torch.stack(pictures)


def right_stacked_anchors(maps, numbers):
    """The channels of each anchor, stacked behind the places."""
    anchors = [chunk.flatten(2).transpose(1, 2) for chunk in maps.split(numbers, dim=1)]  # (B, h w, K) each
    return torch.stack(anchors, dim=2).flatten(1, 2)


def right_unflatten(maps, numbers):
    """Dimensions by name of what is done to them."""
    return maps.unflatten(1, (-1, numbers)).movedim((3, 4), (1, 2)).flatten(1, 3)
