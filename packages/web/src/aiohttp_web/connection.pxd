cimport cython

from aiohttp_web.base_request cimport BaseRequest
from aiohttp_web.body_intake cimport BodyIntake
from aiohttp_web.deadlines cimport Sweep
from aiohttp_web.response cimport Response


cdef bint _checked
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


cdef class RequestHandler:
    cdef object __weakref__
    cdef object _access
    cdef bint _advancing
    cdef bint _arrived
    cdef bint _auto_decompress
    cdef bint _busy
    cdef bint _choked
    cdef object _context
    cdef bint _continued
    cdef bint _direct
    cdef bint _expects
    cdef object _factory
    cdef object _handler
    cdef object _head
    cdef bint _hooks
    cdef BodyIntake _intake
    cdef bint _keep
    cdef double _keepalive
    cdef bint _limited
    cdef object _loop
    cdef object _lost
    cdef Py_ssize_t _mark
    cdef Py_ssize_t _max_requests
    cdef object _options
    cdef object _parser
    cdef bint _peer_eof
    cdef bint _plain_tasks
    cdef object _receiver
    cdef BaseRequest _request
    cdef Py_ssize_t _sent_left
    cdef double _sent_stamp
    cdef object _server
    cdef int _state
    cdef Sweep _sweep
    cdef object _task
    cdef bint _transport_paused
    cdef public double deadline
    cdef public object gate
    cdef public bint reading_paused
    cdef readonly Py_ssize_t served
    cdef public object transport

    cdef _to(self, int state)
    @cython.locals(intake=BodyIntake)
    cdef bint _stays(self)
    cpdef _advance(self)
    cdef _await_head(self)
    @cython.locals(request=BaseRequest)
    cdef _begin(self, object head)
    cdef _whole_body(self, object head)
    @cython.locals(joinable=Response)
    cdef bint _send_joined(self, BaseRequest request, object response) except -1
    @cython.locals(intake=BodyIntake)
    cdef _finish(self, BaseRequest request, object response)
    cdef _next(self)
    cdef _leave(self, BaseRequest request)
