cimport cython

from aiohttp_web.base_request cimport BaseRequest


cdef Py_ssize_t _HANDLERS_KEPT


cdef class FastPath:
    cdef object _app
    cdef dict _fixed
    cdef object _handle
    cdef dict _handlers
    cdef object _route_of
    cdef object _wrap

    @cython.locals(routes=dict)
    cpdef answer(self, BaseRequest request)
    cdef _handler_of(self, object route)
