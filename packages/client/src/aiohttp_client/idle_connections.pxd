cimport cython

from aiohttp_client.connection cimport HttpConnection
from aiohttp_client.pool cimport Lane, Pool, Slot


cdef class IdleConnections:
    cdef public bint _closed
    cdef public Pool _pool

    cpdef Lane lane(self, key)
    @cython.locals(slot=Slot, connection=HttpConnection)
    cpdef HttpConnection take(self, Lane lane, double now, bint careful=*)
