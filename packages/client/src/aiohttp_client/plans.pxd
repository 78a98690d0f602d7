cimport cython

from aiohttp_client.pool cimport Lane


cdef class Origin:
    cdef readonly bytes block
    cdef readonly str host
    cdef readonly object key
    cdef public Lane lane
    cdef readonly str scheme
    cdef readonly bint typed


cdef class Plan:
    cdef bytes _block
    cdef object _info
    cdef bytes _line
    cdef object _source
    cdef bint _typed
    cdef object _url
    cdef readonly bytes head
    cdef readonly str method
    cdef readonly Origin origin

    @cython.locals(plan=Plan)
    cpdef Plan with_body(self, bytes fields, Py_ssize_t size)
    cpdef Plan with_cookies(self, cookies)
    cpdef Plan with_fields(self, bytes block, bint typed)


cdef class PlanTable:
    cdef object _headers
    cdef dict _origins
    cdef dict _plans
    cdef object _schemes
    cdef object _settings
    cdef object _version

    cdef _forget(self)
    @cython.locals(plans=dict, plan=Plan)
    cpdef Plan find(self, method, source)
    cdef Plan _make(self, method, source)
    cdef Origin _plain_origin(self, name)
    @cython.locals(origin=Origin)
    cpdef Plan for_url(self, method, source, params)
    cdef Origin _new_origin(self, name, url)
    cpdef Plan dress(self, Plan plan, headers)
    cdef bint _defaults_are_plain(self) except -1
