cdef class ExchangeTerms:
    cdef readonly bint cookies
    cdef readonly bint decompress
    cdef readonly object limits
    cdef readonly object read_bufsize
    cdef readonly object total


cdef class Connection:
    cdef object __weakref__
    cdef list _callbacks
    cdef object _key
    cdef object _loop
    cdef object _protocol

    cpdef close(self)
    cpdef release(self)
    cpdef exchange(self, method, bytes data, ExchangeTerms terms, double deadline)
    cpdef end(self)
