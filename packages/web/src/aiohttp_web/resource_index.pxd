cimport cython

cdef Py_ssize_t _TRY_ALL


cdef class _Bucket:
    cdef Py_ssize_t _deepest
    cdef list _everything
    cdef list _plain
    cdef dict _shapes

    @cython.locals(steps=list, size=Py_ssize_t, found=list, table=dict, positions=tuple, count=Py_ssize_t)
    cpdef candidates(self, object path)


cdef class ResourceIndex:
    cdef dict _buckets
    cdef dict _small
    cdef Py_ssize_t _longest

    @cython.locals(small=dict, found=list, longest=Py_ssize_t)
    cpdef candidates(self, object path)
    cpdef route_of(self, object method, object path)
