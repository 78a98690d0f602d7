cimport cython

from aiohttp_client.exchange_clock cimport ExchangeClock
from aiohttp_client.exchange_options cimport ExchangeOptions
from aiohttp_client.incoming cimport Incoming
from aiohttp_client.pooled_connection cimport PooledConnection

cdef int IDLE
cdef int RESERVED
cdef int SENDING
cdef int WAITING_1XX
cdef int RECEIVING
cdef int DRAINING
cdef int UPGRADED
cdef int CLOSING
cdef int CLOSED


cdef class HttpConnection(PooledConnection):
    cdef ExchangeClock _clock
    cdef Incoming _drained
    cdef bint _eof
    cdef int _exchanges
    cdef bint _handed_over
    cdef Incoming _incoming
    cdef int _informational
    cdef object _limits
    cdef object _lost
    cdef object _parser
    cdef Py_ssize_t _sent
    cdef object _task
    cdef object _writer
    cdef public object continued
    cdef public Py_ssize_t received
    cdef public bint writing

    cpdef give_back(self)
    @cython.locals(incoming=Incoming)
    cpdef Incoming begin(self, lease, method, ExchangeOptions options=*, double deadline=*, bint read_until_eof=*, bint upgrade=*)
    @cython.locals(incoming=Incoming, clock=ExchangeClock)
    cpdef Incoming exchange(self, request, method, bytes data, bytes body, ExchangeOptions options, double deadline)
    cdef _write_large(self, bytes body)
    cdef _use_limits(self, limits)
    cpdef sent(self)
    cpdef sending_failed(self, error)
    cpdef close(self)
    cpdef abort(self)
    @cython.locals(incoming=Incoming)
    cdef _shut(self, bint abort)
    @cython.locals(incoming=Incoming)
    cpdef data_received(self, data)
    @cython.locals(incoming=Incoming)
    cpdef resume_reading(self)
    cdef _receive(self, Incoming incoming, data)
    @cython.locals(incoming=Incoming, clock=ExchangeClock)
    cdef _pump(self)
    @cython.locals(state=int)
    cdef _take_head(self, Incoming incoming, event)
    cdef _note_keep_alive(self, head)
    cdef _upgrade(self, Incoming incoming)
    cdef _finish(self, Incoming incoming)
    cdef _settle(self)
    @cython.locals(drained=Incoming)
    cdef _cut_drained(self)
    cdef _break(self, Incoming incoming, error)
    cdef _lose(self, Incoming incoming, cause)
    cdef _expire(self, Incoming incoming, error)
    cdef _fail(self, Incoming incoming, error)
    cdef _allow_body(self, bint allowed)
    cdef _phase(self, Incoming incoming)
