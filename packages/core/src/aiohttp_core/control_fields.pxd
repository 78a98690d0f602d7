cimport cython

ctypedef const unsigned char *octets

cdef dict _KINDS
cdef dict _CONNECTION_VALUES
cdef dict _OPTIONS
cdef tuple _BY_LENGTH
cdef bytes _HOST_TABLE
cdef set _GOOD_HOSTS

cdef int _HOST
cdef int _CONNECTION
cdef int _CONTENT_LENGTH
cdef int _TRANSFER_ENCODING
cdef int _CONTENT_ENCODING
cdef int _UPGRADE
cdef int _EXPECT
cdef int _WEBSOCKET_KEY1
cdef int _SINGLETON
cdef int _SET_COOKIE
cdef int _CLOSE
cdef int _KEEP_ALIVE
cdef int _ASKS_UPGRADE

@cython.locals(p=octets, i=Py_ssize_t, table=octets)
cdef bint _is_plain_host(bytes value) except -1

@cython.locals(p=octets, size=Py_ssize_t, i=Py_ssize_t, number="long long")
cdef long long _plain_number(bytes value) except -2


cdef class ControlFields:
    cdef readonly bint is_request
    cdef readonly bint lenient
    cdef readonly int seen
    cdef readonly int connection
    cdef readonly bint expect
    cdef readonly bytes host
    cdef readonly long long content_length
    cdef readonly bytes transfer_encoding
    cdef readonly bytes encoding
    cdef readonly bytes upgrade

    cpdef clear(self)
    cpdef bint keeps_alive(self, bint is_11) except -1
    cpdef bint asks_upgrade(self) except -1
    cpdef bint sets_cookies(self) except -1

    @cython.locals(candidates=tuple, pair=tuple, name=bytes, kind=int, wanted=octets, i=Py_ssize_t)
    cdef int kind_at(self, octets p, Py_ssize_t start, Py_ssize_t length) except -1

    @cython.locals(bit=int, again=int, options=int, length="long long", plain=bint)
    cpdef note(self, int kind, bytes value)
