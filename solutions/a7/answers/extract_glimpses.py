"""Answers to extract_glimpses that students might give."""

import torch
from torch.nn import functional as F


def wrong_x_and_y_exchanged(pictures, locations, size, scales):
    """Takes the first number of a location for the way down."""
    B, C, H, W = pictures.shape
    patches = []
    for n in (2**k for k in range(scales)):
        P = size * n
        steps = torch.arange(P) - (P - 1) / 2
        xs, ys = locations[:, 1:] + steps * 2 / W, locations[:, :1] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patches.append(F.avg_pool2d(F.grid_sample(pictures, places.to(pictures), align_corners=False), n))
    return torch.cat(patches, dim=1)


def wrong_middles_of_the_outer_pixels(pictures, locations, size, scales):
    """Takes -1 and 1 for the middles of the first and the last pixel."""
    B, C, H, W = pictures.shape
    patches = []
    for n in (2**k for k in range(scales)):
        P = size * n
        steps = torch.arange(P) - (P - 1) / 2
        xs, ys = locations[:, :1] + steps * 2 / W, locations[:, 1:] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patches.append(F.avg_pool2d(F.grid_sample(pictures, places.to(pictures), align_corners=True), n))
    return torch.cat(patches, dim=1)


def wrong_nearest_pixel(pictures, locations, size, scales):
    """Takes the nearest pixel instead of something of all neighbours."""
    B, C, H, W = pictures.shape
    patches = []
    for n in (2**k for k in range(scales)):
        P = size * n
        steps = torch.arange(P) - (P - 1) / 2
        xs, ys = locations[:, :1] + steps * 2 / W, locations[:, 1:] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patch = F.grid_sample(pictures, places.to(pictures), mode="nearest", align_corners=False)
        patches.append(F.avg_pool2d(patch, n))
    return torch.cat(patches, dim=1)


def wrong_edge_repeated(pictures, locations, size, scales):
    """Goes on with the last pixel outside the picture."""
    B, C, H, W = pictures.shape
    patches = []
    for n in (2**k for k in range(scales)):
        P = size * n
        steps = torch.arange(P) - (P - 1) / 2
        xs, ys = locations[:, :1] + steps * 2 / W, locations[:, 1:] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patch = F.grid_sample(pictures, places.to(pictures), padding_mode="border", align_corners=False)
        patches.append(F.avg_pool2d(patch, n))
    return torch.cat(patches, dim=1)


def wrong_coarsest_first(pictures, locations, size, scales):
    """Puts the largest patch first."""
    B, C, H, W = pictures.shape
    patches = []
    for n in (2**k for k in reversed(range(scales))):
        P = size * n
        steps = torch.arange(P) - (P - 1) / 2
        xs, ys = locations[:, :1] + steps * 2 / W, locations[:, 1:] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patches.append(F.avg_pool2d(F.grid_sample(pictures, places.to(pictures), align_corners=False), n))
    return torch.cat(patches, dim=1)


def wrong_one_two_three(pictures, locations, size, scales):
    """Makes the third patch three times as large, not four times."""
    B, C, H, W = pictures.shape
    patches = []
    for n in range(1, scales + 1):
        P = size * n
        steps = torch.arange(P) - (P - 1) / 2
        xs, ys = locations[:, :1] + steps * 2 / W, locations[:, 1:] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patches.append(F.avg_pool2d(F.grid_sample(pictures, places.to(pictures), align_corners=False), n))
    return torch.cat(patches, dim=1)


def wrong_every_second_pixel(pictures, locations, size, scales):
    """Leaves pixels out instead of averaging them."""
    B, C, H, W = pictures.shape
    patches = []
    for n in (2**k for k in range(scales)):
        P = size * n
        steps = torch.arange(P) - (P - 1) / 2
        xs, ys = locations[:, :1] + steps * 2 / W, locations[:, 1:] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patches.append(F.grid_sample(pictures, places.to(pictures), align_corners=False)[:, :, ::n, ::n])
    return torch.cat(patches, dim=1)


def wrong_darkest_pixel(pictures, locations, size, scales):
    """Takes the largest of each square instead of the mean."""
    B, C, H, W = pictures.shape
    patches = []
    for n in (2**k for k in range(scales)):
        P = size * n
        steps = torch.arange(P) - (P - 1) / 2
        xs, ys = locations[:, :1] + steps * 2 / W, locations[:, 1:] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patches.append(F.max_pool2d(F.grid_sample(pictures, places.to(pictures), align_corners=False), n))
    return torch.cat(patches, dim=1)


def wrong_square_pictures_only(pictures, locations, size, scales):
    """Measures the way down by the width."""
    B, C, H, W = pictures.shape
    patches = []
    for n in (2**k for k in range(scales)):
        P = size * n
        steps = torch.arange(P) - (P - 1) / 2
        xs, ys = locations[:, :1] + steps * 2 / W, locations[:, 1:] + steps * 2 / W
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patches.append(F.avg_pool2d(F.grid_sample(pictures, places.to(pictures), align_corners=False), n))
    return torch.cat(patches, dim=1)


def wrong_from_its_corner(pictures, locations, size, scales):
    """Puts the upper left corner of the patch at the location."""
    B, C, H, W = pictures.shape
    patches = []
    for n in (2**k for k in range(scales)):
        P = size * n
        steps = torch.arange(P) + 0.5
        xs, ys = locations[:, :1] + steps * 2 / W, locations[:, 1:] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patches.append(F.avg_pool2d(F.grid_sample(pictures, places.to(pictures), align_corners=False), n))
    return torch.cat(patches, dim=1)


def wrong_one_look_for_all(pictures, locations, size, scales):
    """Looks at the first picture's location in all of them."""
    B, C, H, W = pictures.shape
    patches = []
    for n in (2**k for k in range(scales)):
        P = size * n
        steps = torch.arange(P) - (P - 1) / 2
        xs, ys = locations[:1, :1] + steps * 2 / W, locations[:1, 1:] + steps * 2 / H
        places = torch.stack([xs[:, None, :].expand(B, P, P), ys[:, :, None].expand(B, P, P)], dim=-1)
        patches.append(F.avg_pool2d(F.grid_sample(pictures, places.to(pictures), align_corners=False), n))
    return torch.cat(patches, dim=1)


def right_affine_grid(pictures, locations, size, scales):
    """Lets torch lay out the places: a grid that is scaled and moved."""
    B, C, H, W = pictures.shape
    glimpses = []
    for k in range(scales):
        P = size * 2**k
        theta = torch.zeros(B, 2, 3, dtype=pictures.dtype)
        theta[:, 0, 0], theta[:, 1, 1], theta[:, :, 2] = P / W, P / H, locations
        places = F.affine_grid(theta, [B, C, P, P], align_corners=False)
        patch = F.grid_sample(pictures, places, align_corners=False)
        glimpses.append(F.interpolate(patch, size=(size, size), mode="area"))
    return torch.cat(glimpses, dim=1)


def right_pixel_by_pixel(pictures, locations, size, scales):
    """Every pixel of every patch from its four neighbours."""
    B, C, H, W = pictures.shape
    around = F.pad(pictures, (1, 1, 1, 1))
    glimpses = pictures.new_zeros(B, scales, C, size, size)
    for b in range(B):
        for k in range(scales):
            P = size * 2**k
            for p in range(P):
                for q in range(P):
                    v = H / 2 * (float(locations[b, 1]) + 1) + p - (P - 1) / 2 - 0.5
                    u = W / 2 * (float(locations[b, 0]) + 1) + q - (P - 1) / 2 - 0.5
                    i, j = int(v // 1), int(u // 1)
                    for row, of_row in ((i, 1 - (v - i)), (i + 1, v - i)):
                        for column, of_column in ((j, 1 - (u - j)), (j + 1, u - j)):
                            if -1 <= row <= H and -1 <= column <= W:
                                share = around[b, :, row + 1, column + 1] * of_row * of_column / 4**k
                                glimpses[b, k, :, p // 2**k, q // 2**k] += share
    return glimpses.flatten(1, 2)


def right_two_matrices(pictures, locations, size, scales):
    """The weights of all columns and all rows as matrices, averaging included."""
    H, W = pictures.shape[2:]

    def weights(location, pixels, n):
        P = size * n
        places = pixels / 2 * (location[:, None] + 1) + torch.arange(P) - (P - 1) / 2
        tents = (1 - (places[:, :, None] - torch.arange(pixels) - 0.5).abs()).clamp(min=0)
        return tents.unflatten(1, (size, n)).mean(dim=2).to(pictures)

    sizes = [2**k for k in range(scales)]
    looks = [
        weights(locations[:, 1], H, n)[:, None] @ pictures @ weights(locations[:, 0], W, n)[:, None].transpose(2, 3)
        for n in sizes
    ]
    return torch.cat(looks, dim=1)
