cimport cython

@cython.locals(text=str)
cpdef bint is_origin_form(object target) except -1
