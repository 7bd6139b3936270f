: A current from a stream of Random123 that VERBATIM made.
NEURON { POINT_PROCESS nr_streaming NONSPECIFIC_CURRENT i RANGE x, y, size, reset POINTER stream THREADSAFE }
VERBATIM
#include "nrnran123.h"
ENDVERBATIM
PARAMETER { size = 0.02 (nA) reset = 0 }
ASSIGNED { i (nA) x y stream }
INITIAL {
  x = 0
  y = 0
  if (reset > 0) {
VERBATIM
    nrnran123_setseq((nrnran123_State*)_p_stream, 0, 2);
ENDVERBATIM
  }
}
BREAKPOINT { SOLVE walk i = size * x }
PROCEDURE walk() {
VERBATIM
  double step; // of the walk
  step = nrnran123_normal((nrnran123_State*)_p_stream);
  x = 0.9 * x + 0.1 * step;
  if (x > 0.1 && x < 10) {
    y += nrnran123_negexp((nrnran123_State*)_p_stream, 0.5);
  } else
    y = -nrnran123_dblpick((nrnran123_State*)_p_stream);
  return 0;
ENDVERBATIM
}
FUNCTION bbsavestate() {
VERBATIM
  return 0.0;
ENDVERBATIM
}
PROCEDURE set_ids() {
VERBATIM
  nrnran123_State** own = (nrnran123_State**)(&_p_stream);
  if (*own) { nrnran123_deletestream(*own); *own = (nrnran123_State*)0; }
  *own = nrnran123_newstream3((uint32_t)*getarg(1), (uint32_t)*getarg(2), (uint32_t)*getarg(3));
ENDVERBATIM
}
DESTRUCTOR {
VERBATIM
  nrnran123_State** own = (nrnran123_State**)(&_p_stream);
  if (*own) { nrnran123_deletestream(*own); }
ENDVERBATIM
}
