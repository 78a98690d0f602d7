cimport cython

cdef object _EMPTY

@cython.locals(pairs=list)
cpdef list form_pairs(str raw, object charset=*)
cpdef parse_query(str raw)
@cython.locals(start=Py_ssize_t)
cpdef query_of(str target)
