"""Asking the operating system about a socket that an event loop owns, without touching it."""

import select
import socket

__all__ = ("peer_has_spoken",)


def peer_has_spoken(fd: int, *, only_end: bool) -> bool:
    """Return whether the socket *fd* has bytes to read or has ended; with *only_end* the latter."""
    if fd < 0:
        return True
    try:
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(fd, select.POLLIN)
            ready = bool(poll.poll(0))
        else:
            ready = bool(select.select([fd], [], [], 0)[0])
        if not ready or not only_end:
            return ready
        # Borrow the descriptor for one look, and let it go without closing it.
        sock = socket.socket(fileno=fd)
    except (OSError, ValueError):
        return True
    try:
        return sock.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        sock.detach()
