/* What printed code stands on: no header with functions of its own, so that every name is free. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

double log(double), log1p(double), exp(double), pow(double, double);
double sqrt(double), rint(double), floor(double), fabs(double), fmod(double, double), fmin(double, double);
void *memcpy(void *, const void *, size_t);

/* Arrays: where the first element stands, how many there are and how many bytes lie between them. */
typedef struct { char *data; int64_t n[1], step[1]; } array1;
typedef struct { char *data; int64_t n[2], step[2]; } array2;
typedef struct { char *data; int64_t n[3], step[3]; } array3;

static inline char *place_of(array1 a, int64_t i) { return a.data + i * a.step[0]; }
static inline array1 row_of2(array2 a, int64_t i) {
    return (array1){a.data + i * a.step[0], {a.n[1]}, {a.step[1]}};
}
static inline array2 row_of3(array3 a, int64_t i) {
    return (array2){a.data + i * a.step[0], {a.n[1], a.n[2]}, {a.step[1], a.step[2]}};
}
static inline array1 part1(array1 a, int64_t low, int64_t high) {
    return (array1){a.data + low * a.step[0], {high - low}, {a.step[0]}};
}
static inline array1 numbers_at1(int64_t address, int64_t n) { return (array1){(char *)address, {n}, {8}}; }
static inline array2 numbers_at2(int64_t address, int64_t rows, int64_t n) {
    return (array2){(char *)address, {rows, n}, {8 * n, 8}};
}

/* As in Python: of two that are equal or cannot be compared the first; quotients are rounded down. */
static inline double max_real(double a, double b) { return b > a ? b : a; }
static inline double min_real(double a, double b) { return b < a ? b : a; }
static inline int64_t max_whole(int64_t a, int64_t b) { return b > a ? b : a; }
static inline int64_t min_whole(int64_t a, int64_t b) { return b < a ? b : a; }
static inline int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
static inline int64_t floor_mod(int64_t a, int64_t b) {
    int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
static inline double floor_mod_real(double a, double b) {
    double rest = fmod(a, b);
    return rest != 0.0 && (rest < 0.0) != (b < 0.0) ? rest + b : rest;
}
static inline bool is_nan(double a) { return a != a; }

/* The functions of sim/engine/compiled/memory.py that plain Python has to write otherwise. */
static inline int64_t lowest(int64_t mask) { return __builtin_ctzll((uint64_t)mask); }
static inline int64_t instant_of(double time) { int64_t i; memcpy(&i, &time, 8); return i; }
static inline double time_of(int64_t instant) { double t; memcpy(&t, &instant, 8); return t; }
static inline bool is_less(int64_t high, int64_t low, int64_t other_high, int64_t other_low) {
    return ((unsigned __int128)high << 64 | (uint64_t)low) < ((unsigned __int128)other_high << 64 | (uint64_t)other_low);
}
static inline void copy_bytes(int64_t to, int64_t source, int64_t n) { memcpy((void *)to, (const void *)source, n); }
