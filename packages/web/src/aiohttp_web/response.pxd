cimport cython

from aiohttp_web.response_head cimport head_block, head_tail
from aiohttp_web.stream_response cimport StreamResponse

cdef list _DIGITS
cdef dict _with_utf8
cdef Py_ssize_t _TYPES_KNOWN
cdef Py_ssize_t _DIGITS_KNOWN
cdef Py_ssize_t _JOINED


cdef class Response(StreamResponse):
    cdef public object _body
    cdef public object _zlib_executor
    cdef public object _zlib_executor_size

    cdef _encode(self, object text, object content_type, object charset)
    cdef bytes _own_fields(self, int minor, Py_ssize_t size, int kind)
    @cython.locals(minor=int, kind=int, size=Py_ssize_t, status=int)
    cpdef object joined(self, object request, object head, bint keep)
