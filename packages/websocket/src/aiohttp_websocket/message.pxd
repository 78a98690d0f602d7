# Making one named tuple as tuple.__new__ makes it, without the tuples of its arguments; there is no
# Python body, so it stands alone.

from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_SET_ITEM

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        pass
    object PyType_GenericAlloc(PyTypeObject *cls, Py_ssize_t count)


cdef inline object new_message(object cls, object kind, object data, object extra):
    cdef object message = PyType_GenericAlloc(<PyTypeObject *>cls, 3)
    Py_INCREF(kind)
    PyTuple_SET_ITEM(message, 0, kind)
    Py_INCREF(data)
    PyTuple_SET_ITEM(message, 1, data)
    Py_INCREF(extra)
    PyTuple_SET_ITEM(message, 2, extra)
    return message
