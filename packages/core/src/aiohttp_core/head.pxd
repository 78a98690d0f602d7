cimport cython

ctypedef const unsigned char *octets

cdef dict _WIRE_NAMES
cdef Py_ssize_t MAX_WIRE_NAMES
cdef Py_ssize_t MAX_LEARNT_NAME

cdef _learn(bytes name)


cdef class MessageHead:
    cdef readonly object version
    cdef readonly bint keep_alive
    cdef readonly bint has_body
    cdef readonly bint chunked
    cdef readonly object content_length
    cdef readonly object content_encoding
    cdef readonly bint upgrade
    cdef readonly bytes raw
    cdef Py_ssize_t _fields_start
    cdef object _headers
    cdef object _raw_headers
    cdef bytes _lower

    cpdef keep_bytes(self, bytes raw, Py_ssize_t fields_start)

    @cython.locals(lower=bytes, at=Py_ssize_t, start=Py_ssize_t, stop=Py_ssize_t)
    cpdef field(self, bytes name)

    @cython.locals(p=octets, wanted=octets, length=Py_ssize_t, i=Py_ssize_t,
                   start=Py_ssize_t, stop=Py_ssize_t, end=Py_ssize_t, octet=int)
    cdef _find(self, bytes name)

    @cython.locals(raw=bytes, p=octets, i=Py_ssize_t, end=Py_ssize_t, start=Py_ssize_t,
                   colon=Py_ssize_t, stop=Py_ssize_t, pairs=list)
    cdef list _pairs(self)

    @cython.locals(pairs=list, known=dict, name=bytes, value=bytes, raw=bytes, p=octets, i=Py_ssize_t,
                   end=Py_ssize_t, start=Py_ssize_t, colon=Py_ssize_t, stop=Py_ssize_t,
                   value_start=Py_ssize_t, text=str)
    cdef list _text_pairs(self)


cdef class RequestHead(MessageHead):
    cdef readonly str method
    cdef readonly str target
    cdef readonly bint expect
    cdef readonly str host


cdef class ResponseHead(MessageHead):
    cdef readonly bytes body
    cdef readonly int status
    cdef readonly str reason
    cdef readonly bint informational
    cdef readonly bint sets_cookies

    cpdef keep_body(self, bytes body)
