"""The Neural Turing Machine: a recurrent network with a memory that it writes to and reads from."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..recurrent import LSTMCell, LSTMState, map_state
from .addressing import address, read_memory, write_memory


class HeadParameters(NamedTuple):
    """What the controller tells a head, in the order in which `address` takes it."""

    key: Tensor  # k, (B, M)
    strength: Tensor  # beta, above 0, (B, 1)
    gate: Tensor  # g, between 0 and 1, (B, 1)
    shifts: Tensor  # s, at least 0 and with sum 1, (B, S)
    sharpness: Tensor  # gamma, above 1, (B, 1)


def head_parameters(a: Tensor, width: int) -> HeadParameters:
    """Bring what a linear layer gave into the ranges that a head needs.

        k = tanh(a_k)    beta = softplus(a_beta)    g = sigma(a_g)    s = softmax(a_s)    gamma = 1 + softplus(a_gamma)

    The paper gives the ranges and, for s, the softmax; the other functions are our choice.

    a holds the five side by side, (B, M + 3 + S), gamma before s; width is M.

    Source: Graves et al. 2014, sections 3.3.1 and 3.3.2.
    """
    key, strength, gate, sharpness, shifts = a.split([width, 1, 1, 1, a.shape[1] - width - 3], dim=1)
    strength, sharpness = F.softplus(strength), 1 + F.softplus(sharpness)
    return HeadParameters(torch.tanh(key), strength, torch.sigmoid(gate), torch.softmax(shifts, dim=1), sharpness)


class NTMState(NamedTuple):
    """What a Neural Turing Machine hands from step to step; the last two say where its heads look."""

    controller: LSTMState
    memory: Tensor  # M_t, (B, N, M)
    read: Tensor  # r_t, (B, M)
    read_weights: Tensor  # of the read head, (B, N)
    write_weights: Tensor  # of the write head, (B, N)


class NTMCell(nn.Module):
    """A Neural Turing Machine with an LSTM as controller, one head that writes and one that reads; a cell like others.

        h_t, c_t = LSTM([x_t, r_{t-1}])        M_t = M_{t-1} written to by the write head
        r_t = M_t read by the read head        output_t = [h_t, r_t]

    What the paper leaves open, and what we do: the write head finds its place in M_{t-1}, the read head in M_t, so that
    what has just been written can be read. What is added passes through tanh. At first every number in the memory is
    `BLANK`, and both heads stand at location 0, as on an empty tape. None of this is learned: no weight then belongs to
    a location, and a trained cell works with as many as one gives it. The biases of the heads start so that a newborn
    head goes on from where it stands rather than searches (g near 0), and looks a little more sharply.

    Args:
        input_size: D.
        hidden_size: units of the controller.
        locations: N; may be changed at any time, as in `cell.locations = 100`.
        width: M, numbers in each location.
        reach: by how many locations a head can move in one step; S = 2 reach + 1.

    Source: Graves et al. 2014, section 3; small constants as first contents: Collier and Beel 2018, "Implementing
    Neural Turing Machines".
    """

    BLANK = 1e-6  # not 0, so that an empty location has a direction, which a key can be compared with

    def __init__(self, input_size: int, hidden_size: int, locations: int, width: int, reach: int = 1):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size + width  # of the output [h_t, r_t]
        self.locations, self.width = locations, width
        self.controller = LSTMCell(input_size + width, hidden_size)
        addressing = width + 3 + 2 * reach + 1
        self.read_head = nn.Linear(hidden_size, addressing)
        self.write_head = nn.Linear(hidden_size, addressing + 2 * width)
        with torch.no_grad():
            for head in (self.read_head, self.write_head):
                head.bias[width + 1] -= 3.0  # gate
                head.bias[width + 2] += 1.0  # sharpness

    def initial_state(self, batch_size: int) -> NTMState:
        """An LSTM at rest, a blank memory (B, N, M), and both heads at location 0."""
        controller = self.controller.initial_state(batch_size)
        memory = controller.h.new_full((batch_size, self.locations, self.width), self.BLANK)
        first = torch.zeros_like(memory[:, :, 0])
        first[:, 0] = 1.0
        return NTMState(controller, memory, read_memory(memory, first), first, first)

    def forward(self, x_t: Tensor, state: NTMState) -> tuple[Tensor, NTMState]:
        """One step: x_t (B, D) and the state give [h_t, r_t] (B, H) and the new state."""
        M = self.width
        h, controller = self.controller(torch.cat([x_t, state.read], dim=1), state.controller)
        a, erase, add = self.write_head(h).tensor_split([-2 * M, -M], dim=1)
        write_weights = address(state.memory, state.write_weights, *head_parameters(a, M))
        memory = write_memory(state.memory, write_weights, torch.sigmoid(erase), torch.tanh(add))
        read_weights = address(memory, state.read_weights, *head_parameters(self.read_head(h), M))
        read = read_memory(memory, read_weights)
        return torch.cat([h, read], dim=1), NTMState(controller, memory, read, read_weights, write_weights)


def trace(cell: NTMCell, xs: Tensor) -> tuple[Tensor, NTMState]:
    """`unroll` that keeps what is in the memory and where the heads look at every step, for drawing.

    xs (B, T, D) give the outputs (B, T, H), and the states of all steps in one: its memory is (B, T, N, M), its
    weights are (B, T, N).
    """
    state, outputs, states = cell.initial_state(len(xs)), [], []
    for x_t in xs.unbind(dim=1):
        output, state = cell(x_t, state)
        outputs.append(output)
        states.append(state)
    return torch.stack(outputs, dim=1), map_state(lambda *steps: torch.stack(steps, dim=1), *states)
