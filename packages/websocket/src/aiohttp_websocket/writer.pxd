cimport cython

from aiohttp_websocket.frames cimport encode_frame, encode_header


cdef Py_ssize_t _executor_size
cdef Py_ssize_t _join_size
cdef Py_ssize_t _gather_above

cdef bytes _block
cdef Py_ssize_t _position

@cython.locals(start=Py_ssize_t)
cpdef bytes next_key()


cdef class WebSocketWriter:
    cdef bint _closing
    cdef object _gate
    cdef bint _cut
    cdef object _deflater
    cdef object _job
    cdef Py_ssize_t _limit
    cdef object _random
    cdef Py_ssize_t _since_drain
    cdef public int compress
    cdef public Py_ssize_t fragment_above
    cdef public bint notakeover
    cdef public object transport
    cdef public bint use_mask

    cpdef start_frame(self, message, int opcode, compress=*)
    cpdef start_text(self, text, compress=*)
    cpdef start_bytes(self, data, compress=*)
    cpdef write_frame(self, message, int opcode, compress=*)
    cdef bint _is_compressed(self, compress) except -1
    cdef _write_control(self, bytes message, int opcode)
    cdef bint _has_to_queue(self, Py_ssize_t size, bint compressed)
    cdef _write_message(self, bytes message, int opcode, bint compressed, compress)
    cpdef close_now(self, int code, message=*)

    @cython.locals(size=Py_ssize_t)
    cdef _write(self, int first, bytes payload)

    cdef _choose_deflater(self, compress)
