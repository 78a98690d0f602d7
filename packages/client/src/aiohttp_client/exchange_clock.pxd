cimport cython

from aiohttp_client.deadline_wheel cimport DeadlineWheel
from aiohttp_client.exchange_options cimport ExchangeOptions


cdef class ExchangeClock:
    cdef object _loop
    cdef object _phase
    cdef public DeadlineWheel wheel
    cdef public ExchangeOptions options
    cdef public double deadline
    cdef public double step

    cpdef start(self, ExchangeOptions options, double deadline)
    cpdef stop(self)
    cpdef sending(self)
    @cython.locals(limit=double, first_byte=double)
    cpdef waiting_for_head(self)
    cpdef head_goes_on(self)
    cpdef waiting_for_body(self)
    cpdef pause(self)
    cpdef double next(self) except? -1
    cpdef error(self, double now, phase)
    @cython.locals(when=double)
    cdef _limit_step(self, double seconds, phase)
