cdef dict _phrases
cdef dict _blocks
cdef dict _usual_blocks
cdef object _OK
cdef long long _now_second
cdef list _now_tails

cpdef object reason_phrase(int status)
cdef bytes _make_block(int minor, int status, object reason, object content_type)
cpdef bytes head_block(int minor, int status, object reason, object content_type)
cpdef bytes head_tail(int kind)
