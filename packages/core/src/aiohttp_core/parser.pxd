cimport cython

from aiohttp_core.chunked cimport ChunkedDecoder
from aiohttp_core.head cimport MessageHead, RequestHead, ResponseHead
from aiohttp_core.head_scanner cimport HeadScanner

ctypedef const unsigned char *octets

cdef int _HEAD
cdef int _LENGTH
cdef int _CHUNKED
cdef int _UNTIL_EOF
cdef int _SWITCH
cdef int _FAILED
cdef int _CLOSED


cdef class MessageParser:
    cdef HeadScanner _scanner
    cdef ChunkedDecoder _decoder
    cdef object _queue
    cdef Py_ssize_t _queued
    cdef bytes _data
    cdef Py_ssize_t _pos
    cdef long long _left
    cdef long long _declared
    cdef int _state
    cdef int _after
    cdef bint _eof
    cdef bint _tunnel

    cpdef feed(self, data)
    cpdef feed_eof(self)
    cpdef gather_chunks(self, bint on)
    cpdef bytes take_tail(self)
    cpdef decline_switch(self)

    @cython.locals(data=bytes, p=octets, left="long long", stop="long long")
    cpdef bytes take_body(self)
    cdef _close(self, int state)
    cdef bint _advance(self) except -1

    @cython.locals(scanner=HeadScanner)
    cdef bint _read_head(self) except -1
    cdef _begin_message(self, MessageHead head)
    cdef _finish(self)

    @cython.locals(data=bytes, p=octets, start=Py_ssize_t, stop=Py_ssize_t)
    cdef _read_body(self)
    cdef _body_eof(self)
    cdef _read_chunked(self)


cdef class RequestParser(MessageParser):
    @cython.locals(state=int, head=RequestHead)
    cpdef next_event(self)


cdef class ResponseParser(MessageParser):
    cdef bint _expected
    cdef str _method
    cdef bint _read_until_eof

    @cython.locals(state=int, head=ResponseHead)
    cpdef next_event(self)

    @cython.locals(head=ResponseHead, waiting=bytes, p=octets, stop=Py_ssize_t)
    cpdef receive(self, data)
