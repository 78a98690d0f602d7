from aiohttp_web.keyed_state cimport KeyedState
from aiohttp_web.response_head cimport reason_phrase


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

    cdef _open(self, int status, object reason)
    cdef _content_type_field(self)
    cdef _set_content_type_field(self, object value)
