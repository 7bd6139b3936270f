// Arithmetic on a few numbers at once: what compiled cells compute with. GNU C (gcc and clang).
//
// The lanes of a vector are instances that lie side by side in the memory of one trial. Where NR_TOGETHER is
// defined they are the same instance in as many trials, whose memories are interleaved: what is at `place` in one
// is at NR_AT(place) beyond where that begins.

#ifndef NR_VECTOR_MATH_H
#define NR_VECTOR_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512DQ__)
#include <immintrin.h>
#endif

/// How many numbers are computed at once; a divisor of the 8 that arrays are padded to.
#if defined(__AVX512F__)
#define NR_LANES 8
#elif defined(__AVX__)
#define NR_LANES 4
#else
#define NR_LANES 2
#endif

/// How many trials are run at once.
#ifdef NR_TOGETHER
#define NR_TRIALS NR_LANES
#else
#define NR_TRIALS 1
#endif
/// How many instances are computed at once.
#define NR_STEP (NR_LANES / NR_TRIALS)

/// Where a trial has what is at a place of its memory.
#define NR_AT(place) ((int64_t)(place) * NR_TRIALS)

typedef double nr_vector __attribute__((vector_size(8 * NR_LANES)));
/// What comparisons give: all bits of a lane, or none.
typedef int64_t nr_mask __attribute__((vector_size(8 * NR_LANES)));

#define NR_UNUSED __attribute__((unused))
#define NR_INLINE static inline __attribute__((always_inline, unused))

NR_INLINE nr_vector nr_all(double value) { return value - (nr_vector){}; }

NR_INLINE nr_vector nr_load(const double *address) {
  nr_vector value = {0};
  memcpy(&value, __builtin_assume_aligned(address, 8 * NR_LANES), sizeof value);
  return value;
}

NR_INLINE void nr_store(double *address, nr_vector value) {
  memcpy(__builtin_assume_aligned(address, 8 * NR_LANES), &value, sizeof value);
}

/// The memory of the first of trials that are run at once, which has what they share.
NR_INLINE double *nr_shared(double *memory) {
  return NR_TRIALS > 1 ? (double *)((uintptr_t)memory & ~(uintptr_t)(8 * NR_TRIALS - 1)) : memory;
}

/// What the equations of one compartment are solved with: its number in all trials that are run at once.
#ifdef NR_TOGETHER
typedef nr_vector nr_number;
NR_INLINE nr_number nr_get(const double *address) { return nr_load(address); }
NR_INLINE void nr_set(double *address, nr_number value) { nr_store(address, value); }
#else
typedef double nr_number;
NR_INLINE nr_number nr_get(const double *address) { return *address; }
NR_INLINE void nr_set(double *address, nr_number value) { *address = value; }
#endif

NR_INLINE nr_vector nr_gather(const double *array, const int32_t *indices) {
#ifdef NR_TOGETHER
  return nr_load(array + NR_AT(indices[0]));
#else
  nr_vector value = {0};
  for (int lane = 0; lane < NR_LANES; lane++) value[lane] = array[indices[lane]];
  return value;
#endif
}

/// `yes` where the mask is set, `no` elsewhere; both are computed.
NR_INLINE nr_vector nr_select(nr_mask mask, nr_vector yes, nr_vector no) {
  return (nr_vector)(((nr_mask)yes & mask) | ((nr_mask)no & ~mask));
}

NR_INLINE nr_mask nr_mask_all(int condition) { return (nr_mask){} - (int64_t)(condition != 0); }

NR_INLINE int nr_any(nr_mask mask) {
  for (int lane = 0; lane < NR_LANES; lane++) {
    if (mask[lane]) return 1;
  }
  return 0;
}

/// 1 where the mask is set, 0 elsewhere.
NR_INLINE nr_vector nr_truth(nr_mask mask) { return nr_select(mask, nr_all(1), nr_all(0)); }

#if NR_LANES == 8 && defined(__AVX512DQ__)

/// 2^(k/16), which lie in two registers.
static const double nr_roots[16] __attribute__((aligned(64))) = {
    0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
    0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
    0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0,
    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};

/// e^x as NEURON's mechanisms compute it: 0 below −700, e^700 above 700.
///
/// e^x = 2^(n/16) · e^r with n = round(16 x / ln 2), |r| ≤ ln 2 / 32; 2^(n/16) is a power of two times one of
/// sixteen roots, and (e^r − 1 − r) / r² a polynomial of degree 4 through Chebyshev's nodes, which is exact to
/// 3e-17 of e^r. At most 1.25 ulp from the exact value in the range (tested).
NR_INLINE nr_vector nr_exp(nr_vector x) {
  const double magic = 0x1.8p52;
  const __mmask8 isNotSmall = _mm512_cmp_pd_mask((__m512d)x, _mm512_set1_pd(-700), _CMP_NLT_UQ);
  // What is not a number stays so.
  x = (nr_vector)_mm512_min_pd(_mm512_set1_pd(700), (__m512d)x);
  // n is in the lowest bits of `shifted`, of which the root's index is the last four.
  const nr_vector shifted = x * 0x1.71547652b82fep+4 + magic;
  const nr_vector n = shifted - magic;
  const nr_vector r = (x - n * 0x1.62e42fefa0000p-5) - n * 0x1.cf79abc9e3b3ap-44;
  const nr_vector r2 = r * r;
  const nr_vector low = 0x1p-1 + r * 0x1.55555554dd388p-3;
  const nr_vector high = (0x1.555555551946fp-5 + r * 0x1.11120b03cd855p-7) + r2 * 0x1.6c17bb5ebddb4p-10;
  const nr_vector tail = r + r2 * (low + r2 * high);
  const __m512i index = (__m512i)shifted;
  const nr_vector root =
      (nr_vector)_mm512_permutex2var_pd(_mm512_load_pd(nr_roots), index, _mm512_load_pd(nr_roots + 8));
  // Of n / 16 it takes the integer below.
  return (nr_vector)_mm512_maskz_scalef_pd(isNotSmall, (__m512d)(root + root * tail), (__m512d)(n * 0x1p-4));
}

#else

/// e^x as NEURON's mechanisms compute it: 0 below −700, e^700 above 700.
///
/// e^x = 2^n · e^r with n = round(x / ln 2), |r| ≤ ln 2 / 2; e^r by its Taylor polynomial of degree 13,
/// whose remainder there is below 5e-18. At most 1 ulp from the exact value in the range (tested).
NR_INLINE nr_vector nr_exp(nr_vector x) {
  const double magic = 0x1.8p52;
  const nr_mask isSmall = x < -700.0;
  x = nr_select(x > 700.0, nr_all(700), nr_select(isSmall, nr_all(-700), x));
  const nr_vector shifted = x * 0x1.71547652b82fep0 + magic;
  const nr_vector n = shifted - magic;
  const nr_vector r = (x - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45;
  const nr_vector r2 = r * r, r4 = r2 * r2;
  // The terms after 1 + r, small ones first: what is rounded last is the largest.
  const nr_vector p23 = 0x1p-1 + r * 0x1.5555555555555p-3;
  const nr_vector p45 = 0x1.5555555555555p-5 + r * 0x1.1111111111111p-7;
  const nr_vector p67 = 0x1.6c16c16c16c17p-10 + r * 0x1.a01a01a01a01ap-13;
  const nr_vector p89 = 0x1.a01a01a01a01ap-16 + r * 0x1.71de3a556c734p-19;
  const nr_vector pab = 0x1.27e4fb7789f5cp-22 + r * 0x1.ae64567f544e4p-26;
  const nr_vector pcd = 0x1.1eed8eff8d898p-29 + r * 0x1.6124613a86d09p-33;
  const nr_vector high = p89 + r2 * pab + r4 * pcd;
  const nr_vector tail = p23 + r2 * (p45 + r2 * p67) + r4 * r2 * high;
  const nr_vector power = 1.0 + (r + r2 * tail);
  const nr_vector value = (nr_vector)((nr_mask)power + ((nr_mask)shifted << 52));
  return nr_select(isSmall, nr_all(0), value);
}

#endif

/// The same where it is seldom computed, and not wanted in line.
__attribute__((noinline, unused)) static nr_vector nr_exp_rarely(nr_vector x) { return nr_exp(x); }

/// The same of one number, with the C library's e^x.
NR_INLINE double nr_exp1(double x) {
  if (x < -700) return 0;
  return exp(x > 700 ? 700 : x);
}

#define NR_EACH_LANE(name, function)                                                    \
  NR_INLINE nr_vector name(nr_vector x) {                                               \
    for (int lane = 0; lane < NR_LANES; lane++) x[lane] = function(x[lane]);            \
    return x;                                                                           \
  }
#define NR_EACH_LANE_2(name, function)                                                  \
  NR_INLINE nr_vector name(nr_vector x, nr_vector y) {                                  \
    for (int lane = 0; lane < NR_LANES; lane++) x[lane] = function(x[lane], y[lane]);   \
    return x;                                                                           \
  }

NR_EACH_LANE(nr_log10, log10)
NR_EACH_LANE(nr_sqrt, sqrt)
NR_EACH_LANE(nr_sin, sin)
NR_EACH_LANE(nr_cos, cos)
NR_EACH_LANE(nr_tan, tan)
NR_EACH_LANE(nr_asin, asin)
NR_EACH_LANE(nr_acos, acos)
NR_EACH_LANE(nr_atan, atan)
NR_EACH_LANE(nr_sinh, sinh)
NR_EACH_LANE(nr_cosh, cosh)
NR_EACH_LANE(nr_tanh, tanh)
NR_EACH_LANE(nr_floor, floor)
NR_EACH_LANE(nr_ceil, ceil)
NR_EACH_LANE(nr_fabs, fabs)
NR_EACH_LANE(nr_whole, trunc)
NR_EACH_LANE_2(nr_atan2, atan2)
NR_EACH_LANE_2(nr_fmod, fmod)
NR_EACH_LANE_2(nr_fmin, fmin)
NR_EACH_LANE_2(nr_fmax, fmax)

/// ln x: that of the C library for what is not a positive normal number, elsewhere within 2 ulp of it.
///
/// x = 2^k · m, m between √½ and √2; ln m = 2 artanh(s), s = (m − 1) / (m + 1), by the series of artanh: with
/// s² < 0.0295 the first term left out is below 1e-17.
NR_INLINE nr_vector nr_log(nr_vector x) {
  const nr_mask isPlain = (nr_mask)(x >= 0x1p-1022) & (nr_mask)(x < INFINITY);
  const nr_mask bits = (nr_mask)x;
  // Such that the exponent changes at √½.
  const nr_mask shifted = bits - 0x3fe6a09e667f3bcdLL;
  const nr_mask exponent = shifted >> 52;
  const nr_vector m = (nr_vector)(bits - (exponent << 52));
  const nr_vector k = __builtin_convertvector(exponent, nr_vector);
  const nr_vector f = m - 1.0;
  const nr_vector s = f / (2.0 + f), z = s * s, z2 = z * z, z4 = z2 * z2;
  const nr_vector low = (1.0 / 3 + z * (1.0 / 5)) + z2 * (1.0 / 7 + z * (1.0 / 9));
  const nr_vector high = (1.0 / 11 + z * (1.0 / 13)) + z2 * (1.0 / 15 + z * (1.0 / 17));
  const nr_vector series = z * (low + z4 * (high + z4 * (1.0 / 19 + z * (1.0 / 21))));
  // 2s = f − s·f
  const nr_vector rest = s * (2.0 * series - f) + k * 0x1.ef35793c76730p-45;
  const nr_vector value = k * 0x1.62e42fefa3800p-1 + (f + rest);
  if (!nr_any(~isPlain)) return value;
  nr_vector result = {0};
  for (int lane = 0; lane < NR_LANES; lane++) result[lane] = isPlain[lane] ? value[lane] : log(x[lane]);
  return result;
}

/// x^y: e^(y ln x) for positive x, which is exact to |y ln x| ulp; the C library's elsewhere.
NR_INLINE nr_vector nr_pow(nr_vector x, nr_vector y) {
  const nr_mask isPlain = (nr_mask)(x >= 0x1p-1022) & (nr_mask)(x < INFINITY);
  const nr_vector exponent = y * nr_log(nr_select(isPlain, x, nr_all(1)));
  const nr_mask isGood = isPlain & (nr_mask)(exponent < 690.0) & (nr_mask)(exponent > -690.0);
  const nr_vector value = nr_exp(exponent);
  if (!nr_any(~isGood)) return value;
  nr_vector result = {0};
  for (int lane = 0; lane < NR_LANES; lane++) {
    result[lane] = isGood[lane] ? value[lane] : pow(x[lane], y[lane]);
  }
  return result;
}

NR_INLINE nr_vector nr_power2(nr_vector x) { return x * x; }
NR_INLINE nr_vector nr_power3(nr_vector x) { return x * x * x; }
NR_INLINE nr_vector nr_power4(nr_vector x) { return (x * x) * (x * x); }
NR_INLINE double nr_power21(double x) { return x * x; }
NR_INLINE double nr_power31(double x) { return x * x * x; }
NR_INLINE double nr_power41(double x) { return (x * x) * (x * x); }

// ---- Arrays -----------------------------------------------------------------------------------------------

/// An index within an array, whatever the model asks for.
NR_INLINE int nr_index(double index, int count) {
  return index > 0 ? (index < count ? (int)index : count - 1) : 0;
}

NR_INLINE nr_vector nr_pick(const nr_vector *array, int count, nr_vector index) {
  nr_vector value = {0};
  for (int lane = 0; lane < NR_LANES; lane++) value[lane] = array[nr_index(index[lane], count)][lane];
  return value;
}

NR_INLINE void nr_put(nr_vector *array, int count, nr_vector index, nr_vector value, nr_mask mask) {
  for (int lane = 0; lane < NR_LANES; lane++) {
    if (mask[lane]) array[nr_index(index[lane], count)][lane] = value[lane];
  }
}

/// Adds to what several instances may share, those that there are.
NR_INLINE void nr_add(double *array, const int32_t *places, int count, nr_vector value) {
#ifdef NR_TOGETHER
  (void)count;
  nr_store(array + NR_AT(places[0]), nr_load(array + NR_AT(places[0])) + value);
#else
  for (int lane = 0; lane < (count < NR_LANES ? count : NR_LANES); lane++) {
    array[places[lane]] += value[lane];
  }
#endif
}

NR_INLINE void nr_accumulate(double *right, double *diagonal, const int32_t *slots, int count,
                             nr_vector toRight, nr_vector toDiagonal) {
#ifdef NR_TOGETHER
  nr_add(right, slots, count, toRight);
  nr_add(diagonal, slots, count, toDiagonal);
#else
  for (int lane = 0; lane < (count < NR_LANES ? count : NR_LANES); lane++) {
    right[slots[lane]] += toRight[lane];
    diagonal[slots[lane]] += toDiagonal[lane];
  }
#endif
}

NR_INLINE void nr_scatter(double *array, const int32_t *places, int count, nr_vector value) {
#ifdef NR_TOGETHER
  (void)count;
  nr_store(array + NR_AT(places[0]), value);
#else
  for (int lane = 0; lane < (count < NR_LANES ? count : NR_LANES); lane++) {
    array[places[lane]] = value[lane];
  }
#endif
}

// ---- TABLE ------------------------------------------------------------------------------------------------

/// Where an argument lies in a table, in intervals from its beginning; within it.
NR_INLINE double nr_place1(const double *table, double argument, int intervals) {
  const double place = table[NR_AT(1)] * (argument - table[0]);
  return place > 0 ? (place < intervals ? place : intervals) : (place == place ? 0 : place);
}

NR_INLINE double nr_interpolate1(const double *column, double place, int intervals) {
  if (place != place) return place;
  const int row = place < intervals ? (int)place : intervals - 1;
  const double here = column[NR_AT(row)], next = column[NR_AT(row + 1)];
  return here + (place - row) * (next - here);
}

NR_INLINE nr_vector nr_place(const double *table, nr_vector argument, int intervals) {
  for (int lane = 0; lane < NR_LANES; lane++) {
    argument[lane] = nr_place1(table, argument[lane], intervals);
  }
  return argument;
}

NR_INLINE nr_vector nr_interpolate(const double *column, nr_vector place, int intervals) {
  for (int lane = 0; lane < NR_LANES; lane++) {
    place[lane] = nr_interpolate1(column, place[lane], intervals);
  }
  return place;
}

/// Where an instance's own table is: the lanes' instances are one where they are trials.
NR_INLINE const double *nr_table_of(const double *tables, const int32_t *rows, int stride, int lane) {
  return tables + NR_AT((int64_t)rows[NR_TRIALS > 1 ? 0 : lane] * stride);
}

/// The same where instances have tables of their own: which, and how far apart they are.
NR_INLINE nr_vector nr_place_each(const double *tables, const int32_t *rows, int stride, nr_vector argument,
                                  int intervals) {
  for (int lane = 0; lane < NR_LANES; lane++) {
    argument[lane] = nr_place1(nr_table_of(tables, rows, stride, lane), argument[lane], intervals);
  }
  return argument;
}

NR_INLINE nr_vector nr_interpolate_each(const double *columns, const int32_t *rows, int stride, nr_vector place,
                                        int intervals) {
  for (int lane = 0; lane < NR_LANES; lane++) {
    place[lane] = nr_interpolate1(nr_table_of(columns, rows, stride, lane), place[lane], intervals);
  }
  return place;
}

// ---- Ions -------------------------------------------------------------------------------------------------

/// NEURON 9's constants: C/mol and J/(mol K).
#define NR_FARADAY 96485.3321233100141
#define NR_GAS_CONSTANT 8.3144626181532395

/// The Nernst potential in mV, as NEURON computes it.
NR_INLINE double nr_nernst1(double inside, double outside, double valence, double celsius) {
  if (valence == 0) return 0;
  if (inside <= 0) return 1e6;
  if (outside <= 0) return -1e6;
  return 1000.0 * NR_GAS_CONSTANT * (celsius + 273.15) / NR_FARADAY / valence * log(outside / inside);
}

NR_INLINE nr_vector nr_nernst(nr_vector inside, nr_vector outside, nr_vector valence, nr_vector celsius) {
  const nr_vector scale = 1000.0 * NR_GAS_CONSTANT * (celsius + 273.15) / NR_FARADAY / valence;
  // What is not a number gives none.
  const nr_mask isPlain = ~((nr_mask)(inside <= 0.0) | (nr_mask)(outside <= 0.0));
  const nr_vector potential = scale * nr_log(nr_select(isPlain, outside / inside, nr_all(1)));
  const nr_vector extreme = nr_select((nr_mask)(inside <= 0.0), nr_all(1e6), nr_all(-1e6));
  return nr_select((nr_mask)(valence == 0.0), nr_all(0), nr_select(isPlain, potential, extreme));
}

/// The GHK current density, as NEURON's `ghk(v, ci, co, z)` computes it.
NR_INLINE double nr_ghk1(double v, double inside, double outside, double valence, double celsius) {
  const double temperature =
      valence / (1000.0 * NR_GAS_CONSTANT * (celsius + 273.15) / NR_FARADAY);
  const double scaled = temperature * v;
  const double ratio = scaled > -1e-4 && scaled < 1e-4 ? 1 - scaled / 2 : scaled / (nr_exp1(scaled) - 1);
  return -valence * .001 * NR_FARADAY * (outside * ratio - inside * nr_exp1(scaled) * ratio) * 1.0;
}

NR_INLINE nr_vector nr_ghk(nr_vector v, nr_vector inside, nr_vector outside, nr_vector valence,
                           nr_vector celsius) {
  for (int lane = 0; lane < NR_LANES; lane++) {
    v[lane] = nr_ghk1(v[lane], inside[lane], outside[lane], valence[lane], celsius[lane]);
  }
  return v;
}

#endif
