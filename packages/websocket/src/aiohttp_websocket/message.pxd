# Messages as the tuples that they are: making one as tuple.__new__ does, without the tuples of its
# arguments, and reading its kind without a call of __getitem__.  There is no Python body, so this
# stands alone.

from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_Check, PyTuple_GET_ITEM, PyTuple_GET_SIZE, PyTuple_SET_ITEM

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


cdef inline object kind_of(object message):
    if PyTuple_Check(message) and PyTuple_GET_SIZE(message) > 0:
        return <object>PyTuple_GET_ITEM(message, 0)
    return message[0]
