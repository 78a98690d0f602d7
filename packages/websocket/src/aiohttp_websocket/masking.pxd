cimport cython


@cython.locals(size=Py_ssize_t, result=bytes)
cpdef bytes unmask(bytes data, Py_ssize_t start, Py_ssize_t stop, bytes key, Py_ssize_t phase)

@cython.locals(size=Py_ssize_t, result=bytes, source="char *")
cpdef bytes unmask_behind_key(bytes data, Py_ssize_t start, Py_ssize_t stop)

cpdef check_key(bytes key)

cpdef bytes mask(bytes data, bytes key)

@cython.locals(target="char *")
cpdef mask_in_place(bytes key, bytearray data)

cpdef new_payload(Py_ssize_t size)

@cython.locals(p="char *")
cpdef fill_payload(target, Py_ssize_t offset, bytes data, Py_ssize_t start, Py_ssize_t stop, bytes key)

cpdef bytes finish_payload(target)
