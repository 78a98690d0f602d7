cpdef bytes head_block(int minor, int status, object reason, object content_type)
cpdef bytes head_tail(int kind)
