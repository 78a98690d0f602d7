cimport cython

from aiohttp_web.body_intake cimport BodyIntake
from aiohttp_web.connection_transport cimport ConnectionTransport


cdef class ConnectionInput(ConnectionTransport):
    cdef bint _arrived
    cdef bint _auto_decompress
    cdef bint _continued
    cdef object _head
    cdef BodyIntake _intake
    cdef bint _keep
    cdef object _parser

    @cython.locals(intake=BodyIntake)
    cdef bint _stays(self) except -1
    cdef _arrived_body(self)
    cdef bint _receive_body(self) except -1
    cdef _expire_body(self)
