cimport cython


cdef Py_ssize_t _overhead


cdef class WebSocketDataQueue:
    cdef object _protocol
    cdef Py_ssize_t _limit
    cdef object _loop
    cdef Py_ssize_t _size
    cdef bint _paused
    cdef bint _eof
    cdef object _waiter
    cdef object _exception
    cdef object _first
    cdef Py_ssize_t _first_size
    cdef object _buffer
    cdef object __weakref__

    cpdef feed_data(self, data, Py_ssize_t size)

    @cython.locals(size=Py_ssize_t)
    cpdef read_nowait(self)

    cpdef interrupt(self, message)

    cpdef arrival(self)

    cpdef _wake(self)
