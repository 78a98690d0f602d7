from aiohttp_web.keyed_state cimport KeyedState
from aiohttp_web.request_target cimport is_origin_form


cdef class BaseRequest(KeyedState):
    cdef public object _message
    cdef public object _payload
    cdef public object _protocol
    cdef public object _writer
    cdef public object _task
    cdef public object _client_max_size
    cdef public object _client_max_fields
    cdef public object _route
    cdef public object _route_app
    cdef public object _match_info
    cdef public object _match_path
    cdef public object _query
    cdef public object _rel_url
    cdef public dict _cache

    cdef take_match(self, object match_info)
    cdef take_route(self, object route, object app)
    cdef bind_task(self, object task)
    cdef finish(self)
    cdef bint _was_read(self) except -1
    cdef end_body(self)
    cpdef _keep(self, str name, object value)
    cdef _kept(self, str name)
