# ruff: noqa: E501  (rows of bytes are easier to read on one line)
"""What a server may be sent, and what each gets: the byte table of the parser and of its fuzzers.

The ids are those of the security survey: L request line, H fields, O Host, C Content-Length,
T Transfer-Encoding, K chunked coding, N connection.  Where a survey row allows both verdicts, the
reason for the one chosen stands beside the row.  ``before`` and ``expected`` are the messages that
come out, as (method, target, body); a rejected message may have shown its head and a part of its body.
"""

from typing import NamedTuple

Message = tuple[str, str, bytes]


class Row(NamedTuple):
    id: str
    what: str
    raw: bytes
    messages: list[Message]
    code: int | None


def accept(id: str, what: str, raw: bytes, expected: list[Message]) -> Row:
    return Row(id, what, raw, expected, None)


def reject(
    id: str, what: str, raw: bytes, code: int = 400, before: list[Message] | None = None
) -> Row:
    return Row(id, what, raw, before or [], code)


GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

ROWS = [
    accept("L01", "plain", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", [("GET", "/", b"")]),
    accept(
        "L02", "leading CRLF", b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", [("GET", "/", b"")]
    ),  # one empty line is what old clients send behind a body
    reject("L03", "bare LF everywhere", b"GET / HTTP/1.1\nHost: a\n\n"),
    reject("L04", "LF as separator", b"GET /\nHTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L05", "two spaces", b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L06", "tab as separator", b"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L07", "HTTP/0.9 form", b"GET /\r\n\r\n"),
    reject("L08", "version 1.32", b"GET / HTTP/1.32\r\nHost: a\r\n\r\n"),
    reject("L09", "version 2.0", b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
    reject("L10", "version 0.9", b"GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
    reject("L11", "version lower case", b"GET / http/1.1\r\nHost: a\r\n\r\n"),
    reject("L12", "blank at the end of the request line", b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
    reject("L13", "version CR inside", b"GET / HTTP/\r\r1.1\r\nHost: a\r\n\r\n"),
    reject("L14", "method with quote and colon", b'G=":<>(e),[T];?" / HTTP/1.1\r\nHost: a\r\n\r\n'),
    reject("L15", "empty method", b" / HTTP/1.1\r\nHost: a\r\n\r\n"),
    accept(
        "L16", "unknown token method", b"FOO / HTTP/1.1\r\nHost: a\r\n\r\n", [("FOO", "/", b"")]
    ),  # methods are an open set
    accept(
        "L17", "lower-case get", b"get / HTTP/1.1\r\nHost: a\r\n\r\n", [("GET", "/", b"")]
    ),  # and the handler sees GET
    reject("L18", "control character in target", b"GET /\x1b[31m HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L19", "raw UTF-8 in target", b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L20", "DEL in target", b"GET /a\x7fb HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L21", "NUL in target", b"GET /a\x00b HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L22", "target without slash", b"GET ! HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject(
        "L23", "fragment in target", b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"
    ),  # a fragment is no part of a request target
    reject("L24", "asterisk with GET", b"GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
    accept("L25", "OPTIONS *", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", [("OPTIONS", "*", b"")]),
    accept(
        "L26",
        "absolute form",
        b"GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
        [("GET", "http://a/x", b"")],
    ),
    reject("L27", "absolute form, other Host", b"GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L28", "absolute form empty host", b"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L29", "absolute form one slash", b"GET http:/a/x HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L30", "user information in target", b"GET http://u@a/x HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L31", "HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    reject(
        "L32", "100 kB target", b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", code=414
    ),
    reject("L33", "10 kB method", b"G" * 10000 + b" / HTTP/1.1\r\nHost: a\r\n\r\n", code=414),
    accept(
        "L34",
        "8000 byte target",
        b"GET /" + b"a" * 7900 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        [("GET", "/" + "a" * 7900, b"")],
    ),
    reject("L35", "IPv6 garbage absolute form", b"GET http://[::1/x HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L36", "TLS handshake", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    reject("L37", "many empty lines", b"\r\n" * 40 + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    accept(
        "L38",
        "absolute form, empty Host",
        b"GET http://a/x HTTP/1.1\r\nHost:\r\n\r\n",
        [("GET", "http://a/x", b"")],
    ),
    accept(
        "L39",
        "absolute form, default port",
        b"GET http://A:80/x HTTP/1.1\r\nHost: a\r\n\r\n",
        [("GET", "http://A:80/x", b"")],
    ),
    accept(
        "L40",
        "origin form with two slashes",
        b"GET //evil.example/x?y=http://z HTTP/1.1\r\nHost: a\r\n\r\n",
        [("GET", "//evil.example/x?y=http://z", b"")],
    ),
    reject("L41", "CONNECT without port", b"CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject("L42", "authority form with GET", b"GET a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
    reject(
        "L43",
        "CONNECT with a body",
        b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    ),
    reject("H01", "blank before colon", b"GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n"),
    reject("H02", "tab before colon", b"GET / HTTP/1.1\r\nHost: a\r\nX\t: 1\r\n\r\n"),
    reject("H03", "no colon", b"GET / HTTP/1.1\r\nHost: a\r\nNoColon\r\n\r\n"),
    reject("H04", "empty name", b"GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n"),
    reject("H05", "brackets in name", b"GET / HTTP/1.1\r\nHost: a\r\nX[]: 1\r\n\r\n"),
    reject("H06", "non-ASCII name", b"GET / HTTP/1.1\r\nHost: a\r\n\xc3\xa9: 1\r\n\r\n"),
    reject(
        "H07", "slash and question mark in name", b"GET / HTTP/1.1\r\nHost: a\r\nX/?: 1\r\n\r\n"
    ),
    reject("H08", "NUL in value", b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n"),
    reject("H09", "bare CR in value", b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"),
    reject("H10", "obs-fold", b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"),
    reject("H11", "bell in value", b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x07b\r\n\r\n"),
    reject("H12", "DEL in value", b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x7fb\r\n\r\n"),
    reject("H13", "vertical tab in value", b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x0bb\r\n\r\n"),
    accept(
        "H14",
        "obs-text in value",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \xe9\xff\r\n\r\n",
        [("GET", "/", b"")],
    ),
    accept("H15", "empty value", b"GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", [("GET", "/", b"")]),
    reject("H16", "blank before Content-Length colon", POST + b"Content-Length : 5\r\n\r\nhello"),
    reject("H17", "space before first header", b"GET / HTTP/1.1\r\n Host: a\r\nX: 1\r\n\r\n"),
    reject("H18", "CR CR LF end", b"GET / HTTP/1.1\r\nHost: a\r\n\r\r\n\r\n"),
    reject("H19", "CR X behind the head", b"GET / HTTP/1.1\r\nHost: a\r\n\rX: 1\r\n\r\n"),
    reject(
        "H20",
        "100 kB value",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100000 + b"\r\n\r\n",
        code=431,
    ),
    reject(
        "H21",
        "100 kB name",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X" * 100000 + b": 1\r\n\r\n",
        code=431,
    ),
    reject(
        "H22",
        "200 fields",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
        code=431,
    ),
    accept(
        "H23",
        "header lookalike Content_Length",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\n\r\n",
        [("GET", "/", b"")],
    ),  # another name than Content-Length, and it stays one
    reject("H24", "name with 0x85 end", POST + b"Content-Length\x85: 10\r\n\r\n0123456789"),
    accept(
        "H25",
        "128 fields",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 127 + b"\r\n",
        [("GET", "/", b"")],
    ),
    reject(
        "H26",
        "129 fields",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 128 + b"\r\n",
        code=431,
    ),
    reject(
        "H27",
        "head over 64 KiB",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + (b"X: " + b"a" * 8000 + b"\r\n") * 9 + b"\r\n",
        code=431,
    ),
    accept(
        "H28",
        "blanks around values",
        b"GET / HTTP/1.1\r\nHost:\t a \t\r\nX:   y \r\n\r\n",
        [("GET", "/", b"")],
    ),
    reject(
        "H29",
        "two User-Agents",
        b"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nUSER-AGENT: y\r\n\r\n",
    ),
    reject(
        "H30", "old WebSocket draft", b"GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key1: x\r\n\r\n"
    ),
    reject("H31", "bare LF in the middle", b"GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n"),
    reject("H32", "bare LF at the end", b"GET / HTTP/1.1\r\nHost: a\r\n\n"),
    reject("O01", "no Host", b"GET / HTTP/1.1\r\n\r\n"),
    reject("O02", "two equal Hosts", b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    reject("O03", "two Hosts", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    reject("O04", "Host with user information", b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    reject("O05", "Host with path", b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    reject("O06", "Host list", b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    accept("O07", "empty Host", b"GET / HTTP/1.1\r\nHost:\r\n\r\n", [("GET", "/", b"")]),
    reject("O08", "Host with bad port", b"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"),
    accept("O09", "HTTP/1.0 no Host", b"GET / HTTP/1.0\r\n\r\n", [("GET", "/", b"")]),
    accept(
        "O10",
        "IPv6 Host with port",
        b"GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
        [("GET", "/", b"")],
    ),
    reject("O11", "Host with port out of range", b"GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
    reject("O12", "broken IPv6 Host", b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
    accept(
        "C01",
        "Content-Length",
        POST + b"Content-Length: 10\r\n\r\n0123456789",
        [("POST", "/", b"0123456789")],
    ),
    reject("C02", "plus", POST + b"Content-Length: +10\r\n\r\n0123456789"),
    reject("C03", "minus", POST + b"Content-Length: -10\r\n\r\n0123456789"),
    reject("C04", "blank inside", POST + b"Content-Length: 1\t0\r\n\r\n0123456789"),
    reject("C05", "underscore", POST + b"Content-Length: 1_0\r\n\r\n0123456789"),
    reject("C06", "hex", POST + b"Content-Length: 0xA\r\n\r\n0123456789"),
    reject("C07", "octal prefix", POST + b"Content-Length: 0o12\r\n\r\n0123456789"),
    accept(
        "C08",
        "leading zero is decimal",
        POST + b"Content-Length: 010\r\n\r\n0123456789",
        [("POST", "/", b"0123456789")],
    ),  # the grammar is 1*DIGIT, decimal
    reject("C09", "empty", POST + b"Content-Length: \r\n\r\n"),
    reject("C10", "comma", POST + b"Content-Length: ,\r\n\r\n0123456789"),
    reject("C11", "list different", POST + b"Content-Length: 10, 5\r\n\r\n0123456789"),
    reject(
        "C12", "list same", POST + b"Content-Length: 10, 10\r\n\r\n0123456789"
    ),  # readers differ about lists
    reject("C13", "list with empty element", POST + b"Content-Length: 10,\r\n\r\n0123456789"),
    reject("C14", "float", POST + b"Content-Length: 1e1\r\n\r\n0123456789"),
    reject("C15", "unicode digits", POST + b"Content-Length: \xd9\xa1\xd9\xa0\r\n\r\n0123456789"),
    reject("C16", "2^63", POST + b"Content-Length: 9223372036854775808\r\n\r\n"),
    reject(
        "C17", "10^40", POST + b"Content-Length: 9999999999999999999999999999999999999999\r\n\r\n"
    ),
    reject("C18", "inner space", POST + b"Content-Length: 1 0\r\n\r\n0123456789"),
    reject("C19", "trailing NBSP", POST + b"Content-Length: 10\xa0\r\n\r\n0123456789"),
    reject("C20", "vertical tab", POST + b"Content-Length: \x0b10\r\n\r\n0123456789"),
    accept(
        "C21",
        "tabs and spaces OWS",
        POST + b"Content-Length: \t 10 \t \r\n\r\n0123456789",
        [("POST", "/", b"0123456789")],
    ),
    reject(
        "C22", "two different", POST + b"Content-Length: 10\r\nContent-Length: 5\r\n\r\n0123456789"
    ),
    reject(
        "C23",
        "two different, first 0",
        POST
        + b"Content-Length: 0\r\nContent-Length: 35\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
    ),
    reject(
        "C24", "two same", POST + b"Content-Length: 10\r\nContent-Length: 10\r\n\r\n0123456789"
    ),  # ADD-017
    reject(
        "C25",
        "two the same, different case",
        POST + b"content-length: 5\r\nCONTENT-LENGTH: 5\r\n\r\nhello",
    ),
    accept(
        "C26",
        "GET with body then next",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        [("GET", "/", b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")],
    ),
    accept(
        "C27",
        "HEAD with body then next",
        b"HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        [("HEAD", "/", b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")],
    ),  # the body is read as a body
    accept("C28", "zero", POST + b"Content-Length: 0\r\n\r\n", [("POST", "/", b"")]),
    accept("T01", "chunked", CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", [("POST", "/", b"hello")]),
    accept(
        "T02",
        "case",
        POST + b"Transfer-Encoding: ChunKed\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        [("POST", "/", b"hello")],
    ),
    reject(
        "T03",
        "CL then TE",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ),
    reject(
        "T04",
        "TE then CL",
        POST
        + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
    ),
    reject(
        "T05",
        "CL.TE smuggle",
        POST
        + b"Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
    ),
    reject("T06", "xchunked", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    reject(
        "T07",
        "chunked, identity",
        POST + b"Transfer-Encoding: chunked, identity\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ),
    reject(
        "T08",
        "identity, chunked",
        POST + b"Transfer-Encoding: identity, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ),  # identity is gone from RFC 9112
    reject("T09", "chunked twice", POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    reject(
        "T10",
        "two TE headers",
        POST
        + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nZ\r\n0\r\n\r\n",
    ),
    reject(
        "T11",
        "chunked + identity headers",
        POST
        + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n1\r\nZ\r\n0\r\n\r\n",
    ),
    reject("T12", "empty", POST + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n"),
    reject(
        "T13",
        "leading comma + CL",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n",
    ),
    reject(
        "T14", "leading comma", POST + b"Transfer-Encoding: ,chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    ),  # readers differ about empty elements
    reject("T15", "trailing comma", POST + b"Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
    reject(
        "T16",
        "vertical tab",
        POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ),
    reject(
        "T17", "NBSP", POST + b"Transfer-Encoding: \xa0chunked\xa0\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    ),
    reject("T18", "parameter", POST + b"Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n"),
    reject("T19", "NUL", POST + b"Transfer-Encoding: chunked\x00\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    reject("T20", "quoted", POST + b'Transfer-Encoding: "chunked"\r\n\r\n5\r\nhello\r\n0\r\n\r\n'),
    reject("T21", "tab inside", POST + b"Transfer-Encoding: chun\tked\r\n\r\n0\r\n\r\n"),
    reject(
        "T22", "obs-fold", POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    ),
    reject("T23", "unknown coding", POST + b"Transfer-Encoding: blegh\r\n\r\n1\r\nZ\r\n0\r\n\r\n"),
    reject(
        "T24", "identity", POST + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello"
    ),
    reject(
        "T25",
        "Kelvin sign",
        POST + b"Transfer-Encoding: chun\xe2\x84\xaaed\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ),
    reject(
        "T26",
        "HTTP/1.0 with chunked",
        b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ),  # RFC 9112 section 6.1: faulty framing
    reject(
        "T27",
        "unknown coding before chunked",
        POST + b"Transfer-Encoding: blegh, chunked\r\n\r\n0\r\n\r\n",
    ),
    reject(
        "T28",
        "split name",
        POST + b"Transfer-\r\nEncoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    ),
    accept(
        "T29",
        "gzip, chunked",
        POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        [("POST", "/", b"x")],
    ),  # ADD-019: passed on undecoded
    reject("T30", "chunked, gzip", POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
    accept(
        "K01",
        "two chunks",
        CHUNKED + b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
        [("POST", "/", b"hello!")],
    ),
    accept(
        "K02",
        "upper hex",
        CHUNKED + b"A\r\n0123456789\r\n0\r\n\r\n",
        [("POST", "/", b"0123456789")],
    ),
    accept("K03", "empty chunked body", CHUNKED + b"0\r\n\r\n", [("POST", "/", b"")]),
    reject("K04", "0x prefix", CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n", before=[("POST", "/", b"")]),
    reject("K05", "plus", CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n", before=[("POST", "/", b"")]),
    reject("K06", "minus", CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n", before=[("POST", "/", b"")]),
    reject(
        "K07",
        "underscore smuggle",
        CHUNKED + b"0_2e\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    reject("K08", "empty size", CHUNKED + b"\r\nhello\r\n0\r\n\r\n", before=[("POST", "/", b"")]),
    reject(
        "K09", "leading blank", CHUNKED + b" 5\r\nhello\r\n0\r\n\r\n", before=[("POST", "/", b"")]
    ),
    reject(
        "K10", "trailing space", CHUNKED + b"5 \r\nhello\r\n0\r\n\r\n", before=[("POST", "/", b"")]
    ),
    reject("K11", "not hex", CHUNKED + b"Z\r\nhello\r\n0\r\n\r\n", before=[("POST", "/", b"")]),
    reject(
        "K12",
        "Unicode digit",
        CHUNKED + b"\xd9\xa5\r\nhello\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    reject(
        "K13",
        "2^64",
        CHUNKED + b"10000000000000005\r\nhello\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    reject("K14", "2^63", CHUNKED + b"8000000000000000\r\nhello\r\n", before=[("POST", "/", b"")]),
    reject(
        "K15",
        "17 zeros",
        CHUNKED + b"00000000000000005\r\nhello\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    accept("K16", "extension", CHUNKED + b"5;a=b\r\nhello\r\n0\r\n\r\n", [("POST", "/", b"hello")]),
    accept(
        "K17",
        "quoted extension",
        CHUNKED + b'5;a="b c"\r\nhello\r\n0\r\n\r\n',
        [("POST", "/", b"hello")],
    ),
    reject(
        "K18",
        "empty extension name",
        CHUNKED + b"5;\r\nhello\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    reject(
        "K19",
        "LF in extension",
        CHUNKED + b"5;a\nb\r\nhello\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    reject(
        "K20",
        "CR in extension",
        CHUNKED + b"5;a\rb\r\nhello\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    reject(
        "K21",
        "NUL in extension",
        CHUNKED + b"5;a=\x00\r\nhello\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    reject(
        "K22",
        "CR before semicolon",
        CHUNKED + b"5\r\r;ABCD\r\n34\r\nE\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    reject(
        "K23", "bare LF after size", CHUNKED + b"5\nhello\r\n0\r\n\r\n", before=[("POST", "/", b"")]
    ),
    reject(
        "K24",
        "CR CR LF after size",
        CHUNKED + b"5\r\r\nhello\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    reject(
        "K25", "bare CR after size", CHUNKED + b"5\rhello\r\n0\r\n\r\n", before=[("POST", "/", b"")]
    ),
    reject(
        "K26",
        "data longer than size",
        CHUNKED + b"5\r\nhelloXX0\r\n\r\n",
        before=[("POST", "/", b"hello")],
    ),
    reject(
        "K27",
        "data shorter than size",
        CHUNKED + b"6\r\nhello\r\n0\r\n\r\n",
        before=[("POST", "/", b"hello\r")],
    ),
    reject(
        "K28",
        "last chunk end LF LF",
        CHUNKED + b"5\r\nhello\r\n0\n\n",
        before=[("POST", "/", b"hello")],
    ),
    reject(
        "K29",
        "last chunk end CRLF X",
        CHUNKED + b"0\r\nX:POST / HTTP/1.1\r\nHost: a\r\n\r\n",
        before=[("POST", "/", b"")],
    ),  # Host is not allowed in trailers
    reject(
        "K30",
        "60 kB extension",
        CHUNKED + b"5;a=" + b"b" * 60000 + b"\r\nhello\r\n0\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    accept(
        "K31",
        "trailer field",
        CHUNKED + b"5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
        [("POST", "/", b"hello")],
    ),
    reject(
        "K32",
        "trailer Content-Length",
        CHUNKED + b"5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n",
        before=[("POST", "/", b"hello")],
    ),  # Content-Length is not allowed in trailers
    reject(
        "K33",
        "trailer Transfer-Encoding",
        CHUNKED + b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    reject(
        "K34",
        "trailer Host",
        CHUNKED + b"5\r\nhello\r\n0\r\nHost: evil\r\n\r\n",
        before=[("POST", "/", b"hello")],
    ),  # Host is not allowed in trailers
    reject(
        "K35",
        "trailer no colon",
        CHUNKED + b"5\r\nhello\r\n0\r\nGET /smuggled HTTP/1.1\r\n\r\n",
        before=[("POST", "/", b"hello")],
    ),
    reject("K36", "trailers without end", CHUNKED + b"0\r\nX: 1\r\n", before=[("POST", "/", b"")]),
    reject(
        "K37",
        "trailer NUL",
        CHUNKED + b"5\r\nhello\r\n0\r\nX: \x001\r\n\r\n",
        before=[("POST", "/", b"hello")],
    ),
    reject(
        "K38",
        "trailer 100 kB",
        CHUNKED + b"5\r\nhello\r\n0\r\nX: " + b"a" * 100000 + b"\r\n\r\n",
        code=431,
        before=[("POST", "/", b"hello")],
    ),
    reject(
        "K39",
        "200 trailers",
        CHUNKED + b"0\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
        code=431,
        before=[("POST", "/", b"")],
    ),
    reject(
        "K40",
        "invalid then request",
        CHUNKED + b"INVALID!!!\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        before=[("POST", "/", b"")],
    ),
    accept(
        "K41",
        "20000 one-byte chunks",
        CHUNKED + b"1\r\na\r\n" * 20000 + b"0\r\n\r\n",
        [("POST", "/", b"a" * 20000)],
    ),
    reject(
        "K42",
        "extensions of many chunks",
        CHUNKED + (b"1;a=" + b"b" * 8000 + b"\r\nx\r\n") * 10 + b"0\r\n\r\n",
        before=[("POST", "/", b"xxxxxxxx")],
    ),
    accept(
        "K43",
        "quoted pair and bad whitespace",
        CHUNKED + b'5 ; a = "b\\"c" ;d\r\nhello\r\n0\r\n\r\n',
        [("POST", "/", b"hello")],
    ),
    reject(
        "K44",
        "open quote in extension",
        CHUNKED + b'5;a="b\r\nhello\r\n0\r\n\r\n',
        before=[("POST", "/", b"")],
    ),
    reject(
        "K45",
        "headers and trailers together over the limit",
        CHUNKED[:-2] + b"X: 1\r\n" * 100 + b"\r\n0\r\n" + b"X: 1\r\n" * 30 + b"\r\n",
        code=431,
        before=[("POST", "/", b"")],
    ),
    reject(
        "K46",
        "bare CR after chunk data",
        CHUNKED + b"5\r\nhello\r0\r\n\r\n",
        before=[("POST", "/", b"hello")],
    ),
    reject(
        "K47",
        "LF after chunk data",
        CHUNKED + b"5\r\nhello\n0\r\n\r\n",
        before=[("POST", "/", b"hello")],
    ),
    accept(
        "N01",
        "two pipelined",
        b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
        [("GET", "/1", b""), ("GET", "/2", b"")],
    ),
    accept(
        "N02",
        "data after close",
        b"GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        [("GET", "/1", b"")],
    ),  # what follows is thrown away
    reject(
        "N03", "garbage after a request", GET + b"\x00garbage\r\n\r\n", before=[("GET", "/", b"")]
    ),
    accept(
        "N04",
        "HTTP/1.0 closes",
        b"GET /1 HTTP/1.0\r\nHost: a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        [("GET", "/1", b"")],
    ),
    accept(
        "N05",
        "Connection list close",
        b"GET /1 HTTP/1.1\r\nHost: a\r\nConnection: foo, close\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        [("GET", "/1", b"")],
    ),
    accept(
        "N06",
        "declined upgrade with a body",
        POST + b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n\r\nhello",
        [("POST", "/", b"hello")],
    ),
    accept(
        "N07",
        "upgrade h2c",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
        [("GET", "/", b"")],
    ),
    accept(
        "N08",
        "CONNECT",
        b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        [("CONNECT", "a:443", b"")],
    ),  # what follows belongs to the tunnel
    accept(
        "N09",
        "HTTP/1.0 keep-alive",
        b"GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        [("GET", "/1", b"")],
    ),
    accept(
        "N10",
        "Expect unknown",
        POST + b"Expect: 200-ok\r\nContent-Length: 5\r\n\r\nhello",
        [("POST", "/", b"hello")],
    ),  # the owner answers 417
    reject(
        "N11",
        "body shorter than CL then FIN",
        POST + b"Content-Length: 100\r\n\r\nhello",
        before=[("POST", "/", b"hello")],
    ),
    accept(
        "N12",
        "upgrade",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n",
        [("GET", "/", b"")],
    ),
    accept("N13", "100 pipelined", GET * 100, [("GET", "/", b"")] * 100),
    accept(
        "N14",
        "upgrade without Connection",
        b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
        [("GET", "/", b"")],
    ),
    accept(
        "N15",
        "not the token upgrade",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: notupgrade\r\nUpgrade: websocket\r\n\r\n",
        [("GET", "/", b"")],
    ),
    accept(
        "N16",
        "long s in Upgrade",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: web\xc5\xbfocket\r\n\r\n",
        [("GET", "/", b"")],
    ),
    accept(
        "N17",
        "close in a second field",
        b"GET /1 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n" + GET,
        [("GET", "/1", b"")],
    ),
    reject("N18", "head cut by EOF", b"GET / HTTP/1.1\r\nHos"),
]
