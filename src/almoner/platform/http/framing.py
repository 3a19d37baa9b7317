"""What a request's head says of where the request ends: two who read the same bytes must never find two different requests in them.

Most of it the parser refuses by itself (a header folded or with a space before its colon, two lengths, a bare CR): what is here is
what it lets pass. The rules are those of RFC 9112; what they let a server choose is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from almoner.kernel.errors import AlmonerError, BadRequest

VERSIONS = ("1.1", "1.0")
_CHUNKED = b"chunked"
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?")
"""`uri-host [":" port]` (RFC 3986, 3.2.2): a name, or an address of IPv6 in brackets; an empty one says that there is none."""


class CodingUnknown(AlmonerError):
    """`Transfer-Encoding` has another coding before `chunked`."""

    status = 501
    code = "NOT_IMPLEMENTED"
    title = "The transfer coding is not supported."


class VersionUnknown(AlmonerError):
    """The request line names no version of HTTP, or neither 1.1 nor 1.0."""

    status = 505
    code = "HTTP_VERSION_NOT_SUPPORTED"
    title = "The HTTP version is not supported."


def broken_framing(version: str, headers: Sequence[tuple[bytes, bytes]]) -> AlmonerError | None:
    """Why a request of this version with these headers (names in lower case) is not answered; None when it is."""
    if version not in VERSIONS:
        return VersionUnknown("A request must name HTTP/1.1 or HTTP/1.0.")
    hosts, codings = [], []
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif name == b"transfer-encoding":
            codings.append(value)
    if codings and (refusal := _broken_coding(version, b",".join(codings))) is not None:
        return refusal
    return None if len(hosts) == 1 and _HOST.fullmatch(hosts[0]) else _broken_hosts(version, hosts)


def _broken_hosts(version: str, hosts: Sequence[bytes]) -> AlmonerError | None:
    if not hosts:
        return BadRequest("A request must have the header Host.") if version == "1.1" else None
    if len(hosts) > 1:
        return BadRequest("A request must not have more than one header Host.")
    return BadRequest("The header Host must be a host name or an address, and perhaps a port.")


def _broken_coding(version: str, said: bytes) -> AlmonerError | None:
    """A body whose end cannot be known is refused; so is one whose end is known but that is coded otherwise (RFC 9112, 6.1)."""
    codings = [coding.strip(b" \t").lower() for coding in said.split(b",")]
    if version == "1.0":
        return BadRequest("A request of HTTP/1.0 must not have the header Transfer-Encoding.")
    if codings == [_CHUNKED]:
        return None
    if b"" in codings or codings.count(_CHUNKED) != 1 or codings[-1] != _CHUNKED:
        return BadRequest("The last coding of Transfer-Encoding must be chunked, and only the last.")
    return CodingUnknown("The only coding of Transfer-Encoding that is read here is chunked.")
