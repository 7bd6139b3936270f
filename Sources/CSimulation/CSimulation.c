// The headers are the target: code that is made for a cell includes them, and tests do.
#include "vector_math.h"
