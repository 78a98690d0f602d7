cimport cython

from aiohttp_core.head_scanner cimport HeadScanner

ctypedef const unsigned char *octets

cdef int _SIZE
cdef int _DATA
cdef int _DATA_END
cdef int _TRAILERS

cdef Py_ssize_t MAX_RUN
cdef Py_ssize_t MAX_GATHERED
cdef Py_ssize_t MAX_RUN_SIZE


cdef int _digit(int c) noexcept


cdef class EndOfChunk:
    pass


cdef class ChunkRun:
    cdef readonly bytes data
    cdef readonly list ends


cdef class EndOfMessage:
    cdef readonly object trailers


cdef class ChunkedDecoder:
    cdef readonly Py_ssize_t pos
    cdef object _limits
    cdef HeadScanner _scanner
    cdef bint _lenient
    cdef public bint gather
    cdef bytearray _held
    cdef long long _left
    cdef Py_ssize_t _budget
    cdef int _state

    cpdef begin(self)

    @cython.locals(size=Py_ssize_t)
    cpdef next(self, bytes data, Py_ssize_t pos)

    cdef ChunkRun _run(self, bytes data, Py_ssize_t pos)

    @cython.locals(p=octets, out="char *", source="char *", joined=bytes, ends=list,
                   length=Py_ssize_t, i=Py_ssize_t, start=Py_ssize_t, size=Py_ssize_t,
                   total=Py_ssize_t, count=Py_ssize_t, digits=int, value=int, end=Py_ssize_t)
    cdef ChunkRun _scan_run(self, bytes data, Py_ssize_t pos)

    @cython.locals(p=octets, size=Py_ssize_t, stop=Py_ssize_t)
    cdef bytes _piece(self, bytes data, Py_ssize_t pos)

    @cython.locals(p=octets, end=bytes, stop=Py_ssize_t)
    cdef Py_ssize_t _chunk_end(self, bytes data, Py_ssize_t pos) except -1

    @cython.locals(stop=Py_ssize_t, lf=Py_ssize_t, line=bytes)
    cdef Py_ssize_t _size(self, bytes data, Py_ssize_t pos) except -1

    @cython.locals(p=octets, i=Py_ssize_t, value=int, digits=int, size="long long")
    cdef Py_ssize_t _usual_size(self, bytes data, Py_ssize_t pos) except -2

    cdef _trailers(self, bytes data, Py_ssize_t pos)
