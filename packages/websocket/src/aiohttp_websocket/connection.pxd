from aiohttp_websocket.queue cimport WebSocketDataQueue
from aiohttp_websocket.reader cimport MessageReader
from aiohttp_websocket.writer cimport WebSocketWriter


cdef class WebSocketConnection:
    cdef object __weakref__
    cdef bint _aborted
    cdef bint _autoclose
    cdef bint _autoping
    cdef Py_ssize_t _burst
    cdef object _close_message
    cdef object _close_timeout
    cdef bint _closed
    cdef object _closing
    cdef object _control
    cdef object _done
    cdef object _end
    cdef object _ended
    cdef object _exception
    cdef object _failure
    cdef bint _finished
    cdef object _gate
    cdef object _heartbeat
    cdef object _leaving
    cdef object _listener
    cdef object _loop
    cdef bint _lost
    cdef bint _peer_closed
    cdef object _pings
    cdef MessageReader _reader
    cdef object _receive_timeout
    cdef object _unattended
    cdef readonly WebSocketDataQueue queue
    cdef readonly WebSocketWriter writer

    cpdef data_received(self, bytes data)
    cpdef deliver(self, message, Py_ssize_t size)
    cpdef take(self)
    cpdef arrival(self)
    cpdef send_nowait(self, data)
    cdef _call(self, listener, message)
    cdef _call_listener(self, message, Py_ssize_t size)
    cdef _end_listening(self)


cdef class _Reader(MessageReader):
    cdef WebSocketConnection _owner

    cpdef deliver(self, message, Py_ssize_t size)
