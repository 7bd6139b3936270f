// States that relax to what the potential says: one time step of them is F(v) + E(v) · y, and F and E are
// tabulated, by a cubic polynomial for each interval of the potential.

#ifndef NR_GATE_TABLES_H
#define NR_GATE_TABLES_H

#include "vector_math.h"

/// A row for each interval of 0.1 mV. The lowest is odd, so that no value is taken at a potential for which a
/// mechanism has a branch of its own because its formula is 0 / 0 there.
#define NR_GATE_LOWEST (-200.0172)
#define NR_GATE_STEP 0.1
#define NR_GATE_ROWS 4000
/// By state and row: the polynomials' coefficients, those of F, then those of E, the constant ones first.
#define NR_GATE_WIDTH 8

/// How far a polynomial may be from the formula, as part of the step's own size and of the largest value that the
/// state relaxes to anywhere.
#define NR_GATE_TOLERANCE 3e-10

/// Where potentials lie: their rows, the first one where they are in no table, and how far beyond them.
typedef struct nr_rows {
  int32_t row[NR_LANES];
  nr_vector fraction;
  nr_mask isInside;
  int areInside;
} nr_rows;

NR_INLINE nr_rows nr_rows_of(nr_vector v) {
  nr_rows rows;
  nr_vector place = (v - NR_GATE_LOWEST) * (1.0 / NR_GATE_STEP);
  rows.isInside = (nr_mask)(place >= 0.0) & (nr_mask)(place < (double)NR_GATE_ROWS);
  rows.areInside = !nr_any(~rows.isInside);
  place = nr_select(rows.isInside, place, nr_all(0));
  nr_vector whole = nr_all(0);
  for (int lane = 0; lane < NR_LANES; lane++) {
    rows.row[lane] = (int32_t)place[lane];
    whole[lane] = rows.row[lane];
  }
  rows.fraction = place - whole;
  return rows;
}

/// Whether a mechanism's polynomials are good at all of these rows.
///
/// Of all rows together the element behind them says so: mostly they are.
NR_INLINE int nr_all_are_good(const unsigned char *good, nr_rows rows) {
  if (good[NR_GATE_ROWS]) return rows.areInside;
  int areGood = rows.areInside;
  for (int lane = 0; lane < NR_LANES; lane++) areGood &= good[rows.row[lane]];
  return areGood;
}

/// At which of them they are.
NR_INLINE nr_mask nr_are_good(const unsigned char *good, nr_rows rows) {
  nr_mask areGood = {};
  for (int lane = 0; lane < NR_LANES; lane++) areGood[lane] = -(int64_t)good[rows.row[lane]];
  return areGood & rows.isInside;
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define NR_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif

/// The coefficients of some rows, each in a vector.
NR_INLINE void nr_coefficients(const double *table, int stride, nr_rows rows, nr_vector found[NR_GATE_WIDTH]) {
#if defined(NR_SHUFFLE) && NR_LANES == 8
  nr_vector a[8], b[8], c[8];
  for (int lane = 0; lane < 8; lane++) a[lane] = nr_load(table + (int64_t)rows.row[lane] * stride);
  for (int pair = 0; pair < 8; pair += 2) {
    b[pair] = NR_SHUFFLE(a[pair], a[pair + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    b[pair + 1] = NR_SHUFFLE(a[pair], a[pair + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int four = 0; four < 8; four += 4) {
    for (int odd = 0; odd < 2; odd++) {
      c[four + odd] = NR_SHUFFLE(b[four + odd], b[four + odd + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      c[four + odd + 2] = NR_SHUFFLE(b[four + odd], b[four + odd + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int column = 0; column < 4; column++) {
    found[column] = NR_SHUFFLE(c[column], c[column + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    found[column + 4] = NR_SHUFFLE(c[column], c[column + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
#elif defined(NR_SHUFFLE) && NR_LANES == 4
  for (int half = 0; half < 8; half += 4) {
    nr_vector a[4], b[4];
    for (int lane = 0; lane < 4; lane++) a[lane] = nr_load(table + (int64_t)rows.row[lane] * stride + half);
    for (int pair = 0; pair < 4; pair += 2) {
      b[pair] = NR_SHUFFLE(a[pair], a[pair + 1], 0, 4, 2, 6);
      b[pair + 1] = NR_SHUFFLE(a[pair], a[pair + 1], 1, 5, 3, 7);
    }
    for (int odd = 0; odd < 2; odd++) {
      found[half + odd] = NR_SHUFFLE(b[odd], b[odd + 2], 0, 1, 4, 5);
      found[half + odd + 2] = NR_SHUFFLE(b[odd], b[odd + 2], 2, 3, 6, 7);
    }
  }
#else
  for (int lane = 0; lane < NR_LANES; lane++) {
    const double *row = table + (int64_t)rows.row[lane] * stride;
    for (int column = 0; column < NR_GATE_WIDTH; column++) found[column][lane] = row[column];
  }
#endif
}

/// A time step of a state.
NR_INLINE nr_vector nr_gate(const double *table, int stride, nr_rows rows, nr_vector state) {
  nr_vector c[NR_GATE_WIDTH];
  nr_coefficients(table, stride, rows, c);
  const nr_vector x = rows.fraction;
  const nr_vector constant = c[0] + x * (c[1] + x * (c[2] + x * c[3]));
  const nr_vector factor = c[4] + x * (c[5] + x * (c[6] + x * c[7]));
  return constant + factor * state;
}

/// The same where some of the rows are not good, in a function that is not wanted in line.
__attribute__((noinline, unused)) static nr_vector nr_gate_rarely(const double *table, int stride, nr_rows rows,
                                                                  nr_vector state) {
  return nr_gate(table, stride, rows, state);
}

/// One time step of all states of a mechanism at a potential: sets them.
typedef void (*nr_gate_step)(double v, double *states);

/// F and E at a potential.
static void nr_gate_values(nr_gate_step step, int stateCount, double v, double *constants, double *factors) {
  for (int state = 0; state < stateCount; state++) constants[state] = 0;
  step(v, constants);
  for (int state = 0; state < stateCount; state++) factors[state] = 1;
  step(v, factors);
  for (int state = 0; state < stateCount; state++) factors[state] -= constants[state];
}

/// Where values are taken of an interval: Chebyshev's nodes, with which a cubic is nearly as close as one can be.
/// Its error is a 72nd of that of the cubic through the four ends of intervals that are next.
static const double nr_gate_nodes[4] = {0.03806023374435663, 0.3086582838174551, 0.6913417161825449,
                                        0.9619397662556434};

/// The coefficients, the constant one first, of the cubic through four values at these nodes.
NR_INLINE void nr_fit_cubic(const double values[4], double *c) {
  const double *x = nr_gate_nodes;
  double d[4];
  memcpy(d, values, sizeof d);
  // Newton's divided differences.
  for (int order = 1; order < 4; order++) {
    for (int node = 3; node >= order; node--) d[node] = (d[node] - d[node - 1]) / (x[node] - x[node - order]);
  }
  c[0] = d[3], c[1] = c[2] = c[3] = 0;
  for (int node = 2; node >= 0; node--) {
    for (int power = 3; power > 0; power--) c[power] = c[power - 1] - x[node] * c[power];
    c[0] = d[node] - x[node] * c[0];
  }
}

NR_INLINE double nr_cubic(const double *c, double x) { return c[0] + x * (c[1] + x * (c[2] + x * c[3])); }

/// Lays a mechanism's polynomials, and tries them at both ends and halfway, where they are farthest from the
/// formula; one that has a step anywhere in an interval shows there.
///
/// At most 16 states.
__attribute__((unused)) static void nr_make_gates(nr_gate_step step, int stateCount, double *table,
                                                  unsigned char *good) {
  const int stride = stateCount * NR_GATE_WIDTH;
  // Of an interval, F and E: at the nodes; at its beginning, its middle and its end.
  double nodes[2][4][16], tried[2][3][16], scale[16] = {0};
  for (int row = 0; row < NR_GATE_ROWS; row += 10) {
    nr_gate_values(step, stateCount, NR_GATE_LOWEST + (row + 0.5) * NR_GATE_STEP, tried[0][1], tried[1][1]);
    for (int state = 0; state < stateCount; state++) {
      const double steady = fabs(tried[0][1][state] / (1 - tried[1][1][state]));
      if (steady > scale[state] && steady < 1) scale[state] = steady;
      if (steady >= 1) scale[state] = 1;
    }
  }
  nr_gate_values(step, stateCount, NR_GATE_LOWEST, tried[0][2], tried[1][2]);
  good[NR_GATE_ROWS] = 1;
  for (int row = 0; row < NR_GATE_ROWS; row++) {
    for (int node = 0; node < 4; node++) {
      const double v = NR_GATE_LOWEST + (row + nr_gate_nodes[node]) * NR_GATE_STEP;
      nr_gate_values(step, stateCount, v, nodes[0][node], nodes[1][node]);
    }
    for (int part = 0; part < 2; part++) memcpy(tried[part][0], tried[part][2], sizeof tried[part][0]);
    for (int half = 1; half < 3; half++) {
      const double v = NR_GATE_LOWEST + (row + 0.5 * half) * NR_GATE_STEP;
      nr_gate_values(step, stateCount, v, tried[0][half], tried[1][half]);
    }
    good[row] = 1;
    for (int state = 0; state < stateCount; state++) {
      double *coefficients = table + (int64_t)row * stride + state * NR_GATE_WIDTH;
      double error[3] = {0};
      for (int part = 0; part < 2; part++) {
        double(*f)[16] = nodes[part];
        nr_fit_cubic((const double[]){f[0][state], f[1][state], f[2][state], f[3][state]}, coefficients + 4 * part);
        for (int half = 0; half < 3; half++) {
          error[half] += fabs(nr_cubic(coefficients + 4 * part, 0.5 * half) - tried[part][half][state]);
        }
      }
      const double bound =
          NR_GATE_TOLERANCE * scale[state] * fabs(1 - tried[1][1][state]) + 1e-15 * scale[state];
      // Comparisons that fail for what is not a number.
      if (!(error[0] <= bound && error[1] <= bound && error[2] <= bound)) {
        good[row] = good[NR_GATE_ROWS] = 0;
      }
    }
  }
}

#endif
