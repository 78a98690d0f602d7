cimport cython

from aiohttp_core.control_fields cimport ControlFields
from aiohttp_core.head cimport MessageHead, RequestHead, ResponseHead
from aiohttp_core.line_scanner cimport LineScanner

cdef dict _SINGLE_CODINGS


cdef class HeadScanner(LineScanner):
    @cython.locals(head=RequestHead, is_11=bint, host=bytes, control=ControlFields)
    cpdef RequestHead request(self)

    @cython.locals(head=ResponseHead, status=int, codings=bytes, control=ControlFields)
    cpdef ResponseHead response(self, str method, bint read_until_eof)

    @cython.locals(length="long long", encoding=bytes, control=ControlFields)
    cdef _fill(self, MessageHead head, bint is_11)
