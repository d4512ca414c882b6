"""Linux namespaces and limits, by system calls: what a submission's process is shut into.

A submission gets namespaces of its own (users, mounts, processes, network, shared memory, host name), a private
/tmp and /dev/shm of limited size, and no capability. See `man 7 namespaces`, `man 7 capabilities`, `man 2 prctl`.
"""

import ctypes
import os
import resource
import socket
from collections.abc import Iterable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_USERS, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
NO_SETUID, NO_DEVICES, NO_EXECUTION, BIND = 0x2, 0x4, 0x8, 0x1000  # of mounts
PRIVATE = 0x40000 | 0x4000  # with all below
SET_DEATH_SIGNAL, SET_DUMPABLE, DROP_FROM_BOUNDING_SET, SET_NO_NEW_PRIVILEGES = 1, 4, 24, 38  # of prctl
CAPABILITY_VERSION_3 = 0x20080522
SIGKILL = 9
STUDENT = 1000  # the number of user and group that a submission believes to have


def call(name: str, *arguments) -> int:
    """A system call through the C library.

    Raises:
        OSError: with the call's name and what the system says.
    """
    result = getattr(LIBC, name)(*arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def mount(kind: str, target: str, flags: int = 0, options: str = "") -> None:
    """Mount a new file system of a kind (tmpfs, proc) at a folder."""
    call("mount", kind.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())


def fresh_proc() -> None:
    """Mount a /proc that shows this process space and that nothing covers."""
    mount("proc", "/proc", NO_SETUID | NO_DEVICES | NO_EXECUTION)


def become(user: str) -> None:
    """Be this user, by number, or the `same`, within bubblewrap; from now on nobody else of that user sees inside."""
    fresh_proc()
    if user != "same":
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    hide()


def new_namespaces(disk_mib: int, files: int, hidden: Iterable[str] = ()) -> None:
    """Put this process into new namespaces with an empty /tmp and /dev/shm.

    Args:
        disk_mib: how much /tmp may hold, in MiB; /dev/shm may hold half of it.
        files: how many files each may hold.
        hidden: files that nobody in there may open.
    """
    uid, gid = os.getuid(), os.getgid()
    call("unshare", NEW_USERS | NEW_MOUNTS | NEW_NETWORK | NEW_IPC | NEW_HOST_NAME)
    hide(False)  # or /proc/self belongs to root
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{STUDENT} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{STUDENT} {gid} 1")
    call("mount", None, b"/", None, ctypes.c_ulong(PRIVATE), None)
    mount("tmpfs", "/tmp", NO_SETUID | NO_DEVICES, f"size={disk_mib}m,nr_inodes={files},mode=1777")
    mount("tmpfs", "/dev/shm", NO_SETUID | NO_DEVICES, f"size={disk_mib // 2}m,nr_inodes={files},mode=1777")
    locked = Path("/tmp/.locked")
    locked.touch(mode=0)
    for path in filter(os.path.exists, hidden):
        call("mount", bytes(locked), path.encode(), None, ctypes.c_ulong(BIND), None)
    locked.unlink()
    socket.sethostname("submission")
    hide()


def new_process_space() -> None:
    """Make the next child process 1 of a new process space. From now on this process cannot start threads."""
    call("unshare", NEW_PROCESSES)


def own_proc() -> None:
    """Show the processes of this process space, and no others, in /proc; forbid namespaces below this one."""
    fresh_proc()
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


def drop_privileges() -> None:
    """Give up all capabilities for good."""
    for capability in range(64):
        LIBC.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)  # fails beyond the last one that there is
    call("prctl", SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    call("capset", header, (ctypes.c_uint32 * 6)())


def hide(hidden: bool = True) -> None:
    """Nobody else of the same user may trace this process or read its memory."""
    call("prctl", SET_DUMPABLE, int(not hidden), 0, 0, 0)


def die_with_parent() -> None:
    """Be killed when the parent ends."""
    call("prctl", SET_DEATH_SIGNAL, SIGKILL, 0, 0, 0)


def limit(memory: int, seconds: int, file_size: int, processes: int) -> None:
    """Limit this process and its children: bytes of memory and of a file, processor seconds, number of threads."""
    for what, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_NOFILE, 512),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        resource.setrlimit(what, (most, most))


def data_size() -> int:
    """Bytes that already count against this process's limit of memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmData:")[2].split()[0]) * 1024
