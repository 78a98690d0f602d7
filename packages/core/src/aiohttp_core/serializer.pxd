cimport cython

ctypedef const unsigned char *octets

cdef bytes _NAME_TABLE
cdef bytes _VALUE_TABLE
cdef dict _VERSIONS
cdef set _GOOD_NAMES
cdef dict _STATUS_LINES
cdef dict _START_LINES

@cython.locals(p=octets, names=octets, values=octets, i=Py_ssize_t, end=Py_ssize_t, start=Py_ssize_t, count=Py_ssize_t)
cdef Py_ssize_t _scan_block(bytes block) except -2

cdef bint _is_field_block(bytes block, Py_ssize_t count) except -1

@cython.locals(parts=list, block=bytes, good=set)
cpdef bytes header_lines(headers)
