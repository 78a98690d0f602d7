cimport cython

from aiohttp_websocket.masking cimport check_key, mask


cdef _check(int first, bytes key)

cpdef bytes encode_header(int first, Py_ssize_t length, bytes key)

@cython.locals(length=Py_ssize_t, start=int, data=int, frame=bytes, out="char *", bit=int, index=int,
               source="char *", key_bytes="char *")
cpdef bytes encode_frame(int first, bytes payload, bytes key)
