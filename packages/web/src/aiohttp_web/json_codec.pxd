cimport cython

cdef object _scan
cdef object _encode
cdef int _DEEP

cpdef encode_json(object data)

cdef _write(object value, list pieces, int depth)

cdef _write_object(dict value, list pieces, int depth)

@cython.locals(letter=Py_UCS4)
cdef _write_text(str text, list pieces)

cpdef decode_json(object text)
