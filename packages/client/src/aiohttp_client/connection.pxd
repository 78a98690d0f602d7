cimport cython

from aiohttp_client.exchange_clock cimport ExchangeClock
from aiohttp_client.exchange_options cimport ExchangeOptions
from aiohttp_client.incoming cimport Incoming
from aiohttp_client.sending_connection cimport SendingConnection

cdef int IDLE
cdef int RESERVED
cdef int SENDING
cdef int WAITING_1XX
cdef int RECEIVING
cdef int DRAINING
cdef int UPGRADED
cdef int CLOSING
cdef int CLOSED


cdef class HttpConnection(SendingConnection):
    cdef Incoming _drained
    cdef bint _eof
    cdef Incoming _incoming
    cdef int _informational
    cdef object _limits
    cdef object _lost
    cdef object _parser

    cpdef give_back(self)
    @cython.locals(incoming=Incoming)
    cpdef Incoming begin(self, lease, method, ExchangeOptions options=*, double deadline=*, bint read_until_eof=*, bint upgrade=*)
    @cython.locals(incoming=Incoming, clock=ExchangeClock)
    cpdef Incoming exchange(self, request, method, bytes data, bytes body, ExchangeOptions options, double deadline)
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
    cdef _upgrade(self, Incoming incoming)
    cdef _finish(self, Incoming incoming)
    cdef _settle(self)
    @cython.locals(drained=Incoming)
    cdef _cut_drained(self)
    cdef _break(self, Incoming incoming, error)
    cdef _lose(self, Incoming incoming, cause)
    cdef _expire(self, Incoming incoming, error)
    cdef _fail(self, Incoming incoming, error)
    cdef _phase(self, Incoming incoming)
