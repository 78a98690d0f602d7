cimport cython

@cython.locals(pairs=list)
cpdef list form_pairs(object raw, object charset=*)
cpdef parse_query(object raw)
