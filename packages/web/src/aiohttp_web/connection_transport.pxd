from aiohttp_web.deadlines cimport Sweep


cdef int _IDLE
cdef int _CLOSING
cdef int _CLOSED


cdef class ConnectionTransport:
    cdef object __weakref__
    cdef bint _checking
    cdef bint _choked
    cdef object _loop
    cdef object _lost
    cdef object _options
    cdef bint _peer_eof
    cdef Py_ssize_t _sent_left
    cdef object _server
    cdef int _state
    cdef Sweep _sweep
    cdef bint _transport_paused
    cdef public double deadline
    cdef public object gate
    cdef public bint reading_paused
    cdef public object transport

    cdef _to(self, int state)
    cdef _resume_transport(self)
    cdef _expire_sending(self)
    cdef _peer_left(self)
    cdef _close_now(self)
    cdef _close_softly(self)
