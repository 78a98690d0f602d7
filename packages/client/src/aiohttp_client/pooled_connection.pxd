cimport cython

from aiohttp_client.pool cimport Slot

cdef int IDLE
cdef int RESERVED
cdef int CLOSING
cdef int CLOSED


cdef class PooledConnection:
    cdef object _loop
    cdef object _lost_waiter
    cdef object _owner
    cdef bint _told_gone
    cdef public bint force_close
    cdef public object gate
    cdef public double idle_limit
    cdef public object key
    cdef public bint promised
    cdef public bint reading_paused
    cdef public Slot slot
    cdef public int state
    cdef public object transport

    cpdef reserve(self)
    cpdef pause_reading(self)
    cdef _resume_transport(self)
    cdef _go(self, int state)
    cdef _note_keep_alive(self, value)
    @cython.locals(slot=Slot)
    cdef _free(self)
    cdef _close_transport(self, bint abort)
    cdef _transport_lost(self)
    cdef _tell_lost(self)
    cdef _tell_gone(self)
