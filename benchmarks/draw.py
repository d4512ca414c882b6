"""Train DRAW with and without attention on handwritten digits, and measure in how many nats they describe unseen ones.

    python benchmarks/draw.py          8 x 8 digits; the weights of the network with attention come with the library
    python benchmarks/draw.py mnist    28 x 28 digits, with larger networks; an hour

The network draws in black and white. Small training digits turn so at a threshold of grey that is drawn by lot for each
picture and epoch, as if the pen were thicker or thinner: with one threshold for all, the networks soon know their 1,437
pictures by heart. Their test digits turn so at 1/2. MNIST's digits get ink in each pixel with its grey as probability,
anew in every epoch; test digits once. Each test digit is redrawn ten times. Goes on when started again.
"""

import sys

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from course_lib.data import load_mnist
from course_lib.data.digits import load_digits
from course_lib.draw import DRAW, WEIGHTS, attentive_draw, draw_loss, losses, whole_picture_draw

from one_cycle import fit
from record import save_weights, write_results

SEED = 0
THINNEST, THICKEST = 0.75, 0.25  # thresholds of grey above which there is ink
REDRAWN = 10  # times, each test digit
MODELS = {"attention": attentive_draw, "whole": whole_picture_draw}
LARGE = {"side": 28, "hidden_size": 128, "latent_size": 10, "steps": 10}


def by_thresholds(greys: Tensor) -> Tensor:
    """Ink wherever a picture is darker than its own threshold."""
    return (greys > THICKEST + (THINNEST - THICKEST) * torch.rand(len(greys), 1, 1, 1)).float()


def by_one_threshold(greys: Tensor) -> Tensor:
    """Ink wherever a picture is nearer to black than to white."""
    return (greys > 0.5).float()


def by_chance(greys: Tensor) -> Tensor:
    """Ink in each pixel with its grey as probability, as the papers have MNIST."""
    return torch.bernoulli(greys)


@torch.no_grad()
def costs(model: DRAW, pictures: Tensor) -> dict:
    """Nats of a picture: of its pixels when the drawing is finished, and of what the encoder said at each step."""
    model.eval()
    torch.manual_seed(SEED)
    batches = pictures.repeat(REDRAWN, 1, 1, 1).split(500)
    parts = [losses(model(some), some) for some in batches]
    pixels = torch.cat([part.reconstruction for part in parts])
    said = torch.cat([part.divergence for part in parts], dim=1)  # (T, B)
    total = (pixels + said.sum(dim=0)).reshape(REDRAWN, -1).mean(dim=0)  # of each picture
    return {
        "nats": round(total.mean().item(), 2),
        "standard_error": round(total.std().item() / len(total) ** 0.5, 2),
        "nats_of_pixels": round(pixels.mean().item(), 2),
        "nats_of_steps": [round(nats, 2) for nats in said.mean(dim=1).tolist()],
    }


def surprise(probabilities: Tensor, pictures: Tensor) -> float:
    """Nats of a picture for someone who knows how probable ink is in each pixel, and nothing else."""
    nats = nn.functional.binary_cross_entropy(probabilities.expand_as(pictures), pictures, reduction="none")
    return round(nats.sum(dim=(1, 2, 3)).mean().item(), 2)


SETS = {  # how to load it, to ink it for training and for tests; settings of both networks; epochs, batch, highest rate
    "digits": (load_digits, by_thresholds, by_one_threshold, {"attention": {}, "whole": {}}, 300, 48, 4e-3),
    "mnist": (load_mnist, by_chance, by_chance, {"attention": {**LARGE, "patch": 5}, "whole": LARGE}, 20, 100, 2e-3),
}


def main(name: str) -> None:
    """Train both, save the weights, and record what unseen digits cost, and what they cost without any network."""
    torch.set_num_threads(1)
    load, ink, test_ink, settings, epochs, batch, rate = SETS[name]
    greys, unseen = (load(split)[0] for split in ("train", "test"))
    torch.manual_seed(SEED)
    unseen, seen = test_ink(unseen), test_ink(greys)
    mean_ink = seen.mean(dim=0).clamp(1e-3, 1 - 1e-3)
    figures = {
        "data": name,
        "training_pictures": len(seen),
        "test_pictures": len(unseen),
        "redrawn": REDRAWN,
        "epochs": epochs,
        "batch": batch,
        "nats_by_mean_ink": surprise(mean_ink, unseen),
    }
    for kind, build in MODELS.items():
        torch.manual_seed(SEED)
        model = build(**settings[kind])
        batches = DataLoader(greys, batch, shuffle=True)
        cost = fit(
            *(model, batches, lambda model, some: draw_loss(model, ink(some)), epochs, rate),
            checkpoint=f"draw-{name}-{kind}",
        )
        figures[kind] = {
            **cost,
            "test": costs(model, unseen),
            "nats_of_training_pictures": costs(model, seen[: len(unseen)])["nats"],
        }
        print(kind, figures[kind], flush=True)
        if (name, kind) == ("digits", "attention"):
            save_weights(model, WEIGHTS)
    write_results("draw" if name == "digits" else f"draw_{name}", figures, SEED)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "digits")
