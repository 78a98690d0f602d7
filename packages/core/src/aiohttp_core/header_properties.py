"""Properties that a message derives from its header fields (spec row ADD-992)."""

from multidict import MultiMapping

from aiohttp_core.fields.content_type import DEFAULT_CONTENT_TYPE, ContentType, parse_content_type

__all__ = ("HeadersMixin",)


class HeadersMixin:
    """Adds ``content_type``, ``charset`` and ``content_length`` to a class with ``_headers``.

    For classes of dependents that stand in for a response; ``_headers`` is a multidict without
    regard to case.
    """

    _headers: MultiMapping[str]
    _parsed_from: str | None = None
    _parsed_type: ContentType | None = None

    def _content_type_field(self) -> ContentType | None:
        value = self._headers.get("Content-Type")
        if value is None:
            return None
        parsed = self._parsed_type
        if parsed is None or self._parsed_from != value:
            parsed = self._parsed_type = parse_content_type(value)
            self._parsed_from = value
        return parsed

    @property
    def content_type(self) -> str:
        """The media type; ``application/octet-stream`` without a valid one."""
        parsed = self._content_type_field()
        return DEFAULT_CONTENT_TYPE if parsed is None else parsed.mimetype

    @property
    def charset(self) -> str | None:
        """The charset parameter, lowered, or ``None``."""
        parsed = self._content_type_field()
        return None if parsed is None else parsed.charset

    @property
    def content_length(self) -> int | None:
        """The declared length in bytes; ``None`` without one."""
        value = self._headers.get("Content-Length")
        if value is None:
            return None
        if not value.isascii() or not value.isdigit():
            raise ValueError(f"Content-Length is not a number: {value!r}")
        return int(value)
