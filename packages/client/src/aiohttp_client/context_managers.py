"""What a call of a request method returns: it can be awaited, or entered with ``async with``."""

from collections.abc import Coroutine, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from aiohttp_client.pending import PendingRequest
from aiohttp_client.response import ClientResponse

__all__ = ("BaseRequestContextManager", "RequestContextManager", "SessionRequestContextManager")


class _Released(Protocol):
    async def __aenter__(self) -> Any: ...

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
        /,
    ) -> None: ...


ResultT = TypeVar("ResultT", bound=_Released)


class BaseRequestContextManager(Coroutine[Any, Any, ResultT], Generic[ResultT]):
    """A coroutine that is also an asynchronous context manager of its result."""

    __slots__ = ("_coro", "_resp")

    def __init__(self, coro: Coroutine[Any, Any, ResultT]) -> None:
        self._coro = coro

    def send(self, value: Any) -> Any:
        """Resume the coroutine."""
        return self._coro.send(value)

    def throw(self, *args: Any) -> Any:
        """Raise inside the coroutine."""
        return self._coro.throw(*args)

    def close(self) -> None:
        """Close the coroutine."""
        return self._coro.close()

    def __await__(self) -> Generator[Any, None, ResultT]:
        return self._coro.__await__()

    def __iter__(self) -> Generator[Any, None, ResultT]:
        return self._coro.__await__()

    async def __aenter__(self) -> ResultT:
        self._resp: ResultT = await self._coro
        await self._resp.__aenter__()
        return self._resp

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self._resp.__aexit__(exc_type, exc, tb)


if TYPE_CHECKING:

    class RequestContextManager(  # type: ignore[misc]  # to leave it, an awaitable is enough
        PendingRequest, BaseRequestContextManager[ClientResponse]
    ):
        """The result of ``session.request()`` and of the verb methods."""

        __slots__ = ()

else:
    # A compiled class has no second base; it counts as one of them all the same.
    class RequestContextManager(PendingRequest):
        """The result of ``session.request()`` and of the verb methods."""

        __slots__ = ()

    BaseRequestContextManager.register(RequestContextManager)


class SessionRequestContextManager:
    """The result of the module's ``request()``: its session ends with the response."""

    __slots__ = ("_coro", "_resp", "_session")

    def __init__(self, coro: Coroutine[Any, Any, ClientResponse], session: "_Session") -> None:
        self._coro = coro
        self._resp: ClientResponse | None = None
        self._session = session

    async def __aenter__(self) -> ClientResponse:
        try:
            self._resp = await self._coro
        except BaseException:
            await self._session.close()
            raise
        self._resp.in_context = True
        return self._resp

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._resp is not None:
            self._resp.in_context = False
            self._resp.close()
        await self._session.close()


class _Session(Protocol):
    async def close(self) -> None:
        """Close the session."""
