cdef class KeyedState:
    cdef public dict _state
    cdef dict __dict__
    cdef object __weakref__
