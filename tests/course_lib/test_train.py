"""The training loop: it can be stopped and resumed without a trace, and stops by itself when the loss breaks."""

import pytest
import torch
from torch import nn

from course_lib.data import TextWindows
from course_lib.language import LanguageModel, next_symbol_loss
from course_lib.recurrent import RNNCell
from course_lib.train import _to, train


def fresh(seed=0):
    torch.manual_seed(seed)
    model = LanguageModel(RNNCell(5, 8), 5)
    return model, torch.optim.Adam(model.parameters(), lr=1e-2)


BATCHES = TextWindows(torch.arange(200) % 5, batch_size=4, length=10)


def test_same_seed_same_training():
    histories = []
    for _ in range(2):
        model, optimizer = fresh()
        histories.append(train(model, BATCHES, next_symbol_loss, optimizer, epochs=2, max_norm=1.0))
    assert histories[0] == histories[1] and histories[0].loss[-1] < histories[0].loss[0]
    assert len(histories[0].loss) == len(histories[0].gradient_norm) == 2 * len(BATCHES)


def test_equals_a_plain_loop():
    """Catches forgotten zero_grad, clipping that does nothing, and a step before backward."""
    model, optimizer = fresh()
    batches = list(BATCHES)
    train(model, batches, next_symbol_loss, optimizer, max_norm=0.5)
    expected, plain = fresh()
    for batch in batches:
        plain.zero_grad()
        next_symbol_loss(expected, batch).backward()
        nn.utils.clip_grad_norm_(expected.parameters(), 0.5)
        plain.step()
    for ours, theirs in zip(model.parameters(), expected.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-6)


def test_resumes_as_if_never_interrupted(tmp_path):
    """Four epochs in one go equal two, a restart with new objects, and two more: data, momentum, and rate included."""

    def run(epochs, seed=0, checkpoint=None):
        model, optimizer = fresh(seed)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 7, gamma=0.5)
        more = {"evaluate": lambda model: 1.0, "checkpoint": checkpoint, "schedule": schedule}
        return model, train(model, BATCHES, next_symbol_loss, optimizer, epochs, **more), schedule.get_last_lr()

    whole, uninterrupted, rate = run(4)
    run(2, checkpoint=tmp_path / "checkpoint.pt")
    resumed, history, resumed_rate = run(4, seed=99, checkpoint=tmp_path / "checkpoint.pt")
    assert history == uninterrupted and history.evaluation == [1.0] * 4
    assert resumed_rate == rate and rate == [1e-2 / 4]  # the schedule has been moved on after every batch
    for a, b in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(a, b)


def test_targets_go_to_the_device_too():
    """Catches dicts in tuples, as detectors get them, that stay behind or come out as their keys."""
    batch = (torch.zeros(2, 3), ({"boxes": torch.zeros(1, 4), "labels": torch.zeros(1)}, {"boxes": torch.zeros(0, 4)}))
    pictures, targets = _to(torch.device("meta"), batch)
    assert pictures.is_meta and [list(target) for target in targets] == [["boxes", "labels"], ["boxes"]]
    assert all(value.is_meta for target in targets for value in target.values())


def test_interrupting_keeps_what_happened(capsys):
    model, optimizer = fresh()

    def batches():
        yield from list(BATCHES)[:3]
        raise KeyboardInterrupt

    history = train(model, batches(), next_symbol_loss, optimizer, epochs=5)
    assert len(history.loss) == 3 and history.epochs == 0
    assert "Stopped after 3 steps, in epoch 1 of 5" in capsys.readouterr().out


def test_a_loss_that_is_not_finite_stops_training():
    model, optimizer = fresh()
    before = [p.clone() for p in model.parameters()]
    with pytest.raises(FloatingPointError, match="became nan at step 1: try a smaller learning rate"):
        train(model, BATCHES, lambda model, batch: next_symbol_loss(model, batch) * float("nan"), optimizer)
    assert all(torch.equal(p, b) for p, b in zip(model.parameters(), before, strict=True)), "a broken step was taken"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_trains_on_a_gpu():
    model, _ = fresh()
    model.to("cuda")
    history = train(model, BATCHES, next_symbol_loss, torch.optim.Adam(model.parameters()), max_norm=1.0)
    assert len(history.loss) == len(BATCHES)
