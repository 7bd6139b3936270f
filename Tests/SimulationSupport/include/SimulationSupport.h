// What tests need of the runtime of compiled cells: its functions on arrays, and a cell that only notes its
// events.

#ifndef SIMULATION_SUPPORT_H
#define SIMULATION_SUPPORT_H

#include <stdint.h>

enum { TEST_EXP, TEST_LOG, TEST_POW, TEST_NERNST };

/// A function of each of `count` numbers; of pairs with `second`.
void test_function(int which, const double *first, const double *second, double *results, int64_t count);

/// A source of a test: a NetStim with `number` > 0, or given times.
typedef struct test_source {
  double interval, number, start, noise;
  uint32_t ids[3], global;
  const double *times;
  int64_t timeCount;
  /// Its connections, each with its delay: the first, and how many.
  int32_t first, count;
} test_source;

/// What is still to come at a run's end.
typedef struct test_pending {
  double time;
  /// The connection that delivers, or −1 minus it for an event that it has sent to itself; of a source's next event the
  /// source.
  int32_t index;
  int32_t isOfSource;
} test_pending;

/// Runs sources to `end` in steps of 0.025 ms and notes what is delivered: when, by which connection, and at
/// which step's end the run was. An event whose connection is marked sends one to itself after 1.5 delays.
///
/// Returns how many events there were, at most `capacity` of them noted; -1 where the run failed. Where there is room
/// for it, notes what is to come, and how much that is.
int64_t test_deliveries(const test_source *sources, int64_t sourceCount, const double *delays,
                        const int32_t *areMarked, int64_t connectionCount, double end, double *times,
                        int32_t *connections, double *steps, int64_t capacity, test_pending *pending,
                        int64_t pendingCapacity, int64_t *pendingCount);

#endif
