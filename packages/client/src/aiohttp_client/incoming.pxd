cimport cython


cdef class Incoming:
    cdef object _decoder
    cdef public bint announced
    cdef public bint coded
    cdef public bint complete
    cdef public object connection
    cdef public double deadline
    cdef public bint decompress
    cdef public object head
    cdef public object lease
    cdef public object limit
    cdef public list pieces
    cdef public object request
    cdef public bint sets_cookies
    cdef public object stream
    cdef public object trailers
    cdef public bint upgrade
    cdef public object waiter
    cdef public bint wants_cookies
    cdef public bytes whole

    @cython.locals(pieces=list)
    cpdef body(self)
    cpdef take_stream(self)
    cpdef abort(self)
    cpdef add(self, piece)
    cpdef announce(self)
    cpdef fail(self, error)
    cdef _decode_step(self)
    cpdef bint decode_more(self) except -1
    cpdef end_decoding(self)
    @cython.locals(pieces=list)
    cpdef open_stream(self)
