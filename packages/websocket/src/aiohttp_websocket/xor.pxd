# The masking loop (RFC 6455 section 5.3); it has no Python body, so it stands alone.

cdef inline void xor(char *target, const char *source, Py_ssize_t size, const char *key, Py_ssize_t phase) noexcept:
    # Groups of sixteen bytes are independent byte operations, which the C compiler turns into
    # vector instructions without assuming any alignment.
    cdef unsigned char k[16]
    cdef const unsigned char *s = <const unsigned char *>source
    cdef unsigned char *t = <unsigned char *>target
    cdef Py_ssize_t i, j
    for j in range(16):
        k[j] = <unsigned char>key[(phase + j) & 3]
    i = 0
    while i + 16 <= size:
        for j in range(16):
            t[i + j] = s[i + j] ^ k[j]
        i += 16
    for j in range(size - i):
        t[i + j] = s[i + j] ^ k[j]
