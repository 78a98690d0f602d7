from aiohttp_web.request_head_view cimport RequestHeadView


cdef class RequestBodyView(RequestHeadView):
    cdef public object _payload
    cdef public object _body
    cdef public object _client_max_size
    cdef public object _client_max_fields

    cdef bint _was_read(self) except -1
    cdef end_body(self)
    cdef _body_at_hand(self)
    cdef _decoded(self, object body)
