"""Watching clips: padding changes nothing, order counts where it should, and words come out."""

from itertools import islice, repeat

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.data.moving_shapes import (
    changing_shapes,
    clips_vocabulary,
    draw_clips,
    make_clips,
    moving_shapes,
)
from course_lib.language import END, START, beam_search, greedy_decode, translation_loss
from course_lib.recurrent import GRUCell, LSTMCell, PeepholeLSTMCell, RNNCell, Stacked, unroll
from course_lib.train import train
from course_lib.video import (
    C3D,
    ClipClassifier,
    ClipEncoder,
    FrameEncoder,
    clip_describer,
    frame_features,
    last_step,
    max_over_time,
    mean_over_time,
    trained_clip_model,
)

CELLS = {
    "rnn": RNNCell(14, 5),
    "lstm": LSTMCell(14, 5),
    "gru": GRUCell(14, 5),
    "peephole": PeepholeLSTMCell(14, 5),
    "stacked": Stacked([LSTMCell(14, 5), LSTMCell(5, 5)]),
}


def small_encoder():
    torch.manual_seed(0)
    return FrameEncoder(places=6, channels=2, side=16)


def random_clips(B=3, T=7):
    return torch.rand(B, 3, T, 16, 16, generator=torch.Generator().manual_seed(1))


def test_features_are_those_of_each_frame():
    """Catches time and channels exchanged when frames are laid out as a batch."""
    encoder, clips = small_encoder().eval(), random_clips()
    features = frame_features(encoder, clips)
    assert features.shape == (3, 7, 14)
    for b in range(3):
        for t in range(7):
            assert torch.allclose(features[b, t], encoder(clips[b, :, t][None])[0], atol=1e-6)


def test_a_feature_knows_where_things_are():
    """The same thing elsewhere gives other features: without places no motion could be seen."""
    clips = torch.full((1, 3, 4, 16, 16), 0.5)
    for t in range(4):
        clips[0, :, t, 4:8, 4 * t : 4 * t + 4] = 1.0
    features = frame_features(small_encoder().eval(), clips)[0]
    assert torch.pdist(features).min() > 1e-4


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("pool", [last_step, mean_over_time, max_over_time])
@pytest.mark.parametrize("cell", [None, CELLS["lstm"], CELLS["peephole"]])
def test_padding_changes_nothing(cell, pool, training):
    """Whatever stands after a clip's end, also in the statistics of batch normalisation: values and gradients."""
    lengths, clips = torch.tensor([7, 3, 1]), random_clips()
    other = clips.clone()
    other[1, :, 3:], other[2, :, 1:] = 9.0, -9.0
    results = []
    for given in (clips, other):
        model = ClipClassifier(small_encoder(), cell, 4, pool).train(training)
        torch.manual_seed(0)
        nn.init.normal_(model.readout.weight)
        nn.init.zeros_(model.readout.bias)
        given = given.clone().requires_grad_()
        logits = model(given, lengths)
        (gradient,) = torch.autograd.grad(logits.sum(), given)
        results.append((logits, gradient))
        assert not gradient[1, :, 3:].any() and not gradient[2, :, 1:].any()
    assert torch.equal(results[0][0], results[1][0]) and torch.equal(results[0][1], results[1][1])


@pytest.mark.parametrize("pool", [last_step, mean_over_time, max_over_time])
def test_short_clips_in_a_batch_are_as_alone(pool):
    """Catches a state of the padding in place of that of the last real frame."""
    model, clips = ClipClassifier(small_encoder(), LSTMCell(14, 5), 4, pool).eval(), random_clips()
    together = model(clips, torch.tensor([7, 3, 1]))
    for row, length in enumerate((7, 3, 1)):
        assert torch.allclose(together[row], model(clips[row : row + 1, :, :length])[0], atol=1e-6)


def test_pools():
    xs = torch.tensor([[[1.0, -5.0], [3.0, -7.0], [8.0, 0.0]]])
    real = torch.tensor([[True, True, False]])
    assert last_step(xs, real).tolist() == [[3, -7]]
    assert mean_over_time(xs, real).tolist() == [[2, -6]]
    assert max_over_time(xs, real).tolist() == [[3, -5]], "not the padding's zero, though all values are below it"


@pytest.mark.parametrize("name", CELLS)
def test_any_cell_fits_and_every_frame_is_causal(name):
    """No frame knows later ones; at the last frame stands the label of the clip."""
    model, clips = ClipClassifier(small_encoder(), CELLS[name], 4).eval(), random_clips()
    logits = model.every_frame(clips)
    changed = clips.clone()
    changed[:, :, 5:] = 0
    assert logits.shape == (3, 7, 4)
    assert torch.allclose(logits[:, :5], model.every_frame(changed)[:, :5], atol=1e-6)
    assert not torch.allclose(logits[:, 5:], model.every_frame(changed)[:, 5:], atol=1e-6)
    assert torch.allclose(logits[:, -1], model(clips), atol=1e-6)
    slow = ClipClassifier(model.encoder, model.cell, 4, unroll=unroll).eval()
    slow.load_state_dict(model.state_dict())
    assert torch.allclose(slow(clips), model(clips), atol=1e-6)


@pytest.mark.parametrize("pool", [max_over_time, mean_over_time])
def test_pooling_over_time_forgets_the_order(pool):
    """Hence at most half of the moving shapes: a clip of one motion is one of its opposite, played backwards."""
    clips, order = random_clips(), torch.tensor([3, 1, 6, 0, 2, 5, 4])
    model = ClipClassifier(small_encoder(), None, 4, pool).eval()
    assert torch.allclose(model(clips), model(clips[:, :, order]), atol=1e-6)
    for aware in (ClipClassifier(small_encoder(), LSTMCell(14, 5), 4, pool).eval(), C3D(4, 4).eval()):
        assert not torch.allclose(aware(clips), aware(clips[:, :, order]), atol=1e-5)


def test_a_single_frame_is_a_single_frame():
    clips = random_clips()
    model = ClipClassifier(small_encoder(), None, 4, last_step).eval()
    changed = clips.clone()
    changed[:, :, :-1] = 0
    assert torch.equal(model(clips), model(changed))


@pytest.mark.parametrize("lengths", [[5, 0], [6, 1], [5], [5.0, 5.0]])
def test_lengths_that_do_not_fit(lengths):
    with pytest.raises(ValueError, match=r"2 integers from 1 to T = 5, got \["):
        frame_features(small_encoder(), torch.zeros(2, 3, 5, 16, 16), torch.tensor(lengths))


def test_pictures_are_no_clips():
    with pytest.raises(ValueError, match=r"\(B, C, T, H, W\), got \(2, 3, 16, 16\)"):
        frame_features(small_encoder(), torch.zeros(2, 3, 16, 16))


@pytest.mark.parametrize("frames", [4, 7, 16])
def test_c3d_takes_any_length_and_sees_time(frames):
    model = C3D(5, channels=4).eval()
    assert model(torch.rand(2, 3, frames, 16, 16)).shape == (2, 5)
    assert all(module.kernel_size == (3, 3, 3) for module in model.modules() if isinstance(module, nn.Conv3d))


def test_clip_encoder_gives_one_key_for_each_frame():
    """The mask hides padding, and the summary is the last real key."""
    encoder, lengths = ClipEncoder(small_encoder(), LSTMCell(14, 5)).eval(), torch.tensor([7, 3, 1])
    keys, mask, summary = encoder(random_clips(), lengths)
    assert keys.shape == (3, 7, 5) and mask.sum(dim=1).tolist() == [7, 3, 1] and mask[1, :3].all()
    assert torch.equal(summary, torch.stack([keys[0, 6], keys[1, 2], keys[2, 0]]))
    assert encoder(random_clips()).mask.all()


def test_describer_ignores_padding_and_looks_at_real_frames_only():
    model, clips, lengths = clip_describer(9, 8, side=16).eval(), random_clips(), torch.tensor([7, 3, 1])
    other = clips.clone()
    other[1, :, 3:] = 9.0
    symbols = torch.randint(9, (3, 4))
    (logits, looks), (again, _) = (model((given, lengths), symbols) for given in (clips, other))
    assert torch.equal(logits, again) and logits.shape == (3, 4, 9) and looks.shape == (3, 4, 7)
    assert not looks[1, :, 3:].any() and torch.allclose(looks.sum(dim=2), torch.ones(3, 4))


def test_describer_learns_one_batch_and_decodes_it():
    """The library's loss, greedy and beam decoding work with clips as they do with sentences."""
    torch.manual_seed(0)
    clips = random_clips()
    lengths, target = torch.tensor([7, 5, 4]), torch.tensor([[1, 4, 5, 2, 0], [1, 6, 2, 0, 0], [1, 5, 7, 4, 2]])
    model = clip_describer(8, 16, side=16)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    batches = list(islice(repeat((clips, lengths, target)), 60))
    history = train(model, batches, lambda m, batch: translation_loss(m, batch, padding=0), optimizer, max_norm=5.0)
    assert history.loss[-1] < 0.1 * history.loss[0]
    model.eval()
    start = torch.full((3, 1), 1)
    with torch.no_grad():
        state = model.encode(clips, lengths)
    written = greedy_decode(model, start, 4, state=state, end=2)
    assert written.tolist() == [[4, 5, 2, 2], [6, 2, 2, 2], [5, 7, 4, 2]]
    found = beam_search(model, start, 3, 4, state=state, end=2)
    assert [beams[0].symbols for beams in found] == [[4, 5, 2], [6, 2], [5, 7, 4, 2]]


@pytest.mark.parametrize(
    "build",
    [lambda: C3D(10, channels=4), lambda: ClipClassifier(small_encoder(), LSTMCell(14, 16), 10)],
    ids=["c3d", "lstm"],
)
def test_learns_one_batch_of_moving_shapes(build):
    torch.manual_seed(0)
    clips, labels = moving_shapes(12, frames=6, side=16)
    model = build()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    history = train(model, [(clips, labels)] * 60, lambda m, batch: F.cross_entropy(m(batch[0]), batch[1]), optimizer)
    assert history.loss[-1] < 0.2


def test_trained_models_name_motions():
    """Catches weights of another network or another order of motions; chance is a tenth."""
    clips, labels = moving_shapes(100, "test")
    with torch.no_grad():
        assert (trained_clip_model("c3d")(clips).argmax(dim=1) == labels).float().mean() > 0.9
        clips, labels, _ = changing_shapes(100, "test")
        said = trained_clip_model("watching").every_frame(clips).argmax(dim=2)
    assert (said == labels)[:, 1:].float().mean() > 0.8


def test_trained_model_describes():
    """Colour and motions of most clips are told rightly: catches another vocabulary."""
    clips, vocabulary = make_clips("test", 60, changing=True), clips_vocabulary()
    model = trained_clip_model("describing")
    with torch.no_grad():
        start = torch.full((60, 1), vocabulary.numbers[START])
        state = model.encode(draw_clips(clips))
        rows = greedy_decode(model, start, 13, state=state, end=vocabulary.numbers[END])
    told = [vocabulary.decode(row, " ") for row in rows]
    right = [
        f" {clip.colour} " in text and text.endswith(f" then {clip.motions[-1]}")
        for text, clip in zip(told, clips, strict=True)
    ]
    assert sum(right) > 40


def test_unknown_trained_model():
    with pytest.raises(ValueError, match="one of c3d, watching, describing, got 'dreaming'"):
        trained_clip_model("dreaming")
