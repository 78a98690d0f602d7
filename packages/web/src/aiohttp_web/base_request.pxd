from aiohttp_web.keyed_state cimport KeyedState


cdef class BaseRequest(KeyedState):
    cdef public object _message
    cdef public object _payload
    cdef public object _protocol
    cdef public object _writer
    cdef public object _task
    cdef public object _client_max_size
    cdef public object _client_max_fields
    cdef public object _match_info
    cdef public object _match_path
    cdef public object _query
    cdef public object _rel_url
    cdef public dict _cache

    cpdef bind_task(self, object task)
    cpdef close_files(self)
