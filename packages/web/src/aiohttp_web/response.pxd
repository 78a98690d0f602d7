cimport cython

from aiohttp_web.keyed_state cimport KeyedState
from aiohttp_web.response_head cimport head_block, head_tail, reason_phrase

cdef list _DIGITS
cdef Py_ssize_t _DIGITS_KNOWN
cdef Py_ssize_t _JOINED


cdef class StreamResponse(KeyedState):
    cdef public int _status
    cdef public object _reason
    cdef public object _headers
    cdef public object _content_type
    cdef public object _cookies
    cdef public object _keep_alive
    cdef public bint _chunked
    cdef public bint _compression
    cdef public object _coding
    cdef public object _strategy
    cdef public object _payload_writer
    cdef public object _req
    cdef public bint _eof_sent
    cdef public bint _no_body
    cdef public Py_ssize_t _body_length

    cpdef _open(self, int status, object reason)
    cpdef _content_type_field(self)
    cpdef _set_content_type_field(self, object value)


cdef class Response(StreamResponse):
    cdef public object _body
    cdef public object _zlib_executor
    cdef public object _zlib_executor_size

    cpdef _encode(self, object text, object content_type, object charset)
    cpdef bytes _own_fields(self, int minor, Py_ssize_t size, int kind)
    @cython.locals(minor=int, kind=int, size=Py_ssize_t, status=int)
    cpdef object joined(self, object request, object head, bint keep)
