"""Undoing all codings of one body, bounded in every step.

Laws
* What a step gives, what it works through, and what is held between two stages are bounded; the
  ratio of a body to its encoded form does not matter for memory.
* The result and the error do not depend on how the input was split.
* Limits on the decoded size and on the ratio are off by default: back-pressure bounds the memory,
  and honest data may be any number of times larger than its encoding.
"""

from collections.abc import Sequence
from typing import Final

from aiohttp_core.codings.decoders import MAX_MEMBERS, Decoder, make_decoder
from aiohttp_core.errors import DecompressSizeError
from aiohttp_core.records import Record

__all__ = ("DEFAULT_DECODE_LIMITS", "BodyDecoder", "DecodeLimits")

BETWEEN: Final = 2**16
"""Most bytes held between two stages."""

WORK: Final = 2**22
"""So many bytes pass between stages before a step returns, even if it has nothing to give."""


class DecodeLimits(Record):
    """What decoding one body may come to.  ``None`` is no limit."""

    max_size: int | None = None
    """Most decoded bytes."""
    max_ratio: float | None = None
    """Most decoded bytes per encoded byte, once :attr:`ratio_from` bytes were decoded."""
    ratio_from: int = 2**20
    """So many decoded bytes are given before the ratio is looked at."""
    max_members: int = MAX_MEMBERS
    """Most gzip members or zstd frames that hold fewer than 4 KiB each."""


DEFAULT_DECODE_LIMITS: Final = DecodeLimits()


class BodyDecoder:
    """Undoes *codings*, the last applied one first.

    ``feed()`` hands input over, ``read()`` takes output, at most so much at a time; ``finish()``
    says that the input has ended and is called once ``needs_input`` is true.  Raises
    :exc:`ContentEncodingError` for corrupt and truncated data and :exc:`DecompressSizeError` when a
    limit is passed; what was given before is right.
    """

    __slots__ = ("_input", "_limits", "_stages", "bytes_in", "bytes_out", "needs_input")

    def __init__(
        self, codings: Sequence[str], limits: DecodeLimits = DEFAULT_DECODE_LIMITS
    ) -> None:
        self._stages: list[Decoder] = [make_decoder(name, limits.max_members) for name in codings]
        if not self._stages:
            raise ValueError("There is no coding to undo")
        self._limits = limits
        self._input = b""
        self.bytes_in = 0
        """Encoded bytes fed so far."""
        self.bytes_out = 0
        """Decoded bytes given so far."""
        self.needs_input = True
        """Whether everything that can be made of the input was given."""

    def feed(self, data: bytes) -> None:
        """Hand input over.  It is kept until ``read()`` works on it."""
        if data:
            self._input = self._input + data if self._input else data
            self.bytes_in += len(data)
            self.needs_input = False

    def read(self, max_length: int) -> bytes:
        """Return at most *max_length* decoded bytes.

        ``b""`` with :attr:`needs_input` false means that much was worked through for nothing so
        far: call again, after others had their turn.
        """
        stages = self._stages
        if len(stages) == 1:
            data, self._input = self._input, b""
            given = stages[0].decode(data, max_length)
            self.needs_input = stages[0].needs_input
        else:
            given = self._pull(max_length)
        if given:
            self.bytes_out += len(given)
            self._check_limits()
        return given

    def finish(self) -> None:
        """Say that the input has ended; :exc:`ContentEncodingError` if some is missing."""
        if not self.needs_input:
            raise RuntimeError("finish() before everything was read")
        if self.bytes_in:
            for stage in self._stages:
                stage.finish()

    def _pull(self, max_length: int) -> bytes:
        """Let the stages work, each fed by the one before, until the last one gives something."""
        stages = self._stages
        last = len(stages) - 1
        left = WORK
        while left > 0:
            # The latest stage that still has work to do goes first: so little is in between.
            at = last
            while at >= 0 and stages[at].needs_input:
                at -= 1
            data = b""
            if at < 0:
                if not self._input:
                    self.needs_input = True
                    return b""
                data, self._input = self._input, b""
                at = 0
            while True:
                data = stages[at].decode(data, max_length if at == last else BETWEEN)
                if at == last or not data:
                    break
                left -= len(data)
                at += 1
            if data:
                return data
        return b""

    def _check_limits(self) -> None:
        limits = self._limits
        size = self.bytes_out
        if limits.max_size is not None and size > limits.max_size:
            raise DecompressSizeError(f"Decoded body is larger than {limits.max_size} bytes")
        if (
            limits.max_ratio is not None
            and size > limits.ratio_from
            and size > limits.max_ratio * self.bytes_in
        ):
            raise DecompressSizeError(
                f"Decoded body is more than {limits.max_ratio:g} times its encoded size"
            )
