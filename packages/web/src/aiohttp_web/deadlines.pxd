cdef class Sweep:
    cdef object _clock
    cdef object _handle
    cdef object _loop
    cdef readonly double interval
    cdef public double now
    cdef readonly dict watched
