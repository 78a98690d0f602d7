from aiohttp_web.request_body_view cimport RequestBodyView


cdef class BaseRequest(RequestBodyView):
    cdef public object _writer
    cdef public object _task
    cdef public object _route
    cdef public object _route_app
    cdef public object _match_info
    cdef public object _match_values

    cdef take_match(self, object match_info)
    cdef take_route(self, object route, object values, object app)
    cdef bind_task(self, object task)
    cdef finish(self)
