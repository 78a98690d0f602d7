cimport cython

from aiohttp_client.incoming cimport Incoming


cdef class ResponseBase:
    cdef public object version
    cdef public object status
    cdef public object reason
    cdef public object method
    cdef public bint in_context
    cdef public object _body
    cdef public bint _closed
    cdef public object _content
    cdef public Incoming _incoming
    cdef public object _loop
    cdef public bint _released
    cdef public object _request

    cpdef take(self, Incoming incoming, method, request)
    cpdef take_head(self, Incoming incoming)
    @cython.locals(incoming=Incoming)
    cpdef take_body(self)
    cpdef _abandon(self)
