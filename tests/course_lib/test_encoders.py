"""Encoders: maps stand where their pixels are, classics are cut in the right place, features are computed once."""

import pytest
import torch
import torchvision
from torch import nn

from course_lib.encoders import ClassicEncoder, SmallEncoder, cached_features


def test_features_stand_where_their_pixels_are():
    """Catches rows and columns exchanged, and maps that come with the features last."""
    torch.manual_seed(0)
    encoder = SmallEncoder((8, 8)).eval()
    picture = torch.full((1, 3, 32, 64), 0.5)
    with torch.no_grad():
        empty = encoder(picture)
        picture[:, :, 4:8, 40:44] = 1.0
        changed = (encoder(picture) - empty).abs().sum(1)[0]
    assert empty.shape == (1, 8, 8, 16) and encoder.feature_size == 8
    row, column = divmod(int(changed.argmax()), 16)
    assert row in (0, 1, 2) and column in (9, 10, 11)


@pytest.mark.parametrize(("name", "side"), [("vgg16", 14), ("resnet50", 7)])
def test_classics_are_cut_before_the_last_pooling(name, side):
    """What torchvision does after the cut, and nothing else, is missing: catches a cut too early or too late."""
    torch.manual_seed(0)
    encoder = ClassicEncoder(name, frozen=True)
    whole = torchvision.models.get_model(name).eval()  # other random weights, until they are copied
    into = whole.features if name == "vgg16" else whole
    wanted = {k: v for k, v in into.state_dict().items() if not k.startswith("fc")}
    into.load_state_dict(dict(zip(wanted, encoder.layers.state_dict().values(), strict=True)), strict=False)
    pictures = torch.rand(1, 3, 224, 224)
    with torch.no_grad():
        maps = encoder(pictures)
        assert maps.shape == (1, encoder.feature_size, side, side)
        pooled = nn.functional.max_pool2d(maps, 2) if name == "vgg16" else maps
        normal = torchvision.transforms.functional.normalize(pictures, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        rest = (lambda x: whole.classifier(x.flatten(1))) if name == "vgg16" else lambda x: whole.fc(x.mean((2, 3)))
        assert torch.allclose(rest(pooled), whole(normal), atol=1e-4)


def test_a_frozen_encoder_stays_as_it_is():
    """Catches batch normalisation that goes on averaging in a model that is trained around it."""
    torch.manual_seed(0)
    encoder = ClassicEncoder("resnet50", frozen=True)
    assert not encoder.training  # from the beginning
    model = nn.Sequential(encoder).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model(torch.rand(2, 3, 64, 64))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert ClassicEncoder("resnet50").train().training


def test_unknown_classic():
    with pytest.raises(ValueError, match="'vgg16' or 'resnet50', got 'vgg19'"):
        ClassicEncoder("vgg19")


def test_features_are_computed_once(tmp_path):
    torch.manual_seed(0)
    encoder, calls = SmallEncoder((4,)), []
    encoder.register_forward_hook(lambda *_: calls.append(1))
    batches = torch.rand(3, 2, 3, 8, 8).unbind()
    first = cached_features(encoder, batches, tmp_path / "maps.pt")
    again = cached_features(encoder, batches, tmp_path / "maps.pt")
    with torch.no_grad():
        directly = encoder.eval()(batches[2])
    assert len(calls) == 3 + 1 and first.shape == (6, 4, 4, 4) and torch.equal(first, again)
    assert torch.allclose(first[4:].float(), directly, atol=2e-3)


def test_features_of_another_encoder_are_refused(tmp_path):
    """Catches maps of yesterday's weights that are taken for today's."""
    torch.manual_seed(0)
    cached_features(SmallEncoder((4,)), [torch.rand(1, 3, 8, 8)], tmp_path / "maps.pt")
    with pytest.raises(ValueError, match=r"maps\.pt was made by an encoder with other weights"):
        cached_features(SmallEncoder((4,)), [torch.rand(1, 3, 8, 8)], tmp_path / "maps.pt")


def test_an_interrupted_computation_leaves_no_file(tmp_path):
    def batches():
        yield torch.rand(1, 3, 8, 8)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_features(SmallEncoder((4,)), batches(), tmp_path / "maps.pt")
    assert not list(tmp_path.iterdir())
