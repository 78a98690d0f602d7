cimport cython

cdef int CONNECTING
cdef int LEASED
cdef int IDLE
cdef int GONE


cdef class Pool


cdef class _Group:
    cdef readonly object host
    cdef readonly Py_ssize_t size
    cdef readonly dict lanes
    cdef readonly object waiters
    cdef readonly bint queued


cdef class Lane:
    cdef readonly object key
    cdef readonly _Group group
    cdef readonly object idle
    cdef readonly Py_ssize_t size
    cdef readonly Py_ssize_t waiting


cdef class Slot:
    cdef readonly Pool pool
    cdef readonly Lane lane
    cdef public int state
    cdef public object connection
    cdef public double born
    cdef public double idle_since
    cdef public double expires
    cdef public Py_ssize_t uses


cdef class Ticket:
    cdef readonly Lane lane
    cdef readonly Py_ssize_t number
    cdef public Slot slot
    cdef public bint cancelled
    cdef public object wake


cdef class Pool:
    cdef Py_ssize_t _connecting
    cdef list _counts
    cdef dict _groups
    cdef object _host_of
    cdef dict _idle
    cdef dict _lanes
    cdef list _runnable
    cdef Py_ssize_t _tickets
    cdef Py_ssize_t _waiting
    cdef public bint closed
    cdef public list doomed
    cdef public list granted
    cdef public double keepalive
    cdef public Py_ssize_t limit
    cdef public Py_ssize_t limit_per_host
    cdef public double max_lifetime
    cdef public double max_uses
    cdef public Py_ssize_t size
    cdef public bint watched

    @cython.locals(lane=Lane, slot=Slot, group=_Group)
    cpdef Slot acquire(self, key, double now)
    cpdef Lane lane(self, key)
    @cython.locals(slot=Slot)
    cpdef Slot reuse(self, Lane lane, double now)
    @cython.locals(lane=Lane, ticket=Ticket)
    cpdef Ticket enqueue(self, key, double now)
    @cython.locals(slot=Slot)
    cpdef cancel(self, Ticket ticket, double now)
    cpdef opened(self, Slot slot, connection, double now)
    @cython.locals(lane=Lane, fresh=Slot)
    cpdef Slot replace(self, Slot slot)
    cpdef bint release(self, Slot slot, double now, double idle_limit=*) except -1
    cpdef discard(self, Slot slot, double now)
    @cython.locals(slot=Slot)
    cpdef double expire(self, double now) except? -1
    @cython.locals(group=_Group, lane=Lane)
    cdef Lane _open_lane(self, key)
    @cython.locals(group=_Group)
    cdef _drop_lane_if_unused(self, Lane lane)
    @cython.locals(slot=Slot)
    cdef Slot _take(self, Lane lane, double now)
    cdef bint _make_room(self, _Group group, double now) except -1
    cdef _evict(self, Slot slot, double now)
    cdef _expire(self, Slot slot, double now)
    cdef _doom(self, Slot slot, double now, bint serve=*)
    @cython.locals(lane=Lane)
    cdef _remove(self, Slot slot)
    cdef _queue_group(self, _Group group)
    cdef _freed(self, _Group group, double now)
    @cython.locals(slot=Slot, ticket=Ticket, group=_Group)
    cdef _serve(self, double now)
    @cython.locals(lane=Lane)
    cdef _forget(self, Ticket ticket)
