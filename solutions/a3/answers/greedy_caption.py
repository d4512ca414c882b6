"""Answers to greedy_caption that students might give."""

import torch
from torch import Tensor


def wrong_feeds_start_again(model, logits, state, end, length):
    """Feeds START, number 0, at every step instead of the word that was chosen."""
    words = []
    while len(words) < length and end not in words:
        words.append(logits.argmax(dim=1).item())
        logits, state = model.step(torch.tensor([0]), state)
    return words


def wrong_feeds_the_first_word(model, logits, state, end, length):
    """Feeds the first word in again and again."""
    words = []
    while len(words) < length and end not in words:
        words.append(logits.argmax(dim=1).item())
        logits, state = model.step(torch.tensor(words[:1]), state)
    return words


def wrong_feeds_all_words(model, logits, state, end, length):
    """Feeds in all words so far, as if they were rows of a batch."""
    words = []
    while len(words) < length and end not in words:
        words.append(logits[-1:].argmax(dim=1).item())
        logits, state = model.step(torch.tensor(words), state)
    return words


def wrong_feeds_a_number(model, logits, state, end, length):
    """Feeds a tensor without dimensions instead of a batch of one."""
    words = []
    while len(words) < length and end not in words:
        likeliest = logits.argmax()
        words.append(likeliest.item())
        logits, state = model.step(likeliest, state)
    return words


def wrong_unlikeliest(model, logits, state, end, length):
    """Takes the word with the smallest score."""
    words = []
    while len(words) < length and end not in words:
        unlikeliest = logits.argmin(dim=1)
        words.append(unlikeliest.item())
        logits, state = model.step(unlikeliest, state)
    return words


def wrong_draws(model, logits, state, end, length):
    """Draws a word instead of taking the likeliest."""
    words = []
    while len(words) < length and end not in words:
        drawn = torch.multinomial(torch.softmax(logits, dim=1), num_samples=1)[0]
        words.append(drawn.item())
        logits, state = model.step(drawn, state)
    return words


def wrong_largest_size(model, logits, state, end, length):
    """Takes the score that is furthest from zero."""
    words = []
    while len(words) < length and end not in words:
        likeliest = logits.abs().argmax(dim=1)
        words.append(likeliest.item())
        logits, state = model.step(likeliest, state)
    return words


def wrong_goes_on_after_end(model, logits, state, end, length):
    """Writes on as if END were a word like all others."""
    words = []
    for _ in range(length):
        likeliest = logits.argmax(dim=1)
        words.append(likeliest.item())
        logits, state = model.step(likeliest, state)
    return words


def wrong_drops_end(model, logits, state, end, length):
    """Stops at END without writing it down."""
    words = []
    while len(words) < length:
        likeliest = logits.argmax(dim=1)
        if likeliest.item() == end:
            break
        words.append(likeliest.item())
        logits, state = model.step(likeliest, state)
    return words


def wrong_adds_end(model, logits, state, end, length):
    """Puts END behind every caption, even if it did not come in time."""
    words = []
    while len(words) < length and end not in words:
        likeliest = logits.argmax(dim=1)
        words.append(likeliest.item())
        logits, state = model.step(likeliest, state)
    return words if end in words else [*words, end]


def wrong_fills_up_with_end(model, logits, state, end, length):
    """Fills the caption up to `length` words, as one does in a batch."""
    words = []
    while len(words) < length and end not in words:
        likeliest = logits.argmax(dim=1)
        words.append(likeliest.item())
        logits, state = model.step(likeliest, state)
    return words + [end] * (length - len(words))


def wrong_end_is_zero(model, logits, state, end, length):
    """Takes word 0 for END, whatever `end` says."""
    words = []
    while len(words) < length and 0 not in words:
        likeliest = logits.argmax(dim=1)
        words.append(likeliest.item())
        logits, state = model.step(likeliest, state)
    return words


def wrong_first_word_never_ends(model, logits, state, end, length):
    """Looks for END from the second word on."""
    likeliest = logits.argmax(dim=1)
    words = [likeliest.item()]
    while len(words) < length and end not in words[1:]:
        logits, state = model.step(likeliest, state)
        likeliest = logits.argmax(dim=1)
        words.append(likeliest.item())
    return words


def wrong_forgets(model, logits, state, end, length):
    """Does not carry the state on: each step begins in the first one."""
    words = []
    while len(words) < length and end not in words:
        likeliest = logits.argmax(dim=1)
        words.append(likeliest.item())
        logits, _ = model.step(likeliest, state)
    return words


def wrong_one_word_more(model, logits, state, end, length):
    """Writes one word and then `length` more."""
    words = []
    while len(words) <= length and end not in words:
        likeliest = logits.argmax(dim=1)
        words.append(likeliest.item())
        logits, state = model.step(likeliest, state)
    return words


def wrong_no_room_for_end(model, logits, state, end, length):
    """Does not count END, and lets it come after `length` other words."""
    words = []
    while end not in words:
        likeliest = logits.argmax(dim=1)
        if len(words) == length and likeliest.item() != end:
            break
        words.append(likeliest.item())
        logits, state = model.step(likeliest, state)
    return words


def wrong_first_word_lost(model, logits, state, end, length):
    """Feeds the first word in without writing it down."""
    words = []
    while len(words) < length and end not in words:
        logits, state = model.step(logits.argmax(dim=1), state)
        words.append(logits.argmax(dim=1).item())
    return words


def wrong_tensors(model, logits, state, end, length):
    """Returns a list of tensors."""
    words = []
    while len(words) < length and end not in words:
        words.append(logits.argmax(dim=1))
        logits, state = model.step(words[-1], state)
    return words


def wrong_one_tensor(model, logits, state, end, length):
    """Returns a tensor (1, T), as for a batch."""
    words = []
    while len(words) < length and (not words or words[-1].item() != end):
        words.append(logits.argmax(dim=1))
        logits, state = model.step(words[-1], state)
    return torch.stack(words, dim=1)


def right_no_needless_step(model, logits, state, end, length):
    """A loop that stops before the model has to read the last word."""
    words = [int(logits.argmax())]
    while words[-1] != end and len(words) < length:
        logits, state = model.step(torch.tensor(words[-1:]), state)
        words += logits.argmax(dim=-1).tolist()
    return words


def right_recursive(model, logits, state, end, length):
    """The first word, and the rest in the same way."""

    def rest(scores, inner, room):
        word = scores.argmax(dim=1)
        if room == 1 or word.item() == end:
            return word.tolist()
        return word.tolist() + rest(*model.step(word, inner), room - 1)

    return rest(logits, state, length)


def right_plain_python(model, logits, state, end, length):
    """The largest of a list of numbers."""
    words = []
    for _ in range(length):
        scores = logits.squeeze(0).tolist()
        best = max(range(len(scores)), key=lambda k: scores[k])
        words.append(best)
        if best == end:
            break
        logits, state = model.step(torch.LongTensor([best]), state)
    return words


def right_probabilities(model, logits, state, end, length):
    """The likeliest by its probability, in a table that is cut after END."""
    table = torch.full((length,), end)
    for t in range(length):
        table[t] = torch.softmax(logits, dim=-1).topk(1).indices[0, 0]
        logits, state = model.step(table[t : t + 1].clone(), state)
    found: Tensor = (table == end).nonzero()
    return table.tolist()[: found[0].item() + 1 if len(found) else length]
