cdef class DeadlineWheel:
    cdef readonly double due
    cdef object _handle
    cdef object _loop
    cdef set _watched

    cpdef note(self, double deadline)
    cdef _set(self, double deadline)
