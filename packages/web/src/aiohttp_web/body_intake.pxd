cdef class BodyIntake:
    cdef object _connection
    cdef object _parser
    cdef Py_ssize_t _seen
    cdef object _sink
    cdef public bint complete
    cdef public object failed
    cdef public Py_ssize_t received
    cdef readonly object stream

    cpdef pump(self)
    cpdef drain(self)
