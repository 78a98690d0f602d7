cimport cython

from aiohttp_core.control_fields cimport ControlFields

ctypedef const unsigned char *octets

cdef dict _METHODS
cdef object _NOT_IN_TRAILERS
cdef bytes _NAME_TABLE
cdef bytes _VALUE_TABLE
cdef bytes _TARGET_TABLE

cdef bint _is_http_1(octets p, Py_ssize_t at) noexcept


cdef class LineScanner:
    cdef readonly bint done
    cdef readonly bytes raw
    cdef readonly Py_ssize_t size
    cdef readonly Py_ssize_t fields
    cdef readonly list trailers
    cdef readonly ControlFields control
    cdef object _find_framing_fields
    cdef bint _is_request
    cdef bint _need_host
    cdef bint _is_trailers
    cdef bint _lenient
    cdef bint _in_fields
    cdef bint _odd
    cdef int _minor
    cdef int _status
    cdef Py_ssize_t _max_line
    cdef Py_ssize_t _max_field
    cdef Py_ssize_t _max_fields
    cdef Py_ssize_t _max_head
    cdef Py_ssize_t _fields_start
    cdef Py_ssize_t _scanned
    cdef Py_ssize_t _skipped
    cdef bytearray _held
    cdef str _method
    cdef str _target
    cdef str _reason

    cpdef begin(self)
    cpdef begin_trailers(self)

    @cython.locals(p=octets, start=Py_ssize_t, stop=Py_ssize_t)
    cpdef Py_ssize_t push(self, bytes data, Py_ssize_t pos) except -1

    @cython.locals(held=bytearray, before=Py_ssize_t, stop=Py_ssize_t, lead=Py_ssize_t,
                   waiting=bint)
    cdef Py_ssize_t _push_more(self, bytes data, Py_ssize_t pos) except -1

    @cython.locals(stop=Py_ssize_t)
    cdef Py_ssize_t _scan(self, bytes data, Py_ssize_t pos) except -1

    cdef Py_ssize_t _match_head(self, bytes data, Py_ssize_t pos) except -1

    cdef Py_ssize_t _match_fields(self, bytes data, Py_ssize_t pos) except -1

    @cython.locals(p=octets, names=octets, values=octets, i=Py_ssize_t, line=Py_ssize_t,
                   start=Py_ssize_t, end=Py_ssize_t, length=Py_ssize_t, size=Py_ssize_t,
                   fields=Py_ssize_t, kind=int, lengths=int,
                   control=ControlFields)
    cdef Py_ssize_t _scan_usual(self, bytes data, Py_ssize_t pos) except -1

    @cython.locals(p=octets, targets=octets, i=Py_ssize_t, start=Py_ssize_t, size=Py_ssize_t)
    cdef Py_ssize_t _usual_request_line(self, bytes data, Py_ssize_t pos) except -1

    @cython.locals(p=octets, values=octets, i=Py_ssize_t, start=Py_ssize_t, size=Py_ssize_t)
    cdef Py_ssize_t _usual_status_line(self, bytes data, Py_ssize_t pos) except -1

    @cython.locals(lf=Py_ssize_t, stop=Py_ssize_t, line=bytes, crlf=bint)
    cdef Py_ssize_t _scan_line(self, bytes data, Py_ssize_t pos) except -2

    cdef _trailer(self, bytes name, bytes value)
