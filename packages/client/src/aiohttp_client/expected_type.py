"""Whether a response has the type that its reader expects (spec row ADD-986)."""

from aiohttp_core.fields.content_type import is_json_type

__all__ = ("is_expected_content_type",)


def is_expected_content_type(response_content_type: str, expected_content_type: str) -> bool:
    """Return whether *response_content_type* will do for *expected_content_type*.

    Every JSON type will do for ``application/json``; of others the expected text must be a part.
    """
    if expected_content_type == "application/json":
        return is_json_type(response_content_type)
    return expected_content_type in response_content_type
