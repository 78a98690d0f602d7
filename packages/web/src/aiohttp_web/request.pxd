from aiohttp_web.base_request cimport BaseRequest


cdef class Request(BaseRequest):
    pass
