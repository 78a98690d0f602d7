cimport cython

from aiohttp_client.connection cimport HttpConnection
from aiohttp_client.exchange_options cimport ExchangeOptions
from aiohttp_client.idle_connections cimport IdleConnections
from aiohttp_client.incoming cimport Incoming
from aiohttp_client.prepared_requests cimport Origin, PreparedRequest, PreparedRequests
from aiohttp_client.pool cimport Lane
from aiohttp_client.response_base cimport ResponseBase


cdef class FastPath:
    cdef object _cookies
    cdef double _due
    cdef double _due_until
    cdef object _given
    cdef object _given_timeout
    cdef ExchangeOptions _given_options
    cdef IdleConnections _idle
    cdef bint _judges
    cdef object _loop
    cdef PreparedRequests _prepared
    cdef object _resolver
    cdef object _settings
    cdef bint _shut
    cdef ExchangeOptions _exchange_options
    cdef readonly object funnel

    cdef ExchangeOptions _options_for(self, timeout)
    cpdef double deadline(self, double now) except? -1

    @cython.locals(request=PreparedRequest, now=double, deadline=double)
    cpdef Incoming start(self, method, url, options)
    @cython.locals(origin=Origin, lane=Lane, connection=HttpConnection)
    cdef Incoming _send(self, PreparedRequest request, bytes data, bytes body, double now, double deadline, ExchangeOptions exchange_options)
    @cython.locals(request=PreparedRequest, now=double, deadline=double, exchange_options=ExchangeOptions, body=bytes, head=bytes)
    cdef Incoming _start_with(self, method, url, options)
    cdef _known_timeout(self, given)
    cdef bint _in_pieces(self, PreparedRequest request, bytes body) except -1
    cdef bytes _json_bytes(self, value)

    @cython.locals(request=PreparedRequest, base=ResponseBase)
    cpdef response(self, Incoming incoming)
    cpdef bint is_special(self, Incoming incoming, response, options) except -1
    @cython.locals(request=PreparedRequest)
    cdef _call(self, session, Incoming incoming, url, options)
