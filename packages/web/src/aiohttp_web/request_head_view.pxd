from aiohttp_web.keyed_state cimport KeyedState
from aiohttp_web.query_string cimport parse_query, query_of
from aiohttp_web.request_target cimport is_origin_form


cdef class RequestHeadView(KeyedState):
    cdef public object _message
    cdef public object _protocol
    cdef public object _match_path
    cdef public object _query
    cdef public object _rel_url
    cdef public dict _cache

    cpdef _keep(self, str name, object value)
    cdef _kept(self, str name)
