"""What a router, a match, a view and an access logger must offer.

Laws
* This module knows no request, response or application class: it stands below all of them, so that
  each of those can be replaced. Where such an object is meant, the type is ``Any`` and the text
  says which one.
* ``resolve`` never raises for a request that leads nowhere: it returns a match whose
  ``http_exception`` tells why (spec row RTR-11).
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Generator
from logging import Logger
from typing import Any

__all__ = (
    "AbstractAccessLogger",
    "AbstractAsyncAccessLogger",
    "AbstractMatchInfo",
    "AbstractRouter",
    "AbstractView",
)


class AbstractRouter(ABC):
    """Finds the handler of a request; ``resolve`` is the only method that must be written."""

    def __init__(self) -> None:
        self._frozen = False

    def post_init(self, app: Any) -> None:
        """Take notice of the application that will use this router; does nothing by default."""

    @property
    def frozen(self) -> bool:
        """Whether the table may no longer change."""
        return self._frozen

    def freeze(self) -> None:
        """Forbid changes from now on; called before the first request."""
        self._frozen = True

    @abstractmethod
    async def resolve(self, request: Any) -> "AbstractMatchInfo":
        """Return the match for *request*, whose ``match_info`` is ``None`` while this runs."""


class AbstractMatchInfo(ABC):
    """What a router found for one request."""

    __slots__ = ()

    @property
    @abstractmethod
    def handler(self) -> Callable[[Any], Awaitable[Any]]:
        """The coroutine function, or class of a view, that makes the response."""

    @property
    @abstractmethod
    def expect_handler(self) -> Callable[[Any], Awaitable[Any]]:
        """The coroutine function that answers the ``Expect`` field.

        It returns ``None`` to go on, or a response to be sent instead of the handler's.
        """

    @property
    @abstractmethod
    def http_exception(self) -> Any:
        """``None`` for a match, else the ``HTTPException`` (404, 405) that ``handler`` raises."""

    @abstractmethod
    def get_info(self) -> Any:
        """Return a mapping that describes the match, for people and tools."""

    @property
    @abstractmethod
    def apps(self) -> tuple[Any, ...]:
        """The applications on the way to the handler, the outermost first."""

    @abstractmethod
    def add_app(self, app: Any) -> None:
        """Put *app* before the applications already on the way.

        Raises ``RuntimeError`` after :meth:`freeze`.
        """

    @abstractmethod
    def freeze(self) -> None:
        """Forbid further :meth:`add_app`; called by the machinery when the request was resolved."""


class AbstractView(ABC):
    """Base of class-based views: an awaitable made for one request."""

    def __init__(self, request: Any) -> None:
        self._request = request

    @property
    def request(self) -> Any:
        """The request that the view was made for."""
        return self._request

    @abstractmethod
    def __await__(self) -> Generator[None, None, Any]:
        """Run the view and give its response."""


class _AccessLoggerBase(ABC):
    __slots__ = ("log_format", "logger")

    def __init__(self, logger: Logger, log_format: str) -> None:
        self.logger = logger
        self.log_format = log_format

    @property
    def enabled(self) -> bool:
        """Whether :meth:`log` would write anything; a false value saves the whole work."""
        return True


class AbstractAccessLogger(_AccessLoggerBase):
    """Writes one line for each request that was answered.

    *logger* receives the lines, *log_format* says how they look in terms of the subclass.
    """

    __slots__ = ()

    @abstractmethod
    def log(self, request: Any, response: Any, time: float) -> None:
        """Log *request*, answered by *response* within *time* seconds.

        ``sys.exc_info()`` gives the exception that the request ended with, if there was one.
        """


class AbstractAsyncAccessLogger(_AccessLoggerBase):
    """An access logger that may wait, for example for the body of the request."""

    __slots__ = ()

    @abstractmethod
    async def log(self, request: Any, response: Any, time: float) -> None:
        """Log *request*, answered by *response* within *time* seconds; see the plain logger."""
