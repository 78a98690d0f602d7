"""Small frozen value classes that cost nothing to define.

A frozen dataclass is made of half a dozen functions that are written as text and compiled when its
module is imported, a tenth of a millisecond or two each time.  Where many classes stand for rare
values that is most of the start time; these share one set of functions.

Laws
* They behave like ``@dataclass(frozen=True)``: compared, hashed and shown by value, never changed;
  ``dataclasses.replace``, ``fields`` and ``asdict`` take them.
* Making one is slower: hot values are dataclasses, or classes of their own.
"""

from inspect import get_annotations
from typing import TYPE_CHECKING, Any, Self, dataclass_transform

if TYPE_CHECKING:
    from dataclasses import Field
    from inspect import Signature

__all__ = ("Record",)


class _FieldSignature:
    """The signature of a record's class, made when somebody asks."""

    def __get__(self, instance: object, owner: "type[Record]") -> "Signature":
        from inspect import Parameter, Signature

        return Signature(
            [
                Parameter(
                    name,
                    Parameter.POSITIONAL_OR_KEYWORD,
                    default=getattr(owner, name, Parameter.empty),
                    annotation=owner.__annotations__.get(name, Parameter.empty),
                )
                for name in owner.__match_args__
            ],
            return_annotation=None,
        )


class _DataclassFields:
    """What :mod:`dataclasses` knows a dataclass by: the fields of a twin, made when asked for."""

    def __get__(self, instance: object, owner: "type[Record]") -> "dict[str, Field[Any]]":
        from dataclasses import field, make_dataclass

        twin: Any = make_dataclass(
            owner.__name__,
            [
                (
                    name,
                    Any,
                    field(default=getattr(owner, name)) if hasattr(owner, name) else field(),
                )
                for name in owner.__match_args__
            ],
        )
        fields: dict[str, Field[Any]] = twin.__dataclass_fields__
        return fields


@dataclass_transform(frozen_default=True)
class Record:
    """The base of value classes: the annotations of a subclass are its fields, in their order.

    A value in the class is the default of its field.  Fields are taken by position or by name; a
    missing, unknown or repeated one raises ``TypeError``, a change ``AttributeError``.
    """

    __match_args__: tuple[str, ...] = ()
    __signature__ = _FieldSignature()
    __dataclass_fields__ = _DataclassFields()

    def __init_subclass__(cls) -> None:
        inherited = cls.__match_args__
        own = (name for name in get_annotations(cls) if name not in inherited)
        cls.__match_args__ = (*inherited, *own)  # type: ignore[misc]  # mypy keeps it for literals

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        cls = type(self)
        names = cls.__match_args__
        if len(args) > len(names):
            raise TypeError(f"{cls.__name__}() takes {len(names)} values, not {len(args)}")
        values = self.__dict__
        values.update(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name in values or name not in names:
                what = "multiple values for" if name in values else "an unexpected"
                raise TypeError(f"{cls.__name__}() got {what} argument {name!r}")
            values[name] = value
        for name in names:
            if name not in values and not hasattr(cls, name):
                raise TypeError(f"{cls.__name__}() misses the argument {name!r}")

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__match_args__)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__name__}({shown})"

    def __replace__(self, **changes: Any) -> Self:
        """Return a copy with other values: ``copy.replace`` of Python 3.13."""
        return type(self)(**dict(zip(self.__match_args__, self._values(), strict=True)) | changes)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete field {name!r}")
