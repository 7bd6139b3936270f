// Random numbers, and when sources have their events: part of simulation.h, whose structures it needs.

#ifndef NR_STREAMS_H
#define NR_STREAMS_H

#include "events.h"

/// philox4x32-10 of Random123 (Salmon et al. 2011): four numbers of a counter and a key.
static void nr_philox(const uint32_t counter[4], uint32_t key, uint32_t result[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key, k1 = 0;
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  result[0] = c0, result[1] = c1, result[2] = c2, result[3] = c3;
}

/// A word of a stream: identifiers, how many words come before it, and the global index.
__attribute__((unused)) static double nr_random_word1(
    double first, double second, double third, double position, double global) {
  const uint64_t place = (uint64_t)position;
  const uint32_t counter[4] = {(uint32_t)(place / 4), (uint32_t)third, (uint32_t)first, (uint32_t)second};
  uint32_t words[4];
  nr_philox(counter, (uint32_t)global, words);
  return words[place % 4];
}

__attribute__((unused)) static nr_vector nr_random_word(
    nr_vector first, nr_vector second, nr_vector third, nr_vector position, nr_vector global) {
  nr_vector word = {0};
  for (int lane = 0; lane < NR_LANES; lane++) {
    word[lane] = nr_random_word1(first[lane], second[lane], third[lane], position[lane], global[lane]);
  }
  return word;
}

/// What comes after a number in the generator of NEURON's scop_random.
NR_INLINE double nr_next_random1(double number) {
  return (double)((uint32_t)number * 2147437301u + 453816981u);
}

NR_INLINE nr_vector nr_next_random(nr_vector number) {
  for (int lane = 0; lane < NR_LANES; lane++) number[lane] = nr_next_random1(number[lane]);
  return number;
}

/// A product that no fused multiplication hides the rounding of: NEURON's NetStim has none.
NR_INLINE double nr_product(double a, double b) {
  const volatile double product = a * b;
  return product;
}

/// The next of a stream's exponentially distributed numbers, of mean 1.
///
/// `drawn` and `words` say how many were drawn and the last four words.
static double nr_next_exponential(uint32_t *drawn, uint32_t words[4], const nr_draws *stream) {
  if (*drawn % 4 == 0) {
    const uint32_t counter[4] = {*drawn / 4, stream->ids[2], stream->ids[0], stream->ids[1]};
    nr_philox(counter, stream->global, words);
  }
  const uint32_t word = words[(*drawn)++ % 4];
  return -log(((double)word + 1.0) * (1.0 / 4294967297.0));
}

static double nr_exponential(nr_draws *draws) {
  return nr_next_exponential(&draws->drawn, draws->words, draws);
}

/// An interval's fixed part, and what its random part is multiplied by.
NR_INLINE double nr_fixed_interval(const nr_source *stream) {
  const double mean = stream->interval > 0 ? stream->interval : .01;
  return stream->noise == 0 ? mean : nr_product(1.0 - stream->noise, mean);
}

NR_INLINE double nr_random_interval(const nr_source *stream) {
  const double mean = stream->interval > 0 ? stream->interval : .01;
  return nr_product(stream->noise, mean);
}

NR_INLINE double nr_interval(double fixed, double random, nr_draws *draws) {
  return random == 0 ? fixed : fixed + nr_product(random, nr_exponential(draws));
}

/// The first event of a source at all; infinite where there is none.
static double nr_first(nr_source *source) {
  if (source->kind == NR_SOURCE_TIMES) {
    source->timeIndex = 0;
    return source->timeCount ? source->times[0] : INFINITY;
  }
  if (source->kind != NR_SOURCE_STREAM) return INFINITY;
  source->draws.drawn = 0;
  source->sent = 0;
  if (source->noise < 0) source->noise = 0;
  if (source->noise > 1) source->noise = 1;
  if (!(source->start >= 0 && source->number > 0)) return INFINITY;
  double event = source->start;
  event += nr_interval(nr_fixed_interval(source), nr_random_interval(source), &source->draws);
  event -= nr_product(source->interval, 1.0 - source->noise);
  return event < 0 ? 0 : event;
}

/// What comes after the event at `time`.
static double nr_following(nr_source *source, double time) {
  if (source->kind == NR_SOURCE_TIMES) {
    return ++source->timeIndex < source->timeCount ? source->times[source->timeIndex] : INFINITY;
  }
  source->sent += 1;
  const double interval =
      nr_interval(nr_fixed_interval(source), nr_random_interval(source), &source->draws);
  return source->sent >= source->number ? INFINITY : time + interval;
}

/// The same of a direct one.
static double nr_following_directly(const nr_timetable *table, nr_direct *direct,
                                    nr_source *source) {
  const nr_pace *pace = &table->paces[direct->pace];
  if (!pace->isStream) return nr_following(source, direct->next);
  double interval = pace->fixed;
  if (pace->random == 0) {
    direct->drawn++;
  } else {
    interval += nr_product(pace->random, nr_next_exponential(&direct->drawn, direct->words, &source->draws));
  }
  return direct->drawn - 1 >= pace->number ? INFINITY : direct->next + interval;
}

#endif
