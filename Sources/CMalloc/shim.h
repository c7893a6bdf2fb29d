// The C library's allocator, beyond what the Glibc module exports.
#include <malloc.h>
