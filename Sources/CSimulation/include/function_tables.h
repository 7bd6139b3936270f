// FUNCTION_TABLEs: functions by their values.

#ifndef NR_FUNCTION_TABLES_H
#define NR_FUNCTION_TABLES_H

#include "vector_math.h"

/// A function by its values at ascending arguments, linear between them, as NEURON interpolates.
__attribute__((unused)) static double nr_function_table1(
    const double *arguments, const double *values, int count, double x) {
  int low = 0, high = count - 1;
  if (!(x > arguments[low])) return values[low];
  if (x >= arguments[high]) return values[high];
  while (low < high - 1) {
    const int middle = (low + high) / 2;
    if (arguments[middle] <= x) {
      low = middle;
    } else {
      high = middle;
    }
  }
  const double part = (x - arguments[low]) / (arguments[low + 1] - arguments[low]);
  return part > 0 ? (1.0 - part) * values[low] + part * values[low + 1] : values[low];
}

__attribute__((unused)) static nr_vector nr_function_table(
    const double *arguments, const double *values, int count, nr_vector x) {
  for (int lane = 0; lane < NR_LANES; lane++) x[lane] = nr_function_table1(arguments, values, count, x[lane]);
  return x;
}

#endif
