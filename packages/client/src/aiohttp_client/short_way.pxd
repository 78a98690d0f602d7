cimport cython

from aiohttp_client.connection cimport HttpConnection
from aiohttp_client.exchange_terms cimport ExchangeTerms
from aiohttp_client.idle_connections cimport IdleConnections
from aiohttp_client.incoming cimport Incoming
from aiohttp_client.plans cimport Origin, Plan, PlanTable
from aiohttp_client.pool cimport Lane
from aiohttp_client.response_base cimport ResponseBase


cdef class ShortWay:
    cdef object _cookies
    cdef double _due
    cdef double _due_until
    cdef IdleConnections _idle
    cdef bint _judges
    cdef object _loop
    cdef PlanTable _plans
    cdef object _resolver
    cdef object _settings
    cdef bint _shut
    cdef ExchangeTerms _terms
    cdef readonly object funnel

    cdef ExchangeTerms _terms_for(self, timeout)
    cpdef double deadline(self, double now) except? -1

    @cython.locals(plan=Plan, now=double, deadline=double)
    cpdef Incoming start(self, method, url, options)
    @cython.locals(origin=Origin, lane=Lane, connection=HttpConnection)
    cdef Incoming _send(self, Plan plan, bytes data, double now, double deadline, ExchangeTerms terms)
    @cython.locals(plan=Plan, now=double, deadline=double, terms=ExchangeTerms, body=bytes)
    cdef Incoming _start_with(self, method, url, options)
    cdef bytes _json_bytes(self, value)

    @cython.locals(plan=Plan, base=ResponseBase)
    cpdef response(self, Incoming incoming)
    cpdef bint is_special(self, Incoming incoming, response, options) except -1
    @cython.locals(plan=Plan)
    cdef _call(self, session, Incoming incoming, url, options)
