/*
 * The limit for marking: compressed rows, a bit an object, breadth first, and the memory that comes next is asked for before it is
 * needed. Started with a file of rows; for every byte on stdin it marks once and prints nanoseconds of the processor and objects reached.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROW_AHEAD 32
#define TARGETS_AHEAD 16

static uint32_t mark(const uint32_t *offsets, const uint32_t *targets, uint64_t *reached, uint32_t *queue,
                     uint32_t root) {
  uint32_t head = 0, tail = 0;
  reached[root >> 6] |= 1ull << (root & 63);
  queue[tail++] = root;
  while (head < tail) {
    if (head + ROW_AHEAD < tail) __builtin_prefetch(&offsets[queue[head + ROW_AHEAD]]);
    if (head + TARGETS_AHEAD < tail) __builtin_prefetch(&targets[offsets[queue[head + TARGETS_AHEAD]]]);
    const uint32_t object = queue[head++];
    for (uint32_t at = offsets[object], end = offsets[object + 1]; at < end; at++) {
      const uint32_t target = targets[at];
      const uint64_t bit = 1ull << (target & 63);
      uint64_t *word = &reached[target >> 6];
      /* Without a branch: whether a target is new is as good as chance. */
      queue[tail] = target;
      tail += (*word & bit) == 0;
      *word |= bit;
    }
  }
  return tail;
}

static uint32_t *read_words(FILE *file, size_t count) {
  uint32_t *words = malloc(count * sizeof(uint32_t));
  if (words == NULL || fread(words, sizeof(uint32_t), count, file) != count) {
    fprintf(stderr, "bitmap-bfs: the file of rows is too short\n");
    exit(1);
  }
  return words;
}

int main(int argc, char **argv) {
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL) {
    fprintf(stderr, "bitmap-bfs: no file of rows\n");
    return 1;
  }
  const uint32_t *header = read_words(file, 3);
  const uint32_t objects = header[0], references = header[1], root = header[2];
  const uint32_t *offsets = read_words(file, (size_t)objects + 1);
  const uint32_t *targets = read_words(file, references);
  const size_t bytes = ((size_t)objects / 64 + 1) * sizeof(uint64_t);
  uint64_t *reached = malloc(bytes);
  /* One more: a target that is not new is written behind the last. */
  uint32_t *queue = malloc(((size_t)objects + 1) * sizeof(uint32_t));
  if (reached == NULL || queue == NULL) return 1;
  while (getchar() != EOF) {
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    memset(reached, 0, bytes);
    const uint32_t count = mark(offsets, targets, reached, queue, root);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    printf("%lld %u\n", (to.tv_sec - from.tv_sec) * 1000000000ll + (to.tv_nsec - from.tv_nsec), count);
    fflush(stdout);
  }
  return 0;
}
