"""What goes wrong while the body of a request is read."""

__all__ = ("PayloadAccessError", "RequestPayloadError", "RequestPayloadTimeout")


class RequestPayloadError(Exception):
    """The body is broken: its framing, its content coding, or the client's pace (FWD-02).

    A handler that lets it pass answers 400, or 408 if the client was too slow.
    """

    status = 400


class RequestPayloadTimeout(RequestPayloadError):
    """The client sends the body too slowly."""

    status = 408


class PayloadAccessError(Exception):
    """The body was read after the response had been sent (ADD-443)."""
