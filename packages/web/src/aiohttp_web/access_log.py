"""The access log (spec section 3.19, ADDENDUM 3.16).

Laws
* A format is compiled once, into one function per code; a line costs those and one ``%``.
* What came from the peer is escaped: no line break or control character of a request reaches a
  terminal or forges a second line.
* A logger that fails hurts no response (ADD-628), and one that is switched off costs nothing.
"""

import inspect
import logging
import os
import re
import time
from collections.abc import Callable
from typing import Any, ClassVar, Final

from aiohttp_web.abc import AbstractAccessLogger, AbstractAsyncAccessLogger

__all__ = ("AccessLogger", "ServerAccessLog", "UnknownRequest", "UnknownResponse")

_CODE: Final = re.compile(r"%(?:\{([A-Za-z0-9\-_]+)\}([ioe])|(Tf|[atPrsbOTD%]))")
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

Formatter = Callable[[Any, Any, float], Any]


def _escape(found: "re.Match[str]") -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def escaped(text: str) -> str:
    """Return *text* with everything that could move a terminal or end a line as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_escape, text)


def _remote(request: Any, response: Any, seconds: float) -> str:
    remote = request.remote
    return "-" if not remote else escaped(str(remote))


def _start_time(request: Any, response: Any, seconds: float) -> str:
    # Local time with its offset at that moment, which follows daylight saving (ADD-622).
    start = time.time() - seconds
    return time.strftime("[%d/%b/%Y:%H:%M:%S %z]", time.localtime(start))


def _process(request: Any, response: Any, seconds: float) -> str:
    return f"<{os.getpid()}>"


def _request_line(request: Any, response: Any, seconds: float) -> str:
    version = request.version
    return escaped(f"{request.method} {request.path_qs} HTTP/{version[0]}.{version[1]}")


def _status(request: Any, response: Any, seconds: float) -> int:
    status: int = response.status
    return status


def _size(request: Any, response: Any, seconds: float) -> int:
    size: int = response.body_length
    return size


def _seconds(request: Any, response: Any, seconds: float) -> str:
    return str(round(seconds))


def _seconds_fraction(request: Any, response: Any, seconds: float) -> str:
    return f"{seconds:06f}"


def _microseconds(request: Any, response: Any, seconds: float) -> str:
    return str(round(seconds * 1_000_000))


def _request_header(name: str) -> Formatter:
    def formatter(request: Any, response: Any, seconds: float) -> str:
        return escaped(request.headers.get(name, "-"))

    return formatter


def _response_header(name: str) -> Formatter:
    def formatter(request: Any, response: Any, seconds: float) -> str:
        return escaped(response.headers.get(name, "-"))

    return formatter


_PLAIN: Final[dict[str, tuple[str, Formatter]]] = {
    "a": ("remote_address", _remote),
    "t": ("request_start_time", _start_time),
    "P": ("process_id", _process),
    "r": ("first_request_line", _request_line),
    "s": ("response_status", _status),
    "b": ("response_size", _size),
    "T": ("request_time", _seconds),
    "Tf": ("request_time_frac", _seconds_fraction),
    "D": ("request_time_micro", _microseconds),
}
_HEADERS: Final = {
    "i": ("request_header", _request_header),
    "o": ("response_header", _response_header),
}


class AccessLogger(AbstractAccessLogger):
    """Writes a line of *log_format* for each request, at level INFO.

    Codes: ``%%`` percent, ``%a`` remote address, ``%t`` start time, ``%P`` process, ``%r`` request
    line, ``%s`` status, ``%b`` bytes sent with the head, ``%T`` seconds, ``%Tf`` seconds with
    fraction, ``%D`` microseconds, ``%{NAME}i`` request and ``%{NAME}o`` response header.
    """

    __slots__ = ("_formatters", "_line")

    LOG_FORMAT_MAP: ClassVar[dict[str, str]] = {code: name for code, (name, _) in _PLAIN.items()}
    LOG_FORMAT: ClassVar[str] = '%a %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"'

    def __init__(self, logger: logging.Logger, log_format: str = LOG_FORMAT) -> None:
        super().__init__(logger, log_format=log_format)
        self._line, self._formatters = self.compile_format(log_format)

    @property
    def enabled(self) -> bool:
        """Whether the logger takes INFO."""
        return self.logger.isEnabledFor(logging.INFO)

    def compile_format(self, log_format: str) -> tuple[str, list[tuple[Any, Formatter]]]:
        """Return *log_format* for the ``%`` operator, and key and function of each value.

        Raises KeyError for ``%O`` and ``%{NAME}e``, which older releases had (ADD-625).
        """
        formatters: list[tuple[Any, Formatter]] = []

        def replace(found: "re.Match[str]") -> str:
            name, kind, code = found.groups()
            if code == "%":
                return "%%"
            if name is not None:
                key, make = _HEADERS[kind]
                formatters.append(((key, name), make(name)))
            else:
                formatters.append(_PLAIN[code])
            return "%s"

        parts: list[str] = []
        end = 0
        for found in _CODE.finditer(log_format):
            parts.append(log_format[end : found.start()].replace("%", "%%"))
            parts.append(replace(found))
            end = found.end()
        parts.append(log_format[end:].replace("%", "%%"))
        return "".join(parts), formatters

    def log(self, request: Any, response: Any, time: float) -> None:
        """Write the line; errors in it are logged and go no further."""
        try:
            values: list[Any] = []
            extra: dict[str, Any] = {}
            for key, formatter in self._formatters:
                value = formatter(request, response, time)
                values.append(value)
                if isinstance(key, tuple):
                    extra.setdefault(key[0], {})[key[1]] = value
                else:
                    extra[key] = value
            # Composed here: ``extra`` has the values, and the record needs no arguments.
            self.logger.info(self._line % tuple(values), extra=extra)  # noqa: G002
        except Exception:
            self.logger.exception("Error in logging")


class UnknownRequest:
    """Stands in the log for bytes that were no request (ADD-629)."""

    __slots__ = ("headers", "remote")

    method = "UNKNOWN"
    path_qs = path = raw_path = "/"
    version = (1, 0)

    def __init__(self, remote: str) -> None:
        self.remote = remote
        self.headers: dict[str, str] = {}


class UnknownResponse:
    """Stands in the log for the refusal of such bytes."""

    __slots__ = ("body_length", "headers", "status")

    def __init__(self, status: int, body_length: int) -> None:
        self.status = status
        self.body_length = body_length
        self.headers: dict[str, str] = {}


class ServerAccessLog:
    """Calls the access logger of a server, plain or async, and keeps its errors away."""

    __slots__ = ("_is_async", "_log", "access_logger", "logger")

    def __init__(
        self,
        access_logger: AbstractAccessLogger | AbstractAsyncAccessLogger,
        logger: logging.Logger,
    ) -> None:
        self.access_logger = access_logger
        self.logger = logger
        self._log: Any = access_logger.log
        self._is_async = inspect.iscoroutinefunction(self._log)

    @property
    def enabled(self) -> bool:
        """Whether the access logger wants to be called; an error in it means no."""
        try:
            return bool(self.access_logger.enabled)
        except Exception:
            self.logger.exception("Error in access logger")
            return False

    async def log(
        self, request: Any, response: Any, seconds: float, error: BaseException | None
    ) -> None:
        """Log one request; within the logger ``sys.exc_info()`` gives *error* (LOG-10)."""
        try:
            if error is None:
                called = self._log(request, response, seconds)
                if self._is_async:
                    await called
                return
            try:
                raise error
            except type(error):
                called = self._log(request, response, seconds)
                if self._is_async:
                    await called
        except Exception:
            self.logger.exception("Error in access logger")

    def log_unknown(self, remote: str, status: int, size: int) -> None:
        """Log bytes that were no request; an async logger is not asked."""
        if self._is_async:
            return
        try:
            self._log(UnknownRequest(remote), UnknownResponse(status, size), 0.0)
        except Exception:
            self.logger.exception("Error in access logger")
