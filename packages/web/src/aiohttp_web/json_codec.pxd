cdef object _raw_decode
cdef object _encode

cpdef encode_json(object data)
cpdef decode_json(object text)
