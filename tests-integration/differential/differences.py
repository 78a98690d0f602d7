"""What differs from aiohttp 3.14.5 on purpose: area -> reason -> facts.

A star-star stands for any text.  Reasons name the row or the RFC that asks for the difference.
"""

__all__ = ("DIFFERENCES",)

DIFFERENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "client_requests": {
        "a method is a token, so it is not empty (RFC 9110 9.1)": ("method ''",),
        "no body has no framing to choose: Content-Length: 0 (ADD-174)": (
            "data none chunked",
            "option chunked none",
        ),
        "a non-ASCII name of a form field breaks the reference (ADD-113)": (
            "data form names",
            "data form names chunked",
        ),
        "fields of a part keep the order in which they were given; order means nothing": (
            "data multipart",
            "data multipart chunked",
            "data multipart related",
            "data multipart related chunked",
        ),
        "fields whose names differ in case alone are two lines of one field": (
            "option header multi",
        ),
        "a field name is a token (RFC 9110 5.1, GHSA-qvrw-v9rv-5rjx)": ("option header name bad",),
        "never two framings, never framing that is not followed (RFC 9112 6.1, ADD-1091)": (
            "option transfer encoding",
            "option transfer encoding other",
            "option chunked false",
            "session version 1.0 stream",
        ),
        "an unknown coding would be a lie about the body (ADD-181, 4.0)": ("option compress bad",),
        "no 100-continue without content (RFC 9110 10.1.1)": (
            "option expect no body",
            "option expect get",
        ),
        "the order of cookies of one path means nothing": (
            "option cookies and header",
            "session cookies cookies",
        ),
    },
    "client_responses": {
        "x-gzip is gzip (RFC 9110 8.4.1.3)": ("x-gzip: **",),
        "a status line of another major version is none of ours (RFC 9112 2.3)": ("version 2: **",),
        "a head that was cut is no message to show; the text is that of a lost connection": (
            "half head: **",
        ),
        "the text of a lost connection, not of a message": ("bare lf: head",),
        "one length that is said twice is one length (RFC 9112 6.3)": ("length twice: **",),
        "what follows a whole message costs the connection, not the message (ADD-057)": (
            "more bytes: **",
        ),
        "broken chunks are ClientPayloadError when the body is read (ADD-059)": (
            "chunked bad size: **",
            "chunked bad end: **",
        ),
        "application/jsonfoo is not JSON (ADD-1102)": ("json lookalike: json",),
        "data that was cut is never passed off as whole": (
            "gzip cut: told",
            "gzip cut: read",
            "gzip cut: text",
            "gzip cut: json",
        ),
        "what follows the last gzip member is ignored, as browsers and curl do": (
            "gzip tail: told",
            "gzip tail: read",
            "gzip tail: text",
            "gzip tail: json",
        ),
        "101 without having been asked is an error (RFC 9110 15.2.2)": ("upgrade: **",),
        "a redirect without a target is no redirect (ADD-1100)": (
            "redirect **no location",
            "location b''",
        ),
        "bytes of a target that are no UTF-8 are escaped, not dropped": ("location b'/\\xe9'**",),
        "a target without a host is a documented error (ADD-1099)": (
            "location b'//'**",
            "location b'///'**",
        ),
        "control characters in a target are refused": ("location b'/to\\x01'**",),
        "credentials of the new URL replace those of the old one instead of a ValueError": (
            "header secrets b'http://x:y@127.0.0.1:{port}/to'**",
        ),
        "fields of a body do not go with the GET after a 303 (ADD-1105)": ("fields 303: sent",),
        "cookies of servers by RFC 6265bis: values go back as they came (issue 5, http-state)": (
            "cookie b'a=' **",
            "cookie b'a=b=c' **",
            "cookie b'a=b c' **",
            "cookie b'a=1, b=2' **",
            "cookie b'a=\\xc3\\xa9' **",
            "cookie b'a={json:1}' **",
        ),
        "cookies of servers by RFC 6265bis: a semicolon always ends the value (issue 5)": (
            "cookie b'a=\"q;x\"' **",
            "jar b'a=\"q;x\"' **",
        ),
        "cookies of servers by RFC 6265bis: any name without control characters (issue 5)": (
            "cookie b'a b=c' **",
            "jar b'a b=c' **",
            "cookie b'\\xc3\\xa9=1' **",
            "jar b'\\xc3\\xa9=1' **",
        ),
        "prefixes bind servers (RFC 6265bis 4.1.3, issue 5)": (
            "jar b'__Host-a=1; Path=/; Secure' **",
            "jar b'__Secure-a=1; Secure' **",
        ),
    },
    "urls": {
        "what cannot stand in a request line is refused, encoded=True or not (RFC 9112 3.2)": (
            "object encoded space**",
            "object encoded unicode**",
            "object encoded crlf**",
        ),
        "whatever is no URL is one documented error": (
            "object bytes**",
            "object none**",
            "object int**",
            "bad 'http://x y/'",
            "bad 'http://ex ample/'",
            "bad 'http://a\\x00b/'",
        ),
        "an AssertionError there (ADD-1099)": ("bad '//x'",),
        "a bare UnicodeError there": (
            "bad 'http://.../'",
            "bad 'http://..x/'",
            "bad 'http://x..y/'",
        ),
    },
    "routing": {
        "a fragment is no part of a request target (RFC 9112 3.2)": ("GET /fixed#x",),
        "refused in the version of the request": ("GET *",),
        "a request target is ASCII (RFC 9112 3.2)": ("GET /num/\u0665",),
        "any token is a method (RFC 9110 9.1); it is told in upper case (WREQ-02)": (
            "BREW /**",
            "get /**",
        ),
        "an encoded literal matches its decoded path": ("GET /%C3%A9x",),
        "a URL never begins with two slashes: that would be another host": (
            "url_for /{one}/v {'one': ''}",
        ),
        "a URL is encoded": ("url_for /a b {}", "url_for /é {}"),
    },
    "server_responses": {
        "the answer to HEAD has the fields of that to GET (RFC 9110 9.3.2)": (
            "body: head",
            "body_bytearray: head",
            "empty_text: head",
            "headers_length: head",
            "echo: head",
            "compressed_already: head",
            "chunked: head",
            "stream_empty: head",
            "stream_unprepared: head",
        ),
        "no body after HEAD (ADD-1092)": ("stream: head", "stream_length: head"),
        "HTTP/1.0 without a length ends with the connection (ADD-1093)": (
            "stream: 1.0 keep",
            "stream_empty: 1.0 keep",
            "stream_unprepared: 1.0 keep",
        ),
        "a handler that asks for the impossible gets a 500, not a lost connection": (
            "headers_crlf: **",
            "headers_name: **",
            "headers_te: **",
            "chunked: 1.0**",
            "stream_text: **",
        ),
        "an empty answer has a length, and no type (ADD-1103)": (
            "file_missing: **",
            "file_folder: **",
            "timed_out: **",
            "GET file if {'Range': 'bytes=100-'}",
            "GET file if {'Range': 'bytes=200-300'}",
            "GET file if {'Range': 'bytes=9-0'}",
            "GET file if {'Range': 'bytes=x'}",
            "GET file if {'Range': 'bytes=-'}",
        ),
        "what depends on Accept-Encoding says so (issue 4, Vary)": (
            "compressed: **",
            "compressed_small: **",
            "compressed_stream: **",
            "/compressed accepting **",
            "/compressed_stream accepting **",
            "/compressed_small accepting **",
        ),
        "never a second coding over the first": ("/compressed_already accepting 'gzip'",),
        "quality values count (ADD-1104)": ("/static/style.css accepting 'gzip;q=0'",),
        "Range is for GET (RFC 9110 14.2)": ("HEAD file if {'Range': **",),
        "a unit that is not understood is ignored (RFC 9110 14.2)": (
            "GET file if {'Range': 'items=0-1'}",
        ),
        "the last zero bytes are no range (RFC 9110 14.1.2)": (
            "GET file if {'Range': 'bytes=-0'}",
        ),
        "If-Range holds if it is exactly the date of the file (RFC 9110 13.1.5, ADD-1095)": (
            "GET file if {'Range': 'bytes=0-1', 'If-Range': 'Wed, **",
            "GET file if {'Range': 'bytes=0-1', 'If-Range': 'nonsense'}",
        ),
        "a missing static file is the 404 of the application": (
            "GET static missing",
            "HEAD static missing",
            "GET static A.TXT",
            "HEAD static A.TXT",
        ),
        "paths that lead out, and files as folders, are no resources": (
            "POST static ..%2fa.txt",
            "POST static a.txt%00",
            "POST static %2Fetc%2Fpasswd",
            "POST static //a.txt",
            "GET static a.txt/",
            "HEAD static a.txt/",
        ),
    },
    "request_attributes": {
        "a fragment is no part of a request target (RFC 9112 3.2)": (
            "target /a#b",
            "target /a?b#c",
        ),
        "refused in the version of the request": ("target *",),
        "Host and target name one host (RFC 9112 3.2.2)": (
            "target http://o**",
            "target https://o.example/x",
        ),
        "a pair without an equals sign is no cookie (ADD-472); all Cookie fields count": (
            "head cookies odd **",
            "head cookies twice **",
        ),
        "a semicolon always ends a cookie, against smuggling": ("head cookies quoted **",),
        "a charset is lowered (WREQ-14)": ("head type **",),
        "what the client did wrong is a 4xx (ADD-1108)": (
            "body unknown charset: **",
            "body not of charset: **",
            "body form bad bytes: **",
            "body form bad charset: **",
            "multipart no **",
            "multipart empty",
            "multipart text bad",
            "multipart base64 bad",
            "multipart unknown te",
            "multipart nested",
            "multipart bare lf",
            "multipart head **",
            "boundary '**",
        ),
        "a file name that cannot be decoded is none": ("multipart file ext bad",),
        "no lone surrogates in names": ("multipart file latin",),
        "_charset_ by RFC 7578 (ADD-493, ADD-1096)": ("multipart charset **",),
        "a boundary is a whole line (ADD-707)": ("multipart prefix",),
    },
    "exceptions": {
        "errors can be pickled": (
            "response error: pickled",
            "response error full: pickled",
            "content type: pickled",
            "redirects: pickled",
            "handshake: pickled",
            "proxy: pickled",
        ),
        "a refused handshake keeps the body of the answer": ("handshake: body",),
        "HTTP exceptions own a response and are none (ADD-1058, ADD-1082)": (
            "HTTP**: bases",
            "HTTP**: repr",
        ),
        "location is a URL (ADD-1082)": ("HTTP**: location",),
        "an unknown proxy scheme is refused before anything is sent": ("proxy scheme",),
    },
    "websocket": {
        "what the client offered for itself is agreed to (RFC 7692 7.1.1.2)": (
            "asked deflate no takeover",
        ),
        "the refusal of a version names the known ones (RFC 6455 4.4)": (
            "asked version 12",
            "asked version none",
        ),
    },
    "multipart": {
        "deflate is the zlib format (RFC 9110 8.4.1.2)": (
            "writer **deflate",
            "writer **both",
        ),
        "encoded lines are not longer than 76 characters and end with CRLF (RFC 2045 6.7, 6.8)": (
            "writer bytes base64",
            "writer bytes quoted",
        ),
        "quoted-printable data is binary: line ends are escaped too (RFC 2045 6.7)": (
            "writer file quoted",
            "writer text file quoted",
            "writer odd file quoted",
            "writer generator quoted",
        ),
        "text is encoded as the given type says": (
            "writer text type",
            "writer stringio type",
            "writer text file type",
        ),
        "a length that nobody can vouch for is not sent": ("writer generator length",),
        "header fields are looked at first": (
            "writer int crlf",
            "writer none crlf",
            "writer dict crlf",
        ),
        "a boundary is not empty (RFC 2046 5.1.1)": (
            "boundary ''",
            "reader of 'multipart/mixed; boundary='",
        ),
        "a non-ASCII name of a form field breaks the reference (ADD-113)": (
            "field unicode multipart=True quote=True",
        ),
        "a blank in a quoted string needs no backslash": ("field space multipart=True quote=True",),
        "whatever way a part is read, it ends where it ends": (
            "reader ** lines",
            "reader ** chunks",
            "reader cut head skip",
            "reader bare lf skip",
        ),
        "a ValueError instead of an AssertionError (GHSA-jj3x-wxrx-4x23)": (
            "reader of ''",
            "reader of 'text/plain'",
        ),
    },
}
