cimport cython

from aiohttp_client.pool cimport Lane


cdef class Origin:
    cdef readonly bytes block
    cdef readonly str host
    cdef readonly object key
    cdef public Lane lane
    cdef readonly str scheme
    cdef readonly bint typed


cdef class PreparedRequest:
    cdef bytes _block
    cdef object _info
    cdef bytes _line
    cdef object _source
    cdef bint _typed
    cdef object _url
    cdef readonly bytes head
    cdef readonly str method
    cdef readonly Origin origin

    @cython.locals(request=PreparedRequest)
    cpdef PreparedRequest with_body(self, bytes fields, Py_ssize_t size)
    cpdef PreparedRequest with_cookies(self, cookies)
    cpdef PreparedRequest with_fields(self, bytes block, bint typed)


cdef class PreparedRequests:
    cdef dict _blocks
    cdef object _headers
    cdef dict _origins
    cdef dict _prepared
    cdef object _schemes
    cdef object _settings
    cdef object _version

    cdef _refresh(self)
    cdef _forget(self)
    @cython.locals(prepared=dict, request=PreparedRequest)
    cpdef PreparedRequest find(self, method, source)
    @cython.locals(request=PreparedRequest)
    cpdef PreparedRequest with_params(self, method, source, params)
    @cython.locals(request=PreparedRequest)
    cdef PreparedRequest _make(self, method, source)
    cdef Origin _plain_origin(self, name)
    cdef PreparedRequest _plain(self, method, source)
    @cython.locals(origin=Origin)
    cdef PreparedRequest _for_url(self, method, source, params)
    cdef Origin _new_origin(self, name, url)
    cpdef PreparedRequest with_headers(self, PreparedRequest request, headers)
    cdef bint _defaults_are_plain(self) except -1
