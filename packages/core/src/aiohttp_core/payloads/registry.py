"""Which payload class takes a value.

Laws
* ``try_first`` types are asked before the normal ones, ``try_last`` types after them; within one
  order the earlier registration wins, and a normal type that matches exactly before one that the
  value merely inherits from.
* What was found for a type is remembered, for a bounded number of types, until the next
  registration.
"""

import enum
from collections.abc import Callable
from typing import Any, Final

from aiohttp_core.payloads.base import Payload

__all__ = ("LookupError", "Order", "PayloadRegistry")

MAX_REMEMBERED: Final = 256

Factory = Callable[..., Payload]


class LookupError(Exception):  # noqa: A001 - the name that users know
    """No payload takes a value of this type (spec row ADD-094)."""


class Order(enum.StrEnum):
    """When a registered type is asked."""

    normal = "normal"
    try_first = "try_first"
    try_last = "try_last"


class PayloadRegistry:
    """Maps types of values to payload factories (spec rows PAY-01, ADD-093)."""

    __slots__ = ("_entries", "_remembered")

    def __init__(self) -> None:
        self._entries: dict[Order, list[tuple[Factory, Any]]] = {order: [] for order in Order}
        self._remembered: dict[type, Factory] = {}

    def get(self, data: Any, *args: Any, **kwargs: Any) -> Payload:
        """Return a payload for *data*, made with *args* and *kwargs*; a payload comes back as is.

        Raises :exc:`LookupError` if no registered type matches.
        """
        factory = self._remembered.get(type(data))
        if factory is None:
            # Only now: asking an abstract class for its instances is slow.
            if isinstance(data, Payload):
                return data
            factory = self.factory_for(data)
        return factory(data, *args, **kwargs)

    def factory_for(self, data: Any) -> Factory:
        """Return what would make the payload of *data*, which is none itself.

        Raises :exc:`LookupError` if no registered type matches.
        """
        kind = type(data)
        factory = self._remembered.get(kind)
        if factory is None:
            factory = self._find(data)
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[kind] = factory
        return factory

    def register(self, factory: Factory, type: Any, *, order: Order = Order.normal) -> None:  # noqa: A002 - historical name
        """Let *factory* make the payloads of values of *type*, a class or a tuple of classes.

        Raises :exc:`ValueError` for an unknown *order*.
        """
        try:
            entries = self._entries[order]
        except KeyError:
            raise ValueError(f"Unsupported order {order!r}") from None
        entries.append((factory, type))
        self._remembered.clear()

    def _find(self, data: Any) -> Factory:
        kind = type(data)
        for order in (Order.try_first, Order.normal, Order.try_last):
            if order is Order.normal:
                for factory, known in self._entries[order]:
                    if kind is known or (isinstance(known, tuple) and kind in known):
                        return factory
            for factory, known in self._entries[order]:
                if isinstance(data, known):
                    return factory
        raise LookupError(f"No payload takes a value of type {kind.__name__}")
