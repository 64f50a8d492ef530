"""A process that reads what strangers wrote gets no network and starts no program, whatever the file makes it do.

Two locks, one within the other. Python is forbidden it by an audit hook, everywhere. On Linux the kernel forbids it by
a seccomp filter, which native code can't lift either: there the answer to ``socket`` and ``execve`` is "Operation not
permitted", for every thread and for good. Where the kernel lets no filter be set (another system, another processor,
some containers) the hook stands alone, and bounds Python only.

A third lock, Landlock, keeps it from other processes: their memory since Linux 5.13, and signals to them since 6.12.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import subprocess
import sys
from typing import ClassVar

_FORBIDDEN_EVENTS = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname",
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn",
)  # fmt: skip

_PR_SET_NO_NEW_PRIVILEGES = 38
_SECCOMP_SET_MODE_FILTER = 1
_FILTER_ALL_THREADS = 1

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
"""Where the kernel puts what a filter may look at; the low half of the argument, on little-endian processors."""
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_FAMILY_OF_THIS_MACHINE = 1
"""AF_UNIX: sockets within the machine, that Python's own machinery may want."""
_OTHER_CALLING_CONVENTION = 0x40000000
"""x32 calls on x86-64 have this bit: the same calls by other numbers."""


_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
"""The same numbers on every processor."""
_ASK_VERSION = 1
_MAKE_DEVICES = 1 << 6 | 1 << 11
"""A domain must refuse something of its own; no reader makes device files."""
_SCOPE_SIGNALS, _SIGNALS_SINCE_VERSION = 1 << 1, 6


class _Processor:
    """Numbers of the kernel's calls, which differ by processor."""

    def __init__(self, architecture: int, seccomp: int, socket: int, others: tuple[int, ...]) -> None:
        self.architecture = architecture
        self.seccomp = seccomp
        self.socket = socket
        self.others = others
        """connect, bind, listen, execve, execveat, ptrace, process_vm_writev, io_uring_setup"""


_PROCESSORS = {
    "x86_64": _Processor(0xC000003E, 317, 41, (42, 49, 50, 59, 322, 101, 311, 425)),
    "aarch64": _Processor(0xC00000B7, 277, 198, (203, 200, 201, 221, 281, 117, 271, 425)),
}


class _Ruleset(ctypes.Structure):
    _fields_: ClassVar = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Instruction(ctypes.Structure):
    _fields_: ClassVar = [
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_: ClassVar = [("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction))]


def confine_this_process() -> bool:
    """Take network, programs and other processes from this one, for good; whether the kernel filters its calls."""
    sys.addaudithook(_refuse)
    if sys.platform != "linux":
        return False
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.prctl(_PR_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    _keep_from_other_processes(kernel)
    return _filter_calls(kernel)


def kernel_confines() -> bool:
    """Whether the kernel sees to it on this machine, tried in a process of its own."""
    command = [sys.executable, "-m", __name__]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603  no stranger's words


def _refuse(event: str, _arguments: object) -> None:
    if event in _FORBIDDEN_EVENTS:
        raise PermissionError(errno.EPERM, f"a process that reads PDFs has no network and starts no program ({event})")


def landlock_version() -> int:
    """Of the kernel's Landlock; 1 guards other processes' memory, 6 also bars signals to them, below 1 is none."""
    if sys.platform != "linux":
        return 0
    version: int = ctypes.CDLL(None).syscall(_LANDLOCK_CREATE_RULESET, None, 0, _ASK_VERSION)
    return version


def _keep_from_other_processes(kernel: ctypes.CDLL) -> None:
    """Enter a Landlock domain, where there is Landlock: from within, no process outside can be looked into."""
    version = landlock_version()
    rules = _Ruleset(files=_MAKE_DEVICES, scoped=_SCOPE_SIGNALS if version >= _SIGNALS_SINCE_VERSION else 0)
    ruleset = kernel.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    if ruleset >= 0:
        kernel.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)


def _filter_calls(kernel: ctypes.CDLL) -> bool:
    processor = _PROCESSORS.get(platform.machine())
    if processor is None:
        return False
    written = _program(processor)
    instructions = (_Instruction * len(written))(*(_Instruction(*each) for each in written))
    program = _Program(len(written), instructions)
    answer: int = kernel.syscall(
        processor.seccomp, _SECCOMP_SET_MODE_FILTER, _FILTER_ALL_THREADS, ctypes.byref(program)
    )
    return answer == 0


def _program(processor: _Processor) -> list[tuple[int, int, int, int]]:
    """The filter, for the kernel's small machine; a jump counts the instructions that it passes over."""
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, processor.architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IF_AT_LEAST, 0, 1, _OTHER_CALLING_CONVENTION),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for number in processor.others:
        lines += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    return [
        *lines,
        (_IF_EQUAL, 1, 0, processor.socket),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_IF_EQUAL, 0, 1, _FAMILY_OF_THIS_MACHINE),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]


if __name__ == "__main__":
    sys.exit(0 if confine_this_process() else 1)
