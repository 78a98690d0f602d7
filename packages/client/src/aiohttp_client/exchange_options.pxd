cdef class ExchangeOptions:
    cdef readonly bint cookies
    cdef readonly bint decompress
    cdef readonly double first_byte
    cdef readonly object limits
    cdef readonly object read_bufsize
    cdef readonly double send
    cdef readonly double sock_read
    cdef readonly object total
