"""Telling addresses from names (RFC 3986 section 3.2.2)."""

import ipaddress

__all__ = ("is_canonical_ipv4_address", "is_ip_address")


def is_ip_address(host: str | None) -> bool:
    """Return whether *host* is an IPv4 or IPv6 address: never a name to be resolved.

    Every text with a colon counts as IPv6; of IPv4 also the short forms of four or fewer numbers
    that system calls understand, such as ``127.1``.
    """
    if not host:
        return False
    if ":" in host:
        return True
    return host.isascii() and host.replace(".", "").isdigit()


def is_canonical_ipv4_address(host: str) -> bool:
    """Return whether *host* is an IPv4 address of four decimal numbers."""
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
