"""Runs the cells of one submission on its kernel and reports one line of JSON for each.

This process sits beside the submission's, in the same file system, and above it: it sees the submission's processes
and cannot be seen by them. What floods or crashes it costs this one submission only.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import zmq
from jupyter_client import BlockingKernelClient

OK, ERROR, TIMEOUT, DIED, MEMORY = "ok", "error", "timeout", "died", "memory"
OUTPUT_BYTES = 200_000  # kept of a cell's outputs
TEXT_CHARACTERS = 20_000  # kept of one text
LATE_SECONDS = 10  # that outputs may come after the reply: on a busy machine they do
KERNEL_SECONDS = 60  # for a kernel to answer at all
RECONNECT_MS = 5  # the kernel's sockets are not there at once; 100, as usual, would often be waited for in vain
LOOK_SECONDS = 0.02  # between two looks at a submission's processes
PAGE = os.sysconf("SC_PAGE_SIZE")


class Ended(Exception):
    """The submission's processes are gone, or have to go; the status says why."""

    def __init__(self, status: str):
        self.status = status


class Watcher:
    """Watches the processes of a submission: are they there, and how much memory do they have?"""

    keeper: int  # the parent of them all, which ends with them

    def __init__(self, memory: int, alone: bool):
        """A limit in bytes, and whether no other processes than the submission's can be seen."""
        self.memory, self.alone = memory, alone
        self.inherited = private_bytes("self")  # what each has in common with the process it was forked from
        self.peak, self.next = 0, 0.0

    def look(self) -> None:
        """Raise `Ended` if the processes have ended, or all together have too much memory."""
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + LOOK_SECONDS
        if os.waitpid(self.keeper, os.WNOHANG)[0]:
            raise Ended(DIED)
        processes = filter(str.isdigit, os.listdir("/proc")) if self.alone else descendants(str(self.keeper))
        used = sum(max(0, private_bytes(process) - self.inherited) for process in processes)
        self.peak = max(self.peak, used)
        if used > self.memory:
            raise Ended(MEMORY)


def descendants(process: str) -> Iterator[str]:
    """The processes that this one has started, and those have, as far as they have not been left by their parents."""
    for children in Path("/proc", process, "task").glob("*/children"):
        with suppress(OSError):  # it has just ended
            for child in children.read_text().split():
                yield child
                yield from descendants(child)


def private_bytes(process: str) -> int:
    """Memory of a process that is not a file's and not shared."""
    try:
        _, resident, shared, *_ = Path("/proc", process, "statm").read_text().split()
    except OSError:  # it has just ended
        return 0
    return (int(resident) - int(shared)) * PAGE


class Client:
    """Sends cells to a kernel and collects what comes back."""

    def __init__(self, connection: dict, watcher: Watcher):
        context = zmq.Context()
        context.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
        self.client = BlockingKernelClient(context=context)
        self.client.load_connection_info(connection)
        self.client.start_channels(shell=True, iopub=True, stdin=False, hb=False)
        self.watcher = watcher
        self.poller = zmq.Poller()
        for channel in (self.client.shell_channel, self.client.iopub_channel):
            self.poller.register(channel.socket, zmq.POLLIN)

    def wait_until_ready(self) -> None:
        """Return when the kernel has answered; the first answers may be lost while its sockets connect."""
        end = time.monotonic() + KERNEL_SECONDS
        while time.monotonic() < end:
            self.watcher.look()
            self.client.kernel_info()
            replied = heard = False
            pause = time.monotonic() + 0.25
            while time.monotonic() < pause and not (replied and heard):
                for channel, _ in self._messages(0.05):
                    replied |= channel is self.client.shell_channel
                    heard |= channel is self.client.iopub_channel
            if replied and heard:
                return
        raise Ended(DIED)

    def run(self, code: str, seconds: float) -> dict:
        """Run a cell; what it said and how it ended. The kernel's reply decides, whatever was printed.

        Raises:
            Ended: the kernel is gone, or did not stop when told to.
        """
        start = time.monotonic()
        cell = self.client.execute(code, allow_stdin=False, stop_on_error=False, store_history=True)
        collected, reply, idle, late, told = Outputs(), None, False, None, False
        while not (reply and idle):
            self.watcher.look()
            for channel, message in self._messages(0.05):
                if message["parent_header"].get("msg_id") != cell:
                    continue
                if channel is self.client.shell_channel:
                    reply, late = reply or message["content"], time.monotonic() + LATE_SECONDS
                elif message["msg_type"] == "status":
                    idle |= message["content"]["execution_state"] == "idle"
                else:
                    collected.add(message["msg_type"], message["content"])
            now = time.monotonic()
            if late and now > late:  # the reply is there, and the word that there is no more does not come
                break
            if not reply and now > start + seconds and not told:
                self._interrupt()
                told = True
            if not reply and now > start + seconds + 2:
                raise Ended(TIMEOUT)
        status = TIMEOUT if told else OK if reply.get("status") == "ok" else ERROR
        result = {"status": status, "seconds": round(now - start, 3), "peak": self.watcher.peak}
        if status == ERROR:
            result |= {key: str(reply.get(key, ""))[:TEXT_CHARACTERS] for key in ("ename", "evalue")}
        return result | {"outputs": collected.outputs, "cut": collected.cut}

    def _messages(self, seconds: float) -> list[tuple]:
        """Messages that are there now, or within this time: (channel, message)."""
        ready = dict(self.poller.poll(seconds * 1000))
        found = []
        for channel in (self.client.shell_channel, self.client.iopub_channel):
            if channel.socket in ready:
                try:
                    found.append((channel, channel.get_msg(timeout=0)))
                except Exception:  # whatever else a submission writes to its sockets is no message
                    continue
        return found

    def _interrupt(self) -> None:
        """What Ctrl-C does: a submission may catch it, and is then ended from outside."""
        channel = self.client.control_channel
        channel.send(self.client.session.msg("interrupt_request", {}))


class Outputs:
    """A cell's outputs as nbformat has them, up to a size."""

    def __init__(self):
        self.outputs: list[dict] = []
        self.room, self.cut = OUTPUT_BYTES, False

    def add(self, kind: str, content: dict) -> None:
        """Keep one output; texts that follow each other on a stream become one."""
        made = self._output(kind, content)
        size = len(json.dumps(made)) if made else 0
        if size > self.room:
            self.cut = True
            return
        self.room -= size
        last = self.outputs[-1] if self.outputs else {}
        if made and kind == "stream" and last.get("name") == made["name"]:
            last["text"] += made["text"]
        elif made:
            self.outputs.append(made)

    def _output(self, kind: str, content: dict) -> dict | None:
        if kind == "stream":
            name = "stderr" if content.get("name") == "stderr" else "stdout"
            return {"output_type": kind, "name": name, "text": self._text(content.get("text"))}
        if kind == "error":
            trace = [self._text(line) for line in list(content.get("traceback", []))[-50:]]
            named = {key: self._text(content.get(key)) for key in ("ename", "evalue")}
            return {"output_type": kind, **named, "traceback": trace}
        if kind in ("execute_result", "display_data"):
            data = {str(name): value for name, value in dict(content.get("data", {})).items() if isinstance(value, str)}
            made = {"output_type": kind, "data": data, "metadata": {}}
            return made | ({"execution_count": None} if kind == "execute_result" else {})
        return None  # edits of earlier outputs, clearing, widgets' messages

    def _text(self, text: object) -> str:
        text = str(text)
        self.cut |= len(text) > TEXT_CHARACTERS
        return text[:TEXT_CHARACTERS]
