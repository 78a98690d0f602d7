"""Frames built the slow and obvious way, so that the tests do not trust the code they test."""


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    key: bytes | None = None,
    length_form: int | None = None,
    declared: int | None = None,
) -> bytes:
    """Return one frame; *length_form* is 7, 16 or 64 bits, minimal by default."""
    length = len(payload) if declared is None else declared
    form = length_form or (7 if length < 126 else 16 if length < 65536 else 64)
    bit = 0x80 if key is not None else 0
    head = bytes([(0x80 if fin else 0) | (rsv << 4) | opcode])
    if form == 7:
        head += bytes([bit | length])
    elif form == 16:
        head += bytes([bit | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([bit | 127]) + length.to_bytes(8, "big")
    if key is None:
        return head + payload
    return head + key + bytes(byte ^ key[index & 3] for index, byte in enumerate(payload))
