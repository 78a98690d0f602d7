cimport cython

from aiohttp_web.base_request cimport BaseRequest
from aiohttp_web.body_intake cimport BodyIntake
from aiohttp_web.connection_input cimport ConnectionInput
from aiohttp_web.response cimport Response


cdef bint _EAGER
cdef int _IDLE
cdef int _READING_HEAD
cdef int _HANDLING
cdef int _DRAINING
cdef int _UPGRADED
cdef int _CLOSING
cdef int _CLOSED
cdef Py_ssize_t _BACKLOG
cdef int _BURST
cdef object _Task
cdef object _TASK_NAME


cdef class RequestHandler(ConnectionInput):
    cdef object _access
    cdef bint _advancing
    cdef bint _busy
    cdef object _context
    cdef bint _direct
    cdef bint _expects
    cdef object _factory
    cdef object _handler
    cdef bint _hooks
    cdef double _keepalive
    cdef bint _limited
    cdef Py_ssize_t _max_requests
    cdef bint _plain_tasks
    cdef object _receiver
    cdef BaseRequest _request
    cdef object _task
    cdef readonly Py_ssize_t served

    cpdef _advance(self)
    cdef _await_head(self)
    @cython.locals(request=BaseRequest)
    cdef _begin(self, object head)
    @cython.locals(joinable=Response)
    cdef bint _send_joined(self, BaseRequest request, object response) except -1
    @cython.locals(intake=BodyIntake)
    cdef _finish(self, BaseRequest request, object response)
    cdef _next(self)
    cdef _leave(self, BaseRequest request)
