cdef class Connection:
    cdef object __weakref__
    cdef list _callbacks
    cdef object _key
    cdef object _loop
    cdef object _protocol

    cpdef close(self)
    cpdef release(self)
    cpdef end(self)
