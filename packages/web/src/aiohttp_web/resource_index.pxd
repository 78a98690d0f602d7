cimport cython

cdef Py_ssize_t _TRY_ALL

cdef str _shorter_key(str key)


cdef class _Bucket:
    cdef Py_ssize_t _deepest
    cdef list _everything
    cdef list _plain
    cdef dict _shapes

    @cython.locals(steps=list, size=Py_ssize_t, found=list, table=dict, positions=tuple, count=Py_ssize_t)
    cpdef candidates(self, str path)


cdef class ResourceIndex:
    cdef dict _buckets
    cdef dict _small
    cdef Py_ssize_t _longest

    @cython.locals(found=list, key=str)
    cpdef candidates(self, str path)
    @cython.locals(key=str)
    cpdef route_of(self, object method, str path)
    @cython.locals(longest=Py_ssize_t)
    cdef str _longest_key(self, str path)
