"""A queue of the kernel's own, which syncs a file while we go on: Linux's asynchronous I/O.

`IOCB_CMD_FDSYNC` is what `fdatasync` does, done by a worker of the kernel: the same promise, the
same errors, and no thread of ours that must first win the interpreter's lock. Source: io_submit(2),
io_getevents(2) (Linux 4.18); Python has no names for them, so they are called by number.
"""

import ctypes
import errno
import os
import platform
import sys
from typing import Final, Self

# io_setup, io_destroy, io_getevents, io_submit, by what `uname -m` says.
_NUMBERS: Final = {"x86_64": (206, 207, 208, 209), "aarch64": (0, 1, 4, 2)}
_FDSYNC: Final = 3
_DEPTH: Final = 1

# What says that the kernel, or this filesystem, does not do it: the caller syncs as ever.
_NOT_TAKEN: Final = frozenset((errno.EINVAL, errno.ENOSYS, errno.EAGAIN, errno.EOPNOTSUPP))


class _Control(ctypes.Structure):
    """`struct iocb` of <linux/aio_abi.h>, little-endian."""

    _fields_ = (
        ("data", ctypes.c_uint64),
        ("key", ctypes.c_uint32),
        ("rw_flags", ctypes.c_int32),
        ("opcode", ctypes.c_uint16),
        ("priority", ctypes.c_int16),
        ("descriptor", ctypes.c_uint32),
        ("buffer", ctypes.c_uint64),
        ("bytes", ctypes.c_uint64),
        ("offset", ctypes.c_int64),
        ("reserved", ctypes.c_uint64),
        ("flags", ctypes.c_uint32),
        ("event_descriptor", ctypes.c_uint32),
    )


class _Event(ctypes.Structure):
    """`struct io_event` of <linux/aio_abi.h>."""

    _fields_ = (
        ("data", ctypes.c_uint64),
        ("control", ctypes.c_uint64),
        ("result", ctypes.c_int64),
        ("more", ctypes.c_int64),
    )


class SyncQueue:
    """Syncs one descriptor at a time. `start` and `wait` alternate, from one thread."""

    def __init__(self, numbers: tuple[int, int, int, int], context: ctypes.c_ulong) -> None:
        self._context = context
        _, self._destroy, self._getevents, self._submit = numbers
        # Submitting does not wait, so it need not give up the interpreter's lock; waiting does.
        self._call = ctypes.PyDLL(None, use_errno=True).syscall
        self._waiting_call = ctypes.CDLL(None, use_errno=True).syscall
        self._control = _Control(opcode=_FDSYNC)
        self._controls = (ctypes.POINTER(_Control) * 1)(ctypes.pointer(self._control))
        self._event = _Event()

    @classmethod
    def open(cls) -> Self | None:
        """A queue, or None where the system has none or gives us none."""
        numbers = _NUMBERS.get(platform.machine())
        if sys.platform != "linux" or numbers is None or ctypes.sizeof(ctypes.c_void_p) != 8:
            return None
        context = ctypes.c_ulong(0)
        call = ctypes.CDLL(None, use_errno=True).syscall
        if call(numbers[0], ctypes.c_uint(_DEPTH), ctypes.byref(context)) != 0:
            return None
        return cls(numbers, context)

    def start(self, descriptor: int) -> bool:
        """This begins to sync and returns at once; false when it is not taken here, and nothing has
        begun. Raises `OSError` when the descriptor is none."""
        self._control.descriptor = descriptor
        taken = self._call(self._submit, self._context, ctypes.c_long(1), self._controls)
        if taken == 1:
            return True
        code = ctypes.get_errno()
        if code in _NOT_TAKEN:
            return False
        raise OSError(code, os.strerror(code))

    def wait(self) -> None:
        """This returns when the sync that was started is over; raises `OSError` as it ended."""
        one = ctypes.c_long(1)
        event = ctypes.byref(self._event)
        while self._waiting_call(self._getevents, self._context, one, one, event, None) != 1:
            code = ctypes.get_errno()
            if code not in (0, errno.EINTR):
                raise OSError(code, os.strerror(code))
        if self._event.result < 0:
            code = -self._event.result
            raise OSError(code, os.strerror(code))

    def stop(self) -> None:
        """This gives the queue back; nothing may be under way."""
        self._call(self._destroy, self._context)
