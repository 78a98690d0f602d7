"""The target of a request line as a URL (RFC 9112 section 3.2; spec rows ADD-034, ADD-462).

Laws
* The parser has refused every target that is none of the four forms; here nothing is judged.
* Nothing is decoded or normalised: the parts keep the characters that were sent.
* The scheme and, for a server, the authority of an absolute-form target say nothing about how the
  request came in: the path below them is what is routed.
"""

from yarl import URL

__all__ = ("is_origin_form", "target_url")


def is_origin_form(target: str) -> bool:
    """Tell whether *target* is a path: everything but absolute form, authority form and ``*``."""
    # A message that no parser made may have a target of another class.
    text = str(target)
    return text.startswith("/")


def target_url(method: str, target: str) -> URL:
    """Return *target* as a URL that keeps its quoting.

    It is absolute for the absolute form, has only an authority for CONNECT, and is relative
    otherwise.  A fragment, which only messages made by hand can have, is kept apart from the query
    (ADD-036).  Raises ValueError for what is no URL.
    """
    if is_origin_form(target) or target == "*":
        rest, _, fragment = target.partition("#")
        path, _, query = rest.partition("?")
        return URL.build(path=path, query_string=query, fragment=fragment, encoded=True)
    if method == "CONNECT":
        return URL.build(authority=target, encoded=True)
    return URL(target, encoded=True)
