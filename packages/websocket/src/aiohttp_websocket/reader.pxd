cimport cython

from aiohttp_websocket.masking cimport fill_payload, finish_payload, new_payload, unmask, unmask_behind_key


cdef object _message(kind, data, extra)

cdef object _long_length(bytes encoded)


cdef class MessageReader:
    cdef object _receiver
    cdef bint _masked
    cdef Py_ssize_t _max_msg_size
    cdef object _inflater
    cdef bint _decode_text
    cdef bint _failed
    cdef bint _finished
    cdef bint _held
    cdef bytes _tail
    cdef bint _reading_payload
    cdef bint _fin
    cdef bint _rsv1
    cdef int _opcode
    cdef Py_ssize_t _length
    cdef Py_ssize_t _filled
    cdef bytes _key
    cdef object _payload
    cdef int _fragment_opcode
    cdef bint _fragment_compressed
    cdef Py_ssize_t _fragment_size
    cdef list _fragments
    cdef int _loose
    cdef object _text

    cpdef deliver(self, message, Py_ssize_t size)

    cpdef feed(self, bytes data)

    cpdef hold(self)

    cpdef release(self)

    @cython.locals(pos=Py_ssize_t, size=Py_ssize_t, used=Py_ssize_t, length=Py_ssize_t, stop=Py_ssize_t)
    cdef _feed(self, bytes data)

    @cython.locals(available=Py_ssize_t, p="const unsigned char *", first=int, second=int, opcode=int,
                   masked=bint, length=Py_ssize_t, used=Py_ssize_t)
    cdef Py_ssize_t _read_header(self, bytes data, Py_ssize_t pos, Py_ssize_t size) except -1

    @cython.locals(limit=Py_ssize_t)
    cdef _check_size(self, int first, Py_ssize_t length)

    cdef _check_first(self, int first, int opcode)

    cdef _start_payload(self)

    @cython.locals(opcode=int)
    cdef bint _streams(self)

    @cython.locals(stop=Py_ssize_t, missing=Py_ssize_t)
    cdef Py_ssize_t _receive_piece(self, bytes data, Py_ssize_t pos, Py_ssize_t size) except -1

    cdef _keep_piece(self, bytes piece)

    cdef _finish_frame(self)

    cdef _frame(self, bytes payload)

    cdef _control(self, int opcode, bytes payload)

    @cython.locals(limit=Py_ssize_t)
    cdef _add(self, bytes payload, bint final)

    @cython.locals(fragments=list)
    cdef _keep(self, part)

    @cython.locals(fragments=list)
    cdef _finish_message(self)
