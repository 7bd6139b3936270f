#include "SimulationSupport.h"

#define NR_IS_FUSED 1
#include "simulation.h"

void test_function(int which, const double *first, const double *second, double *results, int64_t count) {
  for (int64_t index = 0; index < count; index++) {
    const nr_vector x = nr_all(first[index]), y = nr_all(second ? second[index] : 0);
    nr_vector result = nr_all(0);
    switch (which) {
      case TEST_EXP: result = nr_exp(x); break;
      case TEST_LOG: result = nr_log(x); break;
      case TEST_POW: result = nr_pow(x, y); break;
      case TEST_NERNST: result = nr_nernst(x, y, nr_all(2), nr_all(34)); break;
    }
    // The lanes are alike.
    results[index] = result[NR_LANES - 1];
  }
}

/// Where the notes go: the cell of these tests has no memory but this. Tests run side by side.
static _Thread_local struct {
  double *times, *steps;
  int32_t *connections;
  const double *delays;
  const int32_t *areMarked;
  int64_t count, capacity;
} notes;

static void nr_make_all_gates(void) {}
static void nr_cell_initial(double *M, const int32_t *X, nr_run *run) { (void)M, (void)X, (void)run; }
static void nr_cell_currents(double *M, const int32_t *X, double t) { (void)M, (void)X, (void)t; }
static void nr_cell_points(double *M, const int32_t *X, double t) { (void)M, (void)X, (void)t; }
static void nr_cell_solve(double *M, const int32_t *X) { (void)M, (void)X; }
static void nr_cell_advance(double *M, const int32_t *X, double t) { (void)M, (void)X, (void)t; }
static void nr_cell_advance_currents(double *M, const int32_t *X, double t, double next) {
  (void)M, (void)X, (void)t, (void)next;
}
static void nr_cell_receive(nr_run *run, int32_t kind, int32_t instance, double *weights, double flag,
                            double t) {
  (void)kind;
  if (notes.count < notes.capacity) {
    notes.times[notes.count] = t;
    notes.steps[notes.count] = run->t;
    notes.connections[notes.count] = flag != 0 ? -1 - instance : instance;
  }
  notes.count++;
  if (flag == 0 && notes.areMarked[instance]) {
    nr_send_to_itself(run, 0, instance, weights - run->memory, t, t + 1.5 * notes.delays[instance], 1);
  }
}
static int nr_has_own_weight(int32_t kind) { return kind != 0; }
static void nr_cell_receive_initial(nr_run *run, int32_t kind, int32_t instance, double *weights) {
  (void)run, (void)kind, (void)instance, (void)weights;
}

// Before tests run side by side.
__attribute__((constructor)) static void set_time_step(void) { nr_set_time_step(0.025); }

/// Notes what is to come; -1 where that is asked for twice and differs.
static int64_t note_pending(nr_run *run, test_pending *found, int64_t capacity) {
  const int64_t count = nr_pending(run, NULL, 0);
  nr_pending_event *events = calloc((size_t)count + 1, sizeof *events);
  if (!events || nr_pending(run, events, count) != count) {
    free(events);
    return -1;
  }
  for (int64_t index = 0; index < count && index < capacity; index++) {
    const nr_pending_event *event = &events[index];
    found[index] = (test_pending){
        .time = event->time,
        .index = event->what == NR_PENDING_TO_ITSELF ? -1 - event->instance : event->index,
        .isOfSource = event->what == NR_PENDING_SOURCE};
  }
  free(events);
  return run->failure == NR_OK ? count : -1;
}

int64_t test_deliveries(const test_source *given, int64_t sourceCount, const double *delays,
                        const int32_t *areMarked, int64_t connectionCount, double end, double *times,
                        int32_t *connections, double *steps, int64_t capacity, test_pending *pending,
                        int64_t pendingCapacity, int64_t *pendingCount) {
  nr_source *sources = calloc((size_t)sourceCount + 1, sizeof *sources);
  nr_connection *made = calloc((size_t)connectionCount + 1, sizeof *made);
  const int64_t sampleCount = (int64_t)(end / nr_time_step) + 8;
  double *sampled = malloc((size_t)sampleCount * sizeof *sampled);
  double memory[8] = {0};
  int64_t result = -1;
  if (sources && made && sampled) {
    for (int64_t index = 0; index < sourceCount; index++) {
      const test_source *source = &given[index];
      sources[index] = (nr_source){
          .kind = source->times ? NR_SOURCE_TIMES : NR_SOURCE_STREAM, .first = source->first,
          .count = source->count, .interval = source->interval, .number = source->number,
          .start = source->start, .noise = source->noise, .draws.global = source->global,
          .times = source->times, .timeCount = source->timeCount};
      memcpy(sources[index].draws.ids, source->ids, sizeof source->ids);
    }
    for (int64_t index = 0; index < connectionCount; index++) {
      made[index] = (nr_connection){.instance = (int32_t)index, .delay = delays[index]};
    }
    notes.times = times;
    notes.steps = steps;
    notes.connections = connections;
    notes.delays = delays;
    notes.areMarked = areMarked;
    notes.count = 0;
    notes.capacity = capacity;
    nr_run run = {.memory = memory, .sources = sources, .sourceCount = sourceCount, .connections = made,
                  .connectionCount = connectionCount, .initialCount = connectionCount, .recordCapacity = sampleCount, .times = sampled};
    nr_start(&run);
    if (run.failure == NR_OK) nr_continue(&run, end, INT64_MAX);
    if (run.failure == NR_OK) result = notes.count;
    if (run.failure == NR_OK && pendingCount) {
      *pendingCount = note_pending(&run, pending, pendingCapacity);
    }
    nr_end(&run);
  }
  free(sources);
  free(made);
  free(sampled);
  return result;
}
