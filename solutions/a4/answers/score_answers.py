"""Answers to score_answers that students might give."""

import torch

from course_lib.recurrent import map_state


def wrong_repeat(model, logits, state, answers, padding):
    """Copies the rows as p, q, p, q, while those of the answers are p, p, q, q."""
    B, A, T = answers.shape
    logits, state = map_state(lambda part: torch.cat([part] * A), (logits, state))
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        log_p = torch.log_softmax(logits, dim=1).gather(1, symbols[:, t : t + 1]).squeeze(1)
        total = total + log_p * (symbols[:, t] != padding)
        logits, state = model.step(symbols[:, t], state)
    return total.reshape(B, A)


def wrong_states_in_another_order(model, logits, state, answers, padding):
    """Copies the logits as p, p, q, q, but the states as p, q, p, q."""
    B, A, T = answers.shape
    logits = logits.repeat_interleave(A, dim=0)
    state = map_state(lambda part: torch.cat([part] * A), state)
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        log_p = torch.log_softmax(logits, dim=1).gather(1, symbols[:, t : t + 1]).squeeze(1)
        total = total + log_p * (symbols[:, t] != padding)
        logits, state = model.step(symbols[:, t], state)
    return total.reshape(B, A)


def wrong_state_shared(model, logits, state, answers, padding):
    """Lets each answer go on in the state after the one before."""
    scores = []
    for a in range(answers.shape[1]):
        scored, total = logits, 0.0
        for symbols in answers[:, a].unbind(dim=1):
            log_p = torch.log_softmax(scored, dim=1).gather(1, symbols[:, None]).squeeze(1)
            total = total + log_p * (symbols != padding)
            scored, state = model.step(symbols, state)
        scores.append(total)
    return torch.stack(scores, dim=1)


def wrong_state_and_logits_shared(model, logits, state, answers, padding):
    """Reads all answers to a question as one long answer."""
    scores = []
    for a in range(answers.shape[1]):
        total = 0.0
        for symbols in answers[:, a].unbind(dim=1):
            log_p = torch.log_softmax(logits, dim=1).gather(1, symbols[:, None]).squeeze(1)
            total = total + log_p * (symbols != padding)
            logits, state = model.step(symbols, state)
        scores.append(total)
    return torch.stack(scores, dim=1)


def wrong_state_stands_still(model, logits, state, answers, padding):
    """Reads every word in the state after the question."""
    B, A, T = answers.shape
    logits, state = map_state(lambda part: part.repeat_interleave(A, dim=0), (logits, state))
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        log_p = torch.log_softmax(logits, dim=1).gather(1, symbols[:, t : t + 1]).squeeze(1)
        total = total + log_p * (symbols[:, t] != padding)
        logits, _ = model.step(symbols[:, t], state)
    return total.reshape(B, A)


def wrong_counts_padding(model, logits, state, answers, padding):
    """Asks how likely the padding is, too."""
    B, A, T = answers.shape
    logits, state = map_state(lambda part: part.repeat_interleave(A, dim=0), (logits, state))
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        total = total + torch.log_softmax(logits, dim=1).gather(1, symbols[:, t : t + 1]).squeeze(1)
        logits, state = model.step(symbols[:, t], state)
    return total.reshape(B, A)


def wrong_padding_is_zero(model, logits, state, answers, padding):
    """Takes 0 for the padding, whatever it is told."""
    B, A, T = answers.shape
    logits, state = map_state(lambda part: part.repeat_interleave(A, dim=0), (logits, state))
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        log_p = torch.log_softmax(logits, dim=1).gather(1, symbols[:, t : t + 1]).squeeze(1)
        total = total + log_p * (symbols[:, t] != 0)
        logits, state = model.step(symbols[:, t], state)
    return total.reshape(B, A)


def wrong_mean_per_word(model, logits, state, answers, padding):
    """Divides by the number of words."""
    B, A, T = answers.shape
    logits, state = map_state(lambda part: part.repeat_interleave(A, dim=0), (logits, state))
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        log_p = torch.log_softmax(logits, dim=1).gather(1, symbols[:, t : t + 1]).squeeze(1)
        total = total + log_p * (symbols[:, t] != padding)
        logits, state = model.step(symbols[:, t], state)
    return total.reshape(B, A) / (answers != padding).sum(dim=2)


def wrong_first_word_is_free(model, logits, state, answers, padding):
    """Ignores the logits that come with the question: the first word costs nothing."""
    B, A, T = answers.shape
    state = map_state(lambda part: part.repeat_interleave(A, dim=0), state)
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T - 1):
        logits, state = model.step(symbols[:, t], state)
        log_p = torch.log_softmax(logits, dim=1).gather(1, symbols[:, t + 1 : t + 2]).squeeze(1)
        total = total + log_p * (symbols[:, t + 1] != padding)
    return total.reshape(B, A)


def wrong_shifted_by_one(model, logits, state, answers, padding):
    """Scores each word with what the model says after it."""
    B, A, T = answers.shape
    state = map_state(lambda part: part.repeat_interleave(A, dim=0), state)
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        scored, state = model.step(symbols[:, t], state)
        log_p = torch.log_softmax(scored, dim=1).gather(1, symbols[:, t : t + 1]).squeeze(1)
        total = total + log_p * (symbols[:, t] != padding)
    return total.reshape(B, A)


def wrong_no_log_softmax(model, logits, state, answers, padding):
    """Adds up scores instead of log probabilities."""
    B, A, T = answers.shape
    logits, state = map_state(lambda part: part.repeat_interleave(A, dim=0), (logits, state))
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        total = total + logits.gather(1, symbols[:, t : t + 1]).squeeze(1) * (symbols[:, t] != padding)
        logits, state = model.step(symbols[:, t], state)
    return total.reshape(B, A)


def wrong_log_of_softmax(model, logits, state, answers, padding):
    """Takes the logarithm of a softmax that has become zero."""
    B, A, T = answers.shape
    logits, state = map_state(lambda part: part.repeat_interleave(A, dim=0), (logits, state))
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        log_p = torch.softmax(logits, dim=1).log().gather(1, symbols[:, t : t + 1]).squeeze(1)
        total = total + torch.where(symbols[:, t] != padding, log_p, 0.0)
        logits, state = model.step(symbols[:, t], state)
    return total.reshape(B, A)


def wrong_first_word_only(model, logits, state, answers, padding):
    """Scores the first words and leaves it at that."""
    return torch.log_softmax(logits, dim=1).gather(1, answers[:, :, 0])


def wrong_forgets_the_question(model, logits, state, answers, padding):
    """Reads the answers in a state of zeros."""
    B, A, T = answers.shape
    logits, state = map_state(lambda part: part.repeat_interleave(A, dim=0), (logits, state))
    state = map_state(torch.zeros_like, state)
    symbols, total = answers.flatten(0, 1), logits.new_zeros(B * A)
    for t in range(T):
        log_p = torch.log_softmax(logits, dim=1).gather(1, symbols[:, t : t + 1]).squeeze(1)
        total = total + log_p * (symbols[:, t] != padding)
        logits, state = model.step(symbols[:, t], state)
    return total.reshape(B, A)


def right_one_answer_at_a_time(model, logits, state, answers, padding):
    """For all questions the first answer, then the second, each from the state after the question."""
    scores = []
    for a in range(answers.shape[1]):
        scored, now, total = logits, state, torch.zeros_like(logits[:, 0])
        for symbols in answers[:, a].unbind(dim=1):
            log_p = scored[torch.arange(len(scored)), symbols] - scored.logsumexp(dim=1)
            total = torch.where(symbols == padding, total, total + log_p)
            scored, now = model.step(symbols, now)
        scores.append(total)
    return torch.stack(scores, dim=1)


def right_one_row_at_a_time(model, logits, state, answers, padding):
    """Every answer by itself in a batch of one, up to its last real word."""
    scores = torch.zeros(answers.shape[:2], dtype=logits.dtype)
    for b in range(answers.shape[0]):
        for a in range(answers.shape[1]):
            scored, now = logits[b : b + 1], map_state(lambda part, b=b: part[b : b + 1], state)
            for word in answers[b, a][answers[b, a] != padding].tolist():
                scores[b, a] += scored.log_softmax(dim=1)[0, word]
                scored, now = model.step(torch.tensor([word]), now)
    return scores


def right_scores_gathered_at_the_end(model, logits, state, answers, padding):
    """All scores first, then one log softmax over all of them; the last word is not read any more."""
    B, A, T = answers.shape
    rows = torch.arange(B).repeat_interleave(A)
    symbols, all_scores, state = answers.reshape(B * A, T), [logits[rows]], map_state(lambda part: part[rows], state)
    for t in range(T - 1):
        scored, state = model.step(symbols[:, t], state)
        all_scores.append(scored)
    log_p = torch.log_softmax(torch.stack(all_scores, dim=1), dim=2).gather(2, symbols.unsqueeze(2)).squeeze(2)
    return log_p.masked_fill(symbols == padding, 0.0).sum(dim=1).reshape(B, A)
