cimport cython

from aiohttp_client.exchange_clock cimport ExchangeClock
from aiohttp_client.pooled_connection cimport PooledConnection

cdef int SENDING
cdef int WAITING_1XX
cdef int RECEIVING


cdef class SendingConnection(PooledConnection):
    cdef ExchangeClock _clock
    cdef int _exchanges
    cdef bint _handed_over
    cdef Py_ssize_t _sent
    cdef object _task
    cdef object _writer
    cdef public object continued
    cdef public Py_ssize_t received
    cdef public bint writing

    cpdef stop_waiting(self)
    cpdef sent(self)
    cdef _write_large(self, bytes body)
    cdef _allow_body(self, bint allowed)
    cdef _stop_writing(self)
