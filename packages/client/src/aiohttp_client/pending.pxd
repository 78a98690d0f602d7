cimport cython

from aiohttp_client.incoming cimport Incoming
from aiohttp_client.fast_path cimport FastPath


cdef class PendingRequest:
    cdef bint _begun
    cdef object _coro
    cdef object _method
    cdef object _options
    cdef object _outer
    cdef object _request
    cdef object _resp
    cdef FastPath _fast_path
    cdef object _url

    cdef _session(self)
    cdef _running(self)
