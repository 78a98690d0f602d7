cimport cython

from aiohttp_client.deadline_wheel cimport DeadlineWheel
from aiohttp_client.exchange_options cimport ExchangeOptions
from aiohttp_client.incoming cimport Incoming
from aiohttp_client.pool cimport Slot

cdef int IDLE
cdef int RESERVED
cdef int SENDING
cdef int WAITING_1XX
cdef int RECEIVING
cdef int DRAINING
cdef int UPGRADED
cdef int CLOSING
cdef int CLOSED
cdef list _checks


cdef class HttpConnection:
    cdef double _deadline
    cdef Incoming _drained
    cdef bint _eof
    cdef int _exchanges
    cdef Incoming _incoming
    cdef int _informational
    cdef object _limits
    cdef object _loop
    cdef object _lost
    cdef object _lost_waiter
    cdef double _next_step
    cdef object _owner
    cdef object _parser
    cdef Py_ssize_t _sent
    cdef double _sock_read
    cdef object _step_error
    cdef double _step_limit
    cdef object _task
    cdef bint _told_gone
    cdef object _total
    cdef DeadlineWheel _wheel
    cdef object _writer
    cdef public object continued
    cdef public bint force_close
    cdef public object gate
    cdef public double idle_limit
    cdef public object key
    cdef public bint promised
    cdef public bint reading_paused
    cdef public Py_ssize_t received
    cdef public Slot slot
    cdef public int state
    cdef public object transport
    cdef public bint writing

    cpdef reserve(self)
    cpdef use_limits(self, limits)
    cpdef give_back(self)
    @cython.locals(incoming=Incoming)
    cpdef Incoming begin(self, lease, method, limit=*, bint decompress=*, bint read_until_eof=*, bint upgrade=*)
    @cython.locals(incoming=Incoming)
    cpdef Incoming exchange(self, request, method, bytes data, ExchangeOptions options, double deadline)
    cpdef sent(self)
    cpdef sending_failed(self, error)
    cpdef close(self)
    cpdef abort(self)
    @cython.locals(incoming=Incoming)
    cdef _shut(self, bint abort)
    @cython.locals(incoming=Incoming)
    cpdef data_received(self, data)
    cpdef pause_reading(self)
    @cython.locals(incoming=Incoming)
    cpdef resume_reading(self)
    cdef _resume_transport(self)
    cdef _go(self, int state)
    cdef _receive(self, Incoming incoming, data)
    @cython.locals(incoming=Incoming)
    cdef _pump(self)
    @cython.locals(state=int)
    cdef _take_head(self, Incoming incoming, event)
    cdef _note_keep_alive(self, head)
    cdef _upgrade(self, Incoming incoming)
    cdef _announce(self, Incoming incoming)
    cdef _finish(self, Incoming incoming)
    @cython.locals(drained=Incoming)
    cdef _settle(self)
    @cython.locals(slot=Slot)
    cdef _free(self)
    @cython.locals(drained=Incoming)
    cdef _cut_drained(self)
    cdef _break(self, Incoming incoming, error)
    cdef _lose(self, Incoming incoming, cause)
    cdef _expire(self, Incoming incoming, error)
    cdef _fail(self, Incoming incoming, error)
    cdef _allow_body(self, bint allowed)
    cdef _tell_gone(self)
    cdef _phase(self, Incoming incoming)
    @cython.locals(incoming=Incoming, limit=double)
    cdef _start_reading_clock(self)
    cdef _step_in(self, double seconds, phase)
