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

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

typedef struct {
    double time;
    int64_t patient;
    int32_t number;
    int32_t stream;
    int32_t given;
} OUTSIDE_ARRIVAL;
_Static_assert(offsetof(OUTSIDE_ARRIVAL, time) == 0, "OUTSIDE_ARRIVAL.time");
_Static_assert(offsetof(OUTSIDE_ARRIVAL, patient) == 8, "OUTSIDE_ARRIVAL.patient");
_Static_assert(offsetof(OUTSIDE_ARRIVAL, number) == 16, "OUTSIDE_ARRIVAL.number");
_Static_assert(offsetof(OUTSIDE_ARRIVAL, stream) == 20, "OUTSIDE_ARRIVAL.stream");
_Static_assert(offsetof(OUTSIDE_ARRIVAL, given) == 24, "OUTSIDE_ARRIVAL.given");
_Static_assert(sizeof(OUTSIDE_ARRIVAL) == 32, "OUTSIDE_ARRIVAL");

typedef struct {
    int64_t offset;
    int64_t stored;
    int64_t target;
    int64_t width;
} MOVE;
_Static_assert(offsetof(MOVE, offset) == 0, "MOVE.offset");
_Static_assert(offsetof(MOVE, stored) == 8, "MOVE.stored");
_Static_assert(offsetof(MOVE, target) == 16, "MOVE.target");
_Static_assert(offsetof(MOVE, width) == 24, "MOVE.width");
_Static_assert(sizeof(MOVE) == 32, "MOVE");

typedef struct {
    int64_t value;
} EIGHT;
_Static_assert(offsetof(EIGHT, value) == 0, "EIGHT.value");
_Static_assert(sizeof(EIGHT) == 8, "EIGHT");

typedef struct {
    int8_t value;
} ONE;
_Static_assert(offsetof(ONE, value) == 0, "ONE.value");
_Static_assert(sizeof(ONE) == 1, "ONE");

typedef struct {
    int32_t value;
} FOUR;
_Static_assert(offsetof(FOUR, value) == 0, "FOUR.value");
_Static_assert(sizeof(FOUR) == 4, "FOUR");

typedef struct {
    int16_t value;
} TWO;
_Static_assert(offsetof(TWO, value) == 0, "TWO.value");
_Static_assert(sizeof(TWO) == 2, "TWO");

typedef struct {
    double now;
    double horizon;
    double handover_minutes;
    double consent;
    double minimum_age;
    double positive_screen;
    double youth_alone;
    double youth_under_12;
    double youth_from_12;
    double stays_share;
    double wish_minutes;
    double again_minutes;
    double bridging_minutes;
    double call_minutes;
    double call_reached_share;
    double huddle_share;
    double huddle_minutes;
    double patience_while;
    double patience_after;
    double escalation_while;
    double escalation_after;
    double peer_assessment;
    double clinician_assessment;
    double peer_odds;
    double clinician_odds;
    double factor_direct;
    double factor_linkage;
    double factor_bridging;
    double bed_stay;
    double outside_gap;
    int64_t numbers;
    int64_t roles;
    int64_t weights;
    int64_t servers;
    int64_t services;
    int64_t duties;
    int64_t blocks;
    int64_t zones;
    int64_t streams;
    int64_t responses;
    int64_t groups;
    int64_t plans;
    int64_t bands;
    int64_t distributions;
    int64_t routes_of;
    int64_t routes;
    int64_t place_lines;
    int64_t listed_place_lines;
    int64_t zones_of_routes;
    int64_t outside;
    int64_t givens;
    int64_t given_minutes;
    int64_t members;
    int64_t words;
    int64_t levels;
    int64_t lines;
    int64_t classes;
    int64_t heaps;
    int64_t blank_visit;
    int64_t blank_roles;
    int64_t blank_times;
    int64_t blank_members;
    int64_t quantile_tables;
    int64_t visits;
    int64_t visit_roles;
    int64_t step_times;
    int64_t step_members;
    int64_t requests;
    int64_t task_rows;
    int64_t place_rows;
    int64_t case_rows;
    int64_t staff_rows;
    int64_t break_rows;
    int64_t waiting_for_bed;
    int64_t n_visits;
    int64_t n_visit_roles;
    int64_t n_step_times;
    int64_t n_step_members;
    int64_t n_requests;
    int64_t n_task_rows;
    int64_t n_place_rows;
    int64_t n_case_rows;
    int64_t n_staff_rows;
    int64_t n_break_rows;
    int64_t n_waiting_for_bed;
    int64_t room_for_visits;
    int64_t room_for_visit_roles;
    int64_t room_for_step_times;
    int64_t room_for_step_members;
    int64_t room_for_requests;
    int64_t room_for_task_rows;
    int64_t room_for_place_rows;
    int64_t room_for_case_rows;
    int64_t room_for_staff_rows;
    int64_t room_for_break_rows;
    int64_t room_for_waiting_for_bed;
    int64_t base;
    int64_t later_instant;
    int64_t later_key;
    int64_t later_where;
    int64_t n_created;
    int64_t n_processed;
    int64_t n_settlings;
    int64_t step_limit;
    int64_t n_outside;
    int64_t next_outside;
    int64_t roles_changed;
    int64_t roles_waiting;
    int64_t n_waiting_urgent;
    int64_t n_calling;
    int64_t n_callable;
    int64_t occupied_twelfths;
    int64_t n_cases;
    int64_t n_cases_open;
    int64_t n_places_held;
    int64_t n_open_requests;
    int64_t first_free_request;
    int64_t n_going;
    int64_t n_resting;
    int64_t n_members;
    int64_t n_words;
    int64_t n_roles;
    int64_t n_levels;
    int64_t n_groups;
    int64_t n_steps;
    int64_t ratio_role;
    int64_t peer_role;
    int64_t nurse_role;
    int64_t n_huddle_roles;
    int64_t huddle_roles;
    int64_t n_listed_place_lines;
    int64_t n_delay_lines;
    int64_t delay_lines_from;
    int64_t member_lines_from;
    int64_t free_from;
    int64_t own_from;
    int64_t going_from;
    int64_t resting_from;
    int64_t meeting;
    int64_t n_beds;
    int64_t n_beds_taken;
    int64_t n_beds_first;
    int64_t n_outside_requests;
    int64_t n_bed_entries;
    int64_t next_for_bed;
    bool is_open;
    bool settle_due;
    bool settling;
    bool places_changed;
    bool delays_changed;
    bool places_are_exchanged;
    bool has_peers;
    bool pooled;
    bool needs_memory;
} ED;
_Static_assert(offsetof(ED, now) == 0, "ED.now");
_Static_assert(offsetof(ED, horizon) == 8, "ED.horizon");
_Static_assert(offsetof(ED, handover_minutes) == 16, "ED.handover_minutes");
_Static_assert(offsetof(ED, consent) == 24, "ED.consent");
_Static_assert(offsetof(ED, minimum_age) == 32, "ED.minimum_age");
_Static_assert(offsetof(ED, positive_screen) == 40, "ED.positive_screen");
_Static_assert(offsetof(ED, youth_alone) == 48, "ED.youth_alone");
_Static_assert(offsetof(ED, youth_under_12) == 56, "ED.youth_under_12");
_Static_assert(offsetof(ED, youth_from_12) == 64, "ED.youth_from_12");
_Static_assert(offsetof(ED, stays_share) == 72, "ED.stays_share");
_Static_assert(offsetof(ED, wish_minutes) == 80, "ED.wish_minutes");
_Static_assert(offsetof(ED, again_minutes) == 88, "ED.again_minutes");
_Static_assert(offsetof(ED, bridging_minutes) == 96, "ED.bridging_minutes");
_Static_assert(offsetof(ED, call_minutes) == 104, "ED.call_minutes");
_Static_assert(offsetof(ED, call_reached_share) == 112, "ED.call_reached_share");
_Static_assert(offsetof(ED, huddle_share) == 120, "ED.huddle_share");
_Static_assert(offsetof(ED, huddle_minutes) == 128, "ED.huddle_minutes");
_Static_assert(offsetof(ED, patience_while) == 136, "ED.patience_while");
_Static_assert(offsetof(ED, patience_after) == 144, "ED.patience_after");
_Static_assert(offsetof(ED, escalation_while) == 152, "ED.escalation_while");
_Static_assert(offsetof(ED, escalation_after) == 160, "ED.escalation_after");
_Static_assert(offsetof(ED, peer_assessment) == 168, "ED.peer_assessment");
_Static_assert(offsetof(ED, clinician_assessment) == 176, "ED.clinician_assessment");
_Static_assert(offsetof(ED, peer_odds) == 184, "ED.peer_odds");
_Static_assert(offsetof(ED, clinician_odds) == 192, "ED.clinician_odds");
_Static_assert(offsetof(ED, factor_direct) == 200, "ED.factor_direct");
_Static_assert(offsetof(ED, factor_linkage) == 208, "ED.factor_linkage");
_Static_assert(offsetof(ED, factor_bridging) == 216, "ED.factor_bridging");
_Static_assert(offsetof(ED, bed_stay) == 224, "ED.bed_stay");
_Static_assert(offsetof(ED, outside_gap) == 232, "ED.outside_gap");
_Static_assert(offsetof(ED, numbers) == 240, "ED.numbers");
_Static_assert(offsetof(ED, roles) == 248, "ED.roles");
_Static_assert(offsetof(ED, weights) == 256, "ED.weights");
_Static_assert(offsetof(ED, servers) == 264, "ED.servers");
_Static_assert(offsetof(ED, services) == 272, "ED.services");
_Static_assert(offsetof(ED, duties) == 280, "ED.duties");
_Static_assert(offsetof(ED, blocks) == 288, "ED.blocks");
_Static_assert(offsetof(ED, zones) == 296, "ED.zones");
_Static_assert(offsetof(ED, streams) == 304, "ED.streams");
_Static_assert(offsetof(ED, responses) == 312, "ED.responses");
_Static_assert(offsetof(ED, groups) == 320, "ED.groups");
_Static_assert(offsetof(ED, plans) == 328, "ED.plans");
_Static_assert(offsetof(ED, bands) == 336, "ED.bands");
_Static_assert(offsetof(ED, distributions) == 344, "ED.distributions");
_Static_assert(offsetof(ED, routes_of) == 352, "ED.routes_of");
_Static_assert(offsetof(ED, routes) == 360, "ED.routes");
_Static_assert(offsetof(ED, place_lines) == 368, "ED.place_lines");
_Static_assert(offsetof(ED, listed_place_lines) == 376, "ED.listed_place_lines");
_Static_assert(offsetof(ED, zones_of_routes) == 384, "ED.zones_of_routes");
_Static_assert(offsetof(ED, outside) == 392, "ED.outside");
_Static_assert(offsetof(ED, givens) == 400, "ED.givens");
_Static_assert(offsetof(ED, given_minutes) == 408, "ED.given_minutes");
_Static_assert(offsetof(ED, members) == 416, "ED.members");
_Static_assert(offsetof(ED, words) == 424, "ED.words");
_Static_assert(offsetof(ED, levels) == 432, "ED.levels");
_Static_assert(offsetof(ED, lines) == 440, "ED.lines");
_Static_assert(offsetof(ED, classes) == 448, "ED.classes");
_Static_assert(offsetof(ED, heaps) == 456, "ED.heaps");
_Static_assert(offsetof(ED, blank_visit) == 464, "ED.blank_visit");
_Static_assert(offsetof(ED, blank_roles) == 472, "ED.blank_roles");
_Static_assert(offsetof(ED, blank_times) == 480, "ED.blank_times");
_Static_assert(offsetof(ED, blank_members) == 488, "ED.blank_members");
_Static_assert(offsetof(ED, quantile_tables) == 496, "ED.quantile_tables");
_Static_assert(offsetof(ED, visits) == 504, "ED.visits");
_Static_assert(offsetof(ED, visit_roles) == 512, "ED.visit_roles");
_Static_assert(offsetof(ED, step_times) == 520, "ED.step_times");
_Static_assert(offsetof(ED, step_members) == 528, "ED.step_members");
_Static_assert(offsetof(ED, requests) == 536, "ED.requests");
_Static_assert(offsetof(ED, task_rows) == 544, "ED.task_rows");
_Static_assert(offsetof(ED, place_rows) == 552, "ED.place_rows");
_Static_assert(offsetof(ED, case_rows) == 560, "ED.case_rows");
_Static_assert(offsetof(ED, staff_rows) == 568, "ED.staff_rows");
_Static_assert(offsetof(ED, break_rows) == 576, "ED.break_rows");
_Static_assert(offsetof(ED, waiting_for_bed) == 584, "ED.waiting_for_bed");
_Static_assert(offsetof(ED, n_visits) == 592, "ED.n_visits");
_Static_assert(offsetof(ED, n_visit_roles) == 600, "ED.n_visit_roles");
_Static_assert(offsetof(ED, n_step_times) == 608, "ED.n_step_times");
_Static_assert(offsetof(ED, n_step_members) == 616, "ED.n_step_members");
_Static_assert(offsetof(ED, n_requests) == 624, "ED.n_requests");
_Static_assert(offsetof(ED, n_task_rows) == 632, "ED.n_task_rows");
_Static_assert(offsetof(ED, n_place_rows) == 640, "ED.n_place_rows");
_Static_assert(offsetof(ED, n_case_rows) == 648, "ED.n_case_rows");
_Static_assert(offsetof(ED, n_staff_rows) == 656, "ED.n_staff_rows");
_Static_assert(offsetof(ED, n_break_rows) == 664, "ED.n_break_rows");
_Static_assert(offsetof(ED, n_waiting_for_bed) == 672, "ED.n_waiting_for_bed");
_Static_assert(offsetof(ED, room_for_visits) == 680, "ED.room_for_visits");
_Static_assert(offsetof(ED, room_for_visit_roles) == 688, "ED.room_for_visit_roles");
_Static_assert(offsetof(ED, room_for_step_times) == 696, "ED.room_for_step_times");
_Static_assert(offsetof(ED, room_for_step_members) == 704, "ED.room_for_step_members");
_Static_assert(offsetof(ED, room_for_requests) == 712, "ED.room_for_requests");
_Static_assert(offsetof(ED, room_for_task_rows) == 720, "ED.room_for_task_rows");
_Static_assert(offsetof(ED, room_for_place_rows) == 728, "ED.room_for_place_rows");
_Static_assert(offsetof(ED, room_for_case_rows) == 736, "ED.room_for_case_rows");
_Static_assert(offsetof(ED, room_for_staff_rows) == 744, "ED.room_for_staff_rows");
_Static_assert(offsetof(ED, room_for_break_rows) == 752, "ED.room_for_break_rows");
_Static_assert(offsetof(ED, room_for_waiting_for_bed) == 760, "ED.room_for_waiting_for_bed");
_Static_assert(offsetof(ED, base) == 768, "ED.base");
_Static_assert(offsetof(ED, later_instant) == 776, "ED.later_instant");
_Static_assert(offsetof(ED, later_key) == 784, "ED.later_key");
_Static_assert(offsetof(ED, later_where) == 792, "ED.later_where");
_Static_assert(offsetof(ED, n_created) == 800, "ED.n_created");
_Static_assert(offsetof(ED, n_processed) == 808, "ED.n_processed");
_Static_assert(offsetof(ED, n_settlings) == 816, "ED.n_settlings");
_Static_assert(offsetof(ED, step_limit) == 824, "ED.step_limit");
_Static_assert(offsetof(ED, n_outside) == 832, "ED.n_outside");
_Static_assert(offsetof(ED, next_outside) == 840, "ED.next_outside");
_Static_assert(offsetof(ED, roles_changed) == 848, "ED.roles_changed");
_Static_assert(offsetof(ED, roles_waiting) == 856, "ED.roles_waiting");
_Static_assert(offsetof(ED, n_waiting_urgent) == 864, "ED.n_waiting_urgent");
_Static_assert(offsetof(ED, n_calling) == 872, "ED.n_calling");
_Static_assert(offsetof(ED, n_callable) == 880, "ED.n_callable");
_Static_assert(offsetof(ED, occupied_twelfths) == 888, "ED.occupied_twelfths");
_Static_assert(offsetof(ED, n_cases) == 896, "ED.n_cases");
_Static_assert(offsetof(ED, n_cases_open) == 904, "ED.n_cases_open");
_Static_assert(offsetof(ED, n_places_held) == 912, "ED.n_places_held");
_Static_assert(offsetof(ED, n_open_requests) == 920, "ED.n_open_requests");
_Static_assert(offsetof(ED, first_free_request) == 928, "ED.first_free_request");
_Static_assert(offsetof(ED, n_going) == 936, "ED.n_going");
_Static_assert(offsetof(ED, n_resting) == 944, "ED.n_resting");
_Static_assert(offsetof(ED, n_members) == 952, "ED.n_members");
_Static_assert(offsetof(ED, n_words) == 960, "ED.n_words");
_Static_assert(offsetof(ED, n_roles) == 968, "ED.n_roles");
_Static_assert(offsetof(ED, n_levels) == 976, "ED.n_levels");
_Static_assert(offsetof(ED, n_groups) == 984, "ED.n_groups");
_Static_assert(offsetof(ED, n_steps) == 992, "ED.n_steps");
_Static_assert(offsetof(ED, ratio_role) == 1000, "ED.ratio_role");
_Static_assert(offsetof(ED, peer_role) == 1008, "ED.peer_role");
_Static_assert(offsetof(ED, nurse_role) == 1016, "ED.nurse_role");
_Static_assert(offsetof(ED, n_huddle_roles) == 1024, "ED.n_huddle_roles");
_Static_assert(offsetof(ED, huddle_roles) == 1032, "ED.huddle_roles");
_Static_assert(offsetof(ED, n_listed_place_lines) == 1040, "ED.n_listed_place_lines");
_Static_assert(offsetof(ED, n_delay_lines) == 1048, "ED.n_delay_lines");
_Static_assert(offsetof(ED, delay_lines_from) == 1056, "ED.delay_lines_from");
_Static_assert(offsetof(ED, member_lines_from) == 1064, "ED.member_lines_from");
_Static_assert(offsetof(ED, free_from) == 1072, "ED.free_from");
_Static_assert(offsetof(ED, own_from) == 1080, "ED.own_from");
_Static_assert(offsetof(ED, going_from) == 1088, "ED.going_from");
_Static_assert(offsetof(ED, resting_from) == 1096, "ED.resting_from");
_Static_assert(offsetof(ED, meeting) == 1104, "ED.meeting");
_Static_assert(offsetof(ED, n_beds) == 1112, "ED.n_beds");
_Static_assert(offsetof(ED, n_beds_taken) == 1120, "ED.n_beds_taken");
_Static_assert(offsetof(ED, n_beds_first) == 1128, "ED.n_beds_first");
_Static_assert(offsetof(ED, n_outside_requests) == 1136, "ED.n_outside_requests");
_Static_assert(offsetof(ED, n_bed_entries) == 1144, "ED.n_bed_entries");
_Static_assert(offsetof(ED, next_for_bed) == 1152, "ED.next_for_bed");
_Static_assert(offsetof(ED, is_open) == 1160, "ED.is_open");
_Static_assert(offsetof(ED, settle_due) == 1161, "ED.settle_due");
_Static_assert(offsetof(ED, settling) == 1162, "ED.settling");
_Static_assert(offsetof(ED, places_changed) == 1163, "ED.places_changed");
_Static_assert(offsetof(ED, delays_changed) == 1164, "ED.delays_changed");
_Static_assert(offsetof(ED, places_are_exchanged) == 1165, "ED.places_are_exchanged");
_Static_assert(offsetof(ED, has_peers) == 1166, "ED.has_peers");
_Static_assert(offsetof(ED, pooled) == 1167, "ED.pooled");
_Static_assert(offsetof(ED, needs_memory) == 1168, "ED.needs_memory");
_Static_assert(sizeof(ED) == 1176, "ED");

typedef struct {
    int64_t entries;
    int32_t n;
    int32_t room;
} HEAP;
_Static_assert(offsetof(HEAP, entries) == 0, "HEAP.entries");
_Static_assert(offsetof(HEAP, n) == 8, "HEAP.n");
_Static_assert(offsetof(HEAP, room) == 12, "HEAP.room");
_Static_assert(sizeof(HEAP) == 16, "HEAP");

typedef struct {
    int64_t instant;
    int64_t key;
    int64_t meaning;
} ENTRY;
_Static_assert(offsetof(ENTRY, instant) == 0, "ENTRY.instant");
_Static_assert(offsetof(ENTRY, key) == 8, "ENTRY.key");
_Static_assert(offsetof(ENTRY, meaning) == 16, "ENTRY.meaning");
_Static_assert(sizeof(ENTRY) == 24, "ENTRY");

typedef struct {
    double last_pickup;
    double idle_since;
    double busy;
    int64_t serves;
    int64_t bit;
    int32_t index;
    int32_t role;
    int32_t caseload;
    int32_t first_service;
    int32_t n_services;
    int32_t duty;
    int32_t task;
    int32_t n_cases;
    int32_t n_recoveries;
    int32_t word;
    bool on_duty;
    bool shift_over;
    bool on_break;
    double due_at;
    double break_start;
    double overtime;
    int64_t resting_entry;
    int32_t peer_kind;
    int32_t first_duty;
    int32_t n_duties;
    int32_t next_duty;
    int32_t next_block;
    int32_t break_block;
    int32_t first_case;
    int32_t last_case;
} MEMBER;
_Static_assert(offsetof(MEMBER, last_pickup) == 0, "MEMBER.last_pickup");
_Static_assert(offsetof(MEMBER, idle_since) == 8, "MEMBER.idle_since");
_Static_assert(offsetof(MEMBER, busy) == 16, "MEMBER.busy");
_Static_assert(offsetof(MEMBER, serves) == 24, "MEMBER.serves");
_Static_assert(offsetof(MEMBER, bit) == 32, "MEMBER.bit");
_Static_assert(offsetof(MEMBER, index) == 40, "MEMBER.index");
_Static_assert(offsetof(MEMBER, role) == 44, "MEMBER.role");
_Static_assert(offsetof(MEMBER, caseload) == 48, "MEMBER.caseload");
_Static_assert(offsetof(MEMBER, first_service) == 52, "MEMBER.first_service");
_Static_assert(offsetof(MEMBER, n_services) == 56, "MEMBER.n_services");
_Static_assert(offsetof(MEMBER, duty) == 60, "MEMBER.duty");
_Static_assert(offsetof(MEMBER, task) == 64, "MEMBER.task");
_Static_assert(offsetof(MEMBER, n_cases) == 68, "MEMBER.n_cases");
_Static_assert(offsetof(MEMBER, n_recoveries) == 72, "MEMBER.n_recoveries");
_Static_assert(offsetof(MEMBER, word) == 76, "MEMBER.word");
_Static_assert(offsetof(MEMBER, on_duty) == 80, "MEMBER.on_duty");
_Static_assert(offsetof(MEMBER, shift_over) == 81, "MEMBER.shift_over");
_Static_assert(offsetof(MEMBER, on_break) == 82, "MEMBER.on_break");
_Static_assert(offsetof(MEMBER, due_at) == 88, "MEMBER.due_at");
_Static_assert(offsetof(MEMBER, break_start) == 96, "MEMBER.break_start");
_Static_assert(offsetof(MEMBER, overtime) == 104, "MEMBER.overtime");
_Static_assert(offsetof(MEMBER, resting_entry) == 112, "MEMBER.resting_entry");
_Static_assert(offsetof(MEMBER, peer_kind) == 120, "MEMBER.peer_kind");
_Static_assert(offsetof(MEMBER, first_duty) == 124, "MEMBER.first_duty");
_Static_assert(offsetof(MEMBER, n_duties) == 128, "MEMBER.n_duties");
_Static_assert(offsetof(MEMBER, next_duty) == 132, "MEMBER.next_duty");
_Static_assert(offsetof(MEMBER, next_block) == 136, "MEMBER.next_block");
_Static_assert(offsetof(MEMBER, break_block) == 140, "MEMBER.break_block");
_Static_assert(offsetof(MEMBER, first_case) == 144, "MEMBER.first_case");
_Static_assert(offsetof(MEMBER, last_case) == 148, "MEMBER.last_case");
_Static_assert(sizeof(MEMBER) == 152, "MEMBER");

typedef struct {
    double start;
    double end;
    int32_t first_block;
    int32_t n_blocks;
} DUTY;
_Static_assert(offsetof(DUTY, start) == 0, "DUTY.start");
_Static_assert(offsetof(DUTY, end) == 8, "DUTY.end");
_Static_assert(offsetof(DUTY, first_block) == 16, "DUTY.first_block");
_Static_assert(offsetof(DUTY, n_blocks) == 20, "DUTY.n_blocks");
_Static_assert(sizeof(DUTY) == 24, "DUTY");

typedef struct {
    int64_t mask;
} WORD;
_Static_assert(offsetof(WORD, mask) == 0, "WORD.mask");
_Static_assert(sizeof(WORD) == 8, "WORD");

typedef struct {
    double due;
    double start;
    double end;
    int32_t member;
    bool protected;
} BREAK_ROW;
_Static_assert(offsetof(BREAK_ROW, due) == 0, "BREAK_ROW.due");
_Static_assert(offsetof(BREAK_ROW, start) == 8, "BREAK_ROW.start");
_Static_assert(offsetof(BREAK_ROW, end) == 16, "BREAK_ROW.end");
_Static_assert(offsetof(BREAK_ROW, member) == 24, "BREAK_ROW.member");
_Static_assert(offsetof(BREAK_ROW, protected) == 28, "BREAK_ROW.protected");
_Static_assert(sizeof(BREAK_ROW) == 32, "BREAK_ROW");

typedef struct {
    double at;
    double minutes;
    bool protected;
} BLOCK;
_Static_assert(offsetof(BLOCK, at) == 0, "BLOCK.at");
_Static_assert(offsetof(BLOCK, minutes) == 8, "BLOCK.minutes");
_Static_assert(offsetof(BLOCK, protected) == 16, "BLOCK.protected");
_Static_assert(sizeof(BLOCK) == 24, "BLOCK");

typedef struct {
    int64_t role_bit;
    int32_t role;
    int32_t level;
    int32_t free;
} SERVICE;
_Static_assert(offsetof(SERVICE, role_bit) == 0, "SERVICE.role_bit");
_Static_assert(offsetof(SERVICE, role) == 8, "SERVICE.role");
_Static_assert(offsetof(SERVICE, level) == 12, "SERVICE.level");
_Static_assert(offsetof(SERVICE, free) == 16, "SERVICE.free");
_Static_assert(sizeof(SERVICE) == 24, "SERVICE");

typedef struct {
    int64_t free_roles;
} LEVEL;
_Static_assert(offsetof(LEVEL, free_roles) == 0, "LEVEL.free_roles");
_Static_assert(sizeof(LEVEL) == 8, "LEVEL");

typedef struct {
    int32_t choice;
    int32_t weights;
    int32_t n_on_duty;
    int32_t n_waiting;
    int32_t n_urgent;
    int32_t first_server;
    int32_t n_servers;
} ROLE;
_Static_assert(offsetof(ROLE, choice) == 0, "ROLE.choice");
_Static_assert(offsetof(ROLE, weights) == 4, "ROLE.weights");
_Static_assert(offsetof(ROLE, n_on_duty) == 8, "ROLE.n_on_duty");
_Static_assert(offsetof(ROLE, n_waiting) == 12, "ROLE.n_waiting");
_Static_assert(offsetof(ROLE, n_urgent) == 16, "ROLE.n_urgent");
_Static_assert(offsetof(ROLE, first_server) == 20, "ROLE.first_server");
_Static_assert(offsetof(ROLE, n_servers) == 24, "ROLE.n_servers");
_Static_assert(sizeof(ROLE) == 28, "ROLE");

typedef struct {
    uint64_t key;
    int64_t open_cases;
    double arrival;
    double pia;
    double patience_left;
    double patience_since;
    double patience_deadline;
    double patience_entry;
    double patience_pace;
    int32_t row;
    int32_t stream;
    int32_t acuity;
    int32_t disposition;
    int32_t step;
    int32_t main;
    int32_t first_waiting;
    int32_t last_waiting;
    int32_t responding;
    int32_t zone;
    int32_t contact_task;
    bool held;
    bool peer_stays;
    bool departed;
    bool tried_to_leave;
    bool begins_when_calm;
    bool clinician_there;
    int64_t patient;
    int64_t pending_return;
    int64_t boarding_hour;
    int64_t observation_hour;
    int64_t given_need;
    int64_t branches;
    double departure;
    double patience;
    double escalation_budget;
    double boarding_start;
    double boarding_end;
    double peer_started;
    double peer_met;
    double peer_ended;
    double wish_left;
    double meeting_left;
    double accompanied;
    double observed;
    double unmet;
    double next_visit;
    double escalation_left;
    double escalation_since;
    double escalation_deadline;
    double escalation_entry;
    double escalation_pace;
    double place_since;
    double place_request;
    double observation_since;
    double boarding_care_since;
    double observation_care_since;
    int32_t number;
    int32_t severity;
    int32_t age;
    int32_t age_group;
    int32_t arrival_mode;
    int32_t group;
    int32_t peer_kind;
    int32_t follow_up;
    int32_t escalations;
    int32_t restraints;
    int32_t given;
    int32_t n_slots;
    int32_t bridging;
    int32_t spells;
    int32_t exposures;
    int32_t wishes;
    int32_t observation;
    int32_t peer_member;
    int32_t boarding_plan;
    int32_t observation_plan;
    bool caregiver;
    bool eligible;
    bool offered;
    bool consented;
    bool bridged;
    bool called;
    bool call_reached;
    bool safety_plan;
    bool needs_observation;
    bool peer_missed;
    bool recovery_owed;
} VISIT;
_Static_assert(offsetof(VISIT, key) == 0, "VISIT.key");
_Static_assert(offsetof(VISIT, open_cases) == 8, "VISIT.open_cases");
_Static_assert(offsetof(VISIT, arrival) == 16, "VISIT.arrival");
_Static_assert(offsetof(VISIT, pia) == 24, "VISIT.pia");
_Static_assert(offsetof(VISIT, patience_left) == 32, "VISIT.patience_left");
_Static_assert(offsetof(VISIT, patience_since) == 40, "VISIT.patience_since");
_Static_assert(offsetof(VISIT, patience_deadline) == 48, "VISIT.patience_deadline");
_Static_assert(offsetof(VISIT, patience_entry) == 56, "VISIT.patience_entry");
_Static_assert(offsetof(VISIT, patience_pace) == 64, "VISIT.patience_pace");
_Static_assert(offsetof(VISIT, row) == 72, "VISIT.row");
_Static_assert(offsetof(VISIT, stream) == 76, "VISIT.stream");
_Static_assert(offsetof(VISIT, acuity) == 80, "VISIT.acuity");
_Static_assert(offsetof(VISIT, disposition) == 84, "VISIT.disposition");
_Static_assert(offsetof(VISIT, step) == 88, "VISIT.step");
_Static_assert(offsetof(VISIT, main) == 92, "VISIT.main");
_Static_assert(offsetof(VISIT, first_waiting) == 96, "VISIT.first_waiting");
_Static_assert(offsetof(VISIT, last_waiting) == 100, "VISIT.last_waiting");
_Static_assert(offsetof(VISIT, responding) == 104, "VISIT.responding");
_Static_assert(offsetof(VISIT, zone) == 108, "VISIT.zone");
_Static_assert(offsetof(VISIT, contact_task) == 112, "VISIT.contact_task");
_Static_assert(offsetof(VISIT, held) == 116, "VISIT.held");
_Static_assert(offsetof(VISIT, peer_stays) == 117, "VISIT.peer_stays");
_Static_assert(offsetof(VISIT, departed) == 118, "VISIT.departed");
_Static_assert(offsetof(VISIT, tried_to_leave) == 119, "VISIT.tried_to_leave");
_Static_assert(offsetof(VISIT, begins_when_calm) == 120, "VISIT.begins_when_calm");
_Static_assert(offsetof(VISIT, clinician_there) == 121, "VISIT.clinician_there");
_Static_assert(offsetof(VISIT, patient) == 128, "VISIT.patient");
_Static_assert(offsetof(VISIT, pending_return) == 136, "VISIT.pending_return");
_Static_assert(offsetof(VISIT, boarding_hour) == 144, "VISIT.boarding_hour");
_Static_assert(offsetof(VISIT, observation_hour) == 152, "VISIT.observation_hour");
_Static_assert(offsetof(VISIT, given_need) == 160, "VISIT.given_need");
_Static_assert(offsetof(VISIT, branches) == 168, "VISIT.branches");
_Static_assert(offsetof(VISIT, departure) == 176, "VISIT.departure");
_Static_assert(offsetof(VISIT, patience) == 184, "VISIT.patience");
_Static_assert(offsetof(VISIT, escalation_budget) == 192, "VISIT.escalation_budget");
_Static_assert(offsetof(VISIT, boarding_start) == 200, "VISIT.boarding_start");
_Static_assert(offsetof(VISIT, boarding_end) == 208, "VISIT.boarding_end");
_Static_assert(offsetof(VISIT, peer_started) == 216, "VISIT.peer_started");
_Static_assert(offsetof(VISIT, peer_met) == 224, "VISIT.peer_met");
_Static_assert(offsetof(VISIT, peer_ended) == 232, "VISIT.peer_ended");
_Static_assert(offsetof(VISIT, wish_left) == 240, "VISIT.wish_left");
_Static_assert(offsetof(VISIT, meeting_left) == 248, "VISIT.meeting_left");
_Static_assert(offsetof(VISIT, accompanied) == 256, "VISIT.accompanied");
_Static_assert(offsetof(VISIT, observed) == 264, "VISIT.observed");
_Static_assert(offsetof(VISIT, unmet) == 272, "VISIT.unmet");
_Static_assert(offsetof(VISIT, next_visit) == 280, "VISIT.next_visit");
_Static_assert(offsetof(VISIT, escalation_left) == 288, "VISIT.escalation_left");
_Static_assert(offsetof(VISIT, escalation_since) == 296, "VISIT.escalation_since");
_Static_assert(offsetof(VISIT, escalation_deadline) == 304, "VISIT.escalation_deadline");
_Static_assert(offsetof(VISIT, escalation_entry) == 312, "VISIT.escalation_entry");
_Static_assert(offsetof(VISIT, escalation_pace) == 320, "VISIT.escalation_pace");
_Static_assert(offsetof(VISIT, place_since) == 328, "VISIT.place_since");
_Static_assert(offsetof(VISIT, place_request) == 336, "VISIT.place_request");
_Static_assert(offsetof(VISIT, observation_since) == 344, "VISIT.observation_since");
_Static_assert(offsetof(VISIT, boarding_care_since) == 352, "VISIT.boarding_care_since");
_Static_assert(offsetof(VISIT, observation_care_since) == 360, "VISIT.observation_care_since");
_Static_assert(offsetof(VISIT, number) == 368, "VISIT.number");
_Static_assert(offsetof(VISIT, severity) == 372, "VISIT.severity");
_Static_assert(offsetof(VISIT, age) == 376, "VISIT.age");
_Static_assert(offsetof(VISIT, age_group) == 380, "VISIT.age_group");
_Static_assert(offsetof(VISIT, arrival_mode) == 384, "VISIT.arrival_mode");
_Static_assert(offsetof(VISIT, group) == 388, "VISIT.group");
_Static_assert(offsetof(VISIT, peer_kind) == 392, "VISIT.peer_kind");
_Static_assert(offsetof(VISIT, follow_up) == 396, "VISIT.follow_up");
_Static_assert(offsetof(VISIT, escalations) == 400, "VISIT.escalations");
_Static_assert(offsetof(VISIT, restraints) == 404, "VISIT.restraints");
_Static_assert(offsetof(VISIT, given) == 408, "VISIT.given");
_Static_assert(offsetof(VISIT, n_slots) == 412, "VISIT.n_slots");
_Static_assert(offsetof(VISIT, bridging) == 416, "VISIT.bridging");
_Static_assert(offsetof(VISIT, spells) == 420, "VISIT.spells");
_Static_assert(offsetof(VISIT, exposures) == 424, "VISIT.exposures");
_Static_assert(offsetof(VISIT, wishes) == 428, "VISIT.wishes");
_Static_assert(offsetof(VISIT, observation) == 432, "VISIT.observation");
_Static_assert(offsetof(VISIT, peer_member) == 436, "VISIT.peer_member");
_Static_assert(offsetof(VISIT, boarding_plan) == 440, "VISIT.boarding_plan");
_Static_assert(offsetof(VISIT, observation_plan) == 444, "VISIT.observation_plan");
_Static_assert(offsetof(VISIT, caregiver) == 448, "VISIT.caregiver");
_Static_assert(offsetof(VISIT, eligible) == 449, "VISIT.eligible");
_Static_assert(offsetof(VISIT, offered) == 450, "VISIT.offered");
_Static_assert(offsetof(VISIT, consented) == 451, "VISIT.consented");
_Static_assert(offsetof(VISIT, bridged) == 452, "VISIT.bridged");
_Static_assert(offsetof(VISIT, called) == 453, "VISIT.called");
_Static_assert(offsetof(VISIT, call_reached) == 454, "VISIT.call_reached");
_Static_assert(offsetof(VISIT, safety_plan) == 455, "VISIT.safety_plan");
_Static_assert(offsetof(VISIT, needs_observation) == 456, "VISIT.needs_observation");
_Static_assert(offsetof(VISIT, peer_missed) == 457, "VISIT.peer_missed");
_Static_assert(offsetof(VISIT, recovery_owed) == 458, "VISIT.recovery_owed");
_Static_assert(sizeof(VISIT) == 464, "VISIT");

typedef struct {
    double since;
    double minutes;
    int64_t number;
    int32_t holder;
    int32_t last_holder;
    int32_t last_duty;
    int32_t previous;
    int32_t next;
    bool taken_over;
} VISIT_ROLE;
_Static_assert(offsetof(VISIT_ROLE, since) == 0, "VISIT_ROLE.since");
_Static_assert(offsetof(VISIT_ROLE, minutes) == 8, "VISIT_ROLE.minutes");
_Static_assert(offsetof(VISIT_ROLE, number) == 16, "VISIT_ROLE.number");
_Static_assert(offsetof(VISIT_ROLE, holder) == 24, "VISIT_ROLE.holder");
_Static_assert(offsetof(VISIT_ROLE, last_holder) == 28, "VISIT_ROLE.last_holder");
_Static_assert(offsetof(VISIT_ROLE, last_duty) == 32, "VISIT_ROLE.last_duty");
_Static_assert(offsetof(VISIT_ROLE, previous) == 36, "VISIT_ROLE.previous");
_Static_assert(offsetof(VISIT_ROLE, next) == 40, "VISIT_ROLE.next");
_Static_assert(offsetof(VISIT_ROLE, taken_over) == 44, "VISIT_ROLE.taken_over");
_Static_assert(sizeof(VISIT_ROLE) == 48, "VISIT_ROLE");

typedef struct {
    double start;
    double end;
    int32_t visit;
    int32_t role;
    int32_t member;
} CASE_ROW;
_Static_assert(offsetof(CASE_ROW, start) == 0, "CASE_ROW.start");
_Static_assert(offsetof(CASE_ROW, end) == 8, "CASE_ROW.end");
_Static_assert(offsetof(CASE_ROW, visit) == 16, "CASE_ROW.visit");
_Static_assert(offsetof(CASE_ROW, role) == 20, "CASE_ROW.role");
_Static_assert(offsetof(CASE_ROW, member) == 24, "CASE_ROW.member");
_Static_assert(sizeof(CASE_ROW) == 32, "CASE_ROW");

typedef struct {
    int32_t member;
    int32_t level;
} SERVER;
_Static_assert(offsetof(SERVER, member) == 0, "SERVER.member");
_Static_assert(offsetof(SERVER, level) == 4, "SERVER.level");
_Static_assert(sizeof(SERVER) == 8, "SERVER");

typedef struct { int64_t item[2]; } tuple_int64_int64;

typedef struct {
    int64_t classes;
    int32_t rule;
    int32_t weights;
    int32_t n;
    int32_t room;
} LINE;
_Static_assert(offsetof(LINE, classes) == 0, "LINE.classes");
_Static_assert(offsetof(LINE, rule) == 8, "LINE.rule");
_Static_assert(offsetof(LINE, weights) == 12, "LINE.weights");
_Static_assert(offsetof(LINE, n) == 16, "LINE.n");
_Static_assert(offsetof(LINE, room) == 20, "LINE.room");
_Static_assert(sizeof(LINE) == 24, "LINE");

typedef struct {
    int32_t first;
    int32_t last;
} CLASS;
_Static_assert(offsetof(CLASS, first) == 0, "CLASS.first");
_Static_assert(offsetof(CLASS, last) == 4, "CLASS.last");
_Static_assert(sizeof(CLASS) == 8, "CLASS");

typedef struct {
    double since;
    double order;
    double minutes;
    int64_t ending;
    int32_t number;
    int32_t visit;
    int32_t kind;
    int32_t step;
    int32_t plan;
    int32_t band;
    int32_t slot;
    int32_t role;
    int32_t contact;
    int32_t line;
    int32_t previous;
    int32_t next;
    int32_t member;
    int32_t earlier;
    int32_t later;
    bool may_leave;
    bool preemptible;
    bool waiting;
    double unstaffed;
    double started;
    double ends;
    double handover;
    double company_since;
    int32_t owner;
    int32_t owner_duty;
    int32_t queue;
    int32_t place_line;
    bool opened_case;
    bool resumed;
    bool kept_over;
} REQUEST;
_Static_assert(offsetof(REQUEST, since) == 0, "REQUEST.since");
_Static_assert(offsetof(REQUEST, order) == 8, "REQUEST.order");
_Static_assert(offsetof(REQUEST, minutes) == 16, "REQUEST.minutes");
_Static_assert(offsetof(REQUEST, ending) == 24, "REQUEST.ending");
_Static_assert(offsetof(REQUEST, number) == 32, "REQUEST.number");
_Static_assert(offsetof(REQUEST, visit) == 36, "REQUEST.visit");
_Static_assert(offsetof(REQUEST, kind) == 40, "REQUEST.kind");
_Static_assert(offsetof(REQUEST, step) == 44, "REQUEST.step");
_Static_assert(offsetof(REQUEST, plan) == 48, "REQUEST.plan");
_Static_assert(offsetof(REQUEST, band) == 52, "REQUEST.band");
_Static_assert(offsetof(REQUEST, slot) == 56, "REQUEST.slot");
_Static_assert(offsetof(REQUEST, role) == 60, "REQUEST.role");
_Static_assert(offsetof(REQUEST, contact) == 64, "REQUEST.contact");
_Static_assert(offsetof(REQUEST, line) == 68, "REQUEST.line");
_Static_assert(offsetof(REQUEST, previous) == 72, "REQUEST.previous");
_Static_assert(offsetof(REQUEST, next) == 76, "REQUEST.next");
_Static_assert(offsetof(REQUEST, member) == 80, "REQUEST.member");
_Static_assert(offsetof(REQUEST, earlier) == 84, "REQUEST.earlier");
_Static_assert(offsetof(REQUEST, later) == 88, "REQUEST.later");
_Static_assert(offsetof(REQUEST, may_leave) == 92, "REQUEST.may_leave");
_Static_assert(offsetof(REQUEST, preemptible) == 93, "REQUEST.preemptible");
_Static_assert(offsetof(REQUEST, waiting) == 94, "REQUEST.waiting");
_Static_assert(offsetof(REQUEST, unstaffed) == 96, "REQUEST.unstaffed");
_Static_assert(offsetof(REQUEST, started) == 104, "REQUEST.started");
_Static_assert(offsetof(REQUEST, ends) == 112, "REQUEST.ends");
_Static_assert(offsetof(REQUEST, handover) == 120, "REQUEST.handover");
_Static_assert(offsetof(REQUEST, company_since) == 128, "REQUEST.company_since");
_Static_assert(offsetof(REQUEST, owner) == 136, "REQUEST.owner");
_Static_assert(offsetof(REQUEST, owner_duty) == 140, "REQUEST.owner_duty");
_Static_assert(offsetof(REQUEST, queue) == 144, "REQUEST.queue");
_Static_assert(offsetof(REQUEST, place_line) == 148, "REQUEST.place_line");
_Static_assert(offsetof(REQUEST, opened_case) == 152, "REQUEST.opened_case");
_Static_assert(offsetof(REQUEST, resumed) == 153, "REQUEST.resumed");
_Static_assert(offsetof(REQUEST, kept_over) == 154, "REQUEST.kept_over");
_Static_assert(sizeof(REQUEST) == 160, "REQUEST");

typedef struct {
    int32_t line;
    int32_t first_zone;
    int32_t n_zones;
    bool listed;
} PLACE_LINE;
_Static_assert(offsetof(PLACE_LINE, line) == 0, "PLACE_LINE.line");
_Static_assert(offsetof(PLACE_LINE, first_zone) == 4, "PLACE_LINE.first_zone");
_Static_assert(offsetof(PLACE_LINE, n_zones) == 8, "PLACE_LINE.n_zones");
_Static_assert(offsetof(PLACE_LINE, listed) == 12, "PLACE_LINE.listed");
_Static_assert(sizeof(PLACE_LINE) == 16, "PLACE_LINE");

typedef struct {
    int32_t place_line;
} LISTED;
_Static_assert(offsetof(LISTED, place_line) == 0, "LISTED.place_line");
_Static_assert(sizeof(LISTED) == 4, "LISTED");

typedef struct {
    double scheduled_start;
    double scheduled_end;
    double left;
    double busy;
    double overtime;
    int32_t member;
    int32_t role;
    int32_t n_handed_over;
    int32_t n_unheld;
} STAFF_ROW;
_Static_assert(offsetof(STAFF_ROW, scheduled_start) == 0, "STAFF_ROW.scheduled_start");
_Static_assert(offsetof(STAFF_ROW, scheduled_end) == 8, "STAFF_ROW.scheduled_end");
_Static_assert(offsetof(STAFF_ROW, left) == 16, "STAFF_ROW.left");
_Static_assert(offsetof(STAFF_ROW, busy) == 24, "STAFF_ROW.busy");
_Static_assert(offsetof(STAFF_ROW, overtime) == 32, "STAFF_ROW.overtime");
_Static_assert(offsetof(STAFF_ROW, member) == 40, "STAFF_ROW.member");
_Static_assert(offsetof(STAFF_ROW, role) == 44, "STAFF_ROW.role");
_Static_assert(offsetof(STAFF_ROW, n_handed_over) == 48, "STAFF_ROW.n_handed_over");
_Static_assert(offsetof(STAFF_ROW, n_unheld) == 52, "STAFF_ROW.n_unheld");
_Static_assert(sizeof(STAFF_ROW) == 56, "STAFF_ROW");

typedef struct {
    double requested;
    double started;
    double ended;
    double company_since;
    double handover;
    double overtime;
    int32_t visit;
    int32_t member;
    int32_t step;
    int32_t slot;
    int8_t role;
    int8_t kind;
    int8_t contact;
    int8_t band;
    bool interrupted;
    bool withdrawn;
    bool opened_case;
} TASK_ROW;
_Static_assert(offsetof(TASK_ROW, requested) == 0, "TASK_ROW.requested");
_Static_assert(offsetof(TASK_ROW, started) == 8, "TASK_ROW.started");
_Static_assert(offsetof(TASK_ROW, ended) == 16, "TASK_ROW.ended");
_Static_assert(offsetof(TASK_ROW, company_since) == 24, "TASK_ROW.company_since");
_Static_assert(offsetof(TASK_ROW, handover) == 32, "TASK_ROW.handover");
_Static_assert(offsetof(TASK_ROW, overtime) == 40, "TASK_ROW.overtime");
_Static_assert(offsetof(TASK_ROW, visit) == 48, "TASK_ROW.visit");
_Static_assert(offsetof(TASK_ROW, member) == 52, "TASK_ROW.member");
_Static_assert(offsetof(TASK_ROW, step) == 56, "TASK_ROW.step");
_Static_assert(offsetof(TASK_ROW, slot) == 60, "TASK_ROW.slot");
_Static_assert(offsetof(TASK_ROW, role) == 64, "TASK_ROW.role");
_Static_assert(offsetof(TASK_ROW, kind) == 65, "TASK_ROW.kind");
_Static_assert(offsetof(TASK_ROW, contact) == 66, "TASK_ROW.contact");
_Static_assert(offsetof(TASK_ROW, band) == 67, "TASK_ROW.band");
_Static_assert(offsetof(TASK_ROW, interrupted) == 68, "TASK_ROW.interrupted");
_Static_assert(offsetof(TASK_ROW, withdrawn) == 69, "TASK_ROW.withdrawn");
_Static_assert(offsetof(TASK_ROW, opened_case) == 70, "TASK_ROW.opened_case");
_Static_assert(sizeof(TASK_ROW) == 72, "TASK_ROW");

typedef struct {
    double at;
} STEP_TIME;
_Static_assert(offsetof(STEP_TIME, at) == 0, "STEP_TIME.at");
_Static_assert(sizeof(STEP_TIME) == 8, "STEP_TIME");

typedef struct {
    double n_places;
    double cleaning;
    int32_t twelfths;
    int32_t n_taken;
} ZONE;
_Static_assert(offsetof(ZONE, n_places) == 0, "ZONE.n_places");
_Static_assert(offsetof(ZONE, cleaning) == 8, "ZONE.cleaning");
_Static_assert(offsetof(ZONE, twelfths) == 16, "ZONE.twelfths");
_Static_assert(offsetof(ZONE, n_taken) == 20, "ZONE.n_taken");
_Static_assert(sizeof(ZONE) == 24, "ZONE");

typedef struct {
    int32_t zone;
} ZONE_OF_ROUTE;
_Static_assert(offsetof(ZONE_OF_ROUTE, zone) == 0, "ZONE_OF_ROUTE.zone");
_Static_assert(sizeof(ZONE_OF_ROUTE) == 4, "ZONE_OF_ROUTE");

typedef struct {
    double slope;
    double target;
} WEIGHT;
_Static_assert(offsetof(WEIGHT, slope) == 0, "WEIGHT.slope");
_Static_assert(offsetof(WEIGHT, target) == 8, "WEIGHT.target");
_Static_assert(sizeof(WEIGHT) == 16, "WEIGHT");

typedef struct {
    double requested;
    double start;
    double end;
    int32_t visit;
    int32_t zone;
} PLACE_ROW;
_Static_assert(offsetof(PLACE_ROW, requested) == 0, "PLACE_ROW.requested");
_Static_assert(offsetof(PLACE_ROW, start) == 8, "PLACE_ROW.start");
_Static_assert(offsetof(PLACE_ROW, end) == 16, "PLACE_ROW.end");
_Static_assert(offsetof(PLACE_ROW, visit) == 24, "PLACE_ROW.visit");
_Static_assert(offsetof(PLACE_ROW, zone) == 28, "PLACE_ROW.zone");
_Static_assert(sizeof(PLACE_ROW) == 32, "PLACE_ROW");

typedef struct {
    double held_share;
    double always_under;
    double caregiver_young;
    double caregiver_old;
    double never_leaves;
    double restraint_share;
    double susceptible;
    double shape;
    double scale_days;
    double frail_share;
    double frailty;
    int32_t first_plan;
    int32_t n_plans;
    int32_t trigger;
    int32_t acuity_cumulated;
    int32_t age_shares;
    int32_t patience;
    int32_t day_cumulated;
    int32_t first_response;
    int32_t n_responses;
    int32_t hazard_of_disposition;
    int32_t n_classes;
    int32_t classes_up_to;
    int32_t frail_up_to;
    int32_t ambulance;
    int32_t police;
    int32_t held;
    int32_t held_with_police;
    int32_t mean_escalation;
    int32_t wish;
    int32_t assessing_plan;
    int32_t assessed_by;
    int32_t n_assessed_by;
    bool supported;
    bool leaves;
    bool ctas1_never_leaves;
    bool escalates;
    bool returns;
    bool always_with_caregiver;
} STREAM;
_Static_assert(offsetof(STREAM, held_share) == 0, "STREAM.held_share");
_Static_assert(offsetof(STREAM, always_under) == 8, "STREAM.always_under");
_Static_assert(offsetof(STREAM, caregiver_young) == 16, "STREAM.caregiver_young");
_Static_assert(offsetof(STREAM, caregiver_old) == 24, "STREAM.caregiver_old");
_Static_assert(offsetof(STREAM, never_leaves) == 32, "STREAM.never_leaves");
_Static_assert(offsetof(STREAM, restraint_share) == 40, "STREAM.restraint_share");
_Static_assert(offsetof(STREAM, susceptible) == 48, "STREAM.susceptible");
_Static_assert(offsetof(STREAM, shape) == 56, "STREAM.shape");
_Static_assert(offsetof(STREAM, scale_days) == 64, "STREAM.scale_days");
_Static_assert(offsetof(STREAM, frail_share) == 72, "STREAM.frail_share");
_Static_assert(offsetof(STREAM, frailty) == 80, "STREAM.frailty");
_Static_assert(offsetof(STREAM, first_plan) == 88, "STREAM.first_plan");
_Static_assert(offsetof(STREAM, n_plans) == 92, "STREAM.n_plans");
_Static_assert(offsetof(STREAM, trigger) == 96, "STREAM.trigger");
_Static_assert(offsetof(STREAM, acuity_cumulated) == 100, "STREAM.acuity_cumulated");
_Static_assert(offsetof(STREAM, age_shares) == 104, "STREAM.age_shares");
_Static_assert(offsetof(STREAM, patience) == 108, "STREAM.patience");
_Static_assert(offsetof(STREAM, day_cumulated) == 112, "STREAM.day_cumulated");
_Static_assert(offsetof(STREAM, first_response) == 116, "STREAM.first_response");
_Static_assert(offsetof(STREAM, n_responses) == 120, "STREAM.n_responses");
_Static_assert(offsetof(STREAM, hazard_of_disposition) == 124, "STREAM.hazard_of_disposition");
_Static_assert(offsetof(STREAM, n_classes) == 128, "STREAM.n_classes");
_Static_assert(offsetof(STREAM, classes_up_to) == 132, "STREAM.classes_up_to");
_Static_assert(offsetof(STREAM, frail_up_to) == 136, "STREAM.frail_up_to");
_Static_assert(offsetof(STREAM, ambulance) == 140, "STREAM.ambulance");
_Static_assert(offsetof(STREAM, police) == 144, "STREAM.police");
_Static_assert(offsetof(STREAM, held) == 148, "STREAM.held");
_Static_assert(offsetof(STREAM, held_with_police) == 152, "STREAM.held_with_police");
_Static_assert(offsetof(STREAM, mean_escalation) == 156, "STREAM.mean_escalation");
_Static_assert(offsetof(STREAM, wish) == 160, "STREAM.wish");
_Static_assert(offsetof(STREAM, assessing_plan) == 164, "STREAM.assessing_plan");
_Static_assert(offsetof(STREAM, assessed_by) == 168, "STREAM.assessed_by");
_Static_assert(offsetof(STREAM, n_assessed_by) == 172, "STREAM.n_assessed_by");
_Static_assert(offsetof(STREAM, supported) == 176, "STREAM.supported");
_Static_assert(offsetof(STREAM, leaves) == 177, "STREAM.leaves");
_Static_assert(offsetof(STREAM, ctas1_never_leaves) == 178, "STREAM.ctas1_never_leaves");
_Static_assert(offsetof(STREAM, escalates) == 179, "STREAM.escalates");
_Static_assert(offsetof(STREAM, returns) == 180, "STREAM.returns");
_Static_assert(offsetof(STREAM, always_with_caregiver) == 181, "STREAM.always_with_caregiver");
_Static_assert(sizeof(STREAM) == 184, "STREAM");

typedef struct {
    double share_of_minutes;
    double within_7_days;
    double within_30_days;
    double minutes_per_hour;
    double long_share;
    int64_t share_id;
    int64_t need_id;
    int64_t value_id;
    int64_t unstaffed_id;
    int64_t boarding_id;
    int64_t long_boarding_id;
    int64_t branch;
    int32_t kind;
    int32_t index;
    int32_t role;
    int32_t contact;
    int32_t purpose;
    int32_t only_if;
    int32_t shares;
    int32_t need_shares;
    int32_t minutes;
    int32_t unstaffed;
    int32_t band;
    int32_t first_route;
    int32_t admission;
    int32_t transfer;
    int32_t fallback_role;
    int32_t boarding;
    int32_t long_boarding;
    int32_t delay_line;
    int32_t released;
    int32_t n_released;
    int32_t branches;
    int32_t n_branches;
    int32_t up_to;
    bool may_leave;
    bool preemptible;
    bool pooled;
} PLAN;
_Static_assert(offsetof(PLAN, share_of_minutes) == 0, "PLAN.share_of_minutes");
_Static_assert(offsetof(PLAN, within_7_days) == 8, "PLAN.within_7_days");
_Static_assert(offsetof(PLAN, within_30_days) == 16, "PLAN.within_30_days");
_Static_assert(offsetof(PLAN, minutes_per_hour) == 24, "PLAN.minutes_per_hour");
_Static_assert(offsetof(PLAN, long_share) == 32, "PLAN.long_share");
_Static_assert(offsetof(PLAN, share_id) == 40, "PLAN.share_id");
_Static_assert(offsetof(PLAN, need_id) == 48, "PLAN.need_id");
_Static_assert(offsetof(PLAN, value_id) == 56, "PLAN.value_id");
_Static_assert(offsetof(PLAN, unstaffed_id) == 64, "PLAN.unstaffed_id");
_Static_assert(offsetof(PLAN, boarding_id) == 72, "PLAN.boarding_id");
_Static_assert(offsetof(PLAN, long_boarding_id) == 80, "PLAN.long_boarding_id");
_Static_assert(offsetof(PLAN, branch) == 88, "PLAN.branch");
_Static_assert(offsetof(PLAN, kind) == 96, "PLAN.kind");
_Static_assert(offsetof(PLAN, index) == 100, "PLAN.index");
_Static_assert(offsetof(PLAN, role) == 104, "PLAN.role");
_Static_assert(offsetof(PLAN, contact) == 108, "PLAN.contact");
_Static_assert(offsetof(PLAN, purpose) == 112, "PLAN.purpose");
_Static_assert(offsetof(PLAN, only_if) == 116, "PLAN.only_if");
_Static_assert(offsetof(PLAN, shares) == 120, "PLAN.shares");
_Static_assert(offsetof(PLAN, need_shares) == 124, "PLAN.need_shares");
_Static_assert(offsetof(PLAN, minutes) == 128, "PLAN.minutes");
_Static_assert(offsetof(PLAN, unstaffed) == 132, "PLAN.unstaffed");
_Static_assert(offsetof(PLAN, band) == 136, "PLAN.band");
_Static_assert(offsetof(PLAN, first_route) == 140, "PLAN.first_route");
_Static_assert(offsetof(PLAN, admission) == 144, "PLAN.admission");
_Static_assert(offsetof(PLAN, transfer) == 148, "PLAN.transfer");
_Static_assert(offsetof(PLAN, fallback_role) == 152, "PLAN.fallback_role");
_Static_assert(offsetof(PLAN, boarding) == 156, "PLAN.boarding");
_Static_assert(offsetof(PLAN, long_boarding) == 160, "PLAN.long_boarding");
_Static_assert(offsetof(PLAN, delay_line) == 164, "PLAN.delay_line");
_Static_assert(offsetof(PLAN, released) == 168, "PLAN.released");
_Static_assert(offsetof(PLAN, n_released) == 172, "PLAN.n_released");
_Static_assert(offsetof(PLAN, branches) == 176, "PLAN.branches");
_Static_assert(offsetof(PLAN, n_branches) == 180, "PLAN.n_branches");
_Static_assert(offsetof(PLAN, up_to) == 184, "PLAN.up_to");
_Static_assert(offsetof(PLAN, may_leave) == 188, "PLAN.may_leave");
_Static_assert(offsetof(PLAN, preemptible) == 189, "PLAN.preemptible");
_Static_assert(offsetof(PLAN, pooled) == 190, "PLAN.pooled");
_Static_assert(sizeof(PLAN) == 192, "PLAN");

typedef struct {
    double a;
    double b;
    double c;
    int32_t family;
} DISTRIBUTION;
_Static_assert(offsetof(DISTRIBUTION, a) == 0, "DISTRIBUTION.a");
_Static_assert(offsetof(DISTRIBUTION, b) == 8, "DISTRIBUTION.b");
_Static_assert(offsetof(DISTRIBUTION, c) == 16, "DISTRIBUTION.c");
_Static_assert(offsetof(DISTRIBUTION, family) == 24, "DISTRIBUTION.family");
_Static_assert(sizeof(DISTRIBUTION) == 32, "DISTRIBUTION");

typedef struct {
    double value;
} NUMBER;
_Static_assert(offsetof(NUMBER, value) == 0, "NUMBER.value");
_Static_assert(sizeof(NUMBER) == 8, "NUMBER");

typedef struct {
    int32_t band;
} BAND;
_Static_assert(offsetof(BAND, band) == 0, "BAND.band");
_Static_assert(sizeof(BAND) == 4, "BAND");

typedef struct {
    double patience;
    int32_t acuity;
    int32_t held;
    int32_t first_minutes;
    int32_t n_minutes;
} GIVEN;
_Static_assert(offsetof(GIVEN, patience) == 0, "GIVEN.patience");
_Static_assert(offsetof(GIVEN, acuity) == 8, "GIVEN.acuity");
_Static_assert(offsetof(GIVEN, held) == 12, "GIVEN.held");
_Static_assert(offsetof(GIVEN, first_minutes) == 16, "GIVEN.first_minutes");
_Static_assert(offsetof(GIVEN, n_minutes) == 20, "GIVEN.n_minutes");
_Static_assert(sizeof(GIVEN) == 24, "GIVEN");

typedef struct {
    double minutes;
    int32_t step;
} GIVEN_MINUTES;
_Static_assert(offsetof(GIVEN_MINUTES, minutes) == 0, "GIVEN_MINUTES.minutes");
_Static_assert(offsetof(GIVEN_MINUTES, step) == 8, "GIVEN_MINUTES.step");
_Static_assert(sizeof(GIVEN_MINUTES) == 16, "GIVEN_MINUTES");

typedef struct {
    double cumulated;
    double patience;
    double consent;
    double linkage;
    double triage;
} GROUP;
_Static_assert(offsetof(GROUP, cumulated) == 0, "GROUP.cumulated");
_Static_assert(offsetof(GROUP, patience) == 8, "GROUP.patience");
_Static_assert(offsetof(GROUP, consent) == 16, "GROUP.consent");
_Static_assert(offsetof(GROUP, linkage) == 24, "GROUP.linkage");
_Static_assert(offsetof(GROUP, triage) == 32, "GROUP.triage");
_Static_assert(sizeof(GROUP) == 40, "GROUP");

typedef struct {
    int32_t first;
    int32_t n;
} ROUTES;
_Static_assert(offsetof(ROUTES, first) == 0, "ROUTES.first");
_Static_assert(offsetof(ROUTES, n) == 4, "ROUTES.n");
_Static_assert(sizeof(ROUTES) == 8, "ROUTES");

typedef struct {
    double up_to;
    int32_t line;
} ROUTE;
_Static_assert(offsetof(ROUTE, up_to) == 0, "ROUTE.up_to");
_Static_assert(offsetof(ROUTE, line) == 8, "ROUTE.line");
_Static_assert(sizeof(ROUTE) == 16, "ROUTE");

typedef struct {
    double stay;
    int32_t visit;
} WAITING_FOR_BED;
_Static_assert(offsetof(WAITING_FOR_BED, stay) == 0, "WAITING_FOR_BED.stay");
_Static_assert(offsetof(WAITING_FOR_BED, visit) == 8, "WAITING_FOR_BED.visit");
_Static_assert(sizeof(WAITING_FOR_BED) == 16, "WAITING_FOR_BED");

typedef struct {
    int32_t member;
} STEP_MEMBER;
_Static_assert(offsetof(STEP_MEMBER, member) == 0, "STEP_MEMBER.member");
_Static_assert(sizeof(STEP_MEMBER) == 4, "STEP_MEMBER");

typedef struct { int64_t item[3]; } tuple_int64_int64_int64;

typedef struct { double item[3]; } tuple_double_double_double;

typedef struct { tuple_int64_int64 item[3]; } tuple_tuple_int64_int64_tuple_int64_int64_tuple_int64_int64;

typedef struct {
    double minutes;
    int32_t role;
} RESPONSE;
_Static_assert(offsetof(RESPONSE, minutes) == 0, "RESPONSE.minutes");
_Static_assert(offsetof(RESPONSE, role) == 8, "RESPONSE.role");
_Static_assert(sizeof(RESPONSE) == 16, "RESPONSE");

static const tuple_tuple_int64_int64_tuple_int64_int64_tuple_int64_int64 constant0 = {{{{INT64_C(0), INT64_C(5)}}, {{INT64_C(6), INT64_C(11)}}, {{INT64_C(12), INT64_C(17)}}}};
static uint64_t keyed(int64_t base, int64_t a, int64_t b);
static uint64_t mixed(uint64_t z);
static double uniform_of(uint64_t key, int64_t quantity, int64_t counter);
static double uniform_at(uint64_t key_of_quantity, int64_t counter);
static double visit_uniform(int64_t base, int64_t patient, int64_t number, int64_t quantity, int64_t counter);
static void draw_day_factors(int64_t base, int64_t stream_id, array1 days, array1 table, array1 out);
static double table_quantile(array1 table, double u);
static double normal_quantile(double u);
static double polynomial(double r, double c0, double c1, double c2, double c3, double c4, double c5, double c6, double c7);
static void draw_week_levels(int64_t base, int64_t stream_id, int64_t first_week, double log_sd, array1 weights, array1 shocks, array1 out);
static double drawn(array1 parameters, array1 tables, double u);
static double quantile(int64_t family, double a, double b, double c, double u);
static double triangular_quantile(double low, double mode, double high, double u);
static double knot_quantile(array1 knots, double u);
static double visit_exponential(int64_t base, int64_t patient, int64_t number, int64_t quantity, int64_t counter, double mean);
static double return_time(double departure, double gap, array2 day_cumulated, double u);
static double time_of_return(double departure, double gap, array2 day_cumulated, double u);
static double return_gap(double susceptible, double shape, double scale_days, double hazard, double u);
static double minutes_to_return(double susceptible, double shape, double scale_days, double hazard, double u);
static void draw_visit(int64_t base, int64_t patient, int64_t number, int64_t acuity_id, array1 acuity_cumulated, array1 uniform_ids, array1 flag_ids, array2 flag_shares, array1 dist_ids, array1 dist_flags, array3 dist_parameters, array1 tables, array1 out);
static void fill_visit(uint64_t key, int64_t acuity, array1 uniform_ids, array1 flag_ids, array2 flag_shares, array1 dist_ids, array1 dist_flags, array3 dist_parameters, array1 tables, array1 out);
static void draw_visit_as(int64_t base, int64_t patient, int64_t number, int64_t acuity, array1 uniform_ids, array1 flag_ids, array2 flag_shares, array1 dist_ids, array1 dist_flags, array3 dist_parameters, array1 tables, array1 out);
static int64_t draw_first_visits(int64_t base, int64_t stream, int64_t stream_id, int64_t rates, int64_t n_hours, double start, double horizon, int64_t rows, int64_t room);
static void set_arrival(OUTSIDE_ARRIVAL * row, double time, int64_t patient, int64_t number, int64_t stream);
static int64_t play_prelude(int64_t base, int64_t first_visits, int64_t n_visits, double horizon, double susceptible, double shape, double scale_days, double frail_share, double frailty, double hazard, array2 day_cumulated, int64_t returns);
static void add_minutes(array1 codes, array1 starts, array1 ends, array1 edges, array2 minutes);
static void add_interval(int64_t code, double start, double end, array1 edges, double spans_per_minute, array2 minutes);
static double up_to(double edge, double start, double end);
static void add_minutes_inside(array1 codes, array1 starts, array1 ends, double low, double high, array1 minutes);
static void read_spells(array1 visits, array1 queues, array1 kinds, array1 members, array1 starts, array1 ends, array1 overtimes, array1 role_of_member, array1 kinds_asked, array1 cells, array1 edges, double horizon, array1 about, array1 kinds_beside, array1 other_kinds, array2 in_shift, array1 late, array1 asked, array2 caused, array1 beside, array1 others, array1 counts);
static void cover(array1 group, array1 starts, array1 ends, array1 lengths, array1 order, array1 first, array1 covered, array1 longest);
static void put_in_order(array1 group, array1 starts, array1 order, array1 first);
static int64_t uncover(array1 group, array1 starts, array1 ends, array1 cover_group, array1 cover_starts, array1 cover_ends, array1 order, array1 first, array2 left);
static void find_ends(array1 group, array1 starts, array1 ends, array1 of_group, array1 moments, double apart, array1 order, array1 first, array1 found);
static void array_loops_put_in_order(array1 group, array1 starts, array1 order, array1 first);
static void put_first(array1 visits, array1 starts, array1 first);
static void choose(array1 condition, array1 values, array1 chosen);
static void read_steps(array3 times, array1 visits, array1 queueing, array2 wanted, array1 minutes, array1 n_waits, array2 found);
static void mark_within_targets(array1 waits, array1 targets, array1 acuity, array1 within);
static void meet(array1 contacts, array1 visits, array1 members, array1 n_spells, array1 first, array1 same);
static void stretches(array1 rows, array1 visits, array1 kinds, array1 starts, array1 company_since, array1 ends, array1 number, array1 arrival, array1 stay, array1 visit, array1 kind, array1 started, array1 ended);
static void tell_hours(array1 times, array1 hours);
static int64_t gather_known(array1 values, array1 rows, array1 known);
static int64_t gather_few(array1 visits, array1 values, array1 chosen, array1 known);
static void count_in_bins(array1 cells, array1 values, array1 edges, array2 counts);
static int64_t whole_minutes(array1 streams, array1 before, array1 after, int64_t stream, double in_minutes, array1 minutes);
static void move(int64_t rows, int64_t n_rows, int64_t row_bytes, int64_t memory, int64_t moves, int64_t n_moves);
static void move_column(MOVE * one, int64_t source, int64_t step, int64_t target, int64_t first, int64_t last);
static int64_t play(int64_t address);
static void opens(ED * ed);
static void count_next_from_outside(ED * ed);
static void look_further(ED * ed);
static void may_be_first(ED * ed, int64_t instant, int64_t key, int64_t where);
static bool comes_before(int64_t instant, int64_t key, int64_t other_instant, int64_t other_key);
static void looks_ahead_to_duty(ED * ed, MEMBER * m);
static int64_t enter(ED * ed, double time, int64_t kind, int64_t ident, int64_t what, int64_t subject);
static int64_t key_of(int64_t kind, int64_t ident, int64_t running_number);
static void stands_in_line(HEAP * near, int64_t instant, int64_t key, int64_t meaning);
static void put(HEAP * h, int64_t place, int64_t instant, int64_t key, int64_t meaning);
static void push(ED * ed, int64_t heap, double time, int64_t key, int64_t what, int64_t subject);
static void rises(HEAP * h, int64_t place, int64_t instant, int64_t key, int64_t meaning);
static void open_pool(ED * ed);
static double pool_stay(ED * ed, int64_t quantity, int64_t counter);
static double exponential(uint64_t key, int64_t quantity, int64_t counter, double mean);
static void take_bed(ED * ed, double stay);
static void enter_pool(ED * ed, double time, int64_t what);
static void next_outside_request(ED * ed);
static void settle_once(ED * ed);
static bool settles(ED * ed);
static bool someone_goes_home(ED * ed);
static int64_t mask_of(ED * ed, int64_t members, int64_t word);
static int64_t first_member(int64_t word, int64_t mask);
static void goes_home(ED * ed, MEMBER * m);
static void write_break(ED * ed, MEMBER * m, double end);
static void exclude(ED * ed, int64_t members, MEMBER * m);
static void is_busy(ED * ed, MEMBER * m);
static bool nobody(ED * ed, int64_t members);
static tuple_int64_int64 hand_over(ED * ed, MEMBER * m);
static void end_case_spell(ED * ed, VISIT * v, int64_t role);
static VISIT_ROLE * case_of(ED * ed, VISIT * v, int64_t role);
static void write_case(ED * ed, VISIT * v, int64_t role, int64_t holder, double start, double end);
static void remove_case(ED * ed, MEMBER * m, VISIT_ROLE * case_);
static int64_t colleague_for(ED * ed, int64_t role);
static bool could_adopt(ED * ed, MEMBER * m);
static bool near_shift_end(ED * ed, MEMBER * m);
static bool in_last_pickup(double now, double shift_end, double last_pickup_minutes);
static bool roomy(MEMBER * m);
static bool has_room(int64_t n_open_cases, int64_t caseload);
static void begin_case_spell(ED * ed, VISIT * v, int64_t role, int64_t holder, bool taken_over);
static void insert_case(ED * ed, MEMBER * m, VISIT_ROLE * case_, int64_t place);
static int64_t queue_of_member(ED * ed, int64_t member, int64_t role);
static void own_tasks_look_again(ED * ed, int64_t queue);
static void leave_line(ED * ed, REQUEST * r, VISIT * v);
static void leave(ED * ed, REQUEST * r, VISIT * v);
static int64_t bit(int64_t position);
static bool calls_away(REQUEST * r, VISIT * v);
static bool is_met(VISIT * v);
static bool is_queue_of_member(ED * ed, int64_t queue);
static int64_t own_set(ED * ed, int64_t role);
static void line_up(ED * ed, REQUEST * r, VISIT * v);
static bool is_kept_from_company(VISIT * v);
static void join_task_queue(ED * ed, REQUEST * r, VISIT * v);
static int64_t bound_to(ED * ed, REQUEST * r, VISIT * v);
static int64_t owner_present(ED * ed, REQUEST * r);
static void join(ED * ed, REQUEST * r, VISIT * v, int64_t queue);
static double order_within_class(int64_t rule, double waiting_since, double arrival);
static bool stands_before(REQUEST * r, REQUEST * other);
static bool asked_before(REQUEST * r, REQUEST * other);
static void include(ED * ed, int64_t members, MEMBER * m);
static bool opens_cases(int64_t kind);
static int64_t queue_of_new_cases(int64_t role);
static int64_t queue_for_anyone(int64_t role);
static void list_place_line(ED * ed, int64_t number);
static void write_duty(ED * ed, MEMBER * m, double left, int64_t n_handed_over, int64_t n_unheld);
static void role_goes_home(ED * ed, int64_t role);
static int64_t first_with_other_way(ED * ed, int64_t queue, int64_t best);
static void takes_other_way(ED * ed, REQUEST * r, VISIT * v);
static void waits_no_more(ED * ed, REQUEST * r, VISIT * v);
static void write_task(ED * ed, REQUEST * r, double started, double ended, bool interrupted, bool withdrawn);
static void wait_ends(ED * ed, VISIT * v);
static double patience_left(double left, double waited, double pace);
static void note_time(ED * ed, VISIT * v, int64_t step, int64_t moment);
static void forget(ED * ed, REQUEST * r);
static bool someone_rests(ED * ed);
static void begins_break(ED * ed, MEMBER * m);
static bool gives_place(ED * ed);
static void strike_out(ED * ed, PLACE_LINE * places, int64_t at);
static tuple_int64_int64 best_to_place(ED * ed, PLACE_LINE * places, int64_t best, int64_t best_zone);
static int64_t first_to_place(ED * ed, PLACE_LINE * places, int64_t candidate);
static int64_t open_zone(ED * ed, int64_t first, int64_t n, VISIT * v);
static bool may_open(int64_t occupied_twelfths, int64_t place_twelfths, int64_t nurses_on_duty, int64_t acuity);
static bool goes_first(ED * ed, LINE * line, REQUEST * r, REQUEST * other);
static bool ranks_before(ED * ed, LINE * line, REQUEST * r, REQUEST * other);
static double worth(ED * ed, LINE * line, REQUEST * r);
static double score(int64_t rule, double slope, double target, int64_t acuity, double waiting_since, double arrival, double now);
static void is_placed(ED * ed, REQUEST * r, int64_t zone);
static void move_into(ED * ed, VISIT * v, int64_t zone, double requested);
static void give_up_place(ED * ed, VISIT * v);
static void write_place(ED * ed, VISIT * v, double end);
static void note_start(ED * ed, VISIT * v, int64_t step);
static void goes_on(ED * ed, VISIT * v);
static void step_is_behind(ED * ed, VISIT * v, STREAM * s);
static void offer_peer(ED * ed, VISIT * v);
static void first_wish(ED * ed, VISIT * v);
static double value(ED * ed, VISIT * v, int64_t distributions, int64_t quantity);
static double uniform(VISIT * v, int64_t quantity);
static double drawn_at(ED * ed, int64_t distribution, double u);
static double wish_minutes(ED * ed, VISIT * v);
static double of_class(ED * ed, VISIT * v, int64_t first);
static void ask_contact(ED * ed, VISIT * v, int64_t contact, int64_t band);
static REQUEST * side_request(ED * ed, VISIT * v, int64_t kind, int64_t role, int64_t band, double minutes);
static REQUEST * new_request(ED * ed, VISIT * v, int64_t kind, int64_t step, int64_t band, int64_t slot);
static void ask(ED * ed, REQUEST * r, VISIT * v);
static void walks(ED * ed, VISIT * v);
static bool applies(ED * ed, VISIT * v, PLAN * plan);
static bool happens(ED * ed, VISIT * v, int64_t shares, int64_t quantity);
static double of_acuity(ED * ed, VISIT * v, int64_t first);
static bool falls_under(VISIT * v, double share, int64_t quantity);
static bool has_need(ED * ed, VISIT * v, PLAN * plan);
static double of_class_and_acuity(ED * ed, VISIT * v, int64_t first);
static bool take_step(ED * ed, VISIT * v, PLAN * plan, int64_t number);
static void have_task(ED * ed, VISIT * v, PLAN * plan, int64_t number);
static void pass_time(ED * ed, VISIT * v, PLAN * plan, double minutes);
static REQUEST * request_of(ED * ed, VISIT * v, int64_t kind, PLAN * plan, int64_t number, int64_t slot);
static double minutes_of(ED * ed, VISIT * v, PLAN * plan);
static double given_minutes(ED * ed, VISIT * v, PLAN * plan);
static bool is_given(ED * ed, VISIT * v, PLAN * plan);
static void wait_for(ED * ed, REQUEST * r, VISIT * v);
static void wait_begins(ED * ed, VISIT * v);
static double used_up_at(double since, double left, double pace);
static void enter_patience(ED * ed, VISIT * v);
static void spend_delay(ED * ed, VISIT * v, PLAN * plan, int64_t number);
static void want_place(ED * ed, VISIT * v, PLAN * plan, int64_t number);
static int64_t place_line_of(ED * ed, VISIT * v, PLAN * plan);
static void boards(ED * ed, VISIT * v, PLAN * plan, int64_t number);
static void close_cases(ED * ed, VISIT * v, int64_t roles);
static int64_t first_case_of(ED * ed, VISIT * v, int64_t roles);
static void close_case(ED * ed, VISIT * v, int64_t role);
static void look_again(ED * ed, VISIT * v, int64_t role);
static int64_t hour_begins(ED * ed, VISIT * v, int64_t which, double minutes_per_hour);
static void asks_for_bed(ED * ed, VISIT * v);
static void waits_for_bed(ED * ed, double stay, int64_t row);
static double boarding_minutes(ED * ed, VISIT * v, PLAN * plan);
static void cause_side_task(ED * ed, VISIT * v, PLAN * plan);
static void dispose(ED * ed, VISIT * v, PLAN * plan);
static int64_t disposition_of(ED * ed, VISIT * v, PLAN * plan);
static int64_t disposed(double u, double admission, double transfer);
static void ask_bridging(ED * ed, VISIT * v);
static void book_follow_up(ED * ed, VISIT * v, PLAN * plan);
static int64_t linked(double u, double within_7_days, double within_30_days, double odds_ratio);
static double with_odds_ratio(double probability, double odds_ratio);
static void release(ED * ed, VISIT * v, PLAN * plan);
static void observe(ED * ed, VISIT * v, PLAN * plan, int64_t number);
static void nobody_observes(ED * ed, VISIT * v);
static void pathway_choose(ED * ed, VISIT * v, PLAN * plan);
static void departs(ED * ed, VISIT * v);
static void peer_takes_leave(ED * ed, VISIT * v);
static bool company_runs(ED * ed, VISIT * v);
static void company_ends(ED * ed, VISIT * v, bool interrupted);
static void spell_ends(ED * ed, REQUEST * r, VISIT * v, bool interrupted);
static void count_minutes(ED * ed, MEMBER * m, double start, double end);
static void is_free(ED * ed, MEMBER * m);
static void clinician_goes(ED * ed, VISIT * v);
static void put_back(ED * ed, REQUEST * r, VISIT * v);
static void pace_changes(ED * ed, VISIT * v, bool in_company);
static double pace(double while_accompanied, double after, bool accompanied, bool is_met);
static void calm_runs(ED * ed, VISIT * v);
static void enter_escalation(ED * ed, VISIT * v);
static void withdraw(ED * ed, REQUEST * r, VISIT * v);
static void ask_recovery(ED * ed, VISIT * v);
static void ask_own_time(ED * ed, VISIT * v, double minutes);
static void bind(ED * ed, REQUEST * r, MEMBER * m);
static void ask_call(ED * ed, VISIT * v);
static void observation_ends(ED * ed, VISIT * v);
static void aide_goes(ED * ed, VISIT * v);
static void observation_is_met(ED * ed, VISIT * v);
static void care_stops(ED * ed, VISIT * v, int64_t role, double since, double minutes_per_hour);
static void ask_care(ED * ed, VISIT * v, int64_t role, double minutes);
static void plan_return(ED * ed, VISIT * v, bool call_reached);
static double return_hazard(ED * ed, VISIT * v, STREAM * s, bool call_reached);
static double uniform_for_life(ED * ed, VISIT * v, int64_t quantity);
static double hazard_of_return(double frailty, double of_disposition, double of_contact, double of_follow_up, double of_bridging);
static int64_t enter_return(ED * ed, double time, int64_t patient, int64_t row);
static bool starts_delay(ED * ed);
static int64_t best_of(ED * ed, int64_t queue, int64_t classes, int64_t best);
static bool starts_task(ED * ed);
static int64_t free_set(ED * ed, int64_t level, int64_t role);
static int64_t best_startable(ED * ed, int64_t role, int64_t free);
static int64_t openable(ED * ed, int64_t role, int64_t free);
static bool is_held_back(ED * ed, MEMBER * m, int64_t role);
static int64_t preferred(ED * ed, REQUEST * r, int64_t candidates);
static bool may_take(ED * ed, MEMBER * m, REQUEST * r);
static bool is_preferred(ED * ed, REQUEST * r, MEMBER * m, MEMBER * other);
static double preference(int64_t choice, int64_t n_open_cases, double idle_since);
static void starts(ED * ed, REQUEST * r, MEMBER * m);
static void take_task(ED * ed, REQUEST * r, VISIT * v, MEMBER * m);
static bool take_case(ED * ed, REQUEST * r, VISIT * v, MEMBER * m);
static void open_case(ED * ed, VISIT * v, int64_t role);
static void main_task_begins(ED * ed, REQUEST * r, VISIT * v, MEMBER * m);
static double assessment_factor(ED * ed, VISIT * v);
static void company_begins(ED * ed, REQUEST * r, VISIT * v, MEMBER * m);
static double kept_minutes(VISIT * v);
static void task_runs(ED * ed, REQUEST * r, MEMBER * m);
static void clinician_comes(ED * ed, VISIT * v);
static void keeps_company_out(ED * ed, VISIT * v);
static void put_down_company(ED * ed, VISIT * v);
static void wish_is_over(ED * ed, VISIT * v);
static double after_quiet_hours(double minute);
static void company_falls_due(ED * ed, VISIT * v, double time);
static void set_aside(ED * ed, REQUEST * r, VISIT * v);
static bool interrupts(ED * ed);
static int64_t most_urgent(ED * ed, int64_t role);
static int64_t first_urgent(ED * ed, int64_t queue, int64_t best);
static int64_t who_may_be_interrupted(ED * ed, REQUEST * r);
static bool may_be_interrupted(ED * ed, MEMBER * m, REQUEST * r);
static void put_down(ED * ed, MEMBER * m);
static bool calls_peer_away(ED * ed);
static int64_t best_calling(ED * ed, int64_t queue, int64_t best);
static int64_t who_is_called_away(ED * ed, REQUEST * r);
static bool is_callable(ED * ed, MEMBER * m);
static bool is_called_before(ED * ed, REQUEST * r, MEMBER * m, MEMBER * other);
static tuple_int64_int64_int64 next_entry(ED * ed);
static void closes(ED * ed);
static void write_unfinished_requests(ED * ed, VISIT * v);
static void write_unfinished_cases(ED * ed, VISIT * v);
static void close_clocks(ED * ed, VISIT * v);
static void write_unfinished_duty(ED * ed, MEMBER * m);
static void happen(ED * ed, int64_t key, int64_t where);
static void comes_from_outside(ED * ed);
static VISIT * new_visit(ED * ed, int64_t patient, int64_t number, int64_t stream, int64_t given);
static void clear_visit(ED * ed, int64_t row);
static void patient_attributes_meet(ED * ed, VISIT * v);
static int64_t acuity_of(ED * ed, VISIT * v, STREAM * s);
static int64_t severity_of(ED * ed, VISIT * v, STREAM * s);
static int64_t assessment_given(ED * ed, VISIT * v, STREAM * s);
static tuple_double_double_double three(ED * ed, int64_t first);
static tuple_int64_int64 age_of(double u, tuple_double_double_double shares);
static int64_t arrival_mode_of(double u, double ambulance_share, double police_share);
static int64_t group_of(ED * ed, VISIT * v);
static bool is_held(ED * ed, VISIT * v, STREAM * s);
static bool held_always(double age, bool caregiver, double under_age, bool with_caregiver);
static void meet_peer_wishes(ED * ed, VISIT * v, STREAM * s);
static bool eligible(bool in_stream, bool positive_screen, double age, double minimum_age, bool caregiver);
static double youth_share(double without_caregiver, double under_12, double from_12, double age, bool caregiver);
static double patience_of(ED * ed, VISIT * v, STREAM * s);
static double never_leaves_of_the_free(double never_leaves, double held_share);
static double escalation_budget(ED * ed, VISIT * v, int64_t counter);
static void comes_in(ED * ed, VISIT * v);
static int64_t take_nearest(ED * ed);
static int64_t take_first(ED * ed, int64_t heap);
static void comes_again(ED * ed, VISIT * before, int64_t running_number);
static int64_t kind_of(int64_t key);
static void task_ends(ED * ed, REQUEST * r);
static void contact_entry_is_due(ED * ed, REQUEST * r, VISIT * v);
static void is_met_now(ED * ed, VISIT * v);
static void ask_huddle(ED * ed, VISIT * v);
static double wish_ends(REQUEST * r, VISIT * v);
static void company_goes_on(ED * ed, REQUEST * r, VISIT * v);
static bool has_to_stop(MEMBER * m);
static void is_calm(ED * ed, VISIT * v);
static void call_ends(ED * ed, VISIT * v);
static bool call_reaches(ED * ed, VISIT * v);
static void delay_ends(ED * ed, VISIT * v, int64_t what);
static void company_is_due(ED * ed, VISIT * v);
static void boarding_ends(ED * ed, VISIT * v);
static void hour_is_full(ED * ed, VISIT * v, int64_t which, int64_t running_number);
static void place_is_clean(ED * ed, int64_t zone);
static void patience_entry_is_due(ED * ed, VISIT * v);
static void escalates(ED * ed, VISIT * v);
static void distress_ends_company(ED * ed, VISIT * v);
static void escalation_entry_is_due(ED * ed, VISIT * v);
static void on_duty(ED * ed, MEMBER * m, int64_t what, int64_t running_number);
static void comes_on_duty(ED * ed, MEMBER * m);
static void looks_ahead_to_break(ED * ed, MEMBER * m, DUTY * duty);
static void break_is_over(ED * ed, MEMBER * m);
static void off_duty(ED * ed, MEMBER * m, int64_t what);
static void shift_ends(ED * ed, MEMBER * m);
static void observer_leaves(ED * ed, MEMBER * m);
static void peer_stops(ED * ed, MEMBER * m);
static void break_is_due(ED * ed, MEMBER * m);
static void bed_pool_moves(ED * ed, int64_t what);
static void outside_request(ED * ed);
static int64_t bed_falls_free(ED * ed);

static uint64_t keyed(int64_t base, int64_t a, int64_t b) {
#line 25 "sim/engine/keyed_uniforms.py"
#line 26 "sim/engine/keyed_uniforms.py"
    return mixed(((mixed((((uint64_t)base + (uint64_t)((uint64_t)UINT64_C(11400714819323198485) * (uint64_t)(a + INT64_C(1)))) & UINT64_C(18446744073709551615))) + ((uint64_t)UINT64_C(11400714819323198485) * (uint64_t)(b + INT64_C(1)))) & UINT64_C(18446744073709551615)));
}
static uint64_t mixed(uint64_t z) {
#line 17 "sim/engine/keyed_uniforms.py"
#line 18 "sim/engine/keyed_uniforms.py"
    z = (((z ^ (z >> INT64_C(30))) * UINT64_C(13787848793156543929)) & UINT64_C(18446744073709551615));
#line 19 "sim/engine/keyed_uniforms.py"
    z = (((z ^ (z >> INT64_C(27))) * UINT64_C(10723151780598845931)) & UINT64_C(18446744073709551615));
#line 20 "sim/engine/keyed_uniforms.py"
    return (z ^ (z >> INT64_C(31)));
}
static double uniform_of(uint64_t key, int64_t quantity, int64_t counter) {
#line 31 "sim/engine/keyed_uniforms.py"
#line 32 "sim/engine/keyed_uniforms.py"
    return uniform_at(mixed(((uint64_t)key ^ (uint64_t)quantity)), counter);
}
static double uniform_at(uint64_t key_of_quantity, int64_t counter) {
    uint64_t bits;
#line 36 "sim/engine/keyed_uniforms.py"
#line 37 "sim/engine/keyed_uniforms.py"
    bits = mixed(((key_of_quantity + ((uint64_t)UINT64_C(11400714819323198485) * (uint64_t)(counter + INT64_C(1)))) & UINT64_C(18446744073709551615)));
#line 38 "sim/engine/keyed_uniforms.py"
    return (((double)(bits >> INT64_C(11)) * 1.1102230246251565e-16) + 5.551115123125783e-17);
}
static double visit_uniform(int64_t base, int64_t patient, int64_t number, int64_t quantity, int64_t counter) {
#line 43 "sim/engine/keyed_uniforms.py"
#line 44 "sim/engine/keyed_uniforms.py"
    return uniform_of(keyed(base, patient, number), quantity, counter);
}
static void draw_day_factors(int64_t base, int64_t stream_id, array1 days, array1 table, array1 out) {
    int64_t _1;
    int64_t _2;
    int64_t i;
#line 87 "sim/engine/hourly_rates.py"
#line 88 "sim/engine/hourly_rates.py"
    _2 = (days).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    i = _1;
#line 89 "sim/engine/hourly_rates.py"
    (*(double *)place_of(out, i)) = table_quantile(table, visit_uniform(base, stream_id, INT64_C(0), INT64_C(361604586572931976), (INT64_C(100000) + (int64_t)(*(int64_t *)place_of(days, i)))));
    }
}
static double table_quantile(array1 table, double u) {
    double position;
    int64_t index;
#line 412 "sim/department/quantities.py"
#line 413 "sim/department/quantities.py"
    position = ((normal_quantile(u) - (-8.3)) / 0.01);
#line 414 "sim/department/quantities.py"
    if (((position < 0.0))) {
#line 415 "sim/department/quantities.py"
    return ((double)(double)(*(double *)place_of(table, INT64_C(0))));
    }
#line 416 "sim/department/quantities.py"
    index = ((int64_t)position);
#line 417 "sim/department/quantities.py"
    if (((index >= (INT64_C(1661) - INT64_C(1))))) {
#line 418 "sim/department/quantities.py"
    return ((double)(double)(*(double *)place_of(table, (INT64_C(1661) - INT64_C(1)))));
    }
#line 419 "sim/department/quantities.py"
    return ((double)((double)(*(double *)place_of(table, index)) + ((position - (double)index) * ((double)(*(double *)place_of(table, (index + INT64_C(1)))) - (double)(*(double *)place_of(table, index))))));
}
static double normal_quantile(double u) {
    double q;
    double r;
    double above;
    double below;
    double value;
#line 370 "sim/department/quantities.py"
#line 374 "sim/department/quantities.py"
    q = (u - 0.5);
#line 375 "sim/department/quantities.py"
    if (((fabs(q) <= 0.425))) {
#line 376 "sim/department/quantities.py"
    r = (0.180625 - (q * q));
#line 377 "sim/department/quantities.py"
    above = polynomial(r, 3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227);
#line 381 "sim/department/quantities.py"
    below = polynomial(r, 1.0, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854);
#line 385 "sim/department/quantities.py"
    return ((q * above) / below);
    }
#line 386 "sim/department/quantities.py"
    r = sqrt((-log((((q < 0.0)) ? u : (1.0 - u)))));
#line 387 "sim/department/quantities.py"
    if (((r <= 5.0))) {
#line 388 "sim/department/quantities.py"
    r = (r - 1.6);
#line 389 "sim/department/quantities.py"
    above = polynomial(r, 1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414);
#line 393 "sim/department/quantities.py"
    below = polynomial(r, 1.0, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-09);
    } else {
#line 398 "sim/department/quantities.py"
    r = (r - 5.0);
#line 399 "sim/department/quantities.py"
    above = polynomial(r, 6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-05, 2.0103343992922881e-07);
#line 403 "sim/department/quantities.py"
    below = polynomial(r, 1.0, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-05, 1.421511758316446e-07, 2.0442631033899397e-15);
    }
#line 407 "sim/department/quantities.py"
    value = (above / below);
#line 408 "sim/department/quantities.py"
    return (((q < 0.0)) ? (-value) : value);
}
static double polynomial(double r, double c0, double c1, double c2, double c3, double c4, double c5, double c6, double c7) {
#line 365 "sim/department/quantities.py"
#line 366 "sim/department/quantities.py"
    return ((((((((((((((c7 * r) + c6) * r) + c5) * r) + c4) * r) + c3) * r) + c2) * r) + c1) * r) + c0);
}
static void draw_week_levels(int64_t base, int64_t stream_id, int64_t first_week, double log_sd, array1 weights, array1 shocks, array1 out) {
    int64_t before;
    int64_t _1;
    int64_t _2;
    int64_t i;
    double u;
    int64_t _3;
    int64_t _4;
    double z;
    int64_t _5;
    int64_t _6;
    int64_t k;
#line 124 "sim/engine/hourly_rates.py"
#line 129 "sim/engine/hourly_rates.py"
    before = ((weights).n[0] - INT64_C(1));
#line 130 "sim/engine/hourly_rates.py"
    _2 = (shocks).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    i = _1;
#line 131 "sim/engine/hourly_rates.py"
    u = visit_uniform(base, stream_id, INT64_C(0), INT64_C(8468451248875581194), (((INT64_C(100000) + first_week) - before) + i));
#line 132 "sim/engine/hourly_rates.py"
    (*(double *)place_of(shocks, i)) = normal_quantile(u);
    }
#line 133 "sim/engine/hourly_rates.py"
    _4 = (out).n[0];
    for (_3 = 0; _3 < _4; _3 += 1) {
    i = _3;
#line 134 "sim/engine/hourly_rates.py"
    z = 0.0;
#line 135 "sim/engine/hourly_rates.py"
    _6 = (weights).n[0];
    for (_5 = 0; _5 < _6; _5 += 1) {
    k = _5;
#line 136 "sim/engine/hourly_rates.py"
    z = (z + ((double)(*(double *)place_of(weights, k)) * (double)(*(double *)place_of(shocks, ((i + before) - k)))));
    }
#line 137 "sim/engine/hourly_rates.py"
    (*(double *)place_of(out, i)) = exp(((log_sd * z) - ((0.5 * log_sd) * log_sd)));
    }
}
static double drawn(array1 parameters, array1 tables, double u) {
    int64_t family;
    int64_t first;
#line 55 "sim/engine/workload.py"
#line 56 "sim/engine/workload.py"
    family = ((int64_t)(double)(*(double *)place_of(parameters, INT64_C(0))));
#line 57 "sim/engine/workload.py"
    if (((family < INT64_C(6)))) {
#line 58 "sim/engine/workload.py"
    return quantile(family, (double)(*(double *)place_of(parameters, INT64_C(1))), (double)(*(double *)place_of(parameters, INT64_C(2))), (double)(*(double *)place_of(parameters, INT64_C(3))), u);
    }
#line 59 "sim/engine/workload.py"
    first = ((int64_t)(double)(*(double *)place_of(parameters, INT64_C(2))));
#line 60 "sim/engine/workload.py"
    if (((family == INT64_C(6)))) {
#line 61 "sim/engine/workload.py"
    return ((double)((double)(*(double *)place_of(parameters, INT64_C(1))) * table_quantile(part1(tables, first, (first + INT64_C(1661))), u)));
    }
#line 62 "sim/engine/workload.py"
    return ((double)((double)(*(double *)place_of(parameters, INT64_C(1))) * knot_quantile(part1(tables, first, (first + (INT64_C(2) * ((int64_t)(double)(*(double *)place_of(parameters, INT64_C(3))))))), u)));
}
static double quantile(int64_t family, double a, double b, double c, double u) {
#line 445 "sim/department/quantities.py"
#line 446 "sim/department/quantities.py"
    if (((family == INT64_C(0)))) {
#line 447 "sim/department/quantities.py"
    return a;
    }
#line 448 "sim/department/quantities.py"
    if (((family == INT64_C(1)))) {
#line 449 "sim/department/quantities.py"
    return ((-a) * log1p((-u)));
    }
#line 450 "sim/department/quantities.py"
    if (((family == INT64_C(2)))) {
#line 451 "sim/department/quantities.py"
    return exp((a + (b * normal_quantile(u))));
    }
#line 452 "sim/department/quantities.py"
    if (((family == INT64_C(3)))) {
#line 453 "sim/department/quantities.py"
    return ((double)(b * pow((-log1p((-u))), (1.0 / a))));
    }
#line 454 "sim/department/quantities.py"
    if (((family == INT64_C(4)))) {
#line 455 "sim/department/quantities.py"
    return (a + (u * (b - a)));
    }
#line 456 "sim/department/quantities.py"
    return triangular_quantile(a, b, c, u);
}
static double triangular_quantile(double low, double mode, double high, double u) {
    double split;
#line 437 "sim/department/quantities.py"
#line 438 "sim/department/quantities.py"
    split = ((mode - low) / (high - low));
#line 439 "sim/department/quantities.py"
    if (((u < split))) {
#line 440 "sim/department/quantities.py"
    return (low + sqrt(((u * (high - low)) * (mode - low))));
    }
#line 441 "sim/department/quantities.py"
    return (high - sqrt((((1.0 - u) * (high - low)) * (high - mode))));
}
static double knot_quantile(array1 knots, double u) {
    int64_t n;
    int64_t _1;
    int64_t _2;
    int64_t low;
    int64_t high;
    int64_t middle;
    double part;
#line 423 "sim/department/quantities.py"
#line 424 "sim/department/quantities.py"
    n = floor_div((knots).n[0], INT64_C(2));
#line 425 "sim/department/quantities.py"
    _1 = INT64_C(0);
    _2 = (n - INT64_C(1));
    low = _1;
    high = _2;
#line 426 "sim/department/quantities.py"
    while ((((high - low) > INT64_C(1)))) {
#line 427 "sim/department/quantities.py"
    middle = floor_div((low + high), INT64_C(2));
#line 428 "sim/department/quantities.py"
    if ((((double)(*(double *)place_of(knots, middle)) <= u))) {
#line 429 "sim/department/quantities.py"
    low = middle;
    } else {
#line 431 "sim/department/quantities.py"
    high = middle;
    }
    }
#line 432 "sim/department/quantities.py"
    part = ((u - (double)(*(double *)place_of(knots, low))) / ((double)(*(double *)place_of(knots, high)) - (double)(*(double *)place_of(knots, low))));
#line 433 "sim/department/quantities.py"
    return ((double)((double)(*(double *)place_of(knots, (n + low))) + (part * ((double)(*(double *)place_of(knots, (n + high))) - (double)(*(double *)place_of(knots, (n + low)))))));
}
static double visit_exponential(int64_t base, int64_t patient, int64_t number, int64_t quantity, int64_t counter, double mean) {
#line 67 "sim/engine/workload.py"
#line 68 "sim/engine/workload.py"
    return quantile(INT64_C(1), mean, 0.0, 0.0, visit_uniform(base, patient, number, quantity, counter));
}
static double return_time(double departure, double gap, array2 day_cumulated, double u) {
#line 73 "sim/engine/workload.py"
#line 74 "sim/engine/workload.py"
    return time_of_return(departure, gap, day_cumulated, u);
}
static double time_of_return(double departure, double gap, array2 day_cumulated, double u) {
    double time;
    int64_t day;
    array1 cumulated;
    int64_t hour;
    double part;
#line 136 "sim/department/patients.py"
#line 141 "sim/department/patients.py"
    if (((gap > 1000000000.0))) {
#line 142 "sim/department/patients.py"
    return __builtin_inf();
    }
#line 143 "sim/department/patients.py"
    time = (departure + gap);
#line 144 "sim/department/patients.py"
    day = ((int64_t)floor((time / 1440.0)));
#line 145 "sim/department/patients.py"
    if (((day == ((int64_t)floor((departure / 1440.0)))))) {
#line 146 "sim/department/patients.py"
    return time;
    }
#line 147 "sim/department/patients.py"
    cumulated = row_of2(day_cumulated, floor_mod(day, INT64_C(7)));
#line 148 "sim/department/patients.py"
    hour = INT64_C(0);
#line 149 "sim/department/patients.py"
    while (((u >= (double)(*(double *)place_of(cumulated, (hour + INT64_C(1))))))) {
#line 150 "sim/department/patients.py"
    hour = (hour + INT64_C(1));
    }
#line 151 "sim/department/patients.py"
    part = ((u - (double)(*(double *)place_of(cumulated, hour))) / ((double)(*(double *)place_of(cumulated, (hour + INT64_C(1)))) - (double)(*(double *)place_of(cumulated, hour))));
#line 152 "sim/department/patients.py"
    return ((double)(((double)day * 1440.0) + (((double)hour + part) * 60.0)));
}
static double return_gap(double susceptible, double shape, double scale_days, double hazard, double u) {
#line 79 "sim/engine/workload.py"
#line 80 "sim/engine/workload.py"
    return minutes_to_return(susceptible, shape, scale_days, hazard, u);
}
static double minutes_to_return(double susceptible, double shape, double scale_days, double hazard, double u) {
    double share;
#line 124 "sim/department/patients.py"
#line 125 "sim/department/patients.py"
    share = (((susceptible > 0.0)) ? ((1.0 - pow(u, (1.0 / hazard))) / susceptible) : 1.0);
#line 126 "sim/department/patients.py"
    if (((share >= 1.0))) {
#line 127 "sim/department/patients.py"
    return __builtin_inf();
    }
#line 128 "sim/department/patients.py"
    return ((double)((scale_days * pow((-log1p((-share))), (1.0 / shape))) * 1440.0));
}
static void draw_visit(int64_t base, int64_t patient, int64_t number, int64_t acuity_id, array1 acuity_cumulated, array1 uniform_ids, array1 flag_ids, array2 flag_shares, array1 dist_ids, array1 dist_flags, array3 dist_parameters, array1 tables, array1 out) {
    uint64_t key;
    double u;
    int64_t acuity;
#line 89 "sim/engine/workload.py"
#line 90 "sim/engine/workload.py"
    key = keyed(base, patient, number);
#line 91 "sim/engine/workload.py"
    u = uniform_of(key, acuity_id, INT64_C(0));
#line 92 "sim/engine/workload.py"
    acuity = INT64_C(0);
#line 93 "sim/engine/workload.py"
    while ((((acuity < INT64_C(4))) && ((u >= (double)(*(double *)place_of(acuity_cumulated, acuity)))))) {
#line 94 "sim/engine/workload.py"
    acuity = (acuity + INT64_C(1));
    }
#line 95 "sim/engine/workload.py"
    fill_visit(key, acuity, uniform_ids, flag_ids, flag_shares, dist_ids, dist_flags, dist_parameters, tables, out);
}
static void fill_visit(uint64_t key, int64_t acuity, array1 uniform_ids, array1 flag_ids, array2 flag_shares, array1 dist_ids, array1 dist_flags, array3 dist_parameters, array1 tables, array1 out) {
    int64_t place;
    int64_t _1;
    int64_t _2;
    int64_t i;
    int64_t _3;
    int64_t _4;
    double share;
    int64_t flags;
    int64_t _5;
    int64_t _6;
#line 113 "sim/engine/workload.py"
#line 114 "sim/engine/workload.py"
    (*(double *)place_of(out, INT64_C(0))) = (double)(acuity + INT64_C(1));
#line 115 "sim/engine/workload.py"
    place = INT64_C(1);
#line 116 "sim/engine/workload.py"
    _2 = (uniform_ids).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    i = _1;
#line 117 "sim/engine/workload.py"
    (*(double *)place_of(out, (place + i))) = uniform_of(key, (int64_t)(*(int64_t *)place_of(uniform_ids, i)), INT64_C(0));
    }
#line 118 "sim/engine/workload.py"
    place = (place + (uniform_ids).n[0]);
#line 119 "sim/engine/workload.py"
    _4 = (flag_ids).n[0];
    for (_3 = 0; _3 < _4; _3 += 1) {
    i = _3;
#line 120 "sim/engine/workload.py"
    share = (double)(*(double *)place_of(row_of2(flag_shares, i), acuity));
#line 121 "sim/engine/workload.py"
    if (((share >= 1.0))) {
#line 122 "sim/engine/workload.py"
    (*(double *)place_of(out, (place + i))) = 1.0;
    } else {
#line 123 "sim/engine/workload.py"
    if (((share <= 0.0))) {
#line 124 "sim/engine/workload.py"
    (*(double *)place_of(out, (place + i))) = 0.0;
    } else {
#line 126 "sim/engine/workload.py"
    (*(double *)place_of(out, (place + i))) = (((uniform_of(key, (int64_t)(*(int64_t *)place_of(flag_ids, i)), INT64_C(0)) < share)) ? 1.0 : 0.0);
    }
    }
    }
#line 127 "sim/engine/workload.py"
    flags = place;
#line 128 "sim/engine/workload.py"
    place = (place + (flag_ids).n[0]);
#line 129 "sim/engine/workload.py"
    _6 = (dist_ids).n[0];
    for (_5 = 0; _5 < _6; _5 += 1) {
    i = _5;
#line 130 "sim/engine/workload.py"
    if (((((int64_t)(*(int64_t *)place_of(dist_flags, i)) >= INT64_C(0))) && (((double)(*(double *)place_of(out, (flags + (int64_t)(*(int64_t *)place_of(dist_flags, i))))) == 0.0)))) {
#line 131 "sim/engine/workload.py"
    (*(double *)place_of(out, (place + i))) = 0.0;
    } else {
#line 133 "sim/engine/workload.py"
    (*(double *)place_of(out, (place + i))) = drawn(row_of2(row_of3(dist_parameters, i), acuity), tables, uniform_of(key, (int64_t)(*(int64_t *)place_of(dist_ids, i)), INT64_C(0)));
    }
    }
}
static void draw_visit_as(int64_t base, int64_t patient, int64_t number, int64_t acuity, array1 uniform_ids, array1 flag_ids, array2 flag_shares, array1 dist_ids, array1 dist_flags, array3 dist_parameters, array1 tables, array1 out) {
    uint64_t key;
#line 104 "sim/engine/workload.py"
#line 105 "sim/engine/workload.py"
    key = keyed(base, patient, number);
#line 106 "sim/engine/workload.py"
    fill_visit(key, (acuity - INT64_C(1)), uniform_ids, flag_ids, flag_shares, dist_ids, dist_flags, dist_parameters, tables, out);
}
static int64_t draw_first_visits(int64_t base, int64_t stream, int64_t stream_id, int64_t rates, int64_t n_hours, double start, double horizon, int64_t rows, int64_t room) {
    array1 rate_per_hour;
    uint64_t key;
    double cumulated;
    int64_t _1;
    int64_t n;
    int64_t hour;
    double last;
    double target;
    double rate;
#line 143 "sim/engine/workload.py"
#line 148 "sim/engine/workload.py"
    rate_per_hour = numbers_at1(rates, n_hours);
#line 149 "sim/engine/workload.py"
    key = mixed(((uint64_t)keyed(base, stream_id, INT64_C(0)) ^ (uint64_t)INT64_C(3032474250420916084)));
#line 150 "sim/engine/workload.py"
    cumulated = 0.0;
#line 151 "sim/engine/workload.py"
    _1 = INT64_C(0);
    n = _1;
    hour = _1;
#line 152 "sim/engine/workload.py"
    last = start;
#line 153 "sim/engine/workload.py"
    target = (-log(uniform_at(key, INT64_C(0))));
#line 154 "sim/engine/workload.py"
    while (((hour < n_hours))) {
#line 155 "sim/engine/workload.py"
    rate = (double)(*(double *)place_of(rate_per_hour, hour));
#line 156 "sim/engine/workload.py"
    if ((((cumulated + rate) <= target))) {
#line 157 "sim/engine/workload.py"
    cumulated = (cumulated + rate);
#line 158 "sim/engine/workload.py"
    hour = (hour + INT64_C(1));
#line 159 "sim/engine/workload.py"
    continue;
    }
#line 160 "sim/engine/workload.py"
    last = max_real(last, (start + (((double)hour + ((target - cumulated) / rate)) * 60.0)));
#line 161 "sim/engine/workload.py"
    if (((last >= horizon))) {
#line 162 "sim/engine/workload.py"
    break;
    }
#line 163 "sim/engine/workload.py"
    if (((n == room))) {
#line 164 "sim/engine/workload.py"
    return (-INT64_C(1));
    }
#line 165 "sim/engine/workload.py"
    set_arrival((((OUTSIDE_ARRIVAL *)(rows)) + n), last, ((stream * INT64_C(1000000000)) + n), INT64_C(1), stream);
#line 166 "sim/engine/workload.py"
    n = (n + INT64_C(1));
#line 167 "sim/engine/workload.py"
    target = (target + (-log(uniform_at(key, n))));
    }
#line 168 "sim/engine/workload.py"
    return n;
}
static void set_arrival(OUTSIDE_ARRIVAL * row, double time, int64_t patient, int64_t number, int64_t stream) {
    double _1;
    int64_t _2;
    int64_t _3;
    int64_t _4;
    int64_t _5;
#line 172 "sim/engine/workload.py"
#line 173 "sim/engine/workload.py"
    _1 = time;
    _2 = patient;
    _3 = number;
    _4 = stream;
    _5 = (-INT64_C(1));
    (row)->time = _1;
    (row)->patient = _2;
    (row)->number = _3;
    (row)->stream = _4;
    (row)->given = _5;
}
static int64_t play_prelude(int64_t base, int64_t first_visits, int64_t n_visits, double horizon, double susceptible, double shape, double scale_days, double frail_share, double frailty, double hazard, array2 day_cumulated, int64_t returns) {
    int64_t n;
    int64_t _1;
    int64_t _2;
    int64_t i;
    OUTSIDE_ARRIVAL * first;
    double time;
    int64_t patient;
    bool frail;
    double h;
    int64_t number;
    uint64_t key;
    double gap;
#line 181 "sim/engine/workload.py"
#line 185 "sim/engine/workload.py"
    n = INT64_C(0);
#line 186 "sim/engine/workload.py"
    _2 = n_visits;
    for (_1 = 0; _1 < _2; _1 += 1) {
    i = _1;
#line 187 "sim/engine/workload.py"
    first = (((OUTSIDE_ARRIVAL *)(first_visits)) + i);
#line 188 "sim/engine/workload.py"
    time = (double)(first)->time;
#line 189 "sim/engine/workload.py"
    patient = (int64_t)(first)->patient;
#line 190 "sim/engine/workload.py"
    frail = (((frail_share > 0.0)) && ((uniform_of(keyed(base, patient, INT64_C(0)), INT64_C(583355874778495519), INT64_C(0)) < frail_share)));
#line 191 "sim/engine/workload.py"
    h = ((frail ? frailty : 1.0) * hazard);
#line 192 "sim/engine/workload.py"
    number = INT64_C(1);
#line 193 "sim/engine/workload.py"
    while (((time < 0.0))) {
#line 194 "sim/engine/workload.py"
    key = keyed(base, patient, number);
#line 195 "sim/engine/workload.py"
    gap = minutes_to_return(susceptible, shape, scale_days, h, uniform_of(key, INT64_C(7125781759529997999), INT64_C(0)));
#line 196 "sim/engine/workload.py"
    if (((gap == __builtin_inf()))) {
#line 197 "sim/engine/workload.py"
    time = __builtin_inf();
#line 198 "sim/engine/workload.py"
    break;
    }
#line 199 "sim/engine/workload.py"
    time = time_of_return(time, gap, day_cumulated, uniform_of(key, INT64_C(7211081620069410379), INT64_C(0)));
#line 200 "sim/engine/workload.py"
    number = (number + INT64_C(1));
    }
#line 201 "sim/engine/workload.py"
    if (((time < horizon))) {
#line 202 "sim/engine/workload.py"
    set_arrival((((OUTSIDE_ARRIVAL *)(returns)) + n), time, patient, number, (int64_t)(first)->stream);
#line 203 "sim/engine/workload.py"
    n = (n + INT64_C(1));
    }
    }
#line 204 "sim/engine/workload.py"
    return n;
}
static void add_minutes(array1 codes, array1 starts, array1 ends, array1 edges, array2 minutes) {
    double spans_per_minute;
    int64_t _1;
    int64_t _2;
    int64_t row;
#line 69 "sim/engine/measures/array_loops.py"
#line 70 "sim/engine/measures/array_loops.py"
    spans_per_minute = ((double)((edges).n[0] - INT64_C(1)) / ((double)(*(double *)place_of(edges, ((edges).n[0] -INT64_C(1)))) - (double)(*(double *)place_of(edges, INT64_C(0)))));
#line 71 "sim/engine/measures/array_loops.py"
    _2 = (codes).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 72 "sim/engine/measures/array_loops.py"
    if ((((int64_t)(*(int32_t *)place_of(codes, row)) >= INT64_C(0)))) {
#line 73 "sim/engine/measures/array_loops.py"
    add_interval((int64_t)(*(int32_t *)place_of(codes, row)), (double)(*(double *)place_of(starts, row)), (double)(*(double *)place_of(ends, row)), edges, spans_per_minute, minutes);
    }
    }
}
static void add_interval(int64_t code, double start, double end, array1 edges, double spans_per_minute, array2 minutes) {
    int64_t final;
    int64_t span;
    double edge;
    double _1;
    double _2;
    double _3;
    double _4;
#line 43 "sim/engine/measures/array_loops.py"
#line 44 "sim/engine/measures/array_loops.py"
    if (((!((start < (double)(*(double *)place_of(edges, ((edges).n[0] -INT64_C(1))))))) || ((end <= (double)(*(double *)place_of(edges, INT64_C(0))))))) {
#line 45 "sim/engine/measures/array_loops.py"
    return;
    }
#line 46 "sim/engine/measures/array_loops.py"
    start = max_real(start, (double)(*(double *)place_of(edges, INT64_C(0))));
#line 48 "sim/engine/measures/array_loops.py"
    final = ((edges).n[0] - INT64_C(2));
#line 49 "sim/engine/measures/array_loops.py"
    span = min_whole(((int64_t)((start - (double)(*(double *)place_of(edges, INT64_C(0)))) * spans_per_minute)), final);
#line 50 "sim/engine/measures/array_loops.py"
    while ((((double)(*(double *)place_of(edges, span)) > start))) {
#line 51 "sim/engine/measures/array_loops.py"
    span = (span - INT64_C(1));
    }
#line 52 "sim/engine/measures/array_loops.py"
    while ((((double)(*(double *)place_of(edges, (span + INT64_C(1)))) <= start))) {
#line 53 "sim/engine/measures/array_loops.py"
    span = (span + INT64_C(1));
    }
#line 54 "sim/engine/measures/array_loops.py"
    edge = (double)(*(double *)place_of(edges, (span + INT64_C(1))));
#line 55 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(row_of2(minutes, code), span)) = ((*(double *)place_of(row_of2(minutes, code), span)) + up_to(edge, start, end));
#line 57 "sim/engine/measures/array_loops.py"
    span = min_whole((span + INT64_C(1)), final);
#line 58 "sim/engine/measures/array_loops.py"
    _1 = edge;
    _2 = (double)(*(double *)place_of(edges, (span + INT64_C(1))));
    start = _1;
    edge = _2;
#line 59 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(row_of2(minutes, code), span)) = ((*(double *)place_of(row_of2(minutes, code), span)) + up_to(edge, start, end));
#line 61 "sim/engine/measures/array_loops.py"
    while (((!((end <= edge))) && ((span < final)))) {
#line 62 "sim/engine/measures/array_loops.py"
    span = (span + INT64_C(1));
#line 63 "sim/engine/measures/array_loops.py"
    _3 = edge;
    _4 = (double)(*(double *)place_of(edges, (span + INT64_C(1))));
    start = _3;
    edge = _4;
#line 64 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(row_of2(minutes, code), span)) = ((*(double *)place_of(row_of2(minutes, code), span)) + up_to(edge, start, end));
    }
}
static double up_to(double edge, double start, double end) {
#line 35 "sim/engine/measures/array_loops.py"
#line 37 "sim/engine/measures/array_loops.py"
    return max_real(((((end < edge)) ? end : edge) - start), 0.0);
}
static void add_minutes_inside(array1 codes, array1 starts, array1 ends, double low, double high, array1 minutes) {
    int64_t _1;
    int64_t _2;
    int64_t row;
    double start;
#line 80 "sim/engine/measures/array_loops.py"
#line 81 "sim/engine/measures/array_loops.py"
    _2 = (codes).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 82 "sim/engine/measures/array_loops.py"
    start = (double)(*(double *)place_of(starts, row));
#line 83 "sim/engine/measures/array_loops.py"
    if (((((int64_t)(*(int32_t *)place_of(codes, row)) >= INT64_C(0))) && ((start < high)) && (!(((double)(*(double *)place_of(ends, row)) <= low))))) {
#line 84 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(minutes, (int64_t)(*(int32_t *)place_of(codes, row)))) = ((*(double *)place_of(minutes, (int64_t)(*(int32_t *)place_of(codes, row)))) + up_to(high, max_real(start, low), (double)(*(double *)place_of(ends, row))));
    }
    }
}
static void read_spells(array1 visits, array1 queues, array1 kinds, array1 members, array1 starts, array1 ends, array1 overtimes, array1 role_of_member, array1 kinds_asked, array1 cells, array1 edges, double horizon, array1 about, array1 kinds_beside, array1 other_kinds, array2 in_shift, array1 late, array1 asked, array2 caused, array1 beside, array1 others, array1 counts) {
    double _1;
    double _2;
    double low;
    double high;
    double spans_per_minute;
    int64_t _3;
    int64_t n_beside;
    int64_t n_others;
    int64_t _4;
    int64_t _5;
    int64_t row;
    double _6;
    double _7;
    double start;
    double ended;
    int64_t _8;
    int64_t _9;
    int64_t _10;
    int64_t visit;
    int64_t queue;
    int64_t kind;
    double end;
    double overtime;
    double end_in_shift;
    int64_t cell;
    int64_t role;
#line 94 "sim/engine/measures/array_loops.py"
#line 95 "sim/engine/measures/array_loops.py"
    _1 = (double)(*(double *)place_of(edges, INT64_C(0)));
    _2 = (double)(*(double *)place_of(edges, ((edges).n[0] -INT64_C(1))));
    low = _1;
    high = _2;
#line 96 "sim/engine/measures/array_loops.py"
    spans_per_minute = ((double)((edges).n[0] - INT64_C(1)) / (high - low));
#line 97 "sim/engine/measures/array_loops.py"
    _3 = INT64_C(0);
    n_beside = _3;
    n_others = _3;
#line 98 "sim/engine/measures/array_loops.py"
    _5 = (visits).n[0];
    for (_4 = 0; _4 < _5; _4 += 1) {
    row = _4;
#line 99 "sim/engine/measures/array_loops.py"
    _6 = (double)(*(double *)place_of(starts, row));
    _7 = (double)(*(double *)place_of(ends, row));
    start = _6;
    ended = _7;
#line 100 "sim/engine/measures/array_loops.py"
    if (is_nan(start)) {
#line 101 "sim/engine/measures/array_loops.py"
    continue;
    }
#line 102 "sim/engine/measures/array_loops.py"
    _8 = (int64_t)(*(int32_t *)place_of(visits, row));
    _9 = (int64_t)(*(int8_t *)place_of(queues, row));
    _10 = (int64_t)(*(int8_t *)place_of(kinds, row));
    visit = _8;
    queue = _9;
    kind = _10;
#line 104 "sim/engine/measures/array_loops.py"
    (*(int32_t *)place_of(beside, n_beside)) = row;
#line 105 "sim/engine/measures/array_loops.py"
    n_beside = (n_beside + ((int64_t)((bool)(*(bool *)place_of(about, visit)) & (bool)(*(bool *)place_of(kinds_beside, kind)))));
#line 106 "sim/engine/measures/array_loops.py"
    (*(int32_t *)place_of(others, n_others)) = row;
#line 107 "sim/engine/measures/array_loops.py"
    n_others = (n_others + ((int64_t)(bool)(*(bool *)place_of(other_kinds, kind))));
#line 109 "sim/engine/measures/array_loops.py"
    end = (((ended < horizon)) ? ended : horizon);
#line 110 "sim/engine/measures/array_loops.py"
    overtime = (double)(*(double *)place_of(overtimes, row));
#line 111 "sim/engine/measures/array_loops.py"
    end_in_shift = (end - overtime);
#line 112 "sim/engine/measures/array_loops.py"
    cell = (int64_t)(*(int16_t *)place_of(cells, visit));
#line 113 "sim/engine/measures/array_loops.py"
    if (((cell >= INT64_C(0)))) {
#line 114 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(row_of2(caused, queue), cell)) = ((*(double *)place_of(row_of2(caused, queue), cell)) + (end - start));
    }
#line 115 "sim/engine/measures/array_loops.py"
    if ((bool)(*(bool *)place_of(kinds_asked, kind))) {
#line 116 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(asked, queue)) = ((*(double *)place_of(asked, queue)) + up_to(high, max_real(start, low), ended));
    }
#line 117 "sim/engine/measures/array_loops.py"
    role = ((((int64_t)(*(int32_t *)place_of(members, row)) >= INT64_C(0))) ? (int64_t)(*(int8_t *)place_of(role_of_member, (int64_t)(*(int32_t *)place_of(members, row)))) : (int64_t)(*(int8_t *)place_of(role_of_member, ((role_of_member).n[0] -INT64_C(1)))));
#line 118 "sim/engine/measures/array_loops.py"
    if (((role >= INT64_C(0)))) {
#line 119 "sim/engine/measures/array_loops.py"
    add_interval(role, start, end_in_shift, edges, spans_per_minute, in_shift);
#line 120 "sim/engine/measures/array_loops.py"
    if (((overtime > 0.0))) {
#line 121 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(late, role)) = ((*(double *)place_of(late, role)) + up_to(high, max_real(end_in_shift, low), end));
    }
    }
    }
#line 122 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(counts, INT64_C(0))) = n_beside;
#line 123 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(counts, INT64_C(1))) = n_others;
}
static void cover(array1 group, array1 starts, array1 ends, array1 lengths, array1 order, array1 first, array1 covered, array1 longest) {
    int64_t _1;
    int64_t _2;
    int64_t number;
    double reach;
    int64_t _3;
    int64_t _4;
    array1 _5;
    int64_t row;
#line 155 "sim/engine/measures/array_loops.py"
#line 156 "sim/engine/measures/array_loops.py"
    put_in_order(group, starts, order, first);
#line 157 "sim/engine/measures/array_loops.py"
    _2 = (lengths).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 158 "sim/engine/measures/array_loops.py"
    reach = 0.0;
#line 159 "sim/engine/measures/array_loops.py"
    _5 = part1(order, (int64_t)(*(int64_t *)place_of(first, number)), (int64_t)(*(int64_t *)place_of(first, (number + INT64_C(1)))));
    _4 = _5.n[0];
    for (_3 = 0; _3 < _4; _3 += 1) {
    row = (int64_t)(*(int64_t *)place_of(_5, _3));
#line 160 "sim/engine/measures/array_loops.py"
    if ((((double)(*(double *)place_of(ends, row)) > max_real((double)(*(double *)place_of(starts, row)), reach)))) {
#line 161 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(longest, number)) = max_real((double)(*(double *)place_of(longest, number)), ((double)(*(double *)place_of(starts, row)) - reach));
#line 162 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(covered, number)) = ((*(double *)place_of(covered, number)) + ((double)(*(double *)place_of(ends, row)) - max_real((double)(*(double *)place_of(starts, row)), reach)));
#line 163 "sim/engine/measures/array_loops.py"
    reach = (double)(*(double *)place_of(ends, row));
    }
    }
#line 164 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(longest, number)) = max_real((double)(*(double *)place_of(longest, number)), ((double)(*(double *)place_of(lengths, number)) - reach));
    }
}
static void put_in_order(array1 group, array1 starts, array1 order, array1 first) {
    int64_t n_groups;
    int64_t after;
    int64_t _1;
    int64_t _2;
    int64_t row;
    int64_t _3;
    int64_t _4;
    int64_t number;
    int64_t _5;
    int64_t _6;
    int64_t _7;
    int64_t _8;
    int64_t place;
#line 130 "sim/engine/measures/array_loops.py"
#line 132 "sim/engine/measures/array_loops.py"
    n_groups = (floor_div((first).n[0], INT64_C(2)) - INT64_C(1));
#line 133 "sim/engine/measures/array_loops.py"
    after = (n_groups + INT64_C(1));
#line 134 "sim/engine/measures/array_loops.py"
    _2 = (group).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 135 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(first, ((int64_t)(*(int64_t *)place_of(group, row)) + INT64_C(1)))) = ((*(int64_t *)place_of(first, ((int64_t)(*(int64_t *)place_of(group, row)) + INT64_C(1)))) + INT64_C(1));
    }
#line 136 "sim/engine/measures/array_loops.py"
    _4 = n_groups;
    for (_3 = 0; _3 < _4; _3 += 1) {
    number = _3;
#line 137 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(first, (number + INT64_C(1)))) = ((*(int64_t *)place_of(first, (number + INT64_C(1)))) + (int64_t)(*(int64_t *)place_of(first, number)));
    }
#line 138 "sim/engine/measures/array_loops.py"
    _6 = (n_groups + INT64_C(1));
    for (_5 = 0; _5 < _6; _5 += 1) {
    number = _5;
#line 139 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(first, (after + number))) = (int64_t)(*(int64_t *)place_of(first, number));
    }
#line 141 "sim/engine/measures/array_loops.py"
    _8 = (group).n[0];
    for (_7 = 0; _7 < _8; _7 += 1) {
    row = _7;
#line 142 "sim/engine/measures/array_loops.py"
    place = (int64_t)(*(int64_t *)place_of(first, (after + (int64_t)(*(int64_t *)place_of(group, row)))));
#line 143 "sim/engine/measures/array_loops.py"
    while ((((place > (int64_t)(*(int64_t *)place_of(first, (int64_t)(*(int64_t *)place_of(group, row)))))) && (((double)(*(double *)place_of(starts, (int64_t)(*(int64_t *)place_of(order, (place - INT64_C(1)))))) > (double)(*(double *)place_of(starts, row)))))) {
#line 144 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(order, place)) = (int64_t)(*(int64_t *)place_of(order, (place - INT64_C(1))));
#line 145 "sim/engine/measures/array_loops.py"
    place = (place - INT64_C(1));
    }
#line 146 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(order, place)) = row;
#line 147 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(first, (after + (int64_t)(*(int64_t *)place_of(group, row))))) = ((*(int64_t *)place_of(first, (after + (int64_t)(*(int64_t *)place_of(group, row))))) + INT64_C(1));
    }
}
static int64_t uncover(array1 group, array1 starts, array1 ends, array1 cover_group, array1 cover_starts, array1 cover_ends, array1 order, array1 first, array2 left) {
    int64_t n;
    int64_t _1;
    int64_t _2;
    int64_t span;
    int64_t _3;
    double _4;
    int64_t number;
    double reach;
    int64_t _5;
    int64_t _6;
    array1 _7;
    int64_t row;
    double _8;
    double _9;
    double _10;
    double _11;
#line 172 "sim/engine/measures/array_loops.py"
#line 173 "sim/engine/measures/array_loops.py"
    put_in_order(cover_group, cover_starts, order, first);
#line 174 "sim/engine/measures/array_loops.py"
    n = INT64_C(0);
#line 175 "sim/engine/measures/array_loops.py"
    _2 = (starts).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    span = _1;
#line 176 "sim/engine/measures/array_loops.py"
    _3 = (int64_t)(*(int64_t *)place_of(group, span));
    _4 = (double)(*(double *)place_of(starts, span));
    number = _3;
    reach = _4;
#line 177 "sim/engine/measures/array_loops.py"
    _7 = part1(order, (int64_t)(*(int64_t *)place_of(first, number)), (int64_t)(*(int64_t *)place_of(first, (number + INT64_C(1)))));
    _6 = _7.n[0];
    for (_5 = 0; _5 < _6; _5 += 1) {
    row = (int64_t)(*(int64_t *)place_of(_7, _5));
#line 178 "sim/engine/measures/array_loops.py"
    if ((((double)(*(double *)place_of(cover_starts, row)) >= (double)(*(double *)place_of(ends, span))))) {
#line 179 "sim/engine/measures/array_loops.py"
    break;
    }
#line 180 "sim/engine/measures/array_loops.py"
    if ((((double)(*(double *)place_of(cover_starts, row)) > reach))) {
#line 181 "sim/engine/measures/array_loops.py"
    _8 = reach;
    _9 = (double)(*(double *)place_of(cover_starts, row));
    (*(double *)place_of(row_of2(left, INT64_C(0)), n)) = _8;
    (*(double *)place_of(row_of2(left, INT64_C(1)), n)) = _9;
#line 182 "sim/engine/measures/array_loops.py"
    n = (n + INT64_C(1));
    }
#line 183 "sim/engine/measures/array_loops.py"
    reach = max_real(reach, (double)(*(double *)place_of(cover_ends, row)));
    }
#line 184 "sim/engine/measures/array_loops.py"
    if (((reach < (double)(*(double *)place_of(ends, span))))) {
#line 185 "sim/engine/measures/array_loops.py"
    _10 = reach;
    _11 = (double)(*(double *)place_of(ends, span));
    (*(double *)place_of(row_of2(left, INT64_C(0)), n)) = _10;
    (*(double *)place_of(row_of2(left, INT64_C(1)), n)) = _11;
#line 186 "sim/engine/measures/array_loops.py"
    n = (n + INT64_C(1));
    }
    }
#line 187 "sim/engine/measures/array_loops.py"
    return n;
}
static void find_ends(array1 group, array1 starts, array1 ends, array1 of_group, array1 moments, double apart, array1 order, array1 first, array1 found) {
    int64_t _1;
    int64_t _2;
    int64_t row;
    int64_t number;
    double _3;
    int64_t _4;
    int64_t _5;
    double moment;
    int64_t low;
    int64_t high;
    int64_t middle;
#line 195 "sim/engine/measures/array_loops.py"
#line 196 "sim/engine/measures/array_loops.py"
    array_loops_put_in_order(group, starts, order, first);
#line 197 "sim/engine/measures/array_loops.py"
    _2 = (moments).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 198 "sim/engine/measures/array_loops.py"
    number = (int64_t)(*(int32_t *)place_of(of_group, row));
#line 199 "sim/engine/measures/array_loops.py"
    _3 = (((double)number * apart) + (double)(*(double *)place_of(moments, row)));
    _4 = (int64_t)(*(int64_t *)place_of(first, number));
    _5 = (int64_t)(*(int64_t *)place_of(first, (number + INT64_C(1))));
    moment = _3;
    low = _4;
    high = _5;
#line 200 "sim/engine/measures/array_loops.py"
    while (((low < high))) {
#line 201 "sim/engine/measures/array_loops.py"
    middle = floor_div((low + high), INT64_C(2));
#line 202 "sim/engine/measures/array_loops.py"
    if ((((((double)number * apart) + (double)(*(double *)place_of(starts, (int64_t)(*(int64_t *)place_of(order, middle))))) <= moment))) {
#line 203 "sim/engine/measures/array_loops.py"
    low = (middle + INT64_C(1));
    } else {
#line 205 "sim/engine/measures/array_loops.py"
    high = middle;
    }
    }
#line 206 "sim/engine/measures/array_loops.py"
    if (((low > INT64_C(0)))) {
#line 207 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(found, row)) = (double)(*(double *)place_of(ends, (int64_t)(*(int64_t *)place_of(order, (low - INT64_C(1))))));
    }
    }
}
static void array_loops_put_in_order(array1 group, array1 starts, array1 order, array1 first) {
    int64_t n_groups;
    int64_t after;
    int64_t _1;
    int64_t _2;
    int64_t row;
    int64_t _3;
    int64_t _4;
    int64_t number;
    int64_t _5;
    int64_t _6;
    int64_t _7;
    int64_t _8;
    int64_t place;
#line 130 "sim/engine/measures/array_loops.py"
#line 132 "sim/engine/measures/array_loops.py"
    n_groups = (floor_div((first).n[0], INT64_C(2)) - INT64_C(1));
#line 133 "sim/engine/measures/array_loops.py"
    after = (n_groups + INT64_C(1));
#line 134 "sim/engine/measures/array_loops.py"
    _2 = (group).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 135 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(first, ((int64_t)(*(int32_t *)place_of(group, row)) + INT64_C(1)))) = ((*(int64_t *)place_of(first, ((int64_t)(*(int32_t *)place_of(group, row)) + INT64_C(1)))) + INT64_C(1));
    }
#line 136 "sim/engine/measures/array_loops.py"
    _4 = n_groups;
    for (_3 = 0; _3 < _4; _3 += 1) {
    number = _3;
#line 137 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(first, (number + INT64_C(1)))) = ((*(int64_t *)place_of(first, (number + INT64_C(1)))) + (int64_t)(*(int64_t *)place_of(first, number)));
    }
#line 138 "sim/engine/measures/array_loops.py"
    _6 = (n_groups + INT64_C(1));
    for (_5 = 0; _5 < _6; _5 += 1) {
    number = _5;
#line 139 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(first, (after + number))) = (int64_t)(*(int64_t *)place_of(first, number));
    }
#line 141 "sim/engine/measures/array_loops.py"
    _8 = (group).n[0];
    for (_7 = 0; _7 < _8; _7 += 1) {
    row = _7;
#line 142 "sim/engine/measures/array_loops.py"
    place = (int64_t)(*(int64_t *)place_of(first, (after + (int64_t)(*(int32_t *)place_of(group, row)))));
#line 143 "sim/engine/measures/array_loops.py"
    while ((((place > (int64_t)(*(int64_t *)place_of(first, (int64_t)(*(int32_t *)place_of(group, row)))))) && (((double)(*(double *)place_of(starts, (int64_t)(*(int64_t *)place_of(order, (place - INT64_C(1)))))) > (double)(*(double *)place_of(starts, row)))))) {
#line 144 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(order, place)) = (int64_t)(*(int64_t *)place_of(order, (place - INT64_C(1))));
#line 145 "sim/engine/measures/array_loops.py"
    place = (place - INT64_C(1));
    }
#line 146 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(order, place)) = row;
#line 147 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(first, (after + (int64_t)(*(int32_t *)place_of(group, row))))) = ((*(int64_t *)place_of(first, (after + (int64_t)(*(int32_t *)place_of(group, row))))) + INT64_C(1));
    }
}
static void put_first(array1 visits, array1 starts, array1 first) {
    int64_t _1;
    int64_t _2;
    int64_t row;
#line 215 "sim/engine/measures/array_loops.py"
#line 216 "sim/engine/measures/array_loops.py"
    _2 = (visits).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 217 "sim/engine/measures/array_loops.py"
    if (((!is_nan((double)(*(double *)place_of(starts, row)))) && (!(((double)(*(double *)place_of(first, (int64_t)(*(int32_t *)place_of(visits, row)))) <= (double)(*(double *)place_of(starts, row))))))) {
#line 218 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(first, (int64_t)(*(int32_t *)place_of(visits, row)))) = (double)(*(double *)place_of(starts, row));
    }
    }
}
static void choose(array1 condition, array1 values, array1 chosen) {
    int64_t _1;
    int64_t _2;
    int64_t row;
#line 223 "sim/engine/measures/array_loops.py"
#line 224 "sim/engine/measures/array_loops.py"
    _2 = (values).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 225 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(chosen, row)) = ((bool)(*(bool *)place_of(condition, row)) ? (double)(*(double *)place_of(values, row)) : __builtin_nan(""));
    }
}
static void read_steps(array3 times, array1 visits, array1 queueing, array2 wanted, array1 minutes, array1 n_waits, array2 found) {
    int64_t _1;
    int64_t _2;
    int64_t place;
    int64_t visit;
    int64_t _3;
    int64_t _4;
    int64_t number;
    int64_t step;
    double wait;
    bool known;
    int64_t _5;
    int64_t _6;
    int64_t _7;
    int64_t _8;
    int64_t _9;
    int64_t moment;
    int64_t column;
#line 233 "sim/engine/measures/array_loops.py"
#line 234 "sim/engine/measures/array_loops.py"
    _2 = (visits).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    place = _1;
#line 235 "sim/engine/measures/array_loops.py"
    visit = (int64_t)(*(int64_t *)place_of(visits, place));
#line 236 "sim/engine/measures/array_loops.py"
    _4 = (queueing).n[0];
    for (_3 = 0; _3 < _4; _3 += 1) {
    number = _3;
#line 237 "sim/engine/measures/array_loops.py"
    step = (int64_t)(*(int64_t *)place_of(queueing, number));
#line 238 "sim/engine/measures/array_loops.py"
    wait = ((double)(*(double *)place_of(row_of2(row_of3(times, visit), step), INT64_C(1))) - (double)(*(double *)place_of(row_of2(row_of3(times, visit), step), INT64_C(0))));
#line 240 "sim/engine/measures/array_loops.py"
    known = (!is_nan(wait));
#line 241 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(minutes, step)) = ((*(double *)place_of(minutes, step)) + (known ? wait : 0.0));
#line 242 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(n_waits, step)) = ((*(int64_t *)place_of(n_waits, step)) + ((int64_t)known));
    }
#line 243 "sim/engine/measures/array_loops.py"
    _6 = (wanted).n[0];
    for (_5 = 0; _5 < _6; _5 += 1) {
    number = _5;
#line 244 "sim/engine/measures/array_loops.py"
    _7 = (int64_t)(*(int64_t *)place_of(row_of2(wanted, number), INT64_C(0)));
    _8 = (int64_t)(*(int64_t *)place_of(row_of2(wanted, number), INT64_C(1)));
    _9 = (int64_t)(*(int64_t *)place_of(row_of2(wanted, number), INT64_C(2)));
    step = _7;
    moment = _8;
    column = _9;
#line 245 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(row_of2(found, column), visit)) = fmin((double)(*(double *)place_of(row_of2(row_of3(times, visit), step), moment)), (double)(*(double *)place_of(row_of2(found, column), visit)));
    }
    }
}
static void mark_within_targets(array1 waits, array1 targets, array1 acuity, array1 within) {
    int64_t _1;
    int64_t _2;
    int64_t row;
#line 250 "sim/engine/measures/array_loops.py"
#line 251 "sim/engine/measures/array_loops.py"
    _2 = (waits).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 252 "sim/engine/measures/array_loops.py"
    (*(bool *)place_of(within, row)) = (((double)(*(double *)place_of(waits, row)) <= (double)(*(double *)place_of(targets, (int64_t)(*(int8_t *)place_of(acuity, row))))));
    }
}
static void meet(array1 contacts, array1 visits, array1 members, array1 n_spells, array1 first, array1 same) {
    int64_t _1;
    int64_t _2;
    array1 _3;
    int64_t row;
    int64_t _4;
    int64_t _5;
    int64_t visit;
    int64_t member;
#line 257 "sim/engine/measures/array_loops.py"
#line 258 "sim/engine/measures/array_loops.py"
    _3 = contacts;
    _2 = _3.n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = (int64_t)(*(int32_t *)place_of(_3, _1));
#line 259 "sim/engine/measures/array_loops.py"
    _4 = (int64_t)(*(int32_t *)place_of(visits, row));
    _5 = (int64_t)(*(int32_t *)place_of(members, row));
    visit = _4;
    member = _5;
#line 260 "sim/engine/measures/array_loops.py"
    if (((member >= INT64_C(0)))) {
#line 261 "sim/engine/measures/array_loops.py"
    if ((((int64_t)(*(int32_t *)place_of(n_spells, visit)) == INT64_C(0)))) {
#line 262 "sim/engine/measures/array_loops.py"
    (*(int32_t *)place_of(first, visit)) = member;
    }
#line 263 "sim/engine/measures/array_loops.py"
    (*(int32_t *)place_of(n_spells, visit)) = ((*(int32_t *)place_of(n_spells, visit)) + INT64_C(1));
#line 264 "sim/engine/measures/array_loops.py"
    (*(bool *)place_of(same, visit)) = ((*(bool *)place_of(same, visit)) & ((member == (int64_t)(*(int32_t *)place_of(first, visit)))));
    }
    }
}
static void stretches(array1 rows, array1 visits, array1 kinds, array1 starts, array1 company_since, array1 ends, array1 number, array1 arrival, array1 stay, array1 visit, array1 kind, array1 started, array1 ended) {
    int64_t _1;
    int64_t _2;
    int64_t place;
    int64_t row;
    int64_t this;
    int64_t _3;
    int64_t _4;
    double start;
    double until;
#line 273 "sim/engine/measures/array_loops.py"
#line 274 "sim/engine/measures/array_loops.py"
    _2 = (rows).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    place = _1;
#line 275 "sim/engine/measures/array_loops.py"
    row = (int64_t)(*(int32_t *)place_of(rows, place));
#line 276 "sim/engine/measures/array_loops.py"
    this = (int64_t)(*(int32_t *)place_of(number, (int64_t)(*(int32_t *)place_of(visits, row))));
#line 277 "sim/engine/measures/array_loops.py"
    _3 = this;
    _4 = (int64_t)(*(int8_t *)place_of(kinds, row));
    (*(int64_t *)place_of(visit, place)) = _3;
    (*(int8_t *)place_of(kind, place)) = _4;
#line 278 "sim/engine/measures/array_loops.py"
    start = ((((int64_t)(*(int8_t *)place_of(kinds, row)) == INT64_C(3))) ? (double)(*(double *)place_of(company_since, row)) : (double)(*(double *)place_of(starts, row)));
#line 279 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(started, place)) = min_real(max_real((start - (double)(*(double *)place_of(arrival, this))), 0.0), (double)(*(double *)place_of(stay, this)));
#line 280 "sim/engine/measures/array_loops.py"
    until = ((double)(*(double *)place_of(ends, row)) - (double)(*(double *)place_of(arrival, this)));
#line 282 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(ended, place)) = max_real((double)(*(double *)place_of(started, place)), (((until < (double)(*(double *)place_of(stay, this)))) ? until : (double)(*(double *)place_of(stay, this))));
    }
}
static void tell_hours(array1 times, array1 hours) {
    int64_t _1;
    int64_t _2;
    int64_t row;
    int64_t hour;
#line 287 "sim/engine/measures/array_loops.py"
#line 288 "sim/engine/measures/array_loops.py"
    _2 = (times).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 289 "sim/engine/measures/array_loops.py"
    hour = floor_div(((int64_t)floor((double)(*(double *)place_of(times, row)))), INT64_C(60));
#line 290 "sim/engine/measures/array_loops.py"
    (*(int16_t *)place_of(hours, row)) = (hour - (INT64_C(168) * floor_div(hour, INT64_C(168))));
    }
}
static int64_t gather_known(array1 values, array1 rows, array1 known) {
    int64_t n;
    int64_t _1;
    int64_t _2;
    int64_t number;
    double value;
#line 298 "sim/engine/measures/array_loops.py"
#line 299 "sim/engine/measures/array_loops.py"
    n = INT64_C(0);
#line 300 "sim/engine/measures/array_loops.py"
    _2 = (rows).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 301 "sim/engine/measures/array_loops.py"
    value = (double)(*(double *)place_of(values, (int64_t)(*(int32_t *)place_of(rows, number))));
#line 302 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(known, n)) = value;
#line 304 "sim/engine/measures/array_loops.py"
    n = (n + ((int64_t)(!is_nan(value))));
    }
#line 305 "sim/engine/measures/array_loops.py"
    return n;
}
static int64_t gather_few(array1 visits, array1 values, array1 chosen, array1 known) {
    int64_t n;
    int64_t _1;
    int64_t _2;
    int64_t number;
    double value;
#line 310 "sim/engine/measures/array_loops.py"
#line 311 "sim/engine/measures/array_loops.py"
    n = INT64_C(0);
#line 312 "sim/engine/measures/array_loops.py"
    _2 = (visits).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 313 "sim/engine/measures/array_loops.py"
    value = (double)(*(double *)place_of(values, number));
#line 314 "sim/engine/measures/array_loops.py"
    (*(double *)place_of(known, n)) = value;
#line 315 "sim/engine/measures/array_loops.py"
    n = (n + ((int64_t)((bool)(*(bool *)place_of(chosen, (int64_t)(*(int32_t *)place_of(visits, number)))) && (!is_nan(value)))));
    }
#line 316 "sim/engine/measures/array_loops.py"
    return n;
}
static void count_in_bins(array1 cells, array1 values, array1 edges, array2 counts) {
    int64_t _1;
    double _2;
    int64_t last;
    double bins_per_minute;
    int64_t _3;
    int64_t _4;
    int64_t row;
    double value;
    int64_t place;
#line 321 "sim/engine/measures/array_loops.py"
#line 322 "sim/engine/measures/array_loops.py"
    _1 = ((edges).n[0] - INT64_C(2));
    _2 = (1.0 / (double)(*(double *)place_of(edges, INT64_C(1))));
    last = _1;
    bins_per_minute = _2;
#line 323 "sim/engine/measures/array_loops.py"
    _4 = (values).n[0];
    for (_3 = 0; _3 < _4; _3 += 1) {
    row = _3;
#line 324 "sim/engine/measures/array_loops.py"
    value = (double)(*(double *)place_of(values, row));
#line 325 "sim/engine/measures/array_loops.py"
    if ((!is_nan(value))) {
#line 326 "sim/engine/measures/array_loops.py"
    place = min_whole(((int64_t)(value * bins_per_minute)), last);
#line 328 "sim/engine/measures/array_loops.py"
    if (((value < (double)(*(double *)place_of(edges, place))))) {
#line 329 "sim/engine/measures/array_loops.py"
    place = (place - INT64_C(1));
    } else {
#line 330 "sim/engine/measures/array_loops.py"
    if (((value >= (double)(*(double *)place_of(edges, (place + INT64_C(1))))))) {
#line 331 "sim/engine/measures/array_loops.py"
    place = (place + INT64_C(1));
    }
    }
#line 332 "sim/engine/measures/array_loops.py"
    (*(int64_t *)place_of(row_of2(counts, (int64_t)(*(int16_t *)place_of(cells, row))), place)) = ((*(int64_t *)place_of(row_of2(counts, (int64_t)(*(int16_t *)place_of(cells, row))), place)) + INT64_C(1));
    }
    }
}
static int64_t whole_minutes(array1 streams, array1 before, array1 after, int64_t stream, double in_minutes, array1 minutes) {
    int64_t n;
    int64_t _1;
    int64_t _2;
    int64_t row;
    double change;
    bool known;
#line 339 "sim/engine/measures/array_loops.py"
#line 340 "sim/engine/measures/array_loops.py"
    n = INT64_C(0);
#line 341 "sim/engine/measures/array_loops.py"
    _2 = (streams).n[0];
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 342 "sim/engine/measures/array_loops.py"
    change = (((double)(*(double *)place_of(after, row)) - (double)(*(double *)place_of(before, row))) * in_minutes);
#line 343 "sim/engine/measures/array_loops.py"
    known = ((((int64_t)(*(int8_t *)place_of(streams, row)) == stream)) && (!is_nan(change)));
#line 344 "sim/engine/measures/array_loops.py"
    (*(int32_t *)place_of(minutes, n)) = (known ? ((int64_t)rint(change)) : INT64_C(0));
#line 345 "sim/engine/measures/array_loops.py"
    n = (n + ((int64_t)known));
    }
#line 346 "sim/engine/measures/array_loops.py"
    return n;
}
static void move(int64_t rows, int64_t n_rows, int64_t row_bytes, int64_t memory, int64_t moves, int64_t n_moves) {
    int64_t _1;
    int64_t _2;
    int64_t first;
    int64_t last;
    int64_t _3;
    int64_t _4;
    int64_t number;
    MOVE * one;
#line 131 "sim/engine/compiled/rows_to_columns.py"
#line 132 "sim/engine/compiled/rows_to_columns.py"
    _2 = n_rows;
    for (_1 = INT64_C(0); _1 < _2; _1 += INT64_C(256)) {
    first = _1;
#line 133 "sim/engine/compiled/rows_to_columns.py"
    last = min_whole((first + INT64_C(256)), n_rows);
#line 134 "sim/engine/compiled/rows_to_columns.py"
    _4 = n_moves;
    for (_3 = 0; _3 < _4; _3 += 1) {
    number = _3;
#line 135 "sim/engine/compiled/rows_to_columns.py"
    one = (((MOVE *)(moves)) + number);
#line 136 "sim/engine/compiled/rows_to_columns.py"
    move_column(one, (rows + (int64_t)(one)->offset), row_bytes, (memory + ((int64_t)(one)->target * n_rows)), first, last);
    }
    }
}
static void move_column(MOVE * one, int64_t source, int64_t step, int64_t target, int64_t first, int64_t last) {
    int64_t _1;
    int64_t _2;
    int64_t row;
    int64_t _3;
    int64_t _4;
    int64_t _5;
    int64_t _6;
    int64_t _7;
    int64_t _8;
    int64_t _9;
    int64_t _10;
    int64_t _11;
    int64_t _12;
#line 140 "sim/engine/compiled/rows_to_columns.py"
#line 141 "sim/engine/compiled/rows_to_columns.py"
    if ((((int64_t)(one)->stored == INT64_C(8)))) {
#line 142 "sim/engine/compiled/rows_to_columns.py"
    _2 = last;
    for (_1 = first; _1 < _2; _1 += 1) {
    row = _1;
#line 143 "sim/engine/compiled/rows_to_columns.py"
    ((((EIGHT *)(target)) + row))->value = (int64_t)((((EIGHT *)((source + (row * step)))) + INT64_C(0)))->value;
    }
    } else {
#line 144 "sim/engine/compiled/rows_to_columns.py"
    if ((((int64_t)(one)->stored == INT64_C(1)))) {
#line 145 "sim/engine/compiled/rows_to_columns.py"
    _4 = last;
    for (_3 = first; _3 < _4; _3 += 1) {
    row = _3;
#line 146 "sim/engine/compiled/rows_to_columns.py"
    ((((ONE *)(target)) + row))->value = (int64_t)((((ONE *)((source + (row * step)))) + INT64_C(0)))->value;
    }
    } else {
#line 147 "sim/engine/compiled/rows_to_columns.py"
    if ((((int64_t)(one)->width == INT64_C(8)))) {
#line 148 "sim/engine/compiled/rows_to_columns.py"
    _6 = last;
    for (_5 = first; _5 < _6; _5 += 1) {
    row = _5;
#line 149 "sim/engine/compiled/rows_to_columns.py"
    ((((EIGHT *)(target)) + row))->value = (int64_t)((((FOUR *)((source + (row * step)))) + INT64_C(0)))->value;
    }
    } else {
#line 150 "sim/engine/compiled/rows_to_columns.py"
    if ((((int64_t)(one)->width == INT64_C(4)))) {
#line 151 "sim/engine/compiled/rows_to_columns.py"
    _8 = last;
    for (_7 = first; _7 < _8; _7 += 1) {
    row = _7;
#line 152 "sim/engine/compiled/rows_to_columns.py"
    ((((FOUR *)(target)) + row))->value = (int64_t)((((FOUR *)((source + (row * step)))) + INT64_C(0)))->value;
    }
    } else {
#line 153 "sim/engine/compiled/rows_to_columns.py"
    if ((((int64_t)(one)->width == INT64_C(2)))) {
#line 154 "sim/engine/compiled/rows_to_columns.py"
    _10 = last;
    for (_9 = first; _9 < _10; _9 += 1) {
    row = _9;
#line 155 "sim/engine/compiled/rows_to_columns.py"
    ((((TWO *)(target)) + row))->value = (int64_t)((((FOUR *)((source + (row * step)))) + INT64_C(0)))->value;
    }
    } else {
#line 157 "sim/engine/compiled/rows_to_columns.py"
    _12 = last;
    for (_11 = first; _11 < _12; _11 += 1) {
    row = _11;
#line 158 "sim/engine/compiled/rows_to_columns.py"
    ((((ONE *)(target)) + row))->value = (int64_t)((((FOUR *)((source + (row * step)))) + INT64_C(0)))->value;
    }
    }
    }
    }
    }
    }
}
static int64_t play(int64_t address) {
    ED * ed;
    tuple_int64_int64_int64 _1;
    int64_t _2;
    int64_t _3;
    int64_t _4;
    int64_t instant;
    int64_t key;
    int64_t where;
    double time;
#line 86 "sim/engine/compiled/event_loop.py"
#line 87 "sim/engine/compiled/event_loop.py"
    ed = (((ED *)(address)) + INT64_C(0));
#line 88 "sim/engine/compiled/event_loop.py"
    if ((!(bool)(ed)->is_open)) {
#line 89 "sim/engine/compiled/event_loop.py"
    opens(ed);
    }
#line 90 "sim/engine/compiled/event_loop.py"
    while ((!(bool)(ed)->needs_memory)) {
#line 91 "sim/engine/compiled/event_loop.py"
    if ((bool)(ed)->settling) {
#line 92 "sim/engine/compiled/event_loop.py"
    settle_once(ed);
#line 93 "sim/engine/compiled/event_loop.py"
    continue;
    }
#line 94 "sim/engine/compiled/event_loop.py"
    if (((((int64_t)(ed)->n_created + (int64_t)(ed)->n_settlings) > (int64_t)(ed)->step_limit))) {
#line 95 "sim/engine/compiled/event_loop.py"
    return INT64_C(2);
    }
#line 96 "sim/engine/compiled/event_loop.py"
    _1 = next_entry(ed);
    _2 = _1.item[0];
    _3 = _1.item[1];
    _4 = _1.item[2];
    instant = _2;
    key = _3;
    where = _4;
#line 97 "sim/engine/compiled/event_loop.py"
    time = time_of(instant);
#line 98 "sim/engine/compiled/event_loop.py"
    if (((bool)(ed)->settle_due && (((time > (double)(ed)->now)) || ((key >= INT64_C(4611686018427387904)))))) {
#line 99 "sim/engine/compiled/event_loop.py"
    (ed)->settling = true;
#line 100 "sim/engine/compiled/event_loop.py"
    (ed)->n_settlings = ((ed)->n_settlings + INT64_C(1));
    } else {
#line 101 "sim/engine/compiled/event_loop.py"
    if (((time >= (double)(ed)->horizon))) {
#line 102 "sim/engine/compiled/event_loop.py"
    closes(ed);
#line 103 "sim/engine/compiled/event_loop.py"
    return INT64_C(0);
    } else {
#line 105 "sim/engine/compiled/event_loop.py"
    (ed)->now = time;
#line 106 "sim/engine/compiled/event_loop.py"
    (ed)->n_processed = ((ed)->n_processed + INT64_C(1));
#line 107 "sim/engine/compiled/event_loop.py"
    happen(ed, key, where);
    }
    }
    }
#line 108 "sim/engine/compiled/event_loop.py"
    return INT64_C(1);
}
static void opens(ED * ed) {
    int64_t _1;
    int64_t _2;
    int64_t number;
#line 112 "sim/engine/compiled/event_loop.py"
#line 113 "sim/engine/compiled/event_loop.py"
    (ed)->is_open = true;
#line 114 "sim/engine/compiled/event_loop.py"
    count_next_from_outside(ed);
#line 115 "sim/engine/compiled/event_loop.py"
    look_further(ed);
#line 116 "sim/engine/compiled/event_loop.py"
    _2 = (int64_t)(ed)->n_members;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 117 "sim/engine/compiled/event_loop.py"
    looks_ahead_to_duty(ed, (((MEMBER *)((int64_t)(ed)->members)) + number));
    }
#line 118 "sim/engine/compiled/event_loop.py"
    if ((bool)(ed)->pooled) {
#line 119 "sim/engine/compiled/event_loop.py"
    open_pool(ed);
    }
}
static void count_next_from_outside(ED * ed) {
#line 175 "sim/engine/compiled/event_loop.py"
#line 176 "sim/engine/compiled/event_loop.py"
    if (((((int64_t)(ed)->next_outside < (int64_t)(ed)->n_outside)) && (((double)((((OUTSIDE_ARRIVAL *)((int64_t)(ed)->outside)) + (int64_t)(ed)->next_outside))->time < (double)(ed)->horizon)))) {
#line 177 "sim/engine/compiled/event_loop.py"
    (ed)->n_created = ((ed)->n_created + INT64_C(1));
    }
}
static void look_further(ED * ed) {
    int64_t _1;
    int64_t _2;
    int64_t _3;
    OUTSIDE_ARRIVAL * arrival;
    int64_t _4;
    int64_t _5;
    int64_t heap;
    HEAP * h;
    ENTRY * first;
#line 134 "sim/engine/compiled/calendar.py"
#line 135 "sim/engine/compiled/calendar.py"
    _1 = instant_of(__builtin_inf());
    _2 = INT64_C(0);
    _3 = (-INT64_C(1));
    (ed)->later_instant = _1;
    (ed)->later_key = _2;
    (ed)->later_where = _3;
#line 136 "sim/engine/compiled/calendar.py"
    if ((((int64_t)(ed)->next_outside < (int64_t)(ed)->n_outside))) {
#line 137 "sim/engine/compiled/calendar.py"
    arrival = (((OUTSIDE_ARRIVAL *)((int64_t)(ed)->outside)) + (int64_t)(ed)->next_outside);
#line 138 "sim/engine/compiled/calendar.py"
    may_be_first(ed, instant_of((double)(arrival)->time), (INT64_C(4035225266123964416) + (int64_t)(arrival)->patient), INT64_C(3));
    }
#line 139 "sim/engine/compiled/calendar.py"
    _5 = INT64_C(3);
    for (_4 = INT64_C(1); _4 < _5; _4 += 1) {
    heap = _4;
#line 140 "sim/engine/compiled/calendar.py"
    h = (((HEAP *)((int64_t)(ed)->heaps)) + heap);
#line 141 "sim/engine/compiled/calendar.py"
    if ((((int64_t)(h)->n > INT64_C(0)))) {
#line 142 "sim/engine/compiled/calendar.py"
    first = (((ENTRY *)((int64_t)(h)->entries)) + INT64_C(0));
#line 143 "sim/engine/compiled/calendar.py"
    may_be_first(ed, (int64_t)(first)->instant, (int64_t)(first)->key, heap);
    }
    }
}
static void may_be_first(ED * ed, int64_t instant, int64_t key, int64_t where) {
    int64_t _1;
    int64_t _2;
    int64_t _3;
#line 128 "sim/engine/compiled/calendar.py"
#line 129 "sim/engine/compiled/calendar.py"
    if (comes_before(instant, key, (int64_t)(ed)->later_instant, (int64_t)(ed)->later_key)) {
#line 130 "sim/engine/compiled/calendar.py"
    _1 = instant;
    _2 = key;
    _3 = where;
    (ed)->later_instant = _1;
    (ed)->later_key = _2;
    (ed)->later_where = _3;
    }
}
static bool comes_before(int64_t instant, int64_t key, int64_t other_instant, int64_t other_key) {
#line 35 "sim/engine/compiled/calendar.py"
#line 36 "sim/engine/compiled/calendar.py"
    return is_less(instant, key, other_instant, other_key);
}
static void looks_ahead_to_duty(ED * ed, MEMBER * m) {
    DUTY * duty;
#line 204 "sim/engine/compiled/settling.py"
#line 205 "sim/engine/compiled/settling.py"
    while ((((int64_t)(m)->next_duty < ((int64_t)(m)->first_duty + (int64_t)(m)->n_duties)))) {
#line 206 "sim/engine/compiled/settling.py"
    duty = (((DUTY *)((int64_t)(ed)->duties)) + (int64_t)(m)->next_duty);
#line 207 "sim/engine/compiled/settling.py"
    if ((((double)(duty)->end > (double)(ed)->now))) {
#line 208 "sim/engine/compiled/settling.py"
    enter(ed, max_real((double)(duty)->start, (double)(ed)->now), INT64_C(7), (int64_t)(m)->index, INT64_C(0), (int64_t)(m)->index);
#line 209 "sim/engine/compiled/settling.py"
    return;
    }
#line 210 "sim/engine/compiled/settling.py"
    (m)->next_duty = ((m)->next_duty + INT64_C(1));
    }
}
static int64_t enter(ED * ed, double time, int64_t kind, int64_t ident, int64_t what, int64_t subject) {
    int64_t key;
    HEAP * near;
#line 107 "sim/engine/compiled/calendar.py"
#line 108 "sim/engine/compiled/calendar.py"
    (ed)->n_created = ((ed)->n_created + INT64_C(1));
#line 109 "sim/engine/compiled/calendar.py"
    key = key_of(kind, ident, (int64_t)(ed)->n_created);
#line 110 "sim/engine/compiled/calendar.py"
    near = (((HEAP *)((int64_t)(ed)->heaps)) + INT64_C(0));
#line 111 "sim/engine/compiled/calendar.py"
    if (((((kind == INT64_C(2))) || ((kind == INT64_C(3))) || ((kind == INT64_C(6))) || ((kind == INT64_C(5)))) && (((int64_t)(near)->n < INT64_C(128))))) {
#line 112 "sim/engine/compiled/calendar.py"
    stands_in_line(near, instant_of(time), key, ((what << INT64_C(32)) + subject));
    } else {
#line 114 "sim/engine/compiled/calendar.py"
    push(ed, INT64_C(1), time, key, what, subject);
#line 115 "sim/engine/compiled/calendar.py"
    may_be_first(ed, instant_of(time), key, INT64_C(1));
    }
#line 116 "sim/engine/compiled/calendar.py"
    return ((int64_t)(ed)->n_created & INT64_C(4294967295));
}
static int64_t key_of(int64_t kind, int64_t ident, int64_t running_number) {
#line 30 "sim/engine/compiled/calendar.py"
#line 31 "sim/engine/compiled/calendar.py"
    return ((((kind - INT64_C(2)) << INT64_C(59)) + (ident << INT64_C(32))) + (running_number & INT64_C(4294967295)));
}
static void stands_in_line(HEAP * near, int64_t instant, int64_t key, int64_t meaning) {
    int64_t place;
    ENTRY * sooner;
#line 68 "sim/engine/compiled/calendar.py"
#line 69 "sim/engine/compiled/calendar.py"
    place = (int64_t)(near)->n;
#line 70 "sim/engine/compiled/calendar.py"
    (near)->n = (place + INT64_C(1));
#line 71 "sim/engine/compiled/calendar.py"
    while (((place > INT64_C(0)))) {
#line 72 "sim/engine/compiled/calendar.py"
    sooner = (((ENTRY *)((int64_t)(near)->entries)) + (place - INT64_C(1)));
#line 73 "sim/engine/compiled/calendar.py"
    if ((!comes_before((int64_t)(sooner)->instant, (int64_t)(sooner)->key, instant, key))) {
#line 74 "sim/engine/compiled/calendar.py"
    break;
    }
#line 75 "sim/engine/compiled/calendar.py"
    put(near, place, (int64_t)(sooner)->instant, (int64_t)(sooner)->key, (int64_t)(sooner)->meaning);
#line 76 "sim/engine/compiled/calendar.py"
    place = (place - INT64_C(1));
    }
#line 77 "sim/engine/compiled/calendar.py"
    put(near, place, instant, key, meaning);
}
static void put(HEAP * h, int64_t place, int64_t instant, int64_t key, int64_t meaning) {
    ENTRY * entry;
#line 60 "sim/engine/compiled/calendar.py"
#line 61 "sim/engine/compiled/calendar.py"
    entry = (((ENTRY *)((int64_t)(h)->entries)) + place);
#line 62 "sim/engine/compiled/calendar.py"
    (entry)->instant = instant;
#line 63 "sim/engine/compiled/calendar.py"
    (entry)->key = key;
#line 64 "sim/engine/compiled/calendar.py"
    (entry)->meaning = meaning;
}
static void push(ED * ed, int64_t heap, double time, int64_t key, int64_t what, int64_t subject) {
    HEAP * h;
#line 40 "sim/engine/compiled/calendar.py"
#line 41 "sim/engine/compiled/calendar.py"
    h = (((HEAP *)((int64_t)(ed)->heaps)) + heap);
#line 42 "sim/engine/compiled/calendar.py"
    (h)->n = ((h)->n + INT64_C(1));
#line 43 "sim/engine/compiled/calendar.py"
    if ((((int64_t)(h)->n > (int64_t)(h)->room))) {
#line 44 "sim/engine/compiled/calendar.py"
    (ed)->needs_memory = true;
    }
#line 45 "sim/engine/compiled/calendar.py"
    rises(h, ((int64_t)(h)->n - INT64_C(1)), instant_of(time), key, ((what << INT64_C(32)) + subject));
}
static void rises(HEAP * h, int64_t place, int64_t instant, int64_t key, int64_t meaning) {
    ENTRY * parent;
#line 49 "sim/engine/compiled/calendar.py"
#line 50 "sim/engine/compiled/calendar.py"
    while (((place > INT64_C(0)))) {
#line 51 "sim/engine/compiled/calendar.py"
    parent = (((ENTRY *)((int64_t)(h)->entries)) + ((place - INT64_C(1)) >> INT64_C(1)));
#line 52 "sim/engine/compiled/calendar.py"
    if (comes_before((int64_t)(parent)->instant, (int64_t)(parent)->key, instant, key)) {
#line 53 "sim/engine/compiled/calendar.py"
    break;
    }
#line 54 "sim/engine/compiled/calendar.py"
    put(h, place, (int64_t)(parent)->instant, (int64_t)(parent)->key, (int64_t)(parent)->meaning);
#line 55 "sim/engine/compiled/calendar.py"
    place = ((place - INT64_C(1)) >> INT64_C(1));
    }
#line 56 "sim/engine/compiled/calendar.py"
    put(h, place, instant, key, meaning);
}
static void open_pool(ED * ed) {
    int64_t _1;
    int64_t _2;
    int64_t bed;
#line 117 "sim/engine/compiled/boarding_and_observation.py"
#line 118 "sim/engine/compiled/boarding_and_observation.py"
    _2 = (int64_t)(ed)->n_beds_first;
    for (_1 = 0; _1 < _2; _1 += 1) {
    bed = _1;
#line 119 "sim/engine/compiled/boarding_and_observation.py"
    take_bed(ed, pool_stay(ed, INT64_C(1034526876241494381), bed));
    }
#line 120 "sim/engine/compiled/boarding_and_observation.py"
    next_outside_request(ed);
}
static double pool_stay(ED * ed, int64_t quantity, int64_t counter) {
#line 105 "sim/engine/compiled/boarding_and_observation.py"
#line 106 "sim/engine/compiled/boarding_and_observation.py"
    return exponential(keyed((int64_t)(ed)->base, INT64_C(0), INT64_C(0)), quantity, counter, (double)(ed)->bed_stay);
}
static double exponential(uint64_t key, int64_t quantity, int64_t counter, double mean) {
#line 94 "sim/engine/compiled/draws.py"
#line 95 "sim/engine/compiled/draws.py"
    return quantile(INT64_C(1), mean, 0.0, 0.0, uniform_of(key, quantity, counter));
}
static void take_bed(ED * ed, double stay) {
#line 124 "sim/engine/compiled/boarding_and_observation.py"
#line 125 "sim/engine/compiled/boarding_and_observation.py"
    (ed)->n_beds_taken = ((ed)->n_beds_taken + INT64_C(1));
#line 126 "sim/engine/compiled/boarding_and_observation.py"
    enter_pool(ed, ((double)(ed)->now + stay), INT64_C(0));
}
static void enter_pool(ED * ed, double time, int64_t what) {
#line 110 "sim/engine/compiled/boarding_and_observation.py"
#line 111 "sim/engine/compiled/boarding_and_observation.py"
    (ed)->n_bed_entries = ((ed)->n_bed_entries + INT64_C(1));
#line 112 "sim/engine/compiled/boarding_and_observation.py"
    if (((time < (double)(ed)->horizon))) {
#line 113 "sim/engine/compiled/boarding_and_observation.py"
    enter(ed, time, INT64_C(4), (int64_t)(ed)->n_bed_entries, what, INT64_C(0));
    }
}
static void next_outside_request(ED * ed) {
    double gap;
#line 160 "sim/engine/compiled/boarding_and_observation.py"
#line 161 "sim/engine/compiled/boarding_and_observation.py"
    if ((((double)(ed)->outside_gap == (double)(ed)->outside_gap))) {
#line 162 "sim/engine/compiled/boarding_and_observation.py"
    gap = exponential(keyed((int64_t)(ed)->base, INT64_C(0), INT64_C(0)), INT64_C(180225624768516447), (int64_t)(ed)->n_outside_requests, (double)(ed)->outside_gap);
#line 163 "sim/engine/compiled/boarding_and_observation.py"
    enter_pool(ed, ((double)(ed)->now + gap), INT64_C(1));
    }
}
static void settle_once(ED * ed) {
#line 123 "sim/engine/compiled/event_loop.py"
#line 124 "sim/engine/compiled/event_loop.py"
    if ((!settles(ed))) {
#line 125 "sim/engine/compiled/event_loop.py"
    (ed)->settling = false;
#line 126 "sim/engine/compiled/event_loop.py"
    (ed)->settle_due = false;
    }
}
static bool settles(ED * ed) {
#line 52 "sim/engine/compiled/settling.py"
#line 53 "sim/engine/compiled/settling.py"
    if (((((int64_t)(ed)->n_going > INT64_C(0))) && someone_goes_home(ed))) {
#line 54 "sim/engine/compiled/settling.py"
    return true;
    }
#line 55 "sim/engine/compiled/settling.py"
    if (((((int64_t)(ed)->n_resting > INT64_C(0))) && someone_rests(ed))) {
#line 56 "sim/engine/compiled/settling.py"
    return true;
    }
#line 57 "sim/engine/compiled/settling.py"
    if (((bool)(ed)->places_changed && gives_place(ed))) {
#line 58 "sim/engine/compiled/settling.py"
    return true;
    }
#line 59 "sim/engine/compiled/settling.py"
    if (((bool)(ed)->delays_changed && starts_delay(ed))) {
#line 60 "sim/engine/compiled/settling.py"
    return true;
    }
#line 61 "sim/engine/compiled/settling.py"
    if (((((int64_t)(ed)->roles_changed != INT64_C(0))) && starts_task(ed))) {
#line 62 "sim/engine/compiled/settling.py"
    return true;
    }
#line 63 "sim/engine/compiled/settling.py"
    if (((((int64_t)(ed)->n_waiting_urgent > INT64_C(0))) && interrupts(ed))) {
#line 64 "sim/engine/compiled/settling.py"
    return true;
    }
#line 65 "sim/engine/compiled/settling.py"
    return ((((int64_t)(ed)->n_calling > INT64_C(0))) && (((int64_t)(ed)->n_callable > INT64_C(0))) && calls_peer_away(ed));
}
static bool someone_goes_home(ED * ed) {
    int64_t _1;
    int64_t _2;
    int64_t word;
    int64_t going;
    MEMBER * m;
#line 140 "sim/engine/compiled/settling.py"
#line 141 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(ed)->n_words;
    for (_1 = 0; _1 < _2; _1 += 1) {
    word = _1;
#line 142 "sim/engine/compiled/settling.py"
    going = mask_of(ed, (int64_t)(ed)->going_from, word);
#line 143 "sim/engine/compiled/settling.py"
    while (((going != INT64_C(0)))) {
#line 144 "sim/engine/compiled/settling.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + first_member(word, going));
#line 145 "sim/engine/compiled/settling.py"
    going = (going & (going - INT64_C(1)));
#line 146 "sim/engine/compiled/settling.py"
    if (((((int64_t)(m)->task == (-INT64_C(1)))) && (((int64_t)(m)->n_recoveries == INT64_C(0))))) {
#line 147 "sim/engine/compiled/settling.py"
    goes_home(ed, m);
#line 148 "sim/engine/compiled/settling.py"
    return true;
    }
    }
    }
#line 149 "sim/engine/compiled/settling.py"
    return false;
}
static int64_t mask_of(ED * ed, int64_t members, int64_t word) {
#line 125 "sim/engine/compiled/queues.py"
#line 126 "sim/engine/compiled/queues.py"
    return (int64_t)((((WORD *)((int64_t)(ed)->words)) + (members + word)))->mask;
}
static int64_t first_member(int64_t word, int64_t mask) {
#line 138 "sim/engine/compiled/queues.py"
#line 139 "sim/engine/compiled/queues.py"
    return ((word * INT64_C(62)) + lowest(mask));
}
static void goes_home(ED * ed, MEMBER * m) {
    bool _1;
    ROLE * role;
    tuple_int64_int64 _2;
    int64_t _3;
    int64_t _4;
    int64_t n_handed_over;
    int64_t n_unheld;
    int64_t _5;
    int64_t _6;
    int64_t number;
#line 177 "sim/engine/compiled/settling.py"
#line 178 "sim/engine/compiled/settling.py"
    if ((bool)(m)->on_break) {
#line 179 "sim/engine/compiled/settling.py"
    write_break(ed, m, (double)(ed)->now);
#line 180 "sim/engine/compiled/settling.py"
    (m)->resting_entry = (-INT64_C(1));
    } else {
#line 181 "sim/engine/compiled/settling.py"
    if ((((int64_t)(m)->break_block != (-INT64_C(1))))) {
#line 182 "sim/engine/compiled/settling.py"
    exclude(ed, (int64_t)(ed)->resting_from, m);
#line 183 "sim/engine/compiled/settling.py"
    (ed)->n_resting = ((ed)->n_resting - INT64_C(1));
    }
    }
#line 184 "sim/engine/compiled/settling.py"
    (m)->break_block = (-INT64_C(1));
#line 185 "sim/engine/compiled/settling.py"
    exclude(ed, (int64_t)(ed)->going_from, m);
#line 186 "sim/engine/compiled/settling.py"
    (ed)->n_going = ((ed)->n_going - INT64_C(1));
#line 187 "sim/engine/compiled/settling.py"
    is_busy(ed, m);
#line 188 "sim/engine/compiled/settling.py"
    _1 = false;
    (m)->on_duty = _1;
    (m)->on_break = _1;
#line 189 "sim/engine/compiled/settling.py"
    (ed)->roles_changed = ((ed)->roles_changed | (int64_t)(m)->serves);
#line 190 "sim/engine/compiled/settling.py"
    role = (((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(m)->role);
#line 191 "sim/engine/compiled/settling.py"
    (role)->n_on_duty = ((role)->n_on_duty - INT64_C(1));
#line 192 "sim/engine/compiled/settling.py"
    (ed)->places_changed = true;
#line 193 "sim/engine/compiled/settling.py"
    _2 = hand_over(ed, m);
    _3 = _2.item[0];
    _4 = _2.item[1];
    n_handed_over = _3;
    n_unheld = _4;
#line 194 "sim/engine/compiled/settling.py"
    _6 = (int64_t)(ed)->n_roles;
    for (_5 = 0; _5 < _6; _5 += 1) {
    number = _5;
#line 195 "sim/engine/compiled/settling.py"
    own_tasks_look_again(ed, queue_of_member(ed, (int64_t)(m)->index, number));
    }
#line 196 "sim/engine/compiled/settling.py"
    write_duty(ed, m, (double)(ed)->now, n_handed_over, n_unheld);
#line 197 "sim/engine/compiled/settling.py"
    (m)->duty = (-INT64_C(1));
#line 198 "sim/engine/compiled/settling.py"
    if ((((int64_t)(role)->n_on_duty == INT64_C(0)))) {
#line 199 "sim/engine/compiled/settling.py"
    role_goes_home(ed, (int64_t)(m)->role);
    }
#line 200 "sim/engine/compiled/settling.py"
    looks_ahead_to_duty(ed, m);
}
static void write_break(ED * ed, MEMBER * m, double end) {
    BREAK_ROW * row;
    int64_t _1;
    double _2;
    double _3;
    double _4;
#line 57 "sim/engine/compiled/row_writers.py"
#line 58 "sim/engine/compiled/row_writers.py"
    row = (((BREAK_ROW *)((int64_t)(ed)->break_rows)) + (int64_t)(ed)->n_break_rows);
#line 59 "sim/engine/compiled/row_writers.py"
    (ed)->n_break_rows = ((ed)->n_break_rows + INT64_C(1));
#line 60 "sim/engine/compiled/row_writers.py"
    if ((((int64_t)(ed)->n_break_rows > (int64_t)(ed)->room_for_break_rows))) {
#line 61 "sim/engine/compiled/row_writers.py"
    (ed)->needs_memory = true;
    }
#line 62 "sim/engine/compiled/row_writers.py"
    _1 = (int64_t)(m)->index;
    _2 = (double)(m)->due_at;
    _3 = (double)(m)->break_start;
    _4 = end;
    (row)->member = _1;
    (row)->due = _2;
    (row)->start = _3;
    (row)->end = _4;
#line 63 "sim/engine/compiled/row_writers.py"
    (row)->protected = (bool)((((BLOCK *)((int64_t)(ed)->blocks)) + (int64_t)(m)->break_block))->protected;
}
static void exclude(ED * ed, int64_t members, MEMBER * m) {
#line 120 "sim/engine/compiled/queues.py"
#line 121 "sim/engine/compiled/queues.py"
    ((((WORD *)((int64_t)(ed)->words)) + (members + (int64_t)(m)->word)))->mask = (((((WORD *)((int64_t)(ed)->words)) + (members + (int64_t)(m)->word)))->mask & (~(int64_t)(m)->bit));
}
static void is_busy(ED * ed, MEMBER * m) {
    int64_t _1;
    int64_t _2;
    int64_t number;
    SERVICE * service;
#line 26 "sim/engine/compiled/cases.py"
#line 27 "sim/engine/compiled/cases.py"
    _2 = (int64_t)(m)->n_services;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 28 "sim/engine/compiled/cases.py"
    service = (((SERVICE *)((int64_t)(ed)->services)) + ((int64_t)(m)->first_service + number));
#line 29 "sim/engine/compiled/cases.py"
    exclude(ed, (int64_t)(service)->free, m);
#line 30 "sim/engine/compiled/cases.py"
    if (nobody(ed, (int64_t)(service)->free)) {
#line 31 "sim/engine/compiled/cases.py"
    ((((LEVEL *)((int64_t)(ed)->levels)) + (int64_t)(service)->level))->free_roles = (((((LEVEL *)((int64_t)(ed)->levels)) + (int64_t)(service)->level))->free_roles & (~(int64_t)(service)->role_bit));
    }
    }
}
static bool nobody(ED * ed, int64_t members) {
    int64_t _1;
    int64_t _2;
    int64_t word;
#line 130 "sim/engine/compiled/queues.py"
#line 131 "sim/engine/compiled/queues.py"
    _2 = (int64_t)(ed)->n_words;
    for (_1 = 0; _1 < _2; _1 += 1) {
    word = _1;
#line 132 "sim/engine/compiled/queues.py"
    if (((mask_of(ed, members, word) != INT64_C(0)))) {
#line 133 "sim/engine/compiled/queues.py"
    return false;
    }
    }
#line 134 "sim/engine/compiled/queues.py"
    return true;
}
static tuple_int64_int64 hand_over(ED * ed, MEMBER * m) {
    int64_t _1;
    int64_t n_handed_over;
    int64_t n_unheld;
    int64_t place;
    VISIT * v;
    int64_t role;
    int64_t colleague;
#line 178 "sim/engine/compiled/cases.py"
#line 179 "sim/engine/compiled/cases.py"
    _1 = INT64_C(0);
    n_handed_over = _1;
    n_unheld = _1;
#line 180 "sim/engine/compiled/cases.py"
    while ((((int64_t)(m)->first_case != (-INT64_C(1))))) {
#line 181 "sim/engine/compiled/cases.py"
    place = (int64_t)(m)->first_case;
#line 182 "sim/engine/compiled/cases.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + floor_div(place, (int64_t)(ed)->n_roles));
#line 183 "sim/engine/compiled/cases.py"
    role = floor_mod(place, (int64_t)(ed)->n_roles);
#line 184 "sim/engine/compiled/cases.py"
    end_case_spell(ed, v, role);
#line 185 "sim/engine/compiled/cases.py"
    colleague = colleague_for(ed, role);
#line 186 "sim/engine/compiled/cases.py"
    begin_case_spell(ed, v, role, colleague, ((colleague != (-INT64_C(1)))));
#line 187 "sim/engine/compiled/cases.py"
    if (((colleague == (-INT64_C(1))))) {
#line 188 "sim/engine/compiled/cases.py"
    n_unheld = (n_unheld + INT64_C(1));
    } else {
#line 190 "sim/engine/compiled/cases.py"
    n_handed_over = (n_handed_over + INT64_C(1));
    }
    }
#line 191 "sim/engine/compiled/cases.py"
    return (tuple_int64_int64){{n_handed_over, n_unheld}};
}
static void end_case_spell(ED * ed, VISIT * v, int64_t role) {
    VISIT_ROLE * case_;
    MEMBER * m;
#line 111 "sim/engine/compiled/cases.py"
#line 112 "sim/engine/compiled/cases.py"
    case_ = case_of(ed, v, role);
#line 113 "sim/engine/compiled/cases.py"
    write_case(ed, v, role, (int64_t)(case_)->holder, (double)(case_)->since, (double)(ed)->now);
#line 114 "sim/engine/compiled/cases.py"
    if ((((int64_t)(case_)->holder != (-INT64_C(1))))) {
#line 115 "sim/engine/compiled/cases.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + (int64_t)(case_)->holder);
#line 116 "sim/engine/compiled/cases.py"
    remove_case(ed, m, case_);
#line 117 "sim/engine/compiled/cases.py"
    (ed)->roles_changed = ((ed)->roles_changed | (int64_t)(m)->serves);
    }
}
static VISIT_ROLE * case_of(ED * ed, VISIT * v, int64_t role) {
#line 80 "sim/engine/compiled/requests.py"
#line 81 "sim/engine/compiled/requests.py"
    return (((VISIT_ROLE *)((int64_t)(ed)->visit_roles)) + (((int64_t)(v)->row * (int64_t)(ed)->n_roles) + role));
}
static void write_case(ED * ed, VISIT * v, int64_t role, int64_t holder, double start, double end) {
    CASE_ROW * row;
    int64_t _1;
    int64_t _2;
    int64_t _3;
    double _4;
    double _5;
#line 35 "sim/engine/compiled/row_writers.py"
#line 36 "sim/engine/compiled/row_writers.py"
    row = (((CASE_ROW *)((int64_t)(ed)->case_rows)) + (int64_t)(ed)->n_case_rows);
#line 37 "sim/engine/compiled/row_writers.py"
    (ed)->n_case_rows = ((ed)->n_case_rows + INT64_C(1));
#line 38 "sim/engine/compiled/row_writers.py"
    if (((((int64_t)(ed)->n_case_rows + (int64_t)(ed)->n_cases_open) > (int64_t)(ed)->room_for_case_rows))) {
#line 39 "sim/engine/compiled/row_writers.py"
    (ed)->needs_memory = true;
    }
#line 40 "sim/engine/compiled/row_writers.py"
    _1 = (int64_t)(v)->row;
    _2 = role;
    _3 = holder;
    _4 = start;
    _5 = end;
    (row)->visit = _1;
    (row)->role = _2;
    (row)->member = _3;
    (row)->start = _4;
    (row)->end = _5;
}
static void remove_case(ED * ed, MEMBER * m, VISIT_ROLE * case_) {
#line 98 "sim/engine/compiled/cases.py"
#line 99 "sim/engine/compiled/cases.py"
    if ((((int64_t)(case_)->previous == (-INT64_C(1))))) {
#line 100 "sim/engine/compiled/cases.py"
    (m)->first_case = (int64_t)(case_)->next;
    } else {
#line 102 "sim/engine/compiled/cases.py"
    ((((VISIT_ROLE *)((int64_t)(ed)->visit_roles)) + (int64_t)(case_)->previous))->next = (int64_t)(case_)->next;
    }
#line 103 "sim/engine/compiled/cases.py"
    if ((((int64_t)(case_)->next == (-INT64_C(1))))) {
#line 104 "sim/engine/compiled/cases.py"
    (m)->last_case = (int64_t)(case_)->previous;
    } else {
#line 106 "sim/engine/compiled/cases.py"
    ((((VISIT_ROLE *)((int64_t)(ed)->visit_roles)) + (int64_t)(case_)->next))->previous = (int64_t)(case_)->previous;
    }
#line 107 "sim/engine/compiled/cases.py"
    (m)->n_cases = ((m)->n_cases - INT64_C(1));
}
static int64_t colleague_for(ED * ed, int64_t role) {
    int64_t _1;
    int64_t _2;
    int64_t _3;
    int64_t best;
    int64_t best_level;
    int64_t best_cases;
    ROLE * of_role;
    int64_t _4;
    int64_t _5;
    int64_t number;
    SERVER * server;
    MEMBER * m;
    int64_t _6;
    int64_t _7;
    int64_t _8;
#line 164 "sim/engine/compiled/cases.py"
#line 165 "sim/engine/compiled/cases.py"
    _1 = (-INT64_C(1));
    _2 = INT64_C(0);
    _3 = INT64_C(0);
    best = _1;
    best_level = _2;
    best_cases = _3;
#line 166 "sim/engine/compiled/cases.py"
    of_role = (((ROLE *)((int64_t)(ed)->roles)) + role);
#line 167 "sim/engine/compiled/cases.py"
    _5 = (int64_t)(of_role)->n_servers;
    for (_4 = 0; _4 < _5; _4 += 1) {
    number = _4;
#line 168 "sim/engine/compiled/cases.py"
    server = (((SERVER *)((int64_t)(ed)->servers)) + ((int64_t)(of_role)->first_server + number));
#line 169 "sim/engine/compiled/cases.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + (int64_t)(server)->member);
#line 170 "sim/engine/compiled/cases.py"
    if ((could_adopt(ed, m) && (((best == (-INT64_C(1)))) || (((int64_t)(server)->level < best_level)) || ((((int64_t)(server)->level == best_level)) && (((int64_t)(m)->n_cases < best_cases)))))) {
#line 173 "sim/engine/compiled/cases.py"
    _6 = (int64_t)(server)->member;
    _7 = (int64_t)(server)->level;
    _8 = (int64_t)(m)->n_cases;
    best = _6;
    best_level = _7;
    best_cases = _8;
    }
    }
#line 174 "sim/engine/compiled/cases.py"
    return best;
}
static bool could_adopt(ED * ed, MEMBER * m) {
#line 47 "sim/engine/compiled/cases.py"
#line 48 "sim/engine/compiled/cases.py"
    return ((bool)(m)->on_duty && (!(bool)(m)->shift_over) && (!near_shift_end(ed, m)) && roomy(m));
}
static bool near_shift_end(ED * ed, MEMBER * m) {
#line 40 "sim/engine/compiled/cases.py"
#line 41 "sim/engine/compiled/cases.py"
    if (((((double)(m)->last_pickup <= 0.0)) || (((int64_t)(m)->duty == (-INT64_C(1)))))) {
#line 42 "sim/engine/compiled/cases.py"
    return false;
    }
#line 43 "sim/engine/compiled/cases.py"
    return in_last_pickup((double)(ed)->now, (double)((((DUTY *)((int64_t)(ed)->duties)) + (int64_t)(m)->duty))->end, (double)(m)->last_pickup);
}
static bool in_last_pickup(double now, double shift_end, double last_pickup_minutes) {
#line 84 "sim/department/discipline.py"
#line 85 "sim/department/discipline.py"
    return ((now >= (shift_end - last_pickup_minutes)));
}
static bool roomy(MEMBER * m) {
#line 35 "sim/engine/compiled/cases.py"
#line 36 "sim/engine/compiled/cases.py"
    return has_room((int64_t)(m)->n_cases, (int64_t)(m)->caseload);
}
static bool has_room(int64_t n_open_cases, int64_t caseload) {
#line 79 "sim/department/discipline.py"
#line 80 "sim/department/discipline.py"
    return (((caseload < INT64_C(0))) || ((n_open_cases < caseload)));
}
static void begin_case_spell(ED * ed, VISIT * v, int64_t role, int64_t holder, bool taken_over) {
    VISIT_ROLE * case_;
    int64_t _1;
    double _2;
    bool _3;
    MEMBER * m;
    int64_t _4;
    int64_t _5;
#line 67 "sim/engine/compiled/cases.py"
#line 68 "sim/engine/compiled/cases.py"
    case_ = case_of(ed, v, role);
#line 69 "sim/engine/compiled/cases.py"
    _1 = holder;
    _2 = (double)(ed)->now;
    _3 = taken_over;
    (case_)->holder = _1;
    (case_)->since = _2;
    (case_)->taken_over = _3;
#line 70 "sim/engine/compiled/cases.py"
    if (((holder == (-INT64_C(1))))) {
#line 71 "sim/engine/compiled/cases.py"
    return;
    }
#line 72 "sim/engine/compiled/cases.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + holder);
#line 73 "sim/engine/compiled/cases.py"
    insert_case(ed, m, case_, (((int64_t)(v)->row * (int64_t)(ed)->n_roles) + role));
#line 74 "sim/engine/compiled/cases.py"
    _4 = holder;
    _5 = (int64_t)(m)->duty;
    (case_)->last_holder = _4;
    (case_)->last_duty = _5;
#line 75 "sim/engine/compiled/cases.py"
    if ((!roomy(m))) {
#line 76 "sim/engine/compiled/cases.py"
    (ed)->roles_changed = ((ed)->roles_changed | (int64_t)(m)->serves);
    }
}
static void insert_case(ED * ed, MEMBER * m, VISIT_ROLE * case_, int64_t place) {
    int64_t _1;
    int64_t _2;
    int64_t before;
    int64_t after;
    int64_t _3;
    int64_t _4;
#line 80 "sim/engine/compiled/cases.py"
#line 81 "sim/engine/compiled/cases.py"
    _1 = (int64_t)(m)->last_case;
    _2 = (-INT64_C(1));
    before = _1;
    after = _2;
#line 82 "sim/engine/compiled/cases.py"
    while ((((before != (-INT64_C(1)))) && (((int64_t)((((VISIT_ROLE *)((int64_t)(ed)->visit_roles)) + before))->number > (int64_t)(case_)->number)))) {
#line 83 "sim/engine/compiled/cases.py"
    after = before;
#line 84 "sim/engine/compiled/cases.py"
    before = (int64_t)((((VISIT_ROLE *)((int64_t)(ed)->visit_roles)) + before))->previous;
    }
#line 85 "sim/engine/compiled/cases.py"
    _3 = before;
    _4 = after;
    (case_)->previous = _3;
    (case_)->next = _4;
#line 86 "sim/engine/compiled/cases.py"
    if (((before == (-INT64_C(1))))) {
#line 87 "sim/engine/compiled/cases.py"
    (m)->first_case = place;
    } else {
#line 89 "sim/engine/compiled/cases.py"
    ((((VISIT_ROLE *)((int64_t)(ed)->visit_roles)) + before))->next = place;
    }
#line 90 "sim/engine/compiled/cases.py"
    if (((after == (-INT64_C(1))))) {
#line 91 "sim/engine/compiled/cases.py"
    (m)->last_case = place;
    } else {
#line 93 "sim/engine/compiled/cases.py"
    ((((VISIT_ROLE *)((int64_t)(ed)->visit_roles)) + after))->previous = place;
    }
#line 94 "sim/engine/compiled/cases.py"
    (m)->n_cases = ((m)->n_cases + INT64_C(1));
}
static int64_t queue_of_member(ED * ed, int64_t member, int64_t role) {
#line 112 "sim/engine/compiled/requests.py"
#line 113 "sim/engine/compiled/requests.py"
    return (((int64_t)(ed)->member_lines_from + (member * (int64_t)(ed)->n_roles)) + role);
}
static void own_tasks_look_again(ED * ed, int64_t queue) {
    int64_t of_class;
    REQUEST * r;
    VISIT * v;
#line 214 "sim/engine/compiled/settling.py"
#line 215 "sim/engine/compiled/settling.py"
    while ((((int64_t)((((LINE *)((int64_t)(ed)->lines)) + queue))->n > INT64_C(0)))) {
#line 216 "sim/engine/compiled/settling.py"
    of_class = lowest((int64_t)((((LINE *)((int64_t)(ed)->lines)) + queue))->classes);
#line 217 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)((((CLASS *)((int64_t)(ed)->classes)) + ((queue * INT64_C(40)) + of_class)))->first);
#line 218 "sim/engine/compiled/settling.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit);
#line 219 "sim/engine/compiled/settling.py"
    leave_line(ed, r, v);
#line 220 "sim/engine/compiled/settling.py"
    line_up(ed, r, v);
    }
}
static void leave_line(ED * ed, REQUEST * r, VISIT * v) {
    int64_t queue;
    ROLE * role;
#line 175 "sim/engine/compiled/requests.py"
#line 176 "sim/engine/compiled/requests.py"
    queue = (int64_t)(r)->line;
#line 177 "sim/engine/compiled/requests.py"
    if (((queue == (-INT64_C(1))))) {
#line 178 "sim/engine/compiled/requests.py"
    return;
    }
#line 179 "sim/engine/compiled/requests.py"
    leave(ed, r, v);
#line 180 "sim/engine/compiled/requests.py"
    if ((((int64_t)(r)->role == (-INT64_C(1))))) {
#line 181 "sim/engine/compiled/requests.py"
    return;
    }
#line 182 "sim/engine/compiled/requests.py"
    role = (((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(r)->role);
#line 183 "sim/engine/compiled/requests.py"
    (role)->n_waiting = ((role)->n_waiting - INT64_C(1));
#line 184 "sim/engine/compiled/requests.py"
    if ((((int64_t)(role)->n_waiting == INT64_C(0)))) {
#line 185 "sim/engine/compiled/requests.py"
    (ed)->roles_waiting = ((ed)->roles_waiting & (~bit((int64_t)(r)->role)));
    }
#line 186 "sim/engine/compiled/requests.py"
    if (calls_away(r, v)) {
#line 187 "sim/engine/compiled/requests.py"
    (ed)->n_calling = ((ed)->n_calling - INT64_C(1));
    }
#line 188 "sim/engine/compiled/requests.py"
    if (((((int64_t)(r)->kind == INT64_C(0))) && (((int64_t)(v)->acuity == INT64_C(1))))) {
#line 189 "sim/engine/compiled/requests.py"
    (role)->n_urgent = ((role)->n_urgent - INT64_C(1));
#line 190 "sim/engine/compiled/requests.py"
    (ed)->n_waiting_urgent = ((ed)->n_waiting_urgent - INT64_C(1));
    }
#line 191 "sim/engine/compiled/requests.py"
    if ((is_queue_of_member(ed, queue) && (((int64_t)((((LINE *)((int64_t)(ed)->lines)) + queue))->n == INT64_C(0))))) {
#line 192 "sim/engine/compiled/requests.py"
    exclude(ed, own_set(ed, (int64_t)(r)->role), (((MEMBER *)((int64_t)(ed)->members)) + floor_div((queue - (int64_t)(ed)->member_lines_from), (int64_t)(ed)->n_roles)));
    }
}
static void leave(ED * ed, REQUEST * r, VISIT * v) {
    int64_t queue;
    LINE * line;
    int64_t of_class;
    CLASS * ends;
#line 58 "sim/engine/compiled/queues.py"
#line 59 "sim/engine/compiled/queues.py"
    queue = (int64_t)(r)->line;
#line 60 "sim/engine/compiled/queues.py"
    line = (((LINE *)((int64_t)(ed)->lines)) + queue);
#line 61 "sim/engine/compiled/queues.py"
    of_class = ((((int64_t)(r)->band * INT64_C(5)) + (int64_t)(v)->acuity) - INT64_C(1));
#line 62 "sim/engine/compiled/queues.py"
    ends = (((CLASS *)((int64_t)(ed)->classes)) + ((queue * INT64_C(40)) + of_class));
#line 63 "sim/engine/compiled/queues.py"
    if ((((int64_t)(r)->previous == (-INT64_C(1))))) {
#line 64 "sim/engine/compiled/queues.py"
    (ends)->first = (int64_t)(r)->next;
    } else {
#line 66 "sim/engine/compiled/queues.py"
    ((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(r)->previous))->next = (int64_t)(r)->next;
    }
#line 67 "sim/engine/compiled/queues.py"
    if ((((int64_t)(r)->next == (-INT64_C(1))))) {
#line 68 "sim/engine/compiled/queues.py"
    (ends)->last = (int64_t)(r)->previous;
    } else {
#line 70 "sim/engine/compiled/queues.py"
    ((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(r)->next))->previous = (int64_t)(r)->previous;
    }
#line 71 "sim/engine/compiled/queues.py"
    if ((((int64_t)(ends)->first == (-INT64_C(1))))) {
#line 72 "sim/engine/compiled/queues.py"
    (line)->classes = ((line)->classes & (~bit(of_class)));
    }
#line 73 "sim/engine/compiled/queues.py"
    (line)->n = ((line)->n - INT64_C(1));
#line 74 "sim/engine/compiled/queues.py"
    (r)->line = (-INT64_C(1));
}
static int64_t bit(int64_t position) {
#line 104 "sim/engine/compiled/memory.py"
#line 105 "sim/engine/compiled/memory.py"
    return (INT64_C(1) << ((int64_t)position));
}
static bool calls_away(REQUEST * r, VISIT * v) {
#line 117 "sim/engine/compiled/requests.py"
#line 118 "sim/engine/compiled/requests.py"
    return ((((int64_t)(r)->kind == INT64_C(5))) || ((((int64_t)(r)->kind == INT64_C(3))) && (!is_met(v))));
}
static bool is_met(VISIT * v) {
#line 61 "sim/engine/compiled/patience_and_calm.py"
#line 62 "sim/engine/compiled/patience_and_calm.py"
    return (((double)(v)->peer_met == (double)(v)->peer_met));
}
static bool is_queue_of_member(ED * ed, int64_t queue) {
#line 196 "sim/engine/compiled/requests.py"
#line 197 "sim/engine/compiled/requests.py"
    return ((queue >= (int64_t)(ed)->member_lines_from));
}
static int64_t own_set(ED * ed, int64_t role) {
#line 148 "sim/engine/compiled/queues.py"
#line 149 "sim/engine/compiled/queues.py"
    return ((int64_t)(ed)->own_from + (role * (int64_t)(ed)->n_words));
}
static void line_up(ED * ed, REQUEST * r, VISIT * v) {
#line 148 "sim/engine/compiled/requests.py"
#line 149 "sim/engine/compiled/requests.py"
    if (((((int64_t)(r)->kind == INT64_C(0))) && (((int64_t)(v)->responding > INT64_C(0))))) {
#line 150 "sim/engine/compiled/requests.py"
    return;
    }
#line 151 "sim/engine/compiled/requests.py"
    if (((((int64_t)(r)->kind == INT64_C(3))) && is_kept_from_company(v))) {
#line 152 "sim/engine/compiled/requests.py"
    return;
    }
#line 153 "sim/engine/compiled/requests.py"
    if ((((int64_t)(r)->role != (-INT64_C(1))))) {
#line 154 "sim/engine/compiled/requests.py"
    join_task_queue(ed, r, v);
    } else {
#line 155 "sim/engine/compiled/requests.py"
    if ((((int64_t)(r)->place_line != (-INT64_C(1))))) {
#line 156 "sim/engine/compiled/requests.py"
    join(ed, r, v, (int64_t)(r)->queue);
#line 157 "sim/engine/compiled/requests.py"
    list_place_line(ed, (int64_t)(r)->place_line);
#line 158 "sim/engine/compiled/requests.py"
    (ed)->places_changed = true;
    } else {
#line 160 "sim/engine/compiled/requests.py"
    join(ed, r, v, (int64_t)(r)->queue);
#line 161 "sim/engine/compiled/requests.py"
    (ed)->delays_changed = true;
    }
    }
#line 162 "sim/engine/compiled/requests.py"
    (ed)->settle_due = true;
}
static bool is_kept_from_company(VISIT * v) {
#line 122 "sim/engine/compiled/requests.py"
#line 123 "sim/engine/compiled/requests.py"
    return ((((int64_t)(v)->responding > INT64_C(0))) || ((bool)(v)->clinician_there && (!(bool)(v)->peer_stays)));
}
static void join_task_queue(ED * ed, REQUEST * r, VISIT * v) {
    ROLE * role;
    int64_t member;
#line 127 "sim/engine/compiled/requests.py"
#line 128 "sim/engine/compiled/requests.py"
    role = (((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(r)->role);
#line 129 "sim/engine/compiled/requests.py"
    member = bound_to(ed, r, v);
#line 130 "sim/engine/compiled/requests.py"
    if (((member != (-INT64_C(1))))) {
#line 131 "sim/engine/compiled/requests.py"
    join(ed, r, v, queue_of_member(ed, member, (int64_t)(r)->role));
#line 132 "sim/engine/compiled/requests.py"
    include(ed, own_set(ed, (int64_t)(r)->role), (((MEMBER *)((int64_t)(ed)->members)) + member));
    } else {
#line 133 "sim/engine/compiled/requests.py"
    if (((((int64_t)(r)->contact != INT64_C(2))) && opens_cases((int64_t)(r)->kind))) {
#line 134 "sim/engine/compiled/requests.py"
    join(ed, r, v, queue_of_new_cases((int64_t)(r)->role));
    } else {
#line 136 "sim/engine/compiled/requests.py"
    join(ed, r, v, queue_for_anyone((int64_t)(r)->role));
    }
    }
#line 137 "sim/engine/compiled/requests.py"
    (role)->n_waiting = ((role)->n_waiting + INT64_C(1));
#line 138 "sim/engine/compiled/requests.py"
    (ed)->roles_waiting = ((ed)->roles_waiting | bit((int64_t)(r)->role));
#line 139 "sim/engine/compiled/requests.py"
    (ed)->roles_changed = ((ed)->roles_changed | bit((int64_t)(r)->role));
#line 140 "sim/engine/compiled/requests.py"
    if (calls_away(r, v)) {
#line 141 "sim/engine/compiled/requests.py"
    (ed)->n_calling = ((ed)->n_calling + INT64_C(1));
    }
#line 142 "sim/engine/compiled/requests.py"
    if (((((int64_t)(r)->kind == INT64_C(0))) && (((int64_t)(v)->acuity == INT64_C(1))))) {
#line 143 "sim/engine/compiled/requests.py"
    (role)->n_urgent = ((role)->n_urgent + INT64_C(1));
#line 144 "sim/engine/compiled/requests.py"
    (ed)->n_waiting_urgent = ((ed)->n_waiting_urgent + INT64_C(1));
    }
}
static int64_t bound_to(ED * ed, REQUEST * r, VISIT * v) {
    int64_t owner;
    VISIT_ROLE * case_;
    MEMBER * m;
#line 85 "sim/engine/compiled/requests.py"
#line 86 "sim/engine/compiled/requests.py"
    owner = owner_present(ed, r);
#line 87 "sim/engine/compiled/requests.py"
    if (((owner != (-INT64_C(1))))) {
#line 88 "sim/engine/compiled/requests.py"
    return owner;
    }
#line 89 "sim/engine/compiled/requests.py"
    if ((((int64_t)(r)->contact == INT64_C(2)))) {
#line 90 "sim/engine/compiled/requests.py"
    return (-INT64_C(1));
    }
#line 91 "sim/engine/compiled/requests.py"
    case_ = case_of(ed, v, (int64_t)(r)->role);
#line 92 "sim/engine/compiled/requests.py"
    if (((((int64_t)(case_)->number > INT64_C(0))) && (((int64_t)(case_)->holder != (-INT64_C(1)))))) {
#line 93 "sim/engine/compiled/requests.py"
    return (int64_t)(case_)->holder;
    }
#line 94 "sim/engine/compiled/requests.py"
    if (((((int64_t)(r)->kind == INT64_C(1))) && (((int64_t)(case_)->last_holder != (-INT64_C(1)))))) {
#line 95 "sim/engine/compiled/requests.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + (int64_t)(case_)->last_holder);
#line 96 "sim/engine/compiled/requests.py"
    if (((bool)(m)->on_duty && (((int64_t)(m)->duty == (int64_t)(case_)->last_duty)))) {
#line 97 "sim/engine/compiled/requests.py"
    return (int64_t)(case_)->last_holder;
    }
    }
#line 98 "sim/engine/compiled/requests.py"
    return (-INT64_C(1));
}
static int64_t owner_present(ED * ed, REQUEST * r) {
    MEMBER * m;
#line 72 "sim/engine/compiled/requests.py"
#line 73 "sim/engine/compiled/requests.py"
    if ((((int64_t)(r)->owner == (-INT64_C(1))))) {
#line 74 "sim/engine/compiled/requests.py"
    return (-INT64_C(1));
    }
#line 75 "sim/engine/compiled/requests.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + (int64_t)(r)->owner);
#line 76 "sim/engine/compiled/requests.py"
    return (((bool)(m)->on_duty && (((int64_t)(m)->duty == (int64_t)(r)->owner_duty))) ? (int64_t)(r)->owner : (-INT64_C(1)));
}
static void join(ED * ed, REQUEST * r, VISIT * v, int64_t queue) {
    LINE * line;
    int64_t of_class;
    CLASS * ends;
    int64_t before;
    int64_t after;
    int64_t _1;
    int64_t _2;
#line 33 "sim/engine/compiled/queues.py"
#line 34 "sim/engine/compiled/queues.py"
    line = (((LINE *)((int64_t)(ed)->lines)) + queue);
#line 35 "sim/engine/compiled/queues.py"
    of_class = ((((int64_t)(r)->band * INT64_C(5)) + (int64_t)(v)->acuity) - INT64_C(1));
#line 36 "sim/engine/compiled/queues.py"
    ends = (((CLASS *)((int64_t)(ed)->classes)) + ((queue * INT64_C(40)) + of_class));
#line 37 "sim/engine/compiled/queues.py"
    (r)->line = queue;
#line 38 "sim/engine/compiled/queues.py"
    (r)->order = order_within_class((int64_t)(line)->rule, (double)(r)->since, (double)(v)->arrival);
#line 39 "sim/engine/compiled/queues.py"
    before = (int64_t)(ends)->last;
#line 40 "sim/engine/compiled/queues.py"
    after = (-INT64_C(1));
#line 41 "sim/engine/compiled/queues.py"
    while ((((before != (-INT64_C(1)))) && stands_before(r, (((REQUEST *)((int64_t)(ed)->requests)) + before)))) {
#line 42 "sim/engine/compiled/queues.py"
    after = before;
#line 43 "sim/engine/compiled/queues.py"
    before = (int64_t)((((REQUEST *)((int64_t)(ed)->requests)) + before))->previous;
    }
#line 44 "sim/engine/compiled/queues.py"
    _1 = before;
    _2 = after;
    (r)->previous = _1;
    (r)->next = _2;
#line 45 "sim/engine/compiled/queues.py"
    if (((before == (-INT64_C(1))))) {
#line 46 "sim/engine/compiled/queues.py"
    (ends)->first = (int64_t)(r)->number;
    } else {
#line 48 "sim/engine/compiled/queues.py"
    ((((REQUEST *)((int64_t)(ed)->requests)) + before))->next = (int64_t)(r)->number;
    }
#line 49 "sim/engine/compiled/queues.py"
    if (((after == (-INT64_C(1))))) {
#line 50 "sim/engine/compiled/queues.py"
    (ends)->last = (int64_t)(r)->number;
    } else {
#line 52 "sim/engine/compiled/queues.py"
    ((((REQUEST *)((int64_t)(ed)->requests)) + after))->previous = (int64_t)(r)->number;
    }
#line 53 "sim/engine/compiled/queues.py"
    (line)->classes = ((line)->classes | bit(of_class));
#line 54 "sim/engine/compiled/queues.py"
    (line)->n = ((line)->n + INT64_C(1));
}
static double order_within_class(int64_t rule, double waiting_since, double arrival) {
#line 74 "sim/department/discipline.py"
#line 75 "sim/department/discipline.py"
    return (((rule == INT64_C(3))) ? arrival : waiting_since);
}
static bool stands_before(REQUEST * r, REQUEST * other) {
#line 26 "sim/engine/compiled/queues.py"
#line 27 "sim/engine/compiled/queues.py"
    if ((((double)(r)->order != (double)(other)->order))) {
#line 28 "sim/engine/compiled/queues.py"
    return (((double)(r)->order < (double)(other)->order));
    }
#line 29 "sim/engine/compiled/queues.py"
    return asked_before(r, other);
}
static bool asked_before(REQUEST * r, REQUEST * other) {
#line 17 "sim/engine/compiled/queues.py"
#line 18 "sim/engine/compiled/queues.py"
    if ((((double)(r)->since != (double)(other)->since))) {
#line 19 "sim/engine/compiled/queues.py"
    return (((double)(r)->since < (double)(other)->since));
    }
#line 20 "sim/engine/compiled/queues.py"
    if ((((int64_t)(r)->visit != (int64_t)(other)->visit))) {
#line 21 "sim/engine/compiled/queues.py"
    return (((int64_t)(r)->visit < (int64_t)(other)->visit));
    }
#line 22 "sim/engine/compiled/queues.py"
    return (((int64_t)(r)->slot < (int64_t)(other)->slot));
}
static void include(ED * ed, int64_t members, MEMBER * m) {
#line 115 "sim/engine/compiled/queues.py"
#line 116 "sim/engine/compiled/queues.py"
    ((((WORD *)((int64_t)(ed)->words)) + (members + (int64_t)(m)->word)))->mask = (((((WORD *)((int64_t)(ed)->words)) + (members + (int64_t)(m)->word)))->mask | (int64_t)(m)->bit);
}
static bool opens_cases(int64_t kind) {
#line 59 "sim/engine/compiled/requests.py"
#line 60 "sim/engine/compiled/requests.py"
    return (((kind == INT64_C(0))) || ((kind == INT64_C(3))) || ((kind == INT64_C(5))));
}
static int64_t queue_of_new_cases(int64_t role) {
#line 102 "sim/engine/compiled/requests.py"
#line 103 "sim/engine/compiled/requests.py"
    return (INT64_C(2) * role);
}
static int64_t queue_for_anyone(int64_t role) {
#line 107 "sim/engine/compiled/requests.py"
#line 108 "sim/engine/compiled/requests.py"
    return ((INT64_C(2) * role) + INT64_C(1));
}
static void list_place_line(ED * ed, int64_t number) {
    PLACE_LINE * places;
#line 166 "sim/engine/compiled/requests.py"
#line 167 "sim/engine/compiled/requests.py"
    places = (((PLACE_LINE *)((int64_t)(ed)->place_lines)) + number);
#line 168 "sim/engine/compiled/requests.py"
    if ((!(bool)(places)->listed)) {
#line 169 "sim/engine/compiled/requests.py"
    (places)->listed = true;
#line 170 "sim/engine/compiled/requests.py"
    ((((LISTED *)((int64_t)(ed)->listed_place_lines)) + (int64_t)(ed)->n_listed_place_lines))->place_line = number;
#line 171 "sim/engine/compiled/requests.py"
    (ed)->n_listed_place_lines = ((ed)->n_listed_place_lines + INT64_C(1));
    }
}
static void write_duty(ED * ed, MEMBER * m, double left, int64_t n_handed_over, int64_t n_unheld) {
    DUTY * duty;
    STAFF_ROW * row;
    int64_t _1;
    int64_t _2;
    double _3;
    double _4;
    double _5;
    double _6;
    double _7;
    int64_t _8;
    int64_t _9;
#line 44 "sim/engine/compiled/row_writers.py"
#line 45 "sim/engine/compiled/row_writers.py"
    duty = (((DUTY *)((int64_t)(ed)->duties)) + (int64_t)(m)->duty);
#line 46 "sim/engine/compiled/row_writers.py"
    row = (((STAFF_ROW *)((int64_t)(ed)->staff_rows)) + (int64_t)(ed)->n_staff_rows);
#line 47 "sim/engine/compiled/row_writers.py"
    (ed)->n_staff_rows = ((ed)->n_staff_rows + INT64_C(1));
#line 48 "sim/engine/compiled/row_writers.py"
    if ((((int64_t)(ed)->n_staff_rows > (int64_t)(ed)->room_for_staff_rows))) {
#line 49 "sim/engine/compiled/row_writers.py"
    (ed)->needs_memory = true;
    }
#line 50 "sim/engine/compiled/row_writers.py"
    _1 = (int64_t)(m)->index;
    _2 = (int64_t)(m)->role;
    (row)->member = _1;
    (row)->role = _2;
#line 51 "sim/engine/compiled/row_writers.py"
    _3 = max_real(0.0, (double)(duty)->start);
    _4 = min_real((double)(ed)->horizon, (double)(duty)->end);
    (row)->scheduled_start = _3;
    (row)->scheduled_end = _4;
#line 52 "sim/engine/compiled/row_writers.py"
    _5 = left;
    _6 = (double)(m)->busy;
    _7 = (double)(m)->overtime;
    (row)->left = _5;
    (row)->busy = _6;
    (row)->overtime = _7;
#line 53 "sim/engine/compiled/row_writers.py"
    _8 = n_handed_over;
    _9 = n_unheld;
    (row)->n_handed_over = _8;
    (row)->n_unheld = _9;
}
static void role_goes_home(ED * ed, int64_t role) {
    int64_t first;
    REQUEST * r;
#line 224 "sim/engine/compiled/settling.py"
#line 225 "sim/engine/compiled/settling.py"
    while (true) {
#line 226 "sim/engine/compiled/settling.py"
    first = first_with_other_way(ed, queue_for_anyone(role), first_with_other_way(ed, queue_of_new_cases(role), (-INT64_C(1))));
#line 229 "sim/engine/compiled/settling.py"
    if (((first == (-INT64_C(1))))) {
#line 230 "sim/engine/compiled/settling.py"
    return;
    }
#line 231 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + first);
#line 232 "sim/engine/compiled/settling.py"
    takes_other_way(ed, r, (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit));
    }
}
static int64_t first_with_other_way(ED * ed, int64_t queue, int64_t best) {
    int64_t classes;
    int64_t number;
    REQUEST * r;
#line 236 "sim/engine/compiled/settling.py"
#line 237 "sim/engine/compiled/settling.py"
    classes = (int64_t)((((LINE *)((int64_t)(ed)->lines)) + queue))->classes;
#line 238 "sim/engine/compiled/settling.py"
    while (((classes != INT64_C(0)))) {
#line 239 "sim/engine/compiled/settling.py"
    number = (int64_t)((((CLASS *)((int64_t)(ed)->classes)) + ((queue * INT64_C(40)) + lowest(classes))))->first;
#line 240 "sim/engine/compiled/settling.py"
    classes = (classes & (classes - INT64_C(1)));
#line 241 "sim/engine/compiled/settling.py"
    while (((number != (-INT64_C(1))))) {
#line 242 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + number);
#line 243 "sim/engine/compiled/settling.py"
    if (((((double)(r)->unstaffed == (double)(r)->unstaffed)) && (((best == (-INT64_C(1)))) || stands_before(r, (((REQUEST *)((int64_t)(ed)->requests)) + best))))) {
#line 244 "sim/engine/compiled/settling.py"
    best = number;
    }
#line 245 "sim/engine/compiled/settling.py"
    number = (int64_t)(r)->next;
    }
    }
#line 246 "sim/engine/compiled/settling.py"
    return best;
}
static void takes_other_way(ED * ed, REQUEST * r, VISIT * v) {
#line 372 "sim/engine/compiled/pathway.py"
#line 373 "sim/engine/compiled/pathway.py"
    waits_no_more(ed, r, v);
#line 374 "sim/engine/compiled/pathway.py"
    leave_line(ed, r, v);
#line 375 "sim/engine/compiled/pathway.py"
    (ed)->settle_due = true;
#line 376 "sim/engine/compiled/pathway.py"
    write_task(ed, r, __builtin_nan(""), (double)(ed)->now, false, true);
#line 377 "sim/engine/compiled/pathway.py"
    if ((bool)(r)->may_leave) {
#line 378 "sim/engine/compiled/pathway.py"
    wait_ends(ed, v);
    }
#line 379 "sim/engine/compiled/pathway.py"
    note_time(ed, v, (int64_t)(r)->step, INT64_C(1));
#line 380 "sim/engine/compiled/pathway.py"
    enter(ed, ((double)(ed)->now + (double)(r)->unstaffed), INT64_C(3), (INT64_C(2) * (int64_t)(v)->row), INT64_C(0), (int64_t)(v)->row);
#line 381 "sim/engine/compiled/pathway.py"
    (v)->main = (-INT64_C(1));
#line 382 "sim/engine/compiled/pathway.py"
    forget(ed, r);
}
static void waits_no_more(ED * ed, REQUEST * r, VISIT * v) {
#line 227 "sim/engine/compiled/requests.py"
#line 228 "sim/engine/compiled/requests.py"
    (r)->waiting = false;
#line 229 "sim/engine/compiled/requests.py"
    if ((((int64_t)(r)->earlier == (-INT64_C(1))))) {
#line 230 "sim/engine/compiled/requests.py"
    (v)->first_waiting = (int64_t)(r)->later;
    } else {
#line 232 "sim/engine/compiled/requests.py"
    ((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(r)->earlier))->later = (int64_t)(r)->later;
    }
#line 233 "sim/engine/compiled/requests.py"
    if ((((int64_t)(r)->later == (-INT64_C(1))))) {
#line 234 "sim/engine/compiled/requests.py"
    (v)->last_waiting = (int64_t)(r)->earlier;
    } else {
#line 236 "sim/engine/compiled/requests.py"
    ((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(r)->later))->earlier = (int64_t)(r)->earlier;
    }
}
static void write_task(ED * ed, REQUEST * r, double started, double ended, bool interrupted, bool withdrawn) {
    TASK_ROW * row;
    double overtime;
    int64_t duty;
    int64_t _1;
    int64_t _2;
    int64_t _3;
    int64_t _4;
    int64_t _5;
    int64_t _6;
    int64_t _7;
    int64_t _8;
    double _9;
    double _10;
    double _11;
    double _12;
    bool _13;
    bool _14;
    bool _15;
    double _16;
    double _17;
#line 11 "sim/engine/compiled/row_writers.py"
#line 12 "sim/engine/compiled/row_writers.py"
    row = (((TASK_ROW *)((int64_t)(ed)->task_rows)) + (int64_t)(ed)->n_task_rows);
#line 13 "sim/engine/compiled/row_writers.py"
    (ed)->n_task_rows = ((ed)->n_task_rows + INT64_C(1));
#line 14 "sim/engine/compiled/row_writers.py"
    overtime = 0.0;
#line 15 "sim/engine/compiled/row_writers.py"
    if (((((int64_t)(r)->member != (-INT64_C(1)))) && ((ended == ended)))) {
#line 16 "sim/engine/compiled/row_writers.py"
    duty = (int64_t)((((MEMBER *)((int64_t)(ed)->members)) + (int64_t)(r)->member))->duty;
#line 17 "sim/engine/compiled/row_writers.py"
    if (((duty != (-INT64_C(1))))) {
#line 18 "sim/engine/compiled/row_writers.py"
    overtime = max_real(0.0, (ended - max_real(started, (double)((((DUTY *)((int64_t)(ed)->duties)) + duty))->end)));
    }
    }
#line 19 "sim/engine/compiled/row_writers.py"
    _1 = (int64_t)(r)->visit;
    _2 = (int64_t)(r)->role;
    _3 = (int64_t)(r)->step;
    _4 = (int64_t)(r)->kind;
    _5 = (int64_t)(r)->contact;
    (row)->visit = _1;
    (row)->role = _2;
    (row)->step = _3;
    (row)->kind = _4;
    (row)->contact = _5;
#line 20 "sim/engine/compiled/row_writers.py"
    _6 = (int64_t)(r)->slot;
    _7 = (int64_t)(r)->band;
    _8 = (int64_t)(r)->member;
    (row)->slot = _6;
    (row)->band = _7;
    (row)->member = _8;
#line 21 "sim/engine/compiled/row_writers.py"
    _9 = (double)(r)->since;
    _10 = started;
    _11 = ended;
    _12 = (double)(r)->company_since;
    (row)->requested = _9;
    (row)->started = _10;
    (row)->ended = _11;
    (row)->company_since = _12;
#line 22 "sim/engine/compiled/row_writers.py"
    _13 = interrupted;
    _14 = withdrawn;
    _15 = (bool)(r)->opened_case;
    (row)->interrupted = _13;
    (row)->withdrawn = _14;
    (row)->opened_case = _15;
#line 23 "sim/engine/compiled/row_writers.py"
    _16 = (double)(r)->handover;
    _17 = overtime;
    (row)->handover = _16;
    (row)->overtime = _17;
}
static void wait_ends(ED * ed, VISIT * v) {
#line 33 "sim/engine/compiled/patience_and_calm.py"
#line 34 "sim/engine/compiled/patience_and_calm.py"
    if ((((double)(v)->patience_since == (double)(v)->patience_since))) {
#line 35 "sim/engine/compiled/patience_and_calm.py"
    (v)->patience_left = patience_left((double)(v)->patience_left, ((double)(ed)->now - (double)(v)->patience_since), (double)(v)->patience_pace);
#line 36 "sim/engine/compiled/patience_and_calm.py"
    (v)->patience_since = __builtin_nan("");
#line 37 "sim/engine/compiled/patience_and_calm.py"
    (v)->patience_deadline = __builtin_inf();
    }
}
static double patience_left(double left, double waited, double pace) {
#line 98 "sim/department/discipline.py"
#line 99 "sim/department/discipline.py"
    return max_real(0.0, (left - (waited * pace)));
}
static void note_time(ED * ed, VISIT * v, int64_t step, int64_t moment) {
#line 53 "sim/engine/compiled/pathway.py"
#line 54 "sim/engine/compiled/pathway.py"
    ((((STEP_TIME *)((int64_t)(ed)->step_times)) + (((((int64_t)(v)->row * (int64_t)(ed)->n_steps) + step) * INT64_C(3)) + moment)))->at = (double)(ed)->now;
}
static void forget(ED * ed, REQUEST * r) {
#line 43 "sim/engine/compiled/requests.py"
#line 44 "sim/engine/compiled/requests.py"
    (r)->next = (int64_t)(ed)->first_free_request;
#line 45 "sim/engine/compiled/requests.py"
    (r)->ending = (-INT64_C(1));
#line 46 "sim/engine/compiled/requests.py"
    (ed)->first_free_request = (int64_t)(r)->number;
#line 47 "sim/engine/compiled/requests.py"
    (ed)->n_open_requests = ((ed)->n_open_requests - INT64_C(1));
}
static bool someone_rests(ED * ed) {
    int64_t _1;
    int64_t _2;
    int64_t word;
    int64_t resting;
    MEMBER * m;
#line 153 "sim/engine/compiled/settling.py"
#line 154 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(ed)->n_words;
    for (_1 = 0; _1 < _2; _1 += 1) {
    word = _1;
#line 155 "sim/engine/compiled/settling.py"
    resting = mask_of(ed, (int64_t)(ed)->resting_from, word);
#line 156 "sim/engine/compiled/settling.py"
    while (((resting != INT64_C(0)))) {
#line 157 "sim/engine/compiled/settling.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + first_member(word, resting));
#line 158 "sim/engine/compiled/settling.py"
    resting = (resting & (resting - INT64_C(1)));
#line 159 "sim/engine/compiled/settling.py"
    if (((((int64_t)(m)->task == (-INT64_C(1)))) && (((int64_t)(m)->n_recoveries == INT64_C(0))) && (!(bool)(m)->shift_over))) {
#line 160 "sim/engine/compiled/settling.py"
    begins_break(ed, m);
#line 161 "sim/engine/compiled/settling.py"
    return true;
    }
    }
    }
#line 162 "sim/engine/compiled/settling.py"
    return false;
}
static void begins_break(ED * ed, MEMBER * m) {
    double minutes;
#line 166 "sim/engine/compiled/settling.py"
#line 167 "sim/engine/compiled/settling.py"
    exclude(ed, (int64_t)(ed)->resting_from, m);
#line 168 "sim/engine/compiled/settling.py"
    (ed)->n_resting = ((ed)->n_resting - INT64_C(1));
#line 169 "sim/engine/compiled/settling.py"
    (m)->on_break = true;
#line 170 "sim/engine/compiled/settling.py"
    (m)->break_start = (double)(ed)->now;
#line 171 "sim/engine/compiled/settling.py"
    is_busy(ed, m);
#line 172 "sim/engine/compiled/settling.py"
    minutes = (double)((((BLOCK *)((int64_t)(ed)->blocks)) + (int64_t)(m)->break_block))->minutes;
#line 173 "sim/engine/compiled/settling.py"
    (m)->resting_entry = enter(ed, ((double)(ed)->now + minutes), INT64_C(7), (int64_t)(m)->index, INT64_C(1), (int64_t)(m)->index);
}
static bool gives_place(ED * ed) {
    int64_t _1;
    int64_t _2;
    int64_t best;
    int64_t best_zone;
    int64_t at;
    PLACE_LINE * places;
    tuple_int64_int64 _3;
    int64_t _4;
    int64_t _5;
#line 253 "sim/engine/compiled/settling.py"
#line 254 "sim/engine/compiled/settling.py"
    _1 = (-INT64_C(1));
    _2 = (-INT64_C(1));
    best = _1;
    best_zone = _2;
#line 255 "sim/engine/compiled/settling.py"
    at = INT64_C(0);
#line 256 "sim/engine/compiled/settling.py"
    while (((at < (int64_t)(ed)->n_listed_place_lines))) {
#line 257 "sim/engine/compiled/settling.py"
    places = (((PLACE_LINE *)((int64_t)(ed)->place_lines)) + (int64_t)((((LISTED *)((int64_t)(ed)->listed_place_lines)) + at))->place_line);
#line 258 "sim/engine/compiled/settling.py"
    if ((((int64_t)((((LINE *)((int64_t)(ed)->lines)) + (int64_t)(places)->line))->n == INT64_C(0)))) {
#line 259 "sim/engine/compiled/settling.py"
    strike_out(ed, places, at);
#line 260 "sim/engine/compiled/settling.py"
    continue;
    }
#line 261 "sim/engine/compiled/settling.py"
    _3 = best_to_place(ed, places, best, best_zone);
    _4 = _3.item[0];
    _5 = _3.item[1];
    best = _4;
    best_zone = _5;
#line 262 "sim/engine/compiled/settling.py"
    at = (at + INT64_C(1));
    }
#line 263 "sim/engine/compiled/settling.py"
    if (((best == (-INT64_C(1))))) {
#line 264 "sim/engine/compiled/settling.py"
    (ed)->places_changed = false;
#line 265 "sim/engine/compiled/settling.py"
    return false;
    }
#line 266 "sim/engine/compiled/settling.py"
    is_placed(ed, (((REQUEST *)((int64_t)(ed)->requests)) + best), best_zone);
#line 267 "sim/engine/compiled/settling.py"
    return true;
}
static void strike_out(ED * ed, PLACE_LINE * places, int64_t at) {
    LISTED * last;
#line 271 "sim/engine/compiled/settling.py"
#line 272 "sim/engine/compiled/settling.py"
    (places)->listed = false;
#line 273 "sim/engine/compiled/settling.py"
    (ed)->n_listed_place_lines = ((ed)->n_listed_place_lines - INT64_C(1));
#line 274 "sim/engine/compiled/settling.py"
    last = (((LISTED *)((int64_t)(ed)->listed_place_lines)) + (int64_t)(ed)->n_listed_place_lines);
#line 275 "sim/engine/compiled/settling.py"
    ((((LISTED *)((int64_t)(ed)->listed_place_lines)) + at))->place_line = (int64_t)(last)->place_line;
}
static tuple_int64_int64 best_to_place(ED * ed, PLACE_LINE * places, int64_t best, int64_t best_zone) {
    LINE * line;
    int64_t classes;
    int64_t candidate;
    REQUEST * r;
    int64_t zone;
    int64_t _1;
    int64_t _2;
#line 279 "sim/engine/compiled/settling.py"
#line 280 "sim/engine/compiled/settling.py"
    line = (((LINE *)((int64_t)(ed)->lines)) + (int64_t)(places)->line);
#line 281 "sim/engine/compiled/settling.py"
    classes = (int64_t)(line)->classes;
#line 282 "sim/engine/compiled/settling.py"
    while (((classes != INT64_C(0)))) {
#line 283 "sim/engine/compiled/settling.py"
    candidate = (int64_t)((((CLASS *)((int64_t)(ed)->classes)) + (((int64_t)(places)->line * INT64_C(40)) + lowest(classes))))->first;
#line 284 "sim/engine/compiled/settling.py"
    classes = (classes & (classes - INT64_C(1)));
#line 285 "sim/engine/compiled/settling.py"
    if (((bool)(ed)->places_are_exchanged && (((int64_t)(ed)->ratio_role != (-INT64_C(1)))))) {
#line 286 "sim/engine/compiled/settling.py"
    candidate = first_to_place(ed, places, candidate);
    }
#line 287 "sim/engine/compiled/settling.py"
    if (((candidate == (-INT64_C(1))))) {
#line 288 "sim/engine/compiled/settling.py"
    continue;
    }
#line 289 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + candidate);
#line 290 "sim/engine/compiled/settling.py"
    if ((((best == (-INT64_C(1)))) || goes_first(ed, line, r, (((REQUEST *)((int64_t)(ed)->requests)) + best)))) {
#line 291 "sim/engine/compiled/settling.py"
    zone = open_zone(ed, (int64_t)(places)->first_zone, (int64_t)(places)->n_zones, (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit));
#line 292 "sim/engine/compiled/settling.py"
    if (((zone != (-INT64_C(1))))) {
#line 293 "sim/engine/compiled/settling.py"
    _1 = candidate;
    _2 = zone;
    best = _1;
    best_zone = _2;
    }
    }
    }
#line 294 "sim/engine/compiled/settling.py"
    return (tuple_int64_int64){{best, best_zone}};
}
static int64_t first_to_place(ED * ed, PLACE_LINE * places, int64_t candidate) {
    REQUEST * r;
#line 298 "sim/engine/compiled/settling.py"
#line 299 "sim/engine/compiled/settling.py"
    while (((candidate != (-INT64_C(1))))) {
#line 300 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + candidate);
#line 301 "sim/engine/compiled/settling.py"
    if (((open_zone(ed, (int64_t)(places)->first_zone, (int64_t)(places)->n_zones, (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit)) != (-INT64_C(1))))) {
#line 302 "sim/engine/compiled/settling.py"
    return candidate;
    }
#line 303 "sim/engine/compiled/settling.py"
    candidate = (int64_t)(r)->next;
    }
#line 304 "sim/engine/compiled/settling.py"
    return (-INT64_C(1));
}
static int64_t open_zone(ED * ed, int64_t first, int64_t n, VISIT * v) {
    int64_t occupied;
    int64_t _1;
    int64_t _2;
    int64_t number;
    int64_t zone;
    ZONE * z;
#line 50 "sim/engine/compiled/places.py"
#line 51 "sim/engine/compiled/places.py"
    occupied = (int64_t)(ed)->occupied_twelfths;
#line 52 "sim/engine/compiled/places.py"
    if ((((int64_t)(v)->zone != (-INT64_C(1))))) {
#line 53 "sim/engine/compiled/places.py"
    occupied = (occupied - (int64_t)((((ZONE *)((int64_t)(ed)->zones)) + (int64_t)(v)->zone))->twelfths);
    }
#line 54 "sim/engine/compiled/places.py"
    _2 = (first + n);
    for (_1 = first; _1 < _2; _1 += 1) {
    number = _1;
#line 55 "sim/engine/compiled/places.py"
    zone = (int64_t)((((ZONE_OF_ROUTE *)((int64_t)(ed)->zones_of_routes)) + number))->zone;
#line 56 "sim/engine/compiled/places.py"
    z = (((ZONE *)((int64_t)(ed)->zones)) + zone);
#line 57 "sim/engine/compiled/places.py"
    if (((((double)(int64_t)(z)->n_taken < (double)(z)->n_places)) && ((((int64_t)(ed)->ratio_role == (-INT64_C(1)))) || may_open(occupied, (int64_t)(z)->twelfths, (int64_t)((((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(ed)->ratio_role))->n_on_duty, (int64_t)(v)->acuity)))) {
#line 60 "sim/engine/compiled/places.py"
    return zone;
    }
    }
#line 61 "sim/engine/compiled/places.py"
    return (-INT64_C(1));
}
static bool may_open(int64_t occupied_twelfths, int64_t place_twelfths, int64_t nurses_on_duty, int64_t acuity) {
#line 25 "sim/department/places.py"
#line 26 "sim/department/places.py"
    return (((acuity == INT64_C(1))) || (((occupied_twelfths + place_twelfths) <= (INT64_C(12) * nurses_on_duty))));
}
static bool goes_first(ED * ed, LINE * line, REQUEST * r, REQUEST * other) {
    bool urgent;
#line 308 "sim/engine/compiled/settling.py"
#line 309 "sim/engine/compiled/settling.py"
    if ((((int64_t)(r)->band != (int64_t)(other)->band))) {
#line 310 "sim/engine/compiled/settling.py"
    return (((int64_t)(r)->band < (int64_t)(other)->band));
    }
#line 311 "sim/engine/compiled/settling.py"
    urgent = (((int64_t)((((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit))->acuity == INT64_C(1)));
#line 312 "sim/engine/compiled/settling.py"
    if (((urgent != (((int64_t)((((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(other)->visit))->acuity == INT64_C(1)))))) {
#line 313 "sim/engine/compiled/settling.py"
    return urgent;
    }
#line 314 "sim/engine/compiled/settling.py"
    return ranks_before(ed, line, r, other);
}
static bool ranks_before(ED * ed, LINE * line, REQUEST * r, REQUEST * other) {
    double _1;
    double _2;
    double mine;
    double theirs;
#line 85 "sim/engine/compiled/queues.py"
#line 86 "sim/engine/compiled/queues.py"
    if ((((int64_t)(r)->band != (int64_t)(other)->band))) {
#line 87 "sim/engine/compiled/queues.py"
    return (((int64_t)(r)->band < (int64_t)(other)->band));
    }
#line 88 "sim/engine/compiled/queues.py"
    _1 = worth(ed, line, r);
    _2 = worth(ed, line, other);
    mine = _1;
    theirs = _2;
#line 89 "sim/engine/compiled/queues.py"
    if (((mine != theirs))) {
#line 90 "sim/engine/compiled/queues.py"
    return ((mine < theirs));
    }
#line 91 "sim/engine/compiled/queues.py"
    return asked_before(r, other);
}
static double worth(ED * ed, LINE * line, REQUEST * r) {
    VISIT * v;
    WEIGHT * weight;
#line 78 "sim/engine/compiled/queues.py"
#line 79 "sim/engine/compiled/queues.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit);
#line 80 "sim/engine/compiled/queues.py"
    weight = (((WEIGHT *)((int64_t)(ed)->weights)) + (((int64_t)(line)->weights + (int64_t)(v)->acuity) - INT64_C(1)));
#line 81 "sim/engine/compiled/queues.py"
    return score((int64_t)(line)->rule, (double)(weight)->slope, (double)(weight)->target, (int64_t)(v)->acuity, (double)(r)->since, (double)(v)->arrival, (double)(ed)->now);
}
static double score(int64_t rule, double slope, double target, int64_t acuity, double waiting_since, double arrival, double now) {
#line 63 "sim/department/discipline.py"
#line 64 "sim/department/discipline.py"
    if (((rule == INT64_C(0)))) {
#line 65 "sim/department/discipline.py"
    return 0.0;
    }
#line 66 "sim/department/discipline.py"
    if (((rule == INT64_C(1)))) {
#line 67 "sim/department/discipline.py"
    return ((double)acuity);
    }
#line 68 "sim/department/discipline.py"
    if (((rule == INT64_C(2)))) {
#line 69 "sim/department/discipline.py"
    return ((-slope) * (now - waiting_since));
    }
#line 70 "sim/department/discipline.py"
    return (target - (now - arrival));
}
static void is_placed(ED * ed, REQUEST * r, int64_t zone) {
    VISIT * v;
#line 318 "sim/engine/compiled/settling.py"
#line 319 "sim/engine/compiled/settling.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit);
#line 320 "sim/engine/compiled/settling.py"
    leave_line(ed, r, v);
#line 321 "sim/engine/compiled/settling.py"
    waits_no_more(ed, r, v);
#line 322 "sim/engine/compiled/settling.py"
    move_into(ed, v, zone, (double)(r)->since);
#line 323 "sim/engine/compiled/settling.py"
    if ((bool)(r)->may_leave) {
#line 324 "sim/engine/compiled/settling.py"
    wait_ends(ed, v);
    }
#line 325 "sim/engine/compiled/settling.py"
    note_start(ed, v, (int64_t)(r)->step);
#line 326 "sim/engine/compiled/settling.py"
    forget(ed, r);
#line 327 "sim/engine/compiled/settling.py"
    goes_on(ed, v);
}
static void move_into(ED * ed, VISIT * v, int64_t zone, double requested) {
    int64_t _1;
    double _2;
    double _3;
    ZONE * z;
#line 15 "sim/engine/compiled/places.py"
#line 16 "sim/engine/compiled/places.py"
    give_up_place(ed, v);
#line 17 "sim/engine/compiled/places.py"
    _1 = zone;
    _2 = (double)(ed)->now;
    _3 = requested;
    (v)->zone = _1;
    (v)->place_since = _2;
    (v)->place_request = _3;
#line 18 "sim/engine/compiled/places.py"
    (ed)->n_places_held = ((ed)->n_places_held + INT64_C(1));
#line 19 "sim/engine/compiled/places.py"
    if (((((int64_t)(ed)->n_place_rows + (int64_t)(ed)->n_places_held) > (int64_t)(ed)->room_for_place_rows))) {
#line 20 "sim/engine/compiled/places.py"
    (ed)->needs_memory = true;
    }
#line 21 "sim/engine/compiled/places.py"
    z = (((ZONE *)((int64_t)(ed)->zones)) + zone);
#line 22 "sim/engine/compiled/places.py"
    (z)->n_taken = ((z)->n_taken + INT64_C(1));
#line 23 "sim/engine/compiled/places.py"
    (ed)->occupied_twelfths = ((ed)->occupied_twelfths + (int64_t)(z)->twelfths);
}
static void give_up_place(ED * ed, VISIT * v) {
    ZONE * z;
#line 27 "sim/engine/compiled/places.py"
#line 28 "sim/engine/compiled/places.py"
    if ((((int64_t)(v)->zone == (-INT64_C(1))))) {
#line 29 "sim/engine/compiled/places.py"
    return;
    }
#line 30 "sim/engine/compiled/places.py"
    z = (((ZONE *)((int64_t)(ed)->zones)) + (int64_t)(v)->zone);
#line 31 "sim/engine/compiled/places.py"
    write_place(ed, v, (double)(ed)->now);
#line 32 "sim/engine/compiled/places.py"
    (ed)->occupied_twelfths = ((ed)->occupied_twelfths - (int64_t)(z)->twelfths);
#line 33 "sim/engine/compiled/places.py"
    (ed)->places_changed = true;
#line 34 "sim/engine/compiled/places.py"
    if ((((double)(z)->cleaning > 0.0))) {
#line 35 "sim/engine/compiled/places.py"
    enter(ed, ((double)(ed)->now + (double)(z)->cleaning), INT64_C(6), (int64_t)(v)->zone, INT64_C(0), (int64_t)(v)->zone);
    } else {
#line 37 "sim/engine/compiled/places.py"
    (z)->n_taken = ((z)->n_taken - INT64_C(1));
    }
#line 38 "sim/engine/compiled/places.py"
    (v)->zone = (-INT64_C(1));
#line 39 "sim/engine/compiled/places.py"
    (ed)->settle_due = true;
}
static void write_place(ED * ed, VISIT * v, double end) {
    PLACE_ROW * row;
    int64_t _1;
    int64_t _2;
    double _3;
    double _4;
    double _5;
#line 27 "sim/engine/compiled/row_writers.py"
#line 28 "sim/engine/compiled/row_writers.py"
    row = (((PLACE_ROW *)((int64_t)(ed)->place_rows)) + (int64_t)(ed)->n_place_rows);
#line 29 "sim/engine/compiled/row_writers.py"
    (ed)->n_place_rows = ((ed)->n_place_rows + INT64_C(1));
#line 30 "sim/engine/compiled/row_writers.py"
    (ed)->n_places_held = ((ed)->n_places_held - INT64_C(1));
#line 31 "sim/engine/compiled/row_writers.py"
    _1 = (int64_t)(v)->row;
    _2 = (int64_t)(v)->zone;
    _3 = (double)(v)->place_request;
    _4 = (double)(v)->place_since;
    _5 = end;
    (row)->visit = _1;
    (row)->zone = _2;
    (row)->requested = _3;
    (row)->start = _4;
    (row)->end = _5;
}
static void note_start(ED * ed, VISIT * v, int64_t step) {
    STEP_TIME * moment;
#line 58 "sim/engine/compiled/pathway.py"
#line 59 "sim/engine/compiled/pathway.py"
    moment = (((STEP_TIME *)((int64_t)(ed)->step_times)) + (((((int64_t)(v)->row * (int64_t)(ed)->n_steps) + step) * INT64_C(3)) + INT64_C(1)));
#line 60 "sim/engine/compiled/pathway.py"
    if ((((double)(moment)->at != (double)(moment)->at))) {
#line 61 "sim/engine/compiled/pathway.py"
    (moment)->at = (double)(ed)->now;
    }
}
static void goes_on(ED * ed, VISIT * v) {
    STREAM * s;
#line 74 "sim/engine/compiled/pathway.py"
#line 75 "sim/engine/compiled/pathway.py"
    s = (((STREAM *)((int64_t)(ed)->streams)) + (int64_t)(v)->stream);
#line 76 "sim/engine/compiled/pathway.py"
    (v)->main = (-INT64_C(1));
#line 77 "sim/engine/compiled/pathway.py"
    note_time(ed, v, (int64_t)((((PLAN *)((int64_t)(ed)->plans)) + (((int64_t)(s)->first_plan + (int64_t)(v)->step) - INT64_C(1))))->index, INT64_C(2));
#line 78 "sim/engine/compiled/pathway.py"
    step_is_behind(ed, v, s);
#line 79 "sim/engine/compiled/pathway.py"
    walks(ed, v);
}
static void step_is_behind(ED * ed, VISIT * v, STREAM * s) {
#line 83 "sim/engine/compiled/pathway.py"
#line 84 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(v)->step == (int64_t)(s)->trigger))) {
#line 85 "sim/engine/compiled/pathway.py"
    offer_peer(ed, v);
    }
#line 86 "sim/engine/compiled/pathway.py"
    (v)->step = ((v)->step + INT64_C(1));
}
static void offer_peer(ED * ed, VISIT * v) {
#line 30 "sim/engine/compiled/peers.py"
#line 31 "sim/engine/compiled/peers.py"
    (v)->offered = ((bool)(v)->eligible && (bool)(ed)->has_peers);
#line 32 "sim/engine/compiled/peers.py"
    if (((bool)(v)->offered && (bool)(v)->consented)) {
#line 33 "sim/engine/compiled/peers.py"
    first_wish(ed, v);
    }
}
static void first_wish(ED * ed, VISIT * v) {
    double minutes;
#line 33 "sim/engine/compiled/company.py"
#line 34 "sim/engine/compiled/company.py"
    (v)->meeting_left = value(ed, v, (int64_t)(ed)->meeting, INT64_C(5721229272898949516));
#line 35 "sim/engine/compiled/company.py"
    minutes = wish_minutes(ed, v);
#line 36 "sim/engine/compiled/company.py"
    (v)->wish_left = max_real((double)(v)->meeting_left, minutes);
#line 37 "sim/engine/compiled/company.py"
    ask_contact(ed, v, INT64_C(0), INT64_C(2));
}
static double value(ED * ed, VISIT * v, int64_t distributions, int64_t quantity) {
    int64_t distribution;
    DISTRIBUTION * d;
#line 85 "sim/engine/compiled/draws.py"
#line 86 "sim/engine/compiled/draws.py"
    distribution = ((distributions + (int64_t)(v)->acuity) - INT64_C(1));
#line 87 "sim/engine/compiled/draws.py"
    d = (((DISTRIBUTION *)((int64_t)(ed)->distributions)) + distribution);
#line 88 "sim/engine/compiled/draws.py"
    if ((((int64_t)(d)->family == INT64_C(0)))) {
#line 89 "sim/engine/compiled/draws.py"
    return (double)(d)->a;
    }
#line 90 "sim/engine/compiled/draws.py"
    return drawn_at(ed, distribution, uniform(v, quantity));
}
static double uniform(VISIT * v, int64_t quantity) {
#line 37 "sim/engine/compiled/draws.py"
#line 38 "sim/engine/compiled/draws.py"
    return uniform_of((uint64_t)(v)->key, quantity, INT64_C(0));
}
static double drawn_at(ED * ed, int64_t distribution, double u) {
    DISTRIBUTION * d;
    int64_t table;
#line 74 "sim/engine/compiled/draws.py"
#line 75 "sim/engine/compiled/draws.py"
    d = (((DISTRIBUTION *)((int64_t)(ed)->distributions)) + distribution);
#line 76 "sim/engine/compiled/draws.py"
    if ((((int64_t)(d)->family < INT64_C(6)))) {
#line 77 "sim/engine/compiled/draws.py"
    return quantile((int64_t)(d)->family, (double)(d)->a, (double)(d)->b, (double)(d)->c, u);
    }
#line 78 "sim/engine/compiled/draws.py"
    table = ((int64_t)(ed)->quantile_tables + (((int64_t)(double)(d)->b) * INT64_C(8)));
#line 79 "sim/engine/compiled/draws.py"
    if ((((int64_t)(d)->family == INT64_C(6)))) {
#line 80 "sim/engine/compiled/draws.py"
    return ((double)(d)->a * table_quantile(numbers_at1(table, INT64_C(1661)), u));
    }
#line 81 "sim/engine/compiled/draws.py"
    return ((double)(d)->a * knot_quantile(numbers_at1(table, (INT64_C(2) * ((int64_t)(double)(d)->c))), u));
}
static double wish_minutes(ED * ed, VISIT * v) {
    double factor;
#line 41 "sim/engine/compiled/company.py"
#line 42 "sim/engine/compiled/company.py"
    (v)->wishes = ((v)->wishes + INT64_C(1));
#line 43 "sim/engine/compiled/company.py"
    factor = of_class(ed, v, (int64_t)((((STREAM *)((int64_t)(ed)->streams)) + (int64_t)(v)->stream))->wish);
#line 44 "sim/engine/compiled/company.py"
    return exponential((uint64_t)(v)->key, INT64_C(6689620356491804424), ((int64_t)(v)->wishes - INT64_C(1)), ((double)(ed)->wish_minutes * factor));
}
static double of_class(ED * ed, VISIT * v, int64_t first) {
#line 52 "sim/engine/compiled/draws.py"
#line 53 "sim/engine/compiled/draws.py"
    return (double)((((NUMBER *)((int64_t)(ed)->numbers)) + (first + max_whole((int64_t)(v)->severity, INT64_C(0)))))->value;
}
static void ask_contact(ED * ed, VISIT * v, int64_t contact, int64_t band) {
    REQUEST * r;
#line 66 "sim/engine/compiled/company.py"
#line 67 "sim/engine/compiled/company.py"
    r = side_request(ed, v, INT64_C(3), (int64_t)(ed)->peer_role, band, (double)(v)->wish_left);
#line 68 "sim/engine/compiled/company.py"
    (r)->contact = contact;
#line 69 "sim/engine/compiled/company.py"
    (v)->contact_task = (int64_t)(r)->number;
#line 70 "sim/engine/compiled/company.py"
    ask(ed, r, v);
}
static REQUEST * side_request(ED * ed, VISIT * v, int64_t kind, int64_t role, int64_t band, double minutes) {
    REQUEST * r;
    int64_t _1;
    int64_t _2;
    double _3;
#line 51 "sim/engine/compiled/requests.py"
#line 52 "sim/engine/compiled/requests.py"
    (v)->n_slots = ((v)->n_slots + INT64_C(1));
#line 53 "sim/engine/compiled/requests.py"
    r = new_request(ed, v, kind, (-INT64_C(1)), band, (int64_t)(v)->n_slots);
#line 54 "sim/engine/compiled/requests.py"
    _1 = role;
    _2 = INT64_C(2);
    _3 = minutes;
    (r)->role = _1;
    (r)->contact = _2;
    (r)->minutes = _3;
#line 55 "sim/engine/compiled/requests.py"
    return r;
}
static REQUEST * new_request(ED * ed, VISIT * v, int64_t kind, int64_t step, int64_t band, int64_t slot) {
    int64_t number;
    REQUEST * r;
    int64_t _1;
    int64_t _2;
    int64_t _3;
    int64_t _4;
    int64_t _5;
    int64_t _6;
    double _7;
    double _8;
    double _9;
    double _10;
    double _11;
    int64_t _12;
    int64_t _13;
    bool _14;
#line 19 "sim/engine/compiled/requests.py"
#line 20 "sim/engine/compiled/requests.py"
    number = (int64_t)(ed)->first_free_request;
#line 21 "sim/engine/compiled/requests.py"
    if (((number != (-INT64_C(1))))) {
#line 22 "sim/engine/compiled/requests.py"
    (ed)->first_free_request = (int64_t)((((REQUEST *)((int64_t)(ed)->requests)) + number))->next;
    } else {
#line 24 "sim/engine/compiled/requests.py"
    number = (int64_t)(ed)->n_requests;
#line 25 "sim/engine/compiled/requests.py"
    (ed)->n_requests = ((ed)->n_requests + INT64_C(1));
#line 26 "sim/engine/compiled/requests.py"
    if ((((int64_t)(ed)->n_requests > (int64_t)(ed)->room_for_requests))) {
#line 27 "sim/engine/compiled/requests.py"
    (ed)->needs_memory = true;
    }
    }
#line 28 "sim/engine/compiled/requests.py"
    (ed)->n_open_requests = ((ed)->n_open_requests + INT64_C(1));
#line 29 "sim/engine/compiled/requests.py"
    if (((((int64_t)(ed)->n_task_rows + (int64_t)(ed)->n_open_requests) > (int64_t)(ed)->room_for_task_rows))) {
#line 30 "sim/engine/compiled/requests.py"
    (ed)->needs_memory = true;
    }
#line 31 "sim/engine/compiled/requests.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + number);
#line 32 "sim/engine/compiled/requests.py"
    _1 = number;
    _2 = (int64_t)(v)->row;
    _3 = kind;
    _4 = step;
    _5 = band;
    _6 = slot;
    (r)->number = _1;
    (r)->visit = _2;
    (r)->kind = _3;
    (r)->step = _4;
    (r)->band = _5;
    (r)->slot = _6;
#line 33 "sim/engine/compiled/requests.py"
    _7 = (double)(ed)->now;
    _8 = (double)(ed)->now;
    _9 = 0.0;
    _10 = 0.0;
    (r)->since = _7;
    (r)->order = _8;
    (r)->minutes = _9;
    (r)->handover = _10;
#line 34 "sim/engine/compiled/requests.py"
    _11 = __builtin_nan("");
    (r)->unstaffed = _11;
    (r)->started = _11;
    (r)->ends = _11;
    (r)->company_since = _11;
#line 35 "sim/engine/compiled/requests.py"
    _12 = (-INT64_C(1));
    (r)->plan = _12;
    (r)->role = _12;
    (r)->contact = _12;
    (r)->owner = _12;
    (r)->owner_duty = _12;
    (r)->queue = _12;
    (r)->place_line = _12;
    (r)->line = _12;
    (r)->member = _12;
#line 36 "sim/engine/compiled/requests.py"
    _13 = (-INT64_C(1));
    (r)->previous = _13;
    (r)->next = _13;
    (r)->earlier = _13;
    (r)->later = _13;
#line 37 "sim/engine/compiled/requests.py"
    (r)->ending = (-INT64_C(1));
#line 38 "sim/engine/compiled/requests.py"
    _14 = false;
    (r)->may_leave = _14;
    (r)->preemptible = _14;
    (r)->opened_case = _14;
    (r)->resumed = _14;
    (r)->waiting = _14;
    (r)->kept_over = _14;
#line 39 "sim/engine/compiled/requests.py"
    return r;
}
static void ask(ED * ed, REQUEST * r, VISIT * v) {
    int64_t _1;
    int64_t _2;
#line 215 "sim/engine/compiled/requests.py"
#line 216 "sim/engine/compiled/requests.py"
    (r)->waiting = true;
#line 217 "sim/engine/compiled/requests.py"
    _1 = (int64_t)(v)->last_waiting;
    _2 = (-INT64_C(1));
    (r)->earlier = _1;
    (r)->later = _2;
#line 218 "sim/engine/compiled/requests.py"
    if ((((int64_t)(v)->last_waiting == (-INT64_C(1))))) {
#line 219 "sim/engine/compiled/requests.py"
    (v)->first_waiting = (int64_t)(r)->number;
    } else {
#line 221 "sim/engine/compiled/requests.py"
    ((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->last_waiting))->later = (int64_t)(r)->number;
    }
#line 222 "sim/engine/compiled/requests.py"
    (v)->last_waiting = (int64_t)(r)->number;
#line 223 "sim/engine/compiled/requests.py"
    line_up(ed, r, v);
}
static void walks(ED * ed, VISIT * v) {
    STREAM * s;
    int64_t number;
    PLAN * plan;
#line 90 "sim/engine/compiled/pathway.py"
#line 91 "sim/engine/compiled/pathway.py"
    s = (((STREAM *)((int64_t)(ed)->streams)) + (int64_t)(v)->stream);
#line 92 "sim/engine/compiled/pathway.py"
    while ((((int64_t)(v)->step <= (int64_t)(s)->n_plans))) {
#line 93 "sim/engine/compiled/pathway.py"
    number = (((int64_t)(s)->first_plan + (int64_t)(v)->step) - INT64_C(1));
#line 94 "sim/engine/compiled/pathway.py"
    plan = (((PLAN *)((int64_t)(ed)->plans)) + number);
#line 95 "sim/engine/compiled/pathway.py"
    if (((bool)(v)->begins_when_calm || applies(ed, v, plan))) {
#line 96 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(v)->responding > INT64_C(0)))) {
#line 97 "sim/engine/compiled/pathway.py"
    (v)->begins_when_calm = true;
#line 98 "sim/engine/compiled/pathway.py"
    return;
    }
#line 99 "sim/engine/compiled/pathway.py"
    (v)->begins_when_calm = false;
#line 100 "sim/engine/compiled/pathway.py"
    note_time(ed, v, (int64_t)(plan)->index, INT64_C(0));
#line 101 "sim/engine/compiled/pathway.py"
    if ((!take_step(ed, v, plan, number))) {
#line 102 "sim/engine/compiled/pathway.py"
    return;
    }
#line 103 "sim/engine/compiled/pathway.py"
    note_time(ed, v, (int64_t)(plan)->index, INT64_C(2));
    }
#line 104 "sim/engine/compiled/pathway.py"
    step_is_behind(ed, v, s);
    }
#line 105 "sim/engine/compiled/pathway.py"
    departs(ed, v);
}
static bool applies(ED * ed, VISIT * v, PLAN * plan) {
#line 109 "sim/engine/compiled/pathway.py"
#line 110 "sim/engine/compiled/pathway.py"
    if (((((int64_t)(plan)->branch != INT64_C(0))) && ((((int64_t)(v)->branches & (int64_t)(plan)->branch) == INT64_C(0))))) {
#line 111 "sim/engine/compiled/pathway.py"
    return false;
    }
#line 112 "sim/engine/compiled/pathway.py"
    if (((((int64_t)(plan)->only_if != (-INT64_C(1)))) && (((int64_t)(plan)->only_if != (int64_t)(v)->disposition)))) {
#line 113 "sim/engine/compiled/pathway.py"
    return false;
    }
#line 114 "sim/engine/compiled/pathway.py"
    if ((!happens(ed, v, (int64_t)(plan)->shares, (int64_t)(plan)->share_id))) {
#line 115 "sim/engine/compiled/pathway.py"
    return false;
    }
#line 116 "sim/engine/compiled/pathway.py"
    return ((((int64_t)(plan)->need_shares == (-INT64_C(1)))) || has_need(ed, v, plan));
}
static bool happens(ED * ed, VISIT * v, int64_t shares, int64_t quantity) {
#line 62 "sim/engine/compiled/draws.py"
#line 63 "sim/engine/compiled/draws.py"
    return falls_under(v, of_acuity(ed, v, shares), quantity);
}
static double of_acuity(ED * ed, VISIT * v, int64_t first) {
#line 47 "sim/engine/compiled/draws.py"
#line 48 "sim/engine/compiled/draws.py"
    return (double)((((NUMBER *)((int64_t)(ed)->numbers)) + ((first + (int64_t)(v)->acuity) - INT64_C(1))))->value;
}
static bool falls_under(VISIT * v, double share, int64_t quantity) {
#line 67 "sim/engine/compiled/draws.py"
#line 68 "sim/engine/compiled/draws.py"
    if (((share >= 1.0))) {
#line 69 "sim/engine/compiled/draws.py"
    return true;
    }
#line 70 "sim/engine/compiled/draws.py"
    return (((share > 0.0)) && ((uniform(v, quantity) < share)));
}
static bool has_need(ED * ed, VISIT * v, PLAN * plan) {
#line 120 "sim/engine/compiled/patient_attributes.py"
#line 121 "sim/engine/compiled/patient_attributes.py"
    return ((((int64_t)(v)->given_need == (int64_t)(plan)->need_id)) || falls_under(v, of_class_and_acuity(ed, v, (int64_t)(plan)->need_shares), (int64_t)(plan)->need_id));
}
static double of_class_and_acuity(ED * ed, VISIT * v, int64_t first) {
#line 57 "sim/engine/compiled/draws.py"
#line 58 "sim/engine/compiled/draws.py"
    return (double)((((NUMBER *)((int64_t)(ed)->numbers)) + (((first + (max_whole((int64_t)(v)->severity, INT64_C(0)) * INT64_C(5))) + (int64_t)(v)->acuity) - INT64_C(1))))->value;
}
static bool take_step(ED * ed, VISIT * v, PLAN * plan, int64_t number) {
#line 120 "sim/engine/compiled/pathway.py"
#line 121 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(1)))) {
#line 122 "sim/engine/compiled/pathway.py"
    have_task(ed, v, plan, number);
#line 123 "sim/engine/compiled/pathway.py"
    return false;
    }
#line 124 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(0)))) {
#line 125 "sim/engine/compiled/pathway.py"
    spend_delay(ed, v, plan, number);
#line 126 "sim/engine/compiled/pathway.py"
    return false;
    }
#line 127 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(3)))) {
#line 128 "sim/engine/compiled/pathway.py"
    want_place(ed, v, plan, number);
#line 129 "sim/engine/compiled/pathway.py"
    return false;
    }
#line 130 "sim/engine/compiled/pathway.py"
    note_time(ed, v, (int64_t)(plan)->index, INT64_C(1));
#line 131 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(7)))) {
#line 132 "sim/engine/compiled/pathway.py"
    boards(ed, v, plan, number);
#line 133 "sim/engine/compiled/pathway.py"
    return false;
    }
#line 134 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(2)))) {
#line 135 "sim/engine/compiled/pathway.py"
    cause_side_task(ed, v, plan);
    } else {
#line 136 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(6)))) {
#line 137 "sim/engine/compiled/pathway.py"
    dispose(ed, v, plan);
    } else {
#line 138 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(9)))) {
#line 139 "sim/engine/compiled/pathway.py"
    book_follow_up(ed, v, plan);
    } else {
#line 140 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(5)))) {
#line 141 "sim/engine/compiled/pathway.py"
    release(ed, v, plan);
    } else {
#line 142 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(4)))) {
#line 143 "sim/engine/compiled/pathway.py"
    give_up_place(ed, v);
    } else {
#line 144 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(8)))) {
#line 145 "sim/engine/compiled/pathway.py"
    observe(ed, v, plan, number);
    } else {
#line 146 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->kind == INT64_C(10)))) {
#line 147 "sim/engine/compiled/pathway.py"
    pathway_choose(ed, v, plan);
    }
    }
    }
    }
    }
    }
    }
#line 148 "sim/engine/compiled/pathway.py"
    return true;
}
static void have_task(ED * ed, VISIT * v, PLAN * plan, int64_t number) {
    double unstaffed;
    REQUEST * r;
    int64_t _1;
    int64_t _2;
    bool _3;
    bool _4;
    double _5;
#line 182 "sim/engine/compiled/pathway.py"
#line 183 "sim/engine/compiled/pathway.py"
    unstaffed = __builtin_nan("");
#line 184 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->unstaffed != (-INT64_C(1))))) {
#line 185 "sim/engine/compiled/pathway.py"
    unstaffed = value(ed, v, (int64_t)(plan)->unstaffed, (int64_t)(plan)->unstaffed_id);
#line 186 "sim/engine/compiled/pathway.py"
    if ((((int64_t)((((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(plan)->role))->n_on_duty == INT64_C(0)))) {
#line 187 "sim/engine/compiled/pathway.py"
    pass_time(ed, v, plan, unstaffed);
#line 188 "sim/engine/compiled/pathway.py"
    return;
    }
    }
#line 189 "sim/engine/compiled/pathway.py"
    r = request_of(ed, v, INT64_C(0), plan, number, INT64_C(0));
#line 190 "sim/engine/compiled/pathway.py"
    _1 = (int64_t)(plan)->role;
    _2 = (int64_t)(plan)->contact;
    (r)->role = _1;
    (r)->contact = _2;
#line 191 "sim/engine/compiled/pathway.py"
    (r)->minutes = minutes_of(ed, v, plan);
#line 192 "sim/engine/compiled/pathway.py"
    if (((((int64_t)(plan)->purpose == INT64_C(1))) && (!is_given(ed, v, plan)))) {
#line 193 "sim/engine/compiled/pathway.py"
    (r)->minutes = ((r)->minutes * (double)((((GROUP *)((int64_t)(ed)->groups)) + (int64_t)(v)->group))->triage);
    }
#line 194 "sim/engine/compiled/pathway.py"
    _3 = (bool)(plan)->preemptible;
    _4 = (bool)(plan)->may_leave;
    _5 = unstaffed;
    (r)->preemptible = _3;
    (r)->may_leave = _4;
    (r)->unstaffed = _5;
#line 195 "sim/engine/compiled/pathway.py"
    wait_for(ed, r, v);
}
static void pass_time(ED * ed, VISIT * v, PLAN * plan, double minutes) {
#line 211 "sim/engine/compiled/pathway.py"
#line 212 "sim/engine/compiled/pathway.py"
    note_time(ed, v, (int64_t)(plan)->index, INT64_C(1));
#line 213 "sim/engine/compiled/pathway.py"
    enter(ed, ((double)(ed)->now + minutes), INT64_C(3), (INT64_C(2) * (int64_t)(v)->row), INT64_C(0), (int64_t)(v)->row);
}
static REQUEST * request_of(ED * ed, VISIT * v, int64_t kind, PLAN * plan, int64_t number, int64_t slot) {
    REQUEST * r;
#line 167 "sim/engine/compiled/pathway.py"
#line 168 "sim/engine/compiled/pathway.py"
    r = new_request(ed, v, kind, (int64_t)(plan)->index, (int64_t)((((BAND *)((int64_t)(ed)->bands)) + (((int64_t)(plan)->band + (int64_t)(v)->acuity) - INT64_C(1))))->band, slot);
#line 169 "sim/engine/compiled/pathway.py"
    (r)->plan = number;
#line 170 "sim/engine/compiled/pathway.py"
    return r;
}
static double minutes_of(ED * ed, VISIT * v, PLAN * plan) {
    double given;
#line 155 "sim/engine/compiled/pathway.py"
#line 156 "sim/engine/compiled/pathway.py"
    given = given_minutes(ed, v, plan);
#line 157 "sim/engine/compiled/pathway.py"
    return (((given == given)) ? given : value(ed, v, (int64_t)(plan)->minutes, (int64_t)(plan)->value_id));
}
static double given_minutes(ED * ed, VISIT * v, PLAN * plan) {
    GIVEN * given;
    int64_t _1;
    int64_t _2;
    int64_t number;
    GIVEN_MINUTES * one;
#line 99 "sim/engine/compiled/draws.py"
#line 100 "sim/engine/compiled/draws.py"
    if ((((int64_t)(v)->given == (-INT64_C(1))))) {
#line 101 "sim/engine/compiled/draws.py"
    return __builtin_nan("");
    }
#line 102 "sim/engine/compiled/draws.py"
    given = (((GIVEN *)((int64_t)(ed)->givens)) + (int64_t)(v)->given);
#line 103 "sim/engine/compiled/draws.py"
    _2 = ((int64_t)(given)->first_minutes + (int64_t)(given)->n_minutes);
    for (_1 = (int64_t)(given)->first_minutes; _1 < _2; _1 += 1) {
    number = _1;
#line 104 "sim/engine/compiled/draws.py"
    one = (((GIVEN_MINUTES *)((int64_t)(ed)->given_minutes)) + number);
#line 105 "sim/engine/compiled/draws.py"
    if ((((int64_t)(one)->step == (int64_t)(plan)->index))) {
#line 106 "sim/engine/compiled/draws.py"
    return (double)(one)->minutes;
    }
    }
#line 107 "sim/engine/compiled/draws.py"
    return __builtin_nan("");
}
static bool is_given(ED * ed, VISIT * v, PLAN * plan) {
    double given;
#line 161 "sim/engine/compiled/pathway.py"
#line 162 "sim/engine/compiled/pathway.py"
    given = given_minutes(ed, v, plan);
#line 163 "sim/engine/compiled/pathway.py"
    return ((given == given));
}
static void wait_for(ED * ed, REQUEST * r, VISIT * v) {
#line 174 "sim/engine/compiled/pathway.py"
#line 175 "sim/engine/compiled/pathway.py"
    (v)->main = (int64_t)(r)->number;
#line 176 "sim/engine/compiled/pathway.py"
    ask(ed, r, v);
#line 177 "sim/engine/compiled/pathway.py"
    if ((bool)(r)->may_leave) {
#line 178 "sim/engine/compiled/pathway.py"
    wait_begins(ed, v);
    }
}
static void wait_begins(ED * ed, VISIT * v) {
#line 18 "sim/engine/compiled/patience_and_calm.py"
#line 19 "sim/engine/compiled/patience_and_calm.py"
    if (((((double)(v)->patience_left < __builtin_inf())) && (!(bool)(v)->tried_to_leave))) {
#line 20 "sim/engine/compiled/patience_and_calm.py"
    (v)->patience_since = (double)(ed)->now;
#line 21 "sim/engine/compiled/patience_and_calm.py"
    (v)->patience_deadline = used_up_at((double)(v)->patience_since, (double)(v)->patience_left, (double)(v)->patience_pace);
#line 22 "sim/engine/compiled/patience_and_calm.py"
    enter_patience(ed, v);
    }
}
static double used_up_at(double since, double left, double pace) {
#line 103 "sim/department/discipline.py"
#line 104 "sim/department/discipline.py"
    return (((pace > 0.0)) ? (since + (left / pace)) : __builtin_inf());
}
static void enter_patience(ED * ed, VISIT * v) {
#line 26 "sim/engine/compiled/patience_and_calm.py"
#line 27 "sim/engine/compiled/patience_and_calm.py"
    if ((((double)(v)->patience_deadline < (double)(v)->patience_entry))) {
#line 28 "sim/engine/compiled/patience_and_calm.py"
    (v)->patience_entry = (double)(v)->patience_deadline;
#line 29 "sim/engine/compiled/patience_and_calm.py"
    enter(ed, (double)(v)->patience_deadline, INT64_C(11), (int64_t)(v)->row, INT64_C(0), (int64_t)(v)->row);
    }
}
static void spend_delay(ED * ed, VISIT * v, PLAN * plan, int64_t number) {
    double minutes;
    REQUEST * r;
    int64_t _1;
    int64_t _2;
    double _3;
    bool _4;
#line 199 "sim/engine/compiled/pathway.py"
#line 200 "sim/engine/compiled/pathway.py"
    minutes = minutes_of(ed, v, plan);
#line 201 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(plan)->delay_line == (-INT64_C(1))))) {
#line 202 "sim/engine/compiled/pathway.py"
    pass_time(ed, v, plan, minutes);
#line 203 "sim/engine/compiled/pathway.py"
    return;
    }
#line 204 "sim/engine/compiled/pathway.py"
    r = new_request(ed, v, INT64_C(0), (int64_t)(plan)->index, INT64_C(0), INT64_C(0));
#line 205 "sim/engine/compiled/pathway.py"
    _1 = number;
    _2 = (int64_t)(plan)->delay_line;
    (r)->plan = _1;
    (r)->queue = _2;
#line 206 "sim/engine/compiled/pathway.py"
    _3 = minutes;
    _4 = (bool)(plan)->may_leave;
    (r)->minutes = _3;
    (r)->may_leave = _4;
#line 207 "sim/engine/compiled/pathway.py"
    wait_for(ed, r, v);
}
static void want_place(ED * ed, VISIT * v, PLAN * plan, int64_t number) {
    REQUEST * r;
#line 217 "sim/engine/compiled/pathway.py"
#line 218 "sim/engine/compiled/pathway.py"
    r = request_of(ed, v, INT64_C(0), plan, number, INT64_C(0));
#line 219 "sim/engine/compiled/pathway.py"
    (r)->place_line = place_line_of(ed, v, plan);
#line 220 "sim/engine/compiled/pathway.py"
    (r)->queue = (int64_t)((((PLACE_LINE *)((int64_t)(ed)->place_lines)) + (int64_t)(r)->place_line))->line;
#line 221 "sim/engine/compiled/pathway.py"
    (r)->may_leave = (bool)(plan)->may_leave;
#line 222 "sim/engine/compiled/pathway.py"
    wait_for(ed, r, v);
}
static int64_t place_line_of(ED * ed, VISIT * v, PLAN * plan) {
    ROUTES * routes;
    double u;
    int64_t number;
#line 226 "sim/engine/compiled/pathway.py"
#line 227 "sim/engine/compiled/pathway.py"
    routes = (((ROUTES *)((int64_t)(ed)->routes_of)) + (((int64_t)(plan)->first_route + (int64_t)(v)->acuity) - INT64_C(1)));
#line 228 "sim/engine/compiled/pathway.py"
    u = uniform(v, (int64_t)(plan)->value_id);
#line 229 "sim/engine/compiled/pathway.py"
    number = (int64_t)(routes)->first;
#line 230 "sim/engine/compiled/pathway.py"
    while ((((number < (((int64_t)(routes)->first + (int64_t)(routes)->n) - INT64_C(1)))) && ((u >= (double)((((ROUTE *)((int64_t)(ed)->routes)) + number))->up_to)))) {
#line 231 "sim/engine/compiled/pathway.py"
    number = (number + INT64_C(1));
    }
#line 232 "sim/engine/compiled/pathway.py"
    return (int64_t)((((ROUTE *)((int64_t)(ed)->routes)) + number))->line;
}
static void boards(ED * ed, VISIT * v, PLAN * plan, int64_t number) {
#line 70 "sim/engine/compiled/boarding_and_observation.py"
#line 71 "sim/engine/compiled/boarding_and_observation.py"
    (v)->boarding_start = (double)(ed)->now;
#line 72 "sim/engine/compiled/boarding_and_observation.py"
    close_cases(ed, v, (~bit((int64_t)(ed)->peer_role)));
#line 73 "sim/engine/compiled/boarding_and_observation.py"
    (v)->boarding_plan = number;
#line 74 "sim/engine/compiled/boarding_and_observation.py"
    (v)->boarding_care_since = (double)(ed)->now;
#line 75 "sim/engine/compiled/boarding_and_observation.py"
    (v)->boarding_hour = hour_begins(ed, v, INT64_C(0), (double)(plan)->minutes_per_hour);
#line 76 "sim/engine/compiled/boarding_and_observation.py"
    if (((bool)(ed)->pooled && (bool)(plan)->pooled)) {
#line 77 "sim/engine/compiled/boarding_and_observation.py"
    asks_for_bed(ed, v);
    } else {
#line 79 "sim/engine/compiled/boarding_and_observation.py"
    enter(ed, ((double)(ed)->now + boarding_minutes(ed, v, plan)), INT64_C(3), (INT64_C(2) * (int64_t)(v)->row), INT64_C(2), (int64_t)(v)->row);
    }
}
static void close_cases(ED * ed, VISIT * v, int64_t roles) {
#line 155 "sim/engine/compiled/cases.py"
#line 156 "sim/engine/compiled/cases.py"
    while (((((int64_t)(v)->open_cases & roles) != INT64_C(0)))) {
#line 157 "sim/engine/compiled/cases.py"
    close_case(ed, v, first_case_of(ed, v, roles));
    }
}
static int64_t first_case_of(ED * ed, VISIT * v, int64_t roles) {
    int64_t first;
    int64_t _1;
    int64_t _2;
    int64_t role;
#line 144 "sim/engine/compiled/cases.py"
#line 145 "sim/engine/compiled/cases.py"
    first = (-INT64_C(1));
#line 146 "sim/engine/compiled/cases.py"
    _2 = (int64_t)(ed)->n_roles;
    for (_1 = 0; _1 < _2; _1 += 1) {
    role = _1;
#line 147 "sim/engine/compiled/cases.py"
    if (((((((int64_t)(v)->open_cases & roles) & bit(role)) != INT64_C(0))) && (((first == (-INT64_C(1)))) || (((int64_t)(case_of(ed, v, role))->number < (int64_t)(case_of(ed, v, first))->number))))) {
#line 150 "sim/engine/compiled/cases.py"
    first = role;
    }
    }
#line 151 "sim/engine/compiled/cases.py"
    return first;
}
static void close_case(ED * ed, VISIT * v, int64_t role) {
    VISIT_ROLE * case_;
    int64_t _1;
    int64_t _2;
#line 131 "sim/engine/compiled/cases.py"
#line 132 "sim/engine/compiled/cases.py"
    if (((((int64_t)(v)->open_cases & bit(role)) == INT64_C(0)))) {
#line 133 "sim/engine/compiled/cases.py"
    return;
    }
#line 134 "sim/engine/compiled/cases.py"
    end_case_spell(ed, v, role);
#line 135 "sim/engine/compiled/cases.py"
    (ed)->n_cases_open = ((ed)->n_cases_open - INT64_C(1));
#line 136 "sim/engine/compiled/cases.py"
    (v)->open_cases = ((v)->open_cases & (~bit(role)));
#line 137 "sim/engine/compiled/cases.py"
    case_ = case_of(ed, v, role);
#line 138 "sim/engine/compiled/cases.py"
    _1 = INT64_C(0);
    _2 = (-INT64_C(1));
    (case_)->number = _1;
    (case_)->holder = _2;
#line 139 "sim/engine/compiled/cases.py"
    look_again(ed, v, role);
#line 140 "sim/engine/compiled/cases.py"
    (ed)->settle_due = true;
}
static void look_again(ED * ed, VISIT * v, int64_t role) {
    int64_t number;
    REQUEST * r;
#line 201 "sim/engine/compiled/requests.py"
#line 202 "sim/engine/compiled/requests.py"
    number = (int64_t)(v)->first_waiting;
#line 203 "sim/engine/compiled/requests.py"
    while (((number != (-INT64_C(1))))) {
#line 204 "sim/engine/compiled/requests.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + number);
#line 205 "sim/engine/compiled/requests.py"
    number = (int64_t)(r)->later;
#line 206 "sim/engine/compiled/requests.py"
    if (((((int64_t)(r)->role == role)) && (((int64_t)(r)->line != (-INT64_C(1)))))) {
#line 207 "sim/engine/compiled/requests.py"
    leave_line(ed, r, v);
#line 208 "sim/engine/compiled/requests.py"
    line_up(ed, r, v);
    }
    }
}
static int64_t hour_begins(ED * ed, VISIT * v, int64_t which, double minutes_per_hour) {
#line 38 "sim/engine/compiled/boarding_and_observation.py"
#line 39 "sim/engine/compiled/boarding_and_observation.py"
    if (((minutes_per_hour <= 0.0))) {
#line 40 "sim/engine/compiled/boarding_and_observation.py"
    return (-INT64_C(1));
    }
#line 41 "sim/engine/compiled/boarding_and_observation.py"
    return enter(ed, ((double)(ed)->now + 60.0), INT64_C(5), ((INT64_C(2) * (int64_t)(v)->row) + which), which, (int64_t)(v)->row);
}
static void asks_for_bed(ED * ed, VISIT * v) {
    double stay;
#line 130 "sim/engine/compiled/boarding_and_observation.py"
#line 131 "sim/engine/compiled/boarding_and_observation.py"
    stay = exponential((uint64_t)(v)->key, INT64_C(5205765996050347840), INT64_C(0), (double)(ed)->bed_stay);
#line 132 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(ed)->n_beds_taken < (int64_t)(ed)->n_beds))) {
#line 133 "sim/engine/compiled/boarding_and_observation.py"
    take_bed(ed, stay);
#line 134 "sim/engine/compiled/boarding_and_observation.py"
    enter(ed, (double)(ed)->now, INT64_C(3), (INT64_C(2) * (int64_t)(v)->row), INT64_C(2), (int64_t)(v)->row);
    } else {
#line 136 "sim/engine/compiled/boarding_and_observation.py"
    waits_for_bed(ed, stay, (int64_t)(v)->row);
    }
}
static void waits_for_bed(ED * ed, double stay, int64_t row) {
    WAITING_FOR_BED * w;
    double _1;
    int64_t _2;
#line 140 "sim/engine/compiled/boarding_and_observation.py"
#line 141 "sim/engine/compiled/boarding_and_observation.py"
    w = (((WAITING_FOR_BED *)((int64_t)(ed)->waiting_for_bed)) + (int64_t)(ed)->n_waiting_for_bed);
#line 142 "sim/engine/compiled/boarding_and_observation.py"
    (ed)->n_waiting_for_bed = ((ed)->n_waiting_for_bed + INT64_C(1));
#line 143 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(ed)->n_waiting_for_bed > (int64_t)(ed)->room_for_waiting_for_bed))) {
#line 144 "sim/engine/compiled/boarding_and_observation.py"
    (ed)->needs_memory = true;
    }
#line 145 "sim/engine/compiled/boarding_and_observation.py"
    _1 = stay;
    _2 = row;
    (w)->stay = _1;
    (w)->visit = _2;
}
static double boarding_minutes(ED * ed, VISIT * v, PLAN * plan) {
    double given;
#line 83 "sim/engine/compiled/boarding_and_observation.py"
#line 84 "sim/engine/compiled/boarding_and_observation.py"
    given = given_minutes(ed, v, plan);
#line 85 "sim/engine/compiled/boarding_and_observation.py"
    if (((given == given))) {
#line 86 "sim/engine/compiled/boarding_and_observation.py"
    return given;
    }
#line 87 "sim/engine/compiled/boarding_and_observation.py"
    if (((uniform(v, (int64_t)(plan)->value_id) < (double)(plan)->long_share))) {
#line 88 "sim/engine/compiled/boarding_and_observation.py"
    return value(ed, v, (int64_t)(plan)->long_boarding, (int64_t)(plan)->long_boarding_id);
    }
#line 89 "sim/engine/compiled/boarding_and_observation.py"
    return value(ed, v, (int64_t)(plan)->boarding, (int64_t)(plan)->boarding_id);
}
static void cause_side_task(ED * ed, VISIT * v, PLAN * plan) {
    REQUEST * r;
    int64_t _1;
    int64_t _2;
    bool _3;
#line 236 "sim/engine/compiled/pathway.py"
#line 237 "sim/engine/compiled/pathway.py"
    (v)->n_slots = ((v)->n_slots + INT64_C(1));
#line 238 "sim/engine/compiled/pathway.py"
    r = request_of(ed, v, INT64_C(1), plan, (-INT64_C(1)), (int64_t)(v)->n_slots);
#line 239 "sim/engine/compiled/pathway.py"
    _1 = (int64_t)(plan)->role;
    _2 = (int64_t)(plan)->contact;
    _3 = (bool)(plan)->preemptible;
    (r)->role = _1;
    (r)->contact = _2;
    (r)->preemptible = _3;
#line 240 "sim/engine/compiled/pathway.py"
    (r)->minutes = minutes_of(ed, v, plan);
#line 241 "sim/engine/compiled/pathway.py"
    if (((((double)(plan)->share_of_minutes == (double)(plan)->share_of_minutes)) && (!is_given(ed, v, plan)))) {
#line 242 "sim/engine/compiled/pathway.py"
    (r)->minutes = ((r)->minutes * ((double)(plan)->share_of_minutes * (double)(case_of(ed, v, (int64_t)(plan)->role))->minutes));
    }
#line 243 "sim/engine/compiled/pathway.py"
    ask(ed, r, v);
}
static void dispose(ED * ed, VISIT * v, PLAN * plan) {
#line 257 "sim/engine/compiled/pathway.py"
#line 258 "sim/engine/compiled/pathway.py"
    (v)->disposition = disposition_of(ed, v, plan);
#line 259 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(v)->disposition == INT64_C(1)))) {
#line 260 "sim/engine/compiled/pathway.py"
    ask_bridging(ed, v);
    }
}
static int64_t disposition_of(ED * ed, VISIT * v, PLAN * plan) {
    double _1;
    double _2;
    double admission;
    double transfer;
#line 125 "sim/engine/compiled/patient_attributes.py"
#line 126 "sim/engine/compiled/patient_attributes.py"
    _1 = of_class_and_acuity(ed, v, (int64_t)(plan)->admission);
    _2 = of_acuity(ed, v, (int64_t)(plan)->transfer);
    admission = _1;
    transfer = _2;
#line 127 "sim/engine/compiled/patient_attributes.py"
    return (INT64_C(1) + disposed(uniform(v, (int64_t)(plan)->value_id), admission, transfer));
}
static int64_t disposed(double u, double admission, double transfer) {
#line 184 "sim/department/pathway.py"
#line 185 "sim/department/pathway.py"
    if (((u < admission))) {
#line 186 "sim/department/pathway.py"
    return INT64_C(1);
    }
#line 187 "sim/department/pathway.py"
    return (((u < (admission + transfer))) ? INT64_C(2) : INT64_C(0));
}
static void ask_bridging(ED * ed, VISIT * v) {
    REQUEST * r;
#line 76 "sim/engine/compiled/peers.py"
#line 77 "sim/engine/compiled/peers.py"
    if (((!is_met(v)) || (((int64_t)(v)->bridging != (-INT64_C(1)))))) {
#line 78 "sim/engine/compiled/peers.py"
    return;
    }
#line 79 "sim/engine/compiled/peers.py"
    r = side_request(ed, v, INT64_C(5), (int64_t)(ed)->peer_role, INT64_C(1), (double)(ed)->bridging_minutes);
#line 80 "sim/engine/compiled/peers.py"
    (r)->contact = INT64_C(1);
#line 81 "sim/engine/compiled/peers.py"
    (v)->bridging = (int64_t)(r)->number;
#line 82 "sim/engine/compiled/peers.py"
    ask(ed, r, v);
}
static void book_follow_up(ED * ed, VISIT * v, PLAN * plan) {
    double odds;
    int64_t found;
#line 264 "sim/engine/compiled/pathway.py"
#line 265 "sim/engine/compiled/pathway.py"
    odds = (double)((((GROUP *)((int64_t)(ed)->groups)) + (int64_t)(v)->group))->linkage;
#line 266 "sim/engine/compiled/pathway.py"
    if (is_met(v)) {
#line 267 "sim/engine/compiled/pathway.py"
    odds = (odds * (double)(ed)->peer_odds);
    }
#line 268 "sim/engine/compiled/pathway.py"
    odds = (odds * (double)(ed)->clinician_odds);
#line 269 "sim/engine/compiled/pathway.py"
    found = linked(uniform(v, INT64_C(1818073740776699388)), (double)(plan)->within_7_days, (double)(plan)->within_30_days, odds);
#line 270 "sim/engine/compiled/pathway.py"
    if (((found > INT64_C(0)))) {
#line 271 "sim/engine/compiled/pathway.py"
    (v)->follow_up = found;
    }
}
static int64_t linked(double u, double within_7_days, double within_30_days, double odds_ratio) {
#line 164 "sim/department/support.py"
#line 165 "sim/department/support.py"
    if (((u < with_odds_ratio(within_7_days, odds_ratio)))) {
#line 166 "sim/department/support.py"
    return INT64_C(1);
    }
#line 167 "sim/department/support.py"
    return (((u < with_odds_ratio(within_30_days, odds_ratio))) ? INT64_C(2) : INT64_C(0));
}
static double with_odds_ratio(double probability, double odds_ratio) {
    double odds;
#line 156 "sim/department/support.py"
#line 157 "sim/department/support.py"
    if ((((odds_ratio == 1.0)) || ((probability >= 1.0)))) {
#line 158 "sim/department/support.py"
    return probability;
    }
#line 159 "sim/department/support.py"
    odds = ((probability / (1.0 - probability)) * odds_ratio);
#line 160 "sim/department/support.py"
    return (odds / (1.0 + odds));
}
static void release(ED * ed, VISIT * v, PLAN * plan) {
    int64_t _1;
    int64_t _2;
    int64_t number;
#line 275 "sim/engine/compiled/pathway.py"
#line 276 "sim/engine/compiled/pathway.py"
    _2 = (int64_t)(plan)->n_released;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 277 "sim/engine/compiled/pathway.py"
    close_cases(ed, v, bit(((int64_t)(double)((((NUMBER *)((int64_t)(ed)->numbers)) + ((int64_t)(plan)->released + number)))->value)));
    }
}
static void observe(ED * ed, VISIT * v, PLAN * plan, int64_t number) {
    REQUEST * r;
    int64_t _1;
    int64_t _2;
    double _3;
#line 181 "sim/engine/compiled/boarding_and_observation.py"
#line 182 "sim/engine/compiled/boarding_and_observation.py"
    (v)->needs_observation = true;
#line 183 "sim/engine/compiled/boarding_and_observation.py"
    (v)->n_slots = ((v)->n_slots + INT64_C(1));
#line 184 "sim/engine/compiled/boarding_and_observation.py"
    r = new_request(ed, v, INT64_C(8), (int64_t)(plan)->index, (int64_t)((((BAND *)((int64_t)(ed)->bands)) + (int64_t)(plan)->band))->band, (int64_t)(v)->n_slots);
#line 185 "sim/engine/compiled/boarding_and_observation.py"
    _1 = (int64_t)(plan)->role;
    _2 = INT64_C(2);
    _3 = __builtin_inf();
    (r)->role = _1;
    (r)->contact = _2;
    (r)->minutes = _3;
#line 186 "sim/engine/compiled/boarding_and_observation.py"
    (v)->observation = (int64_t)(r)->number;
#line 187 "sim/engine/compiled/boarding_and_observation.py"
    (v)->observation_plan = number;
#line 188 "sim/engine/compiled/boarding_and_observation.py"
    nobody_observes(ed, v);
}
static void nobody_observes(ED * ed, VISIT * v) {
    double _1;
    PLAN * plan;
#line 192 "sim/engine/compiled/boarding_and_observation.py"
#line 193 "sim/engine/compiled/boarding_and_observation.py"
    _1 = (double)(ed)->now;
    (v)->observation_since = _1;
    (v)->observation_care_since = _1;
#line 194 "sim/engine/compiled/boarding_and_observation.py"
    plan = (((PLAN *)((int64_t)(ed)->plans)) + (int64_t)(v)->observation_plan);
#line 195 "sim/engine/compiled/boarding_and_observation.py"
    (v)->observation_hour = hour_begins(ed, v, INT64_C(1), (double)(plan)->minutes_per_hour);
#line 196 "sim/engine/compiled/boarding_and_observation.py"
    ask(ed, (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->observation), v);
}
static void pathway_choose(ED * ed, VISIT * v, PLAN * plan) {
    int64_t first;
    double u;
    int64_t number;
#line 247 "sim/engine/compiled/pathway.py"
#line 248 "sim/engine/compiled/pathway.py"
    first = ((int64_t)(plan)->up_to + ((((max_whole((int64_t)(v)->severity, INT64_C(0)) * INT64_C(5)) + (int64_t)(v)->acuity) - INT64_C(1)) * (int64_t)(plan)->n_branches));
#line 249 "sim/engine/compiled/pathway.py"
    u = uniform(v, (int64_t)(plan)->value_id);
#line 250 "sim/engine/compiled/pathway.py"
    number = INT64_C(0);
#line 251 "sim/engine/compiled/pathway.py"
    while (((u >= (double)((((NUMBER *)((int64_t)(ed)->numbers)) + (first + number)))->value))) {
#line 252 "sim/engine/compiled/pathway.py"
    number = (number + INT64_C(1));
    }
#line 253 "sim/engine/compiled/pathway.py"
    (v)->branches = ((v)->branches | bit(((int64_t)(plan)->branches + number)));
}
static void departs(ED * ed, VISIT * v) {
#line 281 "sim/engine/compiled/pathway.py"
#line 282 "sim/engine/compiled/pathway.py"
    (v)->departed = true;
#line 283 "sim/engine/compiled/pathway.py"
    (v)->departure = (double)(ed)->now;
#line 284 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(v)->disposition == INT64_C(0)))) {
#line 285 "sim/engine/compiled/pathway.py"
    (v)->disposition = INT64_C(1);
    }
#line 286 "sim/engine/compiled/pathway.py"
    peer_takes_leave(ed, v);
#line 287 "sim/engine/compiled/pathway.py"
    (v)->peer_missed = ((bool)(v)->offered && (bool)(v)->consented && (!is_met(v)));
#line 288 "sim/engine/compiled/pathway.py"
    observation_ends(ed, v);
#line 289 "sim/engine/compiled/pathway.py"
    give_up_place(ed, v);
#line 290 "sim/engine/compiled/pathway.py"
    close_cases(ed, v, (int64_t)(v)->open_cases);
#line 291 "sim/engine/compiled/pathway.py"
    plan_return(ed, v, false);
}
static void peer_takes_leave(ED * ed, VISIT * v) {
    bool goes_home;
#line 98 "sim/engine/compiled/peers.py"
#line 99 "sim/engine/compiled/peers.py"
    if (company_runs(ed, v)) {
#line 100 "sim/engine/compiled/peers.py"
    company_ends(ed, v, false);
    } else {
#line 101 "sim/engine/compiled/peers.py"
    if ((((int64_t)(v)->contact_task != (-INT64_C(1))))) {
#line 102 "sim/engine/compiled/peers.py"
    withdraw(ed, (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->contact_task), v);
#line 103 "sim/engine/compiled/peers.py"
    (v)->contact_task = (-INT64_C(1));
    }
    }
#line 104 "sim/engine/compiled/peers.py"
    if ((bool)(v)->recovery_owed) {
#line 105 "sim/engine/compiled/peers.py"
    ask_recovery(ed, v);
    }
#line 106 "sim/engine/compiled/peers.py"
    goes_home = ((((int64_t)(v)->disposition == INT64_C(1))) || (((int64_t)(v)->disposition == INT64_C(4))) || (((int64_t)(v)->disposition == INT64_C(5))));
#line 107 "sim/engine/compiled/peers.py"
    if ((((int64_t)(v)->bridging >= INT64_C(0)))) {
#line 108 "sim/engine/compiled/peers.py"
    withdraw(ed, (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->bridging), v);
#line 109 "sim/engine/compiled/peers.py"
    (v)->bridging = (-INT64_C(2));
#line 110 "sim/engine/compiled/peers.py"
    ask_call(ed, v);
    } else {
#line 111 "sim/engine/compiled/peers.py"
    if (((bool)(v)->offered && (bool)(v)->consented && (!is_met(v)) && goes_home)) {
#line 112 "sim/engine/compiled/peers.py"
    ask_call(ed, v);
    }
    }
}
static bool company_runs(ED * ed, VISIT * v) {
#line 143 "sim/engine/compiled/company.py"
#line 144 "sim/engine/compiled/company.py"
    return ((((int64_t)(v)->contact_task != (-INT64_C(1)))) && (((int64_t)((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->contact_task))->member != (-INT64_C(1)))));
}
static void company_ends(ED * ed, VISIT * v, bool interrupted) {
    REQUEST * r;
    double minutes;
#line 113 "sim/engine/compiled/company.py"
#line 114 "sim/engine/compiled/company.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->contact_task);
#line 115 "sim/engine/compiled/company.py"
    minutes = max_real(0.0, ((double)(ed)->now - (double)(r)->company_since));
#line 116 "sim/engine/compiled/company.py"
    (v)->accompanied = ((v)->accompanied + minutes);
#line 117 "sim/engine/compiled/company.py"
    (v)->wish_left = max_real(0.0, ((double)(v)->wish_left - minutes));
#line 118 "sim/engine/compiled/company.py"
    if ((!is_met(v))) {
#line 119 "sim/engine/compiled/company.py"
    (v)->meeting_left = max_real(0.0, ((double)(v)->meeting_left - minutes));
    }
#line 120 "sim/engine/compiled/company.py"
    if ((bool)(r)->kept_over) {
#line 121 "sim/engine/compiled/company.py"
    (ed)->n_callable = ((ed)->n_callable - INT64_C(1));
    }
#line 122 "sim/engine/compiled/company.py"
    (v)->contact_task = (-INT64_C(1));
#line 123 "sim/engine/compiled/company.py"
    (v)->peer_ended = (double)(ed)->now;
#line 124 "sim/engine/compiled/company.py"
    spell_ends(ed, r, v, interrupted);
#line 125 "sim/engine/compiled/company.py"
    forget(ed, r);
#line 126 "sim/engine/compiled/company.py"
    pace_changes(ed, v, false);
}
static void spell_ends(ED * ed, REQUEST * r, VISIT * v, bool interrupted) {
    MEMBER * m;
#line 84 "sim/engine/compiled/tasks.py"
#line 85 "sim/engine/compiled/tasks.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + (int64_t)(r)->member);
#line 86 "sim/engine/compiled/tasks.py"
    (r)->ending = (-INT64_C(1));
#line 87 "sim/engine/compiled/tasks.py"
    write_task(ed, r, (double)(r)->started, (double)(ed)->now, interrupted, false);
#line 88 "sim/engine/compiled/tasks.py"
    count_minutes(ed, m, (double)(r)->started, (double)(ed)->now);
#line 89 "sim/engine/compiled/tasks.py"
    (m)->task = (-INT64_C(1));
#line 90 "sim/engine/compiled/tasks.py"
    (m)->idle_since = (double)(ed)->now;
#line 91 "sim/engine/compiled/tasks.py"
    (r)->member = (-INT64_C(1));
#line 92 "sim/engine/compiled/tasks.py"
    if (((bool)(m)->on_duty && (!(bool)(m)->on_break))) {
#line 93 "sim/engine/compiled/tasks.py"
    is_free(ed, m);
    }
#line 94 "sim/engine/compiled/tasks.py"
    if ((((int64_t)(r)->kind == INT64_C(0)))) {
#line 95 "sim/engine/compiled/tasks.py"
    clinician_goes(ed, v);
    }
#line 96 "sim/engine/compiled/tasks.py"
    (ed)->settle_due = true;
}
static void count_minutes(ED * ed, MEMBER * m, double start, double end) {
    double scheduled_end;
#line 77 "sim/engine/compiled/tasks.py"
#line 78 "sim/engine/compiled/tasks.py"
    scheduled_end = ((((int64_t)(m)->duty == (-INT64_C(1)))) ? __builtin_inf() : (double)((((DUTY *)((int64_t)(ed)->duties)) + (int64_t)(m)->duty))->end);
#line 79 "sim/engine/compiled/tasks.py"
    (m)->overtime = ((m)->overtime + max_real(0.0, (end - max_real(start, scheduled_end))));
#line 80 "sim/engine/compiled/tasks.py"
    (m)->busy = ((m)->busy + max_real(0.0, (min_real(end, scheduled_end) - start)));
}
static void is_free(ED * ed, MEMBER * m) {
    int64_t _1;
    int64_t _2;
    int64_t number;
    SERVICE * service;
#line 17 "sim/engine/compiled/cases.py"
#line 18 "sim/engine/compiled/cases.py"
    _2 = (int64_t)(m)->n_services;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 19 "sim/engine/compiled/cases.py"
    service = (((SERVICE *)((int64_t)(ed)->services)) + ((int64_t)(m)->first_service + number));
#line 20 "sim/engine/compiled/cases.py"
    include(ed, (int64_t)(service)->free, m);
#line 21 "sim/engine/compiled/cases.py"
    ((((LEVEL *)((int64_t)(ed)->levels)) + (int64_t)(service)->level))->free_roles = (((((LEVEL *)((int64_t)(ed)->levels)) + (int64_t)(service)->level))->free_roles | (int64_t)(service)->role_bit);
    }
#line 22 "sim/engine/compiled/cases.py"
    (ed)->roles_changed = ((ed)->roles_changed | (int64_t)(m)->serves);
}
static void clinician_goes(ED * ed, VISIT * v) {
    REQUEST * contact;
#line 100 "sim/engine/compiled/tasks.py"
#line 101 "sim/engine/compiled/tasks.py"
    (v)->clinician_there = false;
#line 102 "sim/engine/compiled/tasks.py"
    if ((((int64_t)(v)->contact_task != (-INT64_C(1))))) {
#line 103 "sim/engine/compiled/tasks.py"
    contact = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->contact_task);
#line 104 "sim/engine/compiled/tasks.py"
    if ((((int64_t)(contact)->member == (-INT64_C(1))))) {
#line 105 "sim/engine/compiled/tasks.py"
    put_back(ed, contact, v);
    }
    }
}
static void put_back(ED * ed, REQUEST * r, VISIT * v) {
#line 259 "sim/engine/compiled/requests.py"
#line 260 "sim/engine/compiled/requests.py"
    if ((((int64_t)(r)->line == (-INT64_C(1))))) {
#line 261 "sim/engine/compiled/requests.py"
    line_up(ed, r, v);
    }
}
static void pace_changes(ED * ed, VISIT * v, bool in_company) {
    double patience;
    bool waiting;
    double calm;
    bool running;
#line 66 "sim/engine/compiled/patience_and_calm.py"
#line 68 "sim/engine/compiled/patience_and_calm.py"
    patience = pace((double)(ed)->patience_while, (double)(ed)->patience_after, in_company, is_met(v));
#line 69 "sim/engine/compiled/patience_and_calm.py"
    if (((patience != (double)(v)->patience_pace))) {
#line 70 "sim/engine/compiled/patience_and_calm.py"
    waiting = (((double)(v)->patience_since == (double)(v)->patience_since));
#line 71 "sim/engine/compiled/patience_and_calm.py"
    if (waiting) {
#line 72 "sim/engine/compiled/patience_and_calm.py"
    wait_ends(ed, v);
    }
#line 73 "sim/engine/compiled/patience_and_calm.py"
    (v)->patience_pace = patience;
#line 74 "sim/engine/compiled/patience_and_calm.py"
    if (waiting) {
#line 75 "sim/engine/compiled/patience_and_calm.py"
    wait_begins(ed, v);
    }
    }
#line 76 "sim/engine/compiled/patience_and_calm.py"
    calm = pace((double)(ed)->escalation_while, (double)(ed)->escalation_after, in_company, is_met(v));
#line 77 "sim/engine/compiled/patience_and_calm.py"
    if (((calm != (double)(v)->escalation_pace))) {
#line 78 "sim/engine/compiled/patience_and_calm.py"
    running = ((((double)(v)->escalation_left < __builtin_inf())) && (((int64_t)(v)->responding == INT64_C(0))) && (!(bool)(v)->departed));
#line 79 "sim/engine/compiled/patience_and_calm.py"
    if (running) {
#line 80 "sim/engine/compiled/patience_and_calm.py"
    (v)->escalation_left = patience_left((double)(v)->escalation_left, ((double)(ed)->now - (double)(v)->escalation_since), (double)(v)->escalation_pace);
    }
#line 81 "sim/engine/compiled/patience_and_calm.py"
    (v)->escalation_pace = calm;
#line 82 "sim/engine/compiled/patience_and_calm.py"
    if (running) {
#line 83 "sim/engine/compiled/patience_and_calm.py"
    calm_runs(ed, v);
    }
    }
}
static double pace(double while_accompanied, double after, bool accompanied, bool is_met) {
#line 171 "sim/department/support.py"
#line 172 "sim/department/support.py"
    if ((!is_met)) {
#line 173 "sim/department/support.py"
    return 1.0;
    }
#line 174 "sim/department/support.py"
    return (accompanied ? while_accompanied : after);
}
static void calm_runs(ED * ed, VISIT * v) {
#line 44 "sim/engine/compiled/patience_and_calm.py"
#line 45 "sim/engine/compiled/patience_and_calm.py"
    (v)->escalation_since = (double)(ed)->now;
#line 46 "sim/engine/compiled/patience_and_calm.py"
    (v)->escalation_deadline = used_up_at((double)(v)->escalation_since, (double)(v)->escalation_left, (double)(v)->escalation_pace);
#line 47 "sim/engine/compiled/patience_and_calm.py"
    enter_escalation(ed, v);
}
static void enter_escalation(ED * ed, VISIT * v) {
#line 51 "sim/engine/compiled/patience_and_calm.py"
#line 52 "sim/engine/compiled/patience_and_calm.py"
    if ((((double)(v)->escalation_deadline < (double)(v)->escalation_entry))) {
#line 53 "sim/engine/compiled/patience_and_calm.py"
    (v)->escalation_entry = (double)(v)->escalation_deadline;
#line 54 "sim/engine/compiled/patience_and_calm.py"
    enter(ed, (double)(v)->escalation_deadline, INT64_C(12), (int64_t)(v)->row, INT64_C(0), (int64_t)(v)->row);
    }
}
static void withdraw(ED * ed, REQUEST * r, VISIT * v) {
#line 240 "sim/engine/compiled/requests.py"
#line 241 "sim/engine/compiled/requests.py"
    waits_no_more(ed, r, v);
#line 242 "sim/engine/compiled/requests.py"
    leave_line(ed, r, v);
#line 243 "sim/engine/compiled/requests.py"
    (ed)->places_changed = true;
#line 244 "sim/engine/compiled/requests.py"
    (ed)->settle_due = true;
#line 245 "sim/engine/compiled/requests.py"
    if ((((int64_t)(r)->role != (-INT64_C(1))))) {
#line 246 "sim/engine/compiled/requests.py"
    (ed)->roles_changed = ((ed)->roles_changed | bit((int64_t)(r)->role));
#line 247 "sim/engine/compiled/requests.py"
    write_task(ed, r, __builtin_nan(""), (double)(ed)->now, false, true);
    }
#line 248 "sim/engine/compiled/requests.py"
    forget(ed, r);
}
static void ask_recovery(ED * ed, VISIT * v) {
#line 186 "sim/engine/compiled/company.py"
#line 187 "sim/engine/compiled/company.py"
    (v)->recovery_owed = false;
#line 188 "sim/engine/compiled/company.py"
    ask_own_time(ed, v, 10.0);
}
static void ask_own_time(ED * ed, VISIT * v, double minutes) {
    MEMBER * peer;
    REQUEST * r;
#line 192 "sim/engine/compiled/company.py"
#line 193 "sim/engine/compiled/company.py"
    peer = (((MEMBER *)((int64_t)(ed)->members)) + (int64_t)(v)->peer_member);
#line 194 "sim/engine/compiled/company.py"
    if ((!(bool)(peer)->on_duty)) {
#line 195 "sim/engine/compiled/company.py"
    return;
    }
#line 196 "sim/engine/compiled/company.py"
    r = side_request(ed, v, INT64_C(4), (int64_t)(ed)->peer_role, INT64_C(0), minutes);
#line 197 "sim/engine/compiled/company.py"
    (r)->contact = INT64_C(1);
#line 198 "sim/engine/compiled/company.py"
    bind(ed, r, peer);
#line 199 "sim/engine/compiled/company.py"
    (peer)->n_recoveries = ((peer)->n_recoveries + INT64_C(1));
#line 200 "sim/engine/compiled/company.py"
    ask(ed, r, v);
}
static void bind(ED * ed, REQUEST * r, MEMBER * m) {
    int64_t _1;
    int64_t _2;
#line 64 "sim/engine/compiled/requests.py"
#line 65 "sim/engine/compiled/requests.py"
    _1 = (int64_t)(m)->index;
    _2 = (int64_t)(m)->duty;
    (r)->owner = _1;
    (r)->owner_duty = _2;
}
static void ask_call(ED * ed, VISIT * v) {
#line 86 "sim/engine/compiled/peers.py"
#line 87 "sim/engine/compiled/peers.py"
    ask(ed, side_request(ed, v, INT64_C(6), (int64_t)(ed)->peer_role, INT64_C(4), (double)(ed)->call_minutes), v);
}
static void observation_ends(ED * ed, VISIT * v) {
    REQUEST * r;
#line 220 "sim/engine/compiled/boarding_and_observation.py"
#line 221 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(v)->observation == (-INT64_C(1))))) {
#line 222 "sim/engine/compiled/boarding_and_observation.py"
    return;
    }
#line 223 "sim/engine/compiled/boarding_and_observation.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->observation);
#line 224 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(r)->member != (-INT64_C(1))))) {
#line 225 "sim/engine/compiled/boarding_and_observation.py"
    aide_goes(ed, v);
#line 226 "sim/engine/compiled/boarding_and_observation.py"
    forget(ed, r);
    } else {
#line 228 "sim/engine/compiled/boarding_and_observation.py"
    observation_is_met(ed, v);
#line 229 "sim/engine/compiled/boarding_and_observation.py"
    withdraw(ed, r, v);
    }
}
static void aide_goes(ED * ed, VISIT * v) {
    REQUEST * r;
#line 210 "sim/engine/compiled/boarding_and_observation.py"
#line 211 "sim/engine/compiled/boarding_and_observation.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->observation);
#line 212 "sim/engine/compiled/boarding_and_observation.py"
    spell_ends(ed, r, v, false);
#line 213 "sim/engine/compiled/boarding_and_observation.py"
    (v)->observed = ((v)->observed + ((double)(ed)->now - (double)(v)->observation_since));
#line 214 "sim/engine/compiled/boarding_and_observation.py"
    if ((!(bool)(v)->departed)) {
#line 215 "sim/engine/compiled/boarding_and_observation.py"
    (r)->started = __builtin_nan("");
#line 216 "sim/engine/compiled/boarding_and_observation.py"
    nobody_observes(ed, v);
    }
}
static void observation_is_met(ED * ed, VISIT * v) {
    PLAN * plan;
#line 200 "sim/engine/compiled/boarding_and_observation.py"
#line 201 "sim/engine/compiled/boarding_and_observation.py"
    (v)->unmet = ((v)->unmet + ((double)(ed)->now - (double)(v)->observation_since));
#line 202 "sim/engine/compiled/boarding_and_observation.py"
    (v)->observation_since = (double)(ed)->now;
#line 203 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(v)->observation_hour != (-INT64_C(1))))) {
#line 204 "sim/engine/compiled/boarding_and_observation.py"
    plan = (((PLAN *)((int64_t)(ed)->plans)) + (int64_t)(v)->observation_plan);
#line 205 "sim/engine/compiled/boarding_and_observation.py"
    (v)->observation_hour = (-INT64_C(1));
#line 206 "sim/engine/compiled/boarding_and_observation.py"
    care_stops(ed, v, (int64_t)(plan)->fallback_role, (double)(v)->observation_care_since, (double)(plan)->minutes_per_hour);
    }
}
static void care_stops(ED * ed, VISIT * v, int64_t role, double since, double minutes_per_hour) {
    double minutes;
#line 45 "sim/engine/compiled/boarding_and_observation.py"
#line 46 "sim/engine/compiled/boarding_and_observation.py"
    minutes = ((((double)(ed)->now - since) * minutes_per_hour) / 60.0);
#line 47 "sim/engine/compiled/boarding_and_observation.py"
    if (((minutes > 0.0))) {
#line 48 "sim/engine/compiled/boarding_and_observation.py"
    ask_care(ed, v, role, minutes);
    }
}
static void ask_care(ED * ed, VISIT * v, int64_t role, double minutes) {
#line 33 "sim/engine/compiled/boarding_and_observation.py"
#line 34 "sim/engine/compiled/boarding_and_observation.py"
    ask(ed, side_request(ed, v, INT64_C(9), role, INT64_C(2), minutes), v);
}
static void plan_return(ED * ed, VISIT * v, bool call_reached) {
    STREAM * s;
    double gap;
    array2 hours;
#line 298 "sim/engine/compiled/pathway.py"
#line 299 "sim/engine/compiled/pathway.py"
    s = (((STREAM *)((int64_t)(ed)->streams)) + (int64_t)(v)->stream);
#line 300 "sim/engine/compiled/pathway.py"
    if ((!(bool)(s)->returns)) {
#line 301 "sim/engine/compiled/pathway.py"
    (v)->next_visit = __builtin_inf();
#line 302 "sim/engine/compiled/pathway.py"
    return;
    }
#line 303 "sim/engine/compiled/pathway.py"
    gap = minutes_to_return((double)(s)->susceptible, (double)(s)->shape, (double)(s)->scale_days, return_hazard(ed, v, s, call_reached), uniform(v, INT64_C(7125781759529997999)));
#line 306 "sim/engine/compiled/pathway.py"
    (v)->pending_return = (-INT64_C(1));
#line 307 "sim/engine/compiled/pathway.py"
    (v)->next_visit = __builtin_inf();
#line 308 "sim/engine/compiled/pathway.py"
    if (((gap < __builtin_inf()))) {
#line 309 "sim/engine/compiled/pathway.py"
    hours = numbers_at2(((int64_t)(ed)->numbers + ((int64_t)(s)->day_cumulated * INT64_C(8))), INT64_C(7), INT64_C(25));
#line 310 "sim/engine/compiled/pathway.py"
    (v)->next_visit = max_real((double)(ed)->now, time_of_return((double)(v)->departure, gap, hours, uniform(v, INT64_C(7211081620069410379))));
    }
#line 311 "sim/engine/compiled/pathway.py"
    if ((((double)(v)->next_visit < (double)(ed)->horizon))) {
#line 312 "sim/engine/compiled/pathway.py"
    (v)->pending_return = enter_return(ed, (double)(v)->next_visit, (int64_t)(v)->patient, (int64_t)(v)->row);
    }
}
static double return_hazard(ED * ed, VISIT * v, STREAM * s, bool call_reached) {
    bool frail;
    bool met;
#line 316 "sim/engine/compiled/pathway.py"
#line 317 "sim/engine/compiled/pathway.py"
    frail = ((uniform_for_life(ed, v, INT64_C(583355874778495519)) < (double)(s)->frail_share));
#line 318 "sim/engine/compiled/pathway.py"
    met = is_met(v);
#line 319 "sim/engine/compiled/pathway.py"
    return hazard_of_return((frail ? (double)(s)->frailty : 1.0), (double)((((NUMBER *)((int64_t)(ed)->numbers)) + ((int64_t)(s)->hazard_of_disposition + (int64_t)(v)->disposition)))->value, (met ? (double)(ed)->factor_direct : 1.0), ((met && (((int64_t)(v)->follow_up > INT64_C(0)))) ? (double)(ed)->factor_linkage : 1.0), (((bool)(v)->bridged || call_reached) ? (double)(ed)->factor_bridging : 1.0));
}
static double uniform_for_life(ED * ed, VISIT * v, int64_t quantity) {
#line 42 "sim/engine/compiled/draws.py"
#line 43 "sim/engine/compiled/draws.py"
    return uniform_of(keyed((int64_t)(ed)->base, (int64_t)(v)->patient, INT64_C(0)), quantity, INT64_C(0));
}
static double hazard_of_return(double frailty, double of_disposition, double of_contact, double of_follow_up, double of_bridging) {
#line 119 "sim/department/patients.py"
#line 120 "sim/department/patients.py"
    return ((((frailty * of_disposition) * of_contact) * of_follow_up) * of_bridging);
}
static int64_t enter_return(ED * ed, double time, int64_t patient, int64_t row) {
#line 120 "sim/engine/compiled/calendar.py"
#line 121 "sim/engine/compiled/calendar.py"
    (ed)->n_created = ((ed)->n_created + INT64_C(1));
#line 122 "sim/engine/compiled/calendar.py"
    push(ed, INT64_C(2), time, (INT64_C(4035225266123964416) + patient), (int64_t)(ed)->n_created, row);
#line 123 "sim/engine/compiled/calendar.py"
    may_be_first(ed, instant_of(time), (INT64_C(4035225266123964416) + patient), INT64_C(2));
#line 124 "sim/engine/compiled/calendar.py"
    return (int64_t)(ed)->n_created;
}
static bool starts_delay(ED * ed) {
    int64_t _1;
    int64_t _2;
    int64_t number;
    int64_t queue;
    LINE * line;
    REQUEST * r;
    VISIT * v;
#line 331 "sim/engine/compiled/settling.py"
#line 332 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(ed)->n_delay_lines;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 333 "sim/engine/compiled/settling.py"
    queue = ((int64_t)(ed)->delay_lines_from + number);
#line 334 "sim/engine/compiled/settling.py"
    line = (((LINE *)((int64_t)(ed)->lines)) + queue);
#line 335 "sim/engine/compiled/settling.py"
    if (((((int64_t)(line)->n > INT64_C(0))) && (((int64_t)(line)->room > INT64_C(0))))) {
#line 336 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + best_of(ed, queue, INT64_C(1099511627775), (-INT64_C(1))));
#line 337 "sim/engine/compiled/settling.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit);
#line 338 "sim/engine/compiled/settling.py"
    leave_line(ed, r, v);
#line 339 "sim/engine/compiled/settling.py"
    waits_no_more(ed, r, v);
#line 340 "sim/engine/compiled/settling.py"
    (line)->room = ((line)->room - INT64_C(1));
#line 341 "sim/engine/compiled/settling.py"
    if ((bool)(r)->may_leave) {
#line 342 "sim/engine/compiled/settling.py"
    wait_ends(ed, v);
    }
#line 343 "sim/engine/compiled/settling.py"
    note_start(ed, v, (int64_t)(r)->step);
#line 344 "sim/engine/compiled/settling.py"
    enter(ed, ((double)(ed)->now + (double)(r)->minutes), INT64_C(3), (INT64_C(2) * (int64_t)(v)->row), INT64_C(1), (int64_t)(v)->row);
#line 345 "sim/engine/compiled/settling.py"
    return true;
    }
    }
#line 346 "sim/engine/compiled/settling.py"
    (ed)->delays_changed = false;
#line 347 "sim/engine/compiled/settling.py"
    return false;
}
static int64_t best_of(ED * ed, int64_t queue, int64_t classes, int64_t best) {
    LINE * line;
    int64_t heads;
    int64_t band;
    int64_t of_class;
    int64_t head;
#line 95 "sim/engine/compiled/queues.py"
#line 96 "sim/engine/compiled/queues.py"
    line = (((LINE *)((int64_t)(ed)->lines)) + queue);
#line 97 "sim/engine/compiled/queues.py"
    heads = ((int64_t)(line)->classes & classes);
#line 98 "sim/engine/compiled/queues.py"
    if (((heads == INT64_C(0)))) {
#line 99 "sim/engine/compiled/queues.py"
    return best;
    }
#line 100 "sim/engine/compiled/queues.py"
    band = floor_div(lowest(heads), INT64_C(5));
#line 101 "sim/engine/compiled/queues.py"
    heads = (heads & (INT64_C(31) << (band * INT64_C(5))));
#line 102 "sim/engine/compiled/queues.py"
    while (((heads != INT64_C(0)))) {
#line 103 "sim/engine/compiled/queues.py"
    of_class = lowest(heads);
#line 104 "sim/engine/compiled/queues.py"
    heads = (heads & (heads - INT64_C(1)));
#line 105 "sim/engine/compiled/queues.py"
    head = (int64_t)((((CLASS *)((int64_t)(ed)->classes)) + ((queue * INT64_C(40)) + of_class)))->first;
#line 106 "sim/engine/compiled/queues.py"
    if ((((best == (-INT64_C(1)))) || ranks_before(ed, line, (((REQUEST *)((int64_t)(ed)->requests)) + head), (((REQUEST *)((int64_t)(ed)->requests)) + best)))) {
#line 107 "sim/engine/compiled/queues.py"
    best = head;
    }
    }
#line 108 "sim/engine/compiled/queues.py"
    return best;
}
static bool starts_task(ED * ed) {
    int64_t looked_at;
    int64_t _1;
    int64_t _2;
    int64_t level;
    int64_t roles;
    int64_t role;
    int64_t free;
    int64_t best;
    REQUEST * r;
#line 354 "sim/engine/compiled/settling.py"
#line 355 "sim/engine/compiled/settling.py"
    looked_at = ((int64_t)(ed)->roles_changed & (int64_t)(ed)->roles_waiting);
#line 356 "sim/engine/compiled/settling.py"
    _2 = (((looked_at != INT64_C(0))) ? (int64_t)(ed)->n_levels : INT64_C(0));
    for (_1 = 0; _1 < _2; _1 += 1) {
    level = _1;
#line 357 "sim/engine/compiled/settling.py"
    roles = (looked_at & (int64_t)((((LEVEL *)((int64_t)(ed)->levels)) + level))->free_roles);
#line 358 "sim/engine/compiled/settling.py"
    while (((roles != INT64_C(0)))) {
#line 359 "sim/engine/compiled/settling.py"
    role = lowest(roles);
#line 360 "sim/engine/compiled/settling.py"
    roles = (roles & (roles - INT64_C(1)));
#line 361 "sim/engine/compiled/settling.py"
    free = free_set(ed, level, role);
#line 362 "sim/engine/compiled/settling.py"
    best = best_startable(ed, role, free);
#line 363 "sim/engine/compiled/settling.py"
    if (((best != (-INT64_C(1))))) {
#line 364 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + best);
#line 365 "sim/engine/compiled/settling.py"
    starts(ed, r, (((MEMBER *)((int64_t)(ed)->members)) + preferred(ed, r, free)));
#line 366 "sim/engine/compiled/settling.py"
    return true;
    }
    }
    }
#line 367 "sim/engine/compiled/settling.py"
    (ed)->roles_changed = INT64_C(0);
#line 368 "sim/engine/compiled/settling.py"
    return false;
}
static int64_t free_set(ED * ed, int64_t level, int64_t role) {
#line 143 "sim/engine/compiled/queues.py"
#line 144 "sim/engine/compiled/queues.py"
    return ((int64_t)(ed)->free_from + (((level * (int64_t)(ed)->n_roles) + role) * (int64_t)(ed)->n_words));
}
static int64_t best_startable(ED * ed, int64_t role, int64_t free) {
    int64_t best;
    int64_t new_cases;
    int64_t own;
    int64_t _1;
    int64_t _2;
    int64_t word;
    int64_t members;
    int64_t member;
#line 372 "sim/engine/compiled/settling.py"
#line 373 "sim/engine/compiled/settling.py"
    best = best_of(ed, queue_for_anyone(role), INT64_C(1099511627775), (-INT64_C(1)));
#line 374 "sim/engine/compiled/settling.py"
    new_cases = queue_of_new_cases(role);
#line 375 "sim/engine/compiled/settling.py"
    if ((((int64_t)((((LINE *)((int64_t)(ed)->lines)) + new_cases))->n > INT64_C(0)))) {
#line 376 "sim/engine/compiled/settling.py"
    best = best_of(ed, new_cases, openable(ed, role, free), best);
    }
#line 377 "sim/engine/compiled/settling.py"
    own = own_set(ed, role);
#line 378 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(ed)->n_words;
    for (_1 = 0; _1 < _2; _1 += 1) {
    word = _1;
#line 379 "sim/engine/compiled/settling.py"
    members = (mask_of(ed, free, word) & mask_of(ed, own, word));
#line 380 "sim/engine/compiled/settling.py"
    while (((members != INT64_C(0)))) {
#line 381 "sim/engine/compiled/settling.py"
    member = first_member(word, members);
#line 382 "sim/engine/compiled/settling.py"
    members = (members & (members - INT64_C(1)));
#line 383 "sim/engine/compiled/settling.py"
    best = best_of(ed, queue_of_member(ed, member, role), INT64_C(1099511627775), best);
    }
    }
#line 384 "sim/engine/compiled/settling.py"
    return best;
}
static int64_t openable(ED * ed, int64_t role, int64_t free) {
    int64_t classes;
    int64_t _1;
    int64_t _2;
    int64_t word;
    int64_t members;
    MEMBER * m;
#line 388 "sim/engine/compiled/settling.py"
#line 389 "sim/engine/compiled/settling.py"
    classes = INT64_C(0);
#line 390 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(ed)->n_words;
    for (_1 = 0; _1 < _2; _1 += 1) {
    word = _1;
#line 391 "sim/engine/compiled/settling.py"
    members = mask_of(ed, free, word);
#line 392 "sim/engine/compiled/settling.py"
    while (((members != INT64_C(0)))) {
#line 393 "sim/engine/compiled/settling.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + first_member(word, members));
#line 394 "sim/engine/compiled/settling.py"
    members = (members & (members - INT64_C(1)));
#line 395 "sim/engine/compiled/settling.py"
    if (roomy(m)) {
#line 396 "sim/engine/compiled/settling.py"
    if ((!is_held_back(ed, m, role))) {
#line 397 "sim/engine/compiled/settling.py"
    return INT64_C(1099511627775);
    }
#line 398 "sim/engine/compiled/settling.py"
    classes = INT64_C(35468117025);
    }
    }
    }
#line 399 "sim/engine/compiled/settling.py"
    return classes;
}
static bool is_held_back(ED * ed, MEMBER * m, int64_t role) {
    ROLE * of_role;
    int64_t _1;
    int64_t _2;
    int64_t number;
    MEMBER * other;
#line 52 "sim/engine/compiled/cases.py"
#line 53 "sim/engine/compiled/cases.py"
    if ((!near_shift_end(ed, m))) {
#line 54 "sim/engine/compiled/cases.py"
    return false;
    }
#line 55 "sim/engine/compiled/cases.py"
    of_role = (((ROLE *)((int64_t)(ed)->roles)) + role);
#line 56 "sim/engine/compiled/cases.py"
    _2 = (int64_t)(of_role)->n_servers;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 57 "sim/engine/compiled/cases.py"
    other = (((MEMBER *)((int64_t)(ed)->members)) + (int64_t)((((SERVER *)((int64_t)(ed)->servers)) + ((int64_t)(of_role)->first_server + number)))->member);
#line 58 "sim/engine/compiled/cases.py"
    if (((((int64_t)(other)->index != (int64_t)(m)->index)) && could_adopt(ed, other))) {
#line 59 "sim/engine/compiled/cases.py"
    return true;
    }
    }
#line 60 "sim/engine/compiled/cases.py"
    return false;
}
static int64_t preferred(ED * ed, REQUEST * r, int64_t candidates) {
    int64_t best;
    int64_t _1;
    int64_t _2;
    int64_t word;
    int64_t members;
    int64_t member;
    MEMBER * m;
#line 410 "sim/engine/compiled/settling.py"
#line 411 "sim/engine/compiled/settling.py"
    best = (-INT64_C(1));
#line 412 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(ed)->n_words;
    for (_1 = 0; _1 < _2; _1 += 1) {
    word = _1;
#line 413 "sim/engine/compiled/settling.py"
    members = mask_of(ed, candidates, word);
#line 414 "sim/engine/compiled/settling.py"
    while (((members != INT64_C(0)))) {
#line 415 "sim/engine/compiled/settling.py"
    member = first_member(word, members);
#line 416 "sim/engine/compiled/settling.py"
    members = (members & (members - INT64_C(1)));
#line 417 "sim/engine/compiled/settling.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + member);
#line 418 "sim/engine/compiled/settling.py"
    if ((may_take(ed, m, r) && (((best == (-INT64_C(1)))) || is_preferred(ed, r, m, (((MEMBER *)((int64_t)(ed)->members)) + best))))) {
#line 419 "sim/engine/compiled/settling.py"
    best = member;
    }
    }
    }
#line 420 "sim/engine/compiled/settling.py"
    return best;
}
static bool may_take(ED * ed, MEMBER * m, REQUEST * r) {
#line 403 "sim/engine/compiled/settling.py"
#line 404 "sim/engine/compiled/settling.py"
    if ((((int64_t)(r)->line == queue_of_new_cases((int64_t)(r)->role)))) {
#line 405 "sim/engine/compiled/settling.py"
    return (roomy(m) && ((((int64_t)((((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit))->acuity == INT64_C(1))) || (!is_held_back(ed, m, (int64_t)(r)->role))));
    }
#line 406 "sim/engine/compiled/settling.py"
    return ((((int64_t)(r)->line == queue_for_anyone((int64_t)(r)->role))) || (((int64_t)(r)->line == queue_of_member(ed, (int64_t)(m)->index, (int64_t)(r)->role))));
}
static bool is_preferred(ED * ed, REQUEST * r, MEMBER * m, MEMBER * other) {
    int64_t wished;
    int64_t choice;
#line 424 "sim/engine/compiled/settling.py"
#line 425 "sim/engine/compiled/settling.py"
    if (((((int64_t)(r)->kind == INT64_C(3))) || (((int64_t)(r)->kind == INT64_C(5))) || (((int64_t)(r)->kind == INT64_C(6))))) {
#line 426 "sim/engine/compiled/settling.py"
    wished = (int64_t)((((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit))->peer_kind;
#line 427 "sim/engine/compiled/settling.py"
    if ((((((int64_t)(m)->peer_kind == wished)) != (((int64_t)(other)->peer_kind == wished))))) {
#line 428 "sim/engine/compiled/settling.py"
    return (((int64_t)(m)->peer_kind == wished));
    }
    }
#line 429 "sim/engine/compiled/settling.py"
    choice = (int64_t)((((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(r)->role))->choice;
#line 430 "sim/engine/compiled/settling.py"
    return ((preference(choice, (int64_t)(m)->n_cases, (double)(m)->idle_since) < preference(choice, (int64_t)(other)->n_cases, (double)(other)->idle_since)));
}
static double preference(int64_t choice, int64_t n_open_cases, double idle_since) {
#line 89 "sim/department/discipline.py"
#line 90 "sim/department/discipline.py"
    if (((choice == INT64_C(0)))) {
#line 91 "sim/department/discipline.py"
    return ((double)n_open_cases);
    }
#line 92 "sim/department/discipline.py"
    if (((choice == INT64_C(1)))) {
#line 93 "sim/department/discipline.py"
    return idle_since;
    }
#line 94 "sim/department/discipline.py"
    return 0.0;
}
static void starts(ED * ed, REQUEST * r, MEMBER * m) {
    VISIT * v;
#line 434 "sim/engine/compiled/settling.py"
#line 435 "sim/engine/compiled/settling.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit);
#line 436 "sim/engine/compiled/settling.py"
    take_task(ed, r, v, m);
#line 437 "sim/engine/compiled/settling.py"
    if ((((int64_t)(r)->kind == INT64_C(0)))) {
#line 438 "sim/engine/compiled/settling.py"
    main_task_begins(ed, r, v, m);
    } else {
#line 439 "sim/engine/compiled/settling.py"
    if ((((int64_t)(r)->kind == INT64_C(3)))) {
#line 440 "sim/engine/compiled/settling.py"
    company_begins(ed, r, v, m);
#line 441 "sim/engine/compiled/settling.py"
    return;
    } else {
#line 442 "sim/engine/compiled/settling.py"
    if ((((int64_t)(r)->kind == INT64_C(5)))) {
#line 443 "sim/engine/compiled/settling.py"
    (v)->bridged = true;
#line 444 "sim/engine/compiled/settling.py"
    (v)->bridging = (-INT64_C(2));
    } else {
#line 445 "sim/engine/compiled/settling.py"
    if ((((int64_t)(r)->kind == INT64_C(8)))) {
#line 446 "sim/engine/compiled/settling.py"
    observation_is_met(ed, v);
    }
    }
    }
    }
#line 447 "sim/engine/compiled/settling.py"
    task_runs(ed, r, m);
#line 448 "sim/engine/compiled/settling.py"
    if ((((int64_t)(r)->kind == INT64_C(0)))) {
#line 449 "sim/engine/compiled/settling.py"
    clinician_comes(ed, v);
    }
}
static void take_task(ED * ed, REQUEST * r, VISIT * v, MEMBER * m) {
#line 31 "sim/engine/compiled/tasks.py"
#line 32 "sim/engine/compiled/tasks.py"
    leave_line(ed, r, v);
#line 33 "sim/engine/compiled/tasks.py"
    waits_no_more(ed, r, v);
#line 34 "sim/engine/compiled/tasks.py"
    if ((((int64_t)(r)->kind == INT64_C(4)))) {
#line 35 "sim/engine/compiled/tasks.py"
    (m)->n_recoveries = ((m)->n_recoveries - INT64_C(1));
    }
#line 36 "sim/engine/compiled/tasks.py"
    (r)->opened_case = take_case(ed, r, v, m);
#line 37 "sim/engine/compiled/tasks.py"
    (r)->member = (int64_t)(m)->index;
#line 38 "sim/engine/compiled/tasks.py"
    (r)->started = (double)(ed)->now;
#line 39 "sim/engine/compiled/tasks.py"
    (m)->task = (int64_t)(r)->number;
#line 40 "sim/engine/compiled/tasks.py"
    is_busy(ed, m);
}
static bool take_case(ED * ed, REQUEST * r, VISIT * v, MEMBER * m) {
    VISIT_ROLE * case_;
    bool is_open;
    bool opened;
#line 44 "sim/engine/compiled/tasks.py"
#line 45 "sim/engine/compiled/tasks.py"
    if (((((int64_t)(r)->contact == INT64_C(2))) || ((owner_present(ed, r) != (-INT64_C(1)))))) {
#line 46 "sim/engine/compiled/tasks.py"
    return false;
    }
#line 47 "sim/engine/compiled/tasks.py"
    case_ = case_of(ed, v, (int64_t)(r)->role);
#line 48 "sim/engine/compiled/tasks.py"
    is_open = (((int64_t)(case_)->number > INT64_C(0)));
#line 49 "sim/engine/compiled/tasks.py"
    opened = false;
#line 50 "sim/engine/compiled/tasks.py"
    if ((opens_cases((int64_t)(r)->kind) && ((!is_open) || (((int64_t)(case_)->holder == (-INT64_C(1))))))) {
#line 51 "sim/engine/compiled/tasks.py"
    if (is_open) {
#line 52 "sim/engine/compiled/tasks.py"
    end_case_spell(ed, v, (int64_t)(r)->role);
    } else {
#line 54 "sim/engine/compiled/tasks.py"
    open_case(ed, v, (int64_t)(r)->role);
#line 55 "sim/engine/compiled/tasks.py"
    opened = true;
    }
#line 56 "sim/engine/compiled/tasks.py"
    begin_case_spell(ed, v, (int64_t)(r)->role, (int64_t)(m)->index, is_open);
#line 57 "sim/engine/compiled/tasks.py"
    look_again(ed, v, (int64_t)(r)->role);
#line 58 "sim/engine/compiled/tasks.py"
    is_open = true;
    }
#line 59 "sim/engine/compiled/tasks.py"
    if ((is_open && (bool)(case_)->taken_over && (((int64_t)(case_)->holder == (int64_t)(m)->index)))) {
#line 60 "sim/engine/compiled/tasks.py"
    (case_)->taken_over = false;
#line 61 "sim/engine/compiled/tasks.py"
    (r)->handover = (double)(ed)->handover_minutes;
    }
#line 62 "sim/engine/compiled/tasks.py"
    return opened;
}
static void open_case(ED * ed, VISIT * v, int64_t role) {
#line 121 "sim/engine/compiled/cases.py"
#line 122 "sim/engine/compiled/cases.py"
    (ed)->n_cases = ((ed)->n_cases + INT64_C(1));
#line 123 "sim/engine/compiled/cases.py"
    (ed)->n_cases_open = ((ed)->n_cases_open + INT64_C(1));
#line 124 "sim/engine/compiled/cases.py"
    if (((((int64_t)(ed)->n_case_rows + (int64_t)(ed)->n_cases_open) > (int64_t)(ed)->room_for_case_rows))) {
#line 125 "sim/engine/compiled/cases.py"
    (ed)->needs_memory = true;
    }
#line 126 "sim/engine/compiled/cases.py"
    (v)->open_cases = ((v)->open_cases | bit(role));
#line 127 "sim/engine/compiled/cases.py"
    (case_of(ed, v, role))->number = (int64_t)(ed)->n_cases;
}
static void main_task_begins(ED * ed, REQUEST * r, VISIT * v, MEMBER * m) {
    PLAN * plan;
#line 453 "sim/engine/compiled/settling.py"
#line 454 "sim/engine/compiled/settling.py"
    if ((bool)(r)->may_leave) {
#line 455 "sim/engine/compiled/settling.py"
    wait_ends(ed, v);
    }
#line 456 "sim/engine/compiled/settling.py"
    note_start(ed, v, (int64_t)(r)->step);
#line 457 "sim/engine/compiled/settling.py"
    ((((STEP_MEMBER *)((int64_t)(ed)->step_members)) + (((int64_t)(v)->row * (int64_t)(ed)->n_steps) + (int64_t)(r)->step)))->member = (int64_t)(m)->index;
#line 458 "sim/engine/compiled/settling.py"
    if ((bool)(r)->resumed) {
#line 459 "sim/engine/compiled/settling.py"
    return;
    }
#line 460 "sim/engine/compiled/settling.py"
    plan = (((PLAN *)((int64_t)(ed)->plans)) + (int64_t)(r)->plan);
#line 461 "sim/engine/compiled/settling.py"
    if (((((int64_t)(plan)->purpose == INT64_C(2))) && (((double)(v)->pia != (double)(v)->pia)))) {
#line 462 "sim/engine/compiled/settling.py"
    (v)->pia = (double)(ed)->now;
    } else {
#line 463 "sim/engine/compiled/settling.py"
    if (((((int64_t)(plan)->purpose == INT64_C(3))) && (!is_given(ed, v, plan)))) {
#line 464 "sim/engine/compiled/settling.py"
    (r)->minutes = ((r)->minutes * assessment_factor(ed, v));
    }
    }
#line 465 "sim/engine/compiled/settling.py"
    (case_of(ed, v, (int64_t)(r)->role))->minutes = ((case_of(ed, v, (int64_t)(r)->role))->minutes + (double)(r)->minutes);
}
static double assessment_factor(ED * ed, VISIT * v) {
#line 469 "sim/engine/compiled/settling.py"
#line 470 "sim/engine/compiled/settling.py"
    return ((is_met(v) ? (double)(ed)->peer_assessment : 1.0) * (double)(ed)->clinician_assessment);
}
static void company_begins(ED * ed, REQUEST * r, VISIT * v, MEMBER * m) {
#line 77 "sim/engine/compiled/company.py"
#line 78 "sim/engine/compiled/company.py"
    (v)->spells = ((v)->spells + INT64_C(1));
#line 79 "sim/engine/compiled/company.py"
    (v)->peer_member = (int64_t)(m)->index;
#line 80 "sim/engine/compiled/company.py"
    (v)->recovery_owed = true;
#line 81 "sim/engine/compiled/company.py"
    if ((((int64_t)(v)->spells == INT64_C(1)))) {
#line 82 "sim/engine/compiled/company.py"
    (v)->peer_started = (double)(ed)->now;
    }
#line 83 "sim/engine/compiled/company.py"
    (r)->company_since = ((double)(ed)->now + ((double)(r)->handover + 3.0));
#line 84 "sim/engine/compiled/company.py"
    (r)->ending = enter(ed, ((double)(r)->company_since + kept_minutes(v)), INT64_C(2), (int64_t)(m)->index, INT64_C(0), (int64_t)(r)->number);
#line 85 "sim/engine/compiled/company.py"
    pace_changes(ed, v, true);
}
static double kept_minutes(VISIT * v) {
#line 89 "sim/engine/compiled/company.py"
#line 90 "sim/engine/compiled/company.py"
    return (is_met(v) ? min_real(10.0, (double)(v)->wish_left) : (double)(v)->meeting_left);
}
static void task_runs(ED * ed, REQUEST * r, MEMBER * m) {
    double minutes;
#line 66 "sim/engine/compiled/tasks.py"
#line 67 "sim/engine/compiled/tasks.py"
    minutes = ((double)(r)->minutes + (double)(r)->handover);
#line 68 "sim/engine/compiled/tasks.py"
    (r)->ends = ((double)(ed)->now + minutes);
#line 69 "sim/engine/compiled/tasks.py"
    if (((minutes < __builtin_inf()))) {
#line 70 "sim/engine/compiled/tasks.py"
    (r)->ending = enter(ed, (double)(r)->ends, INT64_C(2), (int64_t)(m)->index, INT64_C(0), (int64_t)(r)->number);
    }
}
static void clinician_comes(ED * ed, VISIT * v) {
#line 159 "sim/engine/compiled/company.py"
#line 160 "sim/engine/compiled/company.py"
    (v)->clinician_there = true;
#line 161 "sim/engine/compiled/company.py"
    if ((!(bool)(v)->peer_stays)) {
#line 162 "sim/engine/compiled/company.py"
    keeps_company_out(ed, v);
    }
}
static void keeps_company_out(ED * ed, VISIT * v) {
#line 151 "sim/engine/compiled/company.py"
#line 152 "sim/engine/compiled/company.py"
    if (company_runs(ed, v)) {
#line 153 "sim/engine/compiled/company.py"
    put_down_company(ed, v);
    } else {
#line 154 "sim/engine/compiled/company.py"
    if ((((int64_t)(v)->contact_task != (-INT64_C(1))))) {
#line 155 "sim/engine/compiled/company.py"
    set_aside(ed, (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->contact_task), v);
    }
    }
}
static void put_down_company(ED * ed, VISIT * v) {
#line 130 "sim/engine/compiled/company.py"
#line 131 "sim/engine/compiled/company.py"
    company_ends(ed, v, true);
#line 132 "sim/engine/compiled/company.py"
    if ((!is_met(v))) {
#line 133 "sim/engine/compiled/company.py"
    ask_contact(ed, v, INT64_C(1), INT64_C(2));
    } else {
#line 134 "sim/engine/compiled/company.py"
    if ((((double)(v)->wish_left < 10.0))) {
#line 135 "sim/engine/compiled/company.py"
    wish_is_over(ed, v);
    } else {
#line 136 "sim/engine/compiled/company.py"
    if (((after_quiet_hours((double)(ed)->now) > (double)(ed)->now))) {
#line 137 "sim/engine/compiled/company.py"
    company_falls_due(ed, v, after_quiet_hours((double)(ed)->now));
    } else {
#line 139 "sim/engine/compiled/company.py"
    ask_contact(ed, v, INT64_C(1), INT64_C(3));
    }
    }
    }
}
static void wish_is_over(ED * ed, VISIT * v) {
#line 48 "sim/engine/compiled/company.py"
#line 49 "sim/engine/compiled/company.py"
    ask_recovery(ed, v);
#line 50 "sim/engine/compiled/company.py"
    (v)->wish_left = max_real(10.0, wish_minutes(ed, v));
#line 51 "sim/engine/compiled/company.py"
    company_falls_due(ed, v, after_quiet_hours(((double)(ed)->now + (double)(ed)->again_minutes)));
}
static double after_quiet_hours(double minute) {
    double of_day;
#line 67 "sim/department/support.py"
#line 68 "sim/department/support.py"
    of_day = floor_mod_real(minute, 1440.0);
#line 69 "sim/department/support.py"
    if (((of_day >= 1380.0))) {
#line 70 "sim/department/support.py"
    return ((minute - of_day) + (1440.0 + 420.0));
    }
#line 71 "sim/department/support.py"
    if (((of_day < 420.0))) {
#line 72 "sim/department/support.py"
    return ((minute - of_day) + 420.0);
    }
#line 73 "sim/department/support.py"
    return minute;
}
static void company_falls_due(ED * ed, VISIT * v, double time) {
#line 55 "sim/engine/compiled/company.py"
#line 56 "sim/engine/compiled/company.py"
    enter(ed, time, INT64_C(3), ((INT64_C(2) * (int64_t)(v)->row) + INT64_C(1)), INT64_C(3), (int64_t)(v)->row);
}
static void set_aside(ED * ed, REQUEST * r, VISIT * v) {
#line 252 "sim/engine/compiled/requests.py"
#line 253 "sim/engine/compiled/requests.py"
    leave_line(ed, r, v);
#line 254 "sim/engine/compiled/requests.py"
    (ed)->places_changed = true;
#line 255 "sim/engine/compiled/requests.py"
    (ed)->settle_due = true;
}
static bool interrupts(ED * ed) {
    int64_t _1;
    int64_t _2;
    int64_t number;
    REQUEST * r;
    int64_t member;
    MEMBER * m;
#line 477 "sim/engine/compiled/settling.py"
#line 478 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(ed)->n_roles;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 479 "sim/engine/compiled/settling.py"
    if ((((int64_t)((((ROLE *)((int64_t)(ed)->roles)) + number))->n_urgent > INT64_C(0)))) {
#line 480 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + most_urgent(ed, number));
#line 481 "sim/engine/compiled/settling.py"
    member = who_may_be_interrupted(ed, r);
#line 482 "sim/engine/compiled/settling.py"
    if (((member != (-INT64_C(1))))) {
#line 483 "sim/engine/compiled/settling.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + member);
#line 484 "sim/engine/compiled/settling.py"
    put_down(ed, m);
#line 485 "sim/engine/compiled/settling.py"
    starts(ed, r, m);
#line 486 "sim/engine/compiled/settling.py"
    return true;
    }
    }
    }
#line 487 "sim/engine/compiled/settling.py"
    return false;
}
static int64_t most_urgent(ED * ed, int64_t role) {
    int64_t best;
    ROLE * of_role;
    int64_t _1;
    int64_t _2;
    int64_t number;
    int64_t member;
#line 491 "sim/engine/compiled/settling.py"
#line 492 "sim/engine/compiled/settling.py"
    best = first_urgent(ed, queue_of_new_cases(role), (-INT64_C(1)));
#line 493 "sim/engine/compiled/settling.py"
    best = first_urgent(ed, queue_for_anyone(role), best);
#line 494 "sim/engine/compiled/settling.py"
    of_role = (((ROLE *)((int64_t)(ed)->roles)) + role);
#line 495 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(of_role)->n_servers;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 496 "sim/engine/compiled/settling.py"
    member = (int64_t)((((SERVER *)((int64_t)(ed)->servers)) + ((int64_t)(of_role)->first_server + number)))->member;
#line 497 "sim/engine/compiled/settling.py"
    best = first_urgent(ed, queue_of_member(ed, member, role), best);
    }
#line 498 "sim/engine/compiled/settling.py"
    return best;
}
static int64_t first_urgent(ED * ed, int64_t queue, int64_t best) {
    LINE * line;
    int64_t classes;
    int64_t number;
    REQUEST * r;
#line 502 "sim/engine/compiled/settling.py"
#line 503 "sim/engine/compiled/settling.py"
    line = (((LINE *)((int64_t)(ed)->lines)) + queue);
#line 504 "sim/engine/compiled/settling.py"
    classes = ((int64_t)(line)->classes & INT64_C(35468117025));
#line 505 "sim/engine/compiled/settling.py"
    while (((classes != INT64_C(0)))) {
#line 506 "sim/engine/compiled/settling.py"
    number = (int64_t)((((CLASS *)((int64_t)(ed)->classes)) + ((queue * INT64_C(40)) + lowest(classes))))->first;
#line 507 "sim/engine/compiled/settling.py"
    classes = (classes & (classes - INT64_C(1)));
#line 508 "sim/engine/compiled/settling.py"
    while (((number != (-INT64_C(1))))) {
#line 509 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + number);
#line 510 "sim/engine/compiled/settling.py"
    if ((((int64_t)(r)->kind == INT64_C(0)))) {
#line 511 "sim/engine/compiled/settling.py"
    if ((((best == (-INT64_C(1)))) || ranks_before(ed, line, r, (((REQUEST *)((int64_t)(ed)->requests)) + best)))) {
#line 512 "sim/engine/compiled/settling.py"
    best = number;
    }
#line 513 "sim/engine/compiled/settling.py"
    break;
    }
#line 514 "sim/engine/compiled/settling.py"
    number = (int64_t)(r)->next;
    }
    }
#line 515 "sim/engine/compiled/settling.py"
    return best;
}
static int64_t who_may_be_interrupted(ED * ed, REQUEST * r) {
    int64_t best;
    ROLE * of_role;
    int64_t _1;
    int64_t _2;
    int64_t number;
    int64_t member;
    MEMBER * m;
#line 519 "sim/engine/compiled/settling.py"
#line 520 "sim/engine/compiled/settling.py"
    best = (-INT64_C(1));
#line 521 "sim/engine/compiled/settling.py"
    of_role = (((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(r)->role);
#line 522 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(of_role)->n_servers;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 523 "sim/engine/compiled/settling.py"
    member = (int64_t)((((SERVER *)((int64_t)(ed)->servers)) + ((int64_t)(of_role)->first_server + number)))->member;
#line 524 "sim/engine/compiled/settling.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + member);
#line 525 "sim/engine/compiled/settling.py"
    if ((may_be_interrupted(ed, m, r) && (((best == (-INT64_C(1)))) || is_preferred(ed, r, m, (((MEMBER *)((int64_t)(ed)->members)) + best))))) {
#line 526 "sim/engine/compiled/settling.py"
    best = member;
    }
    }
#line 527 "sim/engine/compiled/settling.py"
    return best;
}
static bool may_be_interrupted(ED * ed, MEMBER * m, REQUEST * r) {
    REQUEST * task;
#line 531 "sim/engine/compiled/settling.py"
#line 532 "sim/engine/compiled/settling.py"
    if (((((int64_t)(m)->task == (-INT64_C(1)))) || (((int64_t)(m)->role != (int64_t)(r)->role)) || (bool)(m)->shift_over)) {
#line 533 "sim/engine/compiled/settling.py"
    return false;
    }
#line 534 "sim/engine/compiled/settling.py"
    task = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(m)->task);
#line 535 "sim/engine/compiled/settling.py"
    return ((bool)(task)->preemptible && (((int64_t)((((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(task)->visit))->acuity != INT64_C(1))) && may_take(ed, m, r));
}
static void put_down(ED * ed, MEMBER * m) {
    REQUEST * r;
    VISIT * v;
    double rest;
    double _1;
    double _2;
    double _3;
    bool _4;
    bool _5;
    double _6;
#line 109 "sim/engine/compiled/tasks.py"
#line 110 "sim/engine/compiled/tasks.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(m)->task);
#line 111 "sim/engine/compiled/tasks.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit);
#line 112 "sim/engine/compiled/tasks.py"
    rest = ((double)(r)->ends - (double)(ed)->now);
#line 113 "sim/engine/compiled/tasks.py"
    spell_ends(ed, r, v, true);
#line 114 "sim/engine/compiled/tasks.py"
    _1 = rest;
    _2 = 0.0;
    (r)->minutes = _1;
    (r)->handover = _2;
#line 115 "sim/engine/compiled/tasks.py"
    bind(ed, r, m);
#line 116 "sim/engine/compiled/tasks.py"
    _3 = __builtin_nan("");
    _4 = false;
    (r)->started = _3;
    (r)->opened_case = _4;
#line 117 "sim/engine/compiled/tasks.py"
    _5 = true;
    _6 = __builtin_nan("");
    (r)->resumed = _5;
    (r)->unstaffed = _6;
#line 118 "sim/engine/compiled/tasks.py"
    ask(ed, r, v);
}
static bool calls_peer_away(ED * ed) {
    int64_t best;
    ROLE * of_role;
    int64_t _1;
    int64_t _2;
    int64_t number;
    int64_t member;
    REQUEST * r;
    MEMBER * m;
#line 542 "sim/engine/compiled/settling.py"
#line 543 "sim/engine/compiled/settling.py"
    best = best_calling(ed, queue_of_new_cases((int64_t)(ed)->peer_role), (-INT64_C(1)));
#line 544 "sim/engine/compiled/settling.py"
    of_role = (((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(ed)->peer_role);
#line 545 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(of_role)->n_servers;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 546 "sim/engine/compiled/settling.py"
    member = (int64_t)((((SERVER *)((int64_t)(ed)->servers)) + ((int64_t)(of_role)->first_server + number)))->member;
#line 547 "sim/engine/compiled/settling.py"
    if (is_callable(ed, (((MEMBER *)((int64_t)(ed)->members)) + member))) {
#line 548 "sim/engine/compiled/settling.py"
    best = best_calling(ed, queue_of_member(ed, member, (int64_t)(ed)->peer_role), best);
    }
    }
#line 549 "sim/engine/compiled/settling.py"
    if (((best == (-INT64_C(1))))) {
#line 550 "sim/engine/compiled/settling.py"
    return false;
    }
#line 551 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + best);
#line 552 "sim/engine/compiled/settling.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + who_is_called_away(ed, r));
#line 553 "sim/engine/compiled/settling.py"
    put_down_company(ed, (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(m)->task))->visit));
#line 554 "sim/engine/compiled/settling.py"
    starts(ed, r, m);
#line 555 "sim/engine/compiled/settling.py"
    return true;
}
static int64_t best_calling(ED * ed, int64_t queue, int64_t best) {
    LINE * line;
    int64_t classes;
    int64_t head;
    REQUEST * r;
#line 559 "sim/engine/compiled/settling.py"
#line 560 "sim/engine/compiled/settling.py"
    line = (((LINE *)((int64_t)(ed)->lines)) + queue);
#line 561 "sim/engine/compiled/settling.py"
    classes = (int64_t)(line)->classes;
#line 562 "sim/engine/compiled/settling.py"
    while (((classes != INT64_C(0)))) {
#line 563 "sim/engine/compiled/settling.py"
    head = (int64_t)((((CLASS *)((int64_t)(ed)->classes)) + ((queue * INT64_C(40)) + lowest(classes))))->first;
#line 564 "sim/engine/compiled/settling.py"
    classes = (classes & (classes - INT64_C(1)));
#line 565 "sim/engine/compiled/settling.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + head);
#line 566 "sim/engine/compiled/settling.py"
    if ((calls_away(r, (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit)) && (((best == (-INT64_C(1)))) || ranks_before(ed, line, r, (((REQUEST *)((int64_t)(ed)->requests)) + best))) && ((who_is_called_away(ed, r) != (-INT64_C(1)))))) {
#line 571 "sim/engine/compiled/settling.py"
    best = head;
    }
    }
#line 572 "sim/engine/compiled/settling.py"
    return best;
}
static int64_t who_is_called_away(ED * ed, REQUEST * r) {
    int64_t best;
    ROLE * of_role;
    int64_t _1;
    int64_t _2;
    int64_t number;
    int64_t member;
    MEMBER * m;
#line 584 "sim/engine/compiled/settling.py"
#line 585 "sim/engine/compiled/settling.py"
    best = (-INT64_C(1));
#line 586 "sim/engine/compiled/settling.py"
    of_role = (((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(r)->role);
#line 587 "sim/engine/compiled/settling.py"
    _2 = (int64_t)(of_role)->n_servers;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 588 "sim/engine/compiled/settling.py"
    member = (int64_t)((((SERVER *)((int64_t)(ed)->servers)) + ((int64_t)(of_role)->first_server + number)))->member;
#line 589 "sim/engine/compiled/settling.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + member);
#line 590 "sim/engine/compiled/settling.py"
    if ((is_callable(ed, m) && may_take(ed, m, r) && (((best == (-INT64_C(1)))) || is_called_before(ed, r, m, (((MEMBER *)((int64_t)(ed)->members)) + best))))) {
#line 591 "sim/engine/compiled/settling.py"
    best = member;
    }
    }
#line 592 "sim/engine/compiled/settling.py"
    return best;
}
static bool is_callable(ED * ed, MEMBER * m) {
    REQUEST * task;
#line 576 "sim/engine/compiled/settling.py"
#line 577 "sim/engine/compiled/settling.py"
    if ((((int64_t)(m)->task == (-INT64_C(1))))) {
#line 578 "sim/engine/compiled/settling.py"
    return false;
    }
#line 579 "sim/engine/compiled/settling.py"
    task = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(m)->task);
#line 580 "sim/engine/compiled/settling.py"
    return ((((int64_t)(task)->kind == INT64_C(3))) && (bool)(task)->kept_over);
}
static bool is_called_before(ED * ed, REQUEST * r, MEMBER * m, MEMBER * other) {
    int64_t wished;
#line 596 "sim/engine/compiled/settling.py"
#line 597 "sim/engine/compiled/settling.py"
    wished = (int64_t)((((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit))->peer_kind;
#line 598 "sim/engine/compiled/settling.py"
    if ((((((int64_t)(m)->peer_kind == wished)) != (((int64_t)(other)->peer_kind == wished))))) {
#line 599 "sim/engine/compiled/settling.py"
    return (((int64_t)(m)->peer_kind == wished));
    }
#line 600 "sim/engine/compiled/settling.py"
    return (((double)((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(m)->task))->started < (double)((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(other)->task))->started));
}
static tuple_int64_int64_int64 next_entry(ED * ed) {
    HEAP * near;
    ENTRY * first;
#line 147 "sim/engine/compiled/calendar.py"
#line 148 "sim/engine/compiled/calendar.py"
    near = (((HEAP *)((int64_t)(ed)->heaps)) + INT64_C(0));
#line 149 "sim/engine/compiled/calendar.py"
    if ((((int64_t)(near)->n > INT64_C(0)))) {
#line 150 "sim/engine/compiled/calendar.py"
    first = (((ENTRY *)((int64_t)(near)->entries)) + ((int64_t)(near)->n - INT64_C(1)));
#line 151 "sim/engine/compiled/calendar.py"
    if (comes_before((int64_t)(first)->instant, (int64_t)(first)->key, (int64_t)(ed)->later_instant, (int64_t)(ed)->later_key)) {
#line 152 "sim/engine/compiled/calendar.py"
    return (tuple_int64_int64_int64){{(int64_t)(first)->instant, (int64_t)(first)->key, INT64_C(0)}};
    }
    }
#line 153 "sim/engine/compiled/calendar.py"
    return (tuple_int64_int64_int64){{(int64_t)(ed)->later_instant, (int64_t)(ed)->later_key, (int64_t)(ed)->later_where}};
}
static void closes(ED * ed) {
    int64_t _1;
    int64_t _2;
    int64_t row;
    VISIT * v;
    int64_t _3;
    int64_t _4;
    int64_t number;
#line 307 "sim/engine/compiled/event_loop.py"
#line 308 "sim/engine/compiled/event_loop.py"
    (ed)->now = (double)(ed)->horizon;
#line 309 "sim/engine/compiled/event_loop.py"
    _2 = (int64_t)(ed)->n_visits;
    for (_1 = 0; _1 < _2; _1 += 1) {
    row = _1;
#line 310 "sim/engine/compiled/event_loop.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + row);
#line 311 "sim/engine/compiled/event_loop.py"
    write_unfinished_requests(ed, v);
#line 312 "sim/engine/compiled/event_loop.py"
    if ((!(bool)(v)->departed)) {
#line 313 "sim/engine/compiled/event_loop.py"
    (v)->disposition = INT64_C(0);
#line 314 "sim/engine/compiled/event_loop.py"
    close_clocks(ed, v);
    }
    }
#line 315 "sim/engine/compiled/event_loop.py"
    _4 = (int64_t)(ed)->n_members;
    for (_3 = 0; _3 < _4; _3 += 1) {
    number = _3;
#line 316 "sim/engine/compiled/event_loop.py"
    write_unfinished_duty(ed, (((MEMBER *)((int64_t)(ed)->members)) + number));
    }
}
static void write_unfinished_requests(ED * ed, VISIT * v) {
    int64_t number;
    REQUEST * r;
#line 320 "sim/engine/compiled/event_loop.py"
#line 321 "sim/engine/compiled/event_loop.py"
    number = (int64_t)(v)->first_waiting;
#line 322 "sim/engine/compiled/event_loop.py"
    while (((number != (-INT64_C(1))))) {
#line 323 "sim/engine/compiled/event_loop.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + number);
#line 324 "sim/engine/compiled/event_loop.py"
    number = (int64_t)(r)->later;
#line 325 "sim/engine/compiled/event_loop.py"
    if ((((int64_t)(r)->role != (-INT64_C(1))))) {
#line 326 "sim/engine/compiled/event_loop.py"
    write_task(ed, r, __builtin_nan(""), __builtin_nan(""), false, false);
    }
    }
#line 327 "sim/engine/compiled/event_loop.py"
    if ((((int64_t)(v)->zone != (-INT64_C(1))))) {
#line 328 "sim/engine/compiled/event_loop.py"
    write_place(ed, v, __builtin_nan(""));
    }
#line 329 "sim/engine/compiled/event_loop.py"
    write_unfinished_cases(ed, v);
}
static void write_unfinished_cases(ED * ed, VISIT * v) {
    int64_t written;
    int64_t role;
    VISIT_ROLE * case_;
#line 333 "sim/engine/compiled/event_loop.py"
#line 334 "sim/engine/compiled/event_loop.py"
    written = INT64_C(0);
#line 335 "sim/engine/compiled/event_loop.py"
    while (((((int64_t)(v)->open_cases & (~written)) != INT64_C(0)))) {
#line 336 "sim/engine/compiled/event_loop.py"
    role = first_case_of(ed, v, (~written));
#line 337 "sim/engine/compiled/event_loop.py"
    case_ = case_of(ed, v, role);
#line 338 "sim/engine/compiled/event_loop.py"
    write_case(ed, v, role, (int64_t)(case_)->holder, (double)(case_)->since, __builtin_nan(""));
#line 339 "sim/engine/compiled/event_loop.py"
    written = (written | bit(role));
    }
}
static void close_clocks(ED * ed, VISIT * v) {
#line 343 "sim/engine/compiled/event_loop.py"
#line 344 "sim/engine/compiled/event_loop.py"
    if (company_runs(ed, v)) {
#line 345 "sim/engine/compiled/event_loop.py"
    (v)->accompanied = ((v)->accompanied + max_real(0.0, ((double)(ed)->now - (double)((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->contact_task))->company_since)));
    }
#line 346 "sim/engine/compiled/event_loop.py"
    if ((((int64_t)(v)->observation != (-INT64_C(1))))) {
#line 347 "sim/engine/compiled/event_loop.py"
    if ((((int64_t)((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->observation))->member != (-INT64_C(1))))) {
#line 348 "sim/engine/compiled/event_loop.py"
    (v)->observed = ((v)->observed + ((double)(ed)->now - (double)(v)->observation_since));
    } else {
#line 350 "sim/engine/compiled/event_loop.py"
    (v)->unmet = ((v)->unmet + ((double)(ed)->now - (double)(v)->observation_since));
    }
    }
}
static void write_unfinished_duty(ED * ed, MEMBER * m) {
    REQUEST * r;
#line 354 "sim/engine/compiled/event_loop.py"
#line 355 "sim/engine/compiled/event_loop.py"
    if ((!(bool)(m)->on_duty)) {
#line 356 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 357 "sim/engine/compiled/event_loop.py"
    if ((bool)(m)->on_break) {
#line 358 "sim/engine/compiled/event_loop.py"
    write_break(ed, m, __builtin_nan(""));
    }
#line 359 "sim/engine/compiled/event_loop.py"
    if ((((int64_t)(m)->task != (-INT64_C(1))))) {
#line 360 "sim/engine/compiled/event_loop.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(m)->task);
#line 361 "sim/engine/compiled/event_loop.py"
    count_minutes(ed, m, (double)(r)->started, (double)(ed)->horizon);
#line 362 "sim/engine/compiled/event_loop.py"
    write_task(ed, r, (double)(r)->started, __builtin_nan(""), false, false);
    }
#line 363 "sim/engine/compiled/event_loop.py"
    write_duty(ed, m, __builtin_nan(""), INT64_C(0), INT64_C(0));
}
static void happen(ED * ed, int64_t key, int64_t where) {
    int64_t meaning;
    int64_t _1;
    int64_t _2;
    int64_t what;
    int64_t subject;
    int64_t _3;
    int64_t _4;
    int64_t kind;
    int64_t running_number;
    REQUEST * r;
#line 130 "sim/engine/compiled/event_loop.py"
#line 131 "sim/engine/compiled/event_loop.py"
    if (((where == INT64_C(3)))) {
#line 132 "sim/engine/compiled/event_loop.py"
    comes_from_outside(ed);
#line 133 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 134 "sim/engine/compiled/event_loop.py"
    meaning = (((where == INT64_C(0))) ? take_nearest(ed) : take_first(ed, where));
#line 135 "sim/engine/compiled/event_loop.py"
    _1 = (meaning >> INT64_C(32));
    _2 = (meaning & INT64_C(4294967295));
    what = _1;
    subject = _2;
#line 136 "sim/engine/compiled/event_loop.py"
    if (((where == INT64_C(2)))) {
#line 137 "sim/engine/compiled/event_loop.py"
    comes_again(ed, (((VISIT *)((int64_t)(ed)->visits)) + subject), what);
#line 138 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 139 "sim/engine/compiled/event_loop.py"
    _3 = kind_of(key);
    _4 = (key & INT64_C(4294967295));
    kind = _3;
    running_number = _4;
#line 140 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(2)))) {
#line 141 "sim/engine/compiled/event_loop.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + subject);
#line 142 "sim/engine/compiled/event_loop.py"
    if ((((int64_t)(r)->ending == running_number))) {
#line 143 "sim/engine/compiled/event_loop.py"
    task_ends(ed, r);
    }
    } else {
#line 144 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(3)))) {
#line 145 "sim/engine/compiled/event_loop.py"
    delay_ends(ed, (((VISIT *)((int64_t)(ed)->visits)) + subject), what);
    } else {
#line 146 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(5)))) {
#line 147 "sim/engine/compiled/event_loop.py"
    hour_is_full(ed, (((VISIT *)((int64_t)(ed)->visits)) + subject), what, running_number);
    } else {
#line 148 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(6)))) {
#line 149 "sim/engine/compiled/event_loop.py"
    place_is_clean(ed, subject);
    } else {
#line 150 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(11)))) {
#line 151 "sim/engine/compiled/event_loop.py"
    patience_entry_is_due(ed, (((VISIT *)((int64_t)(ed)->visits)) + subject));
    } else {
#line 152 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(12)))) {
#line 153 "sim/engine/compiled/event_loop.py"
    escalation_entry_is_due(ed, (((VISIT *)((int64_t)(ed)->visits)) + subject));
    } else {
#line 154 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(7)))) {
#line 155 "sim/engine/compiled/event_loop.py"
    on_duty(ed, (((MEMBER *)((int64_t)(ed)->members)) + subject), what, running_number);
    } else {
#line 156 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(8)))) {
#line 157 "sim/engine/compiled/event_loop.py"
    off_duty(ed, (((MEMBER *)((int64_t)(ed)->members)) + subject), what);
    } else {
#line 158 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(4)))) {
#line 159 "sim/engine/compiled/event_loop.py"
    bed_pool_moves(ed, what);
    }
    }
    }
    }
    }
    }
    }
    }
    }
}
static void comes_from_outside(ED * ed) {
    OUTSIDE_ARRIVAL * arrival;
#line 166 "sim/engine/compiled/event_loop.py"
#line 167 "sim/engine/compiled/event_loop.py"
    arrival = (((OUTSIDE_ARRIVAL *)((int64_t)(ed)->outside)) + (int64_t)(ed)->next_outside);
#line 168 "sim/engine/compiled/event_loop.py"
    (ed)->next_outside = ((ed)->next_outside + INT64_C(1));
#line 169 "sim/engine/compiled/event_loop.py"
    count_next_from_outside(ed);
#line 170 "sim/engine/compiled/event_loop.py"
    look_further(ed);
#line 171 "sim/engine/compiled/event_loop.py"
    comes_in(ed, new_visit(ed, (int64_t)(arrival)->patient, (int64_t)(arrival)->number, (int64_t)(arrival)->stream, (int64_t)(arrival)->given));
}
static VISIT * new_visit(ED * ed, int64_t patient, int64_t number, int64_t stream, int64_t given) {
    VISIT * v;
    int64_t _1;
    int64_t _2;
    int64_t _3;
    int64_t _4;
    double _5;
#line 49 "sim/engine/compiled/patient_attributes.py"
#line 50 "sim/engine/compiled/patient_attributes.py"
    clear_visit(ed, (int64_t)(ed)->n_visits);
#line 51 "sim/engine/compiled/patient_attributes.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(ed)->n_visits);
#line 52 "sim/engine/compiled/patient_attributes.py"
    (v)->row = (int64_t)(ed)->n_visits;
#line 53 "sim/engine/compiled/patient_attributes.py"
    (ed)->n_visits = ((ed)->n_visits + INT64_C(1));
#line 54 "sim/engine/compiled/patient_attributes.py"
    if ((((int64_t)(ed)->n_visits > (int64_t)(ed)->room_for_visits))) {
#line 55 "sim/engine/compiled/patient_attributes.py"
    (ed)->needs_memory = true;
    }
#line 56 "sim/engine/compiled/patient_attributes.py"
    _1 = patient;
    _2 = number;
    _3 = stream;
    _4 = given;
    _5 = (double)(ed)->now;
    (v)->patient = _1;
    (v)->number = _2;
    (v)->stream = _3;
    (v)->given = _4;
    (v)->arrival = _5;
#line 57 "sim/engine/compiled/patient_attributes.py"
    (v)->key = keyed((int64_t)(ed)->base, patient, number);
#line 58 "sim/engine/compiled/patient_attributes.py"
    patient_attributes_meet(ed, v);
#line 59 "sim/engine/compiled/patient_attributes.py"
    return v;
}
static void clear_visit(ED * ed, int64_t row) {
    int64_t _1;
    int64_t _2;
    int64_t _3;
    int64_t roles;
    int64_t steps;
    int64_t moments;
#line 63 "sim/engine/compiled/patient_attributes.py"
#line 64 "sim/engine/compiled/patient_attributes.py"
    _1 = (row * (int64_t)(ed)->n_roles);
    _2 = (row * (int64_t)(ed)->n_steps);
    _3 = ((row * (int64_t)(ed)->n_steps) * INT64_C(3));
    roles = _1;
    steps = _2;
    moments = _3;
#line 65 "sim/engine/compiled/patient_attributes.py"
    copy_bytes(((int64_t)(ed)->visits + (row * INT64_C(464))), (int64_t)(ed)->blank_visit, INT64_C(464));
#line 66 "sim/engine/compiled/patient_attributes.py"
    copy_bytes(((int64_t)(ed)->visit_roles + (roles * INT64_C(48))), (int64_t)(ed)->blank_roles, ((int64_t)(ed)->n_roles * INT64_C(48)));
#line 67 "sim/engine/compiled/patient_attributes.py"
    copy_bytes(((int64_t)(ed)->step_times + (moments * INT64_C(8))), (int64_t)(ed)->blank_times, (((int64_t)(ed)->n_steps * INT64_C(3)) * INT64_C(8)));
#line 68 "sim/engine/compiled/patient_attributes.py"
    copy_bytes(((int64_t)(ed)->step_members + (steps * INT64_C(4))), (int64_t)(ed)->blank_members, ((int64_t)(ed)->n_steps * INT64_C(4)));
}
static void patient_attributes_meet(ED * ed, VISIT * v) {
    STREAM * s;
    tuple_int64_int64 _1;
    int64_t _2;
    int64_t _3;
    double caregiver_share;
    GIVEN * given;
    double _4;
#line 72 "sim/engine/compiled/patient_attributes.py"
#line 73 "sim/engine/compiled/patient_attributes.py"
    s = (((STREAM *)((int64_t)(ed)->streams)) + (int64_t)(v)->stream);
#line 74 "sim/engine/compiled/patient_attributes.py"
    (v)->acuity = acuity_of(ed, v, s);
#line 75 "sim/engine/compiled/patient_attributes.py"
    (v)->severity = severity_of(ed, v, s);
#line 76 "sim/engine/compiled/patient_attributes.py"
    (v)->given_need = assessment_given(ed, v, s);
#line 77 "sim/engine/compiled/patient_attributes.py"
    _1 = age_of(uniform(v, INT64_C(8325706608413544622)), three(ed, (int64_t)(s)->age_shares));
    _2 = _1.item[0];
    _3 = _1.item[1];
    (v)->age = _2;
    (v)->age_group = _3;
#line 78 "sim/engine/compiled/patient_attributes.py"
    (v)->arrival_mode = arrival_mode_of(uniform(v, INT64_C(4643889626891618328)), of_class(ed, v, (int64_t)(s)->ambulance), of_class(ed, v, (int64_t)(s)->police));
#line 79 "sim/engine/compiled/patient_attributes.py"
    (v)->group = group_of(ed, v);
#line 80 "sim/engine/compiled/patient_attributes.py"
    caregiver_share = ((((int64_t)(v)->age >= INT64_C(12))) ? (double)(s)->caregiver_old : (double)(s)->caregiver_young);
#line 81 "sim/engine/compiled/patient_attributes.py"
    (v)->caregiver = ((uniform(v, INT64_C(1879567214792362086)) < caregiver_share));
#line 82 "sim/engine/compiled/patient_attributes.py"
    (v)->held = is_held(ed, v, s);
#line 83 "sim/engine/compiled/patient_attributes.py"
    meet_peer_wishes(ed, v, s);
#line 84 "sim/engine/compiled/patient_attributes.py"
    (v)->patience = patience_of(ed, v, s);
#line 85 "sim/engine/compiled/patient_attributes.py"
    if ((((int64_t)(v)->given != (-INT64_C(1))))) {
#line 86 "sim/engine/compiled/patient_attributes.py"
    given = (((GIVEN *)((int64_t)(ed)->givens)) + (int64_t)(v)->given);
#line 87 "sim/engine/compiled/patient_attributes.py"
    if ((((int64_t)(given)->held != (-INT64_C(1))))) {
#line 88 "sim/engine/compiled/patient_attributes.py"
    (v)->held = (((int64_t)(given)->held == INT64_C(1)));
    }
#line 89 "sim/engine/compiled/patient_attributes.py"
    if ((((double)(given)->patience == (double)(given)->patience))) {
#line 90 "sim/engine/compiled/patient_attributes.py"
    (v)->patience = (double)(given)->patience;
    }
    }
#line 91 "sim/engine/compiled/patient_attributes.py"
    (v)->patience_left = (double)(v)->patience;
#line 92 "sim/engine/compiled/patient_attributes.py"
    _4 = escalation_budget(ed, v, INT64_C(0));
    (v)->escalation_budget = _4;
    (v)->escalation_left = _4;
}
static int64_t acuity_of(ED * ed, VISIT * v, STREAM * s) {
    double u;
    int64_t acuity;
#line 96 "sim/engine/compiled/patient_attributes.py"
#line 97 "sim/engine/compiled/patient_attributes.py"
    if (((((int64_t)(v)->given != (-INT64_C(1)))) && (((int64_t)((((GIVEN *)((int64_t)(ed)->givens)) + (int64_t)(v)->given))->acuity > INT64_C(0))))) {
#line 98 "sim/engine/compiled/patient_attributes.py"
    return (int64_t)((((GIVEN *)((int64_t)(ed)->givens)) + (int64_t)(v)->given))->acuity;
    }
#line 99 "sim/engine/compiled/patient_attributes.py"
    u = uniform(v, INT64_C(1636346541881641250));
#line 100 "sim/engine/compiled/patient_attributes.py"
    acuity = INT64_C(0);
#line 101 "sim/engine/compiled/patient_attributes.py"
    while ((((acuity < INT64_C(4))) && ((u >= (double)((((NUMBER *)((int64_t)(ed)->numbers)) + ((int64_t)(s)->acuity_cumulated + acuity)))->value)))) {
#line 102 "sim/engine/compiled/patient_attributes.py"
    acuity = (acuity + INT64_C(1));
    }
#line 103 "sim/engine/compiled/patient_attributes.py"
    return (acuity + INT64_C(1));
}
static int64_t severity_of(ED * ed, VISIT * v, STREAM * s) {
    bool frail;
    int64_t first;
    double u;
    int64_t number;
#line 107 "sim/engine/compiled/patient_attributes.py"
#line 108 "sim/engine/compiled/patient_attributes.py"
    if ((((int64_t)(s)->n_classes == INT64_C(0)))) {
#line 109 "sim/engine/compiled/patient_attributes.py"
    return (-INT64_C(1));
    }
#line 110 "sim/engine/compiled/patient_attributes.py"
    frail = ((bool)(s)->returns && ((uniform_for_life(ed, v, INT64_C(583355874778495519)) < (double)(s)->frail_share)));
#line 111 "sim/engine/compiled/patient_attributes.py"
    first = ((frail ? (int64_t)(s)->frail_up_to : (int64_t)(s)->classes_up_to) + (((int64_t)(v)->acuity - INT64_C(1)) * (int64_t)(s)->n_classes));
#line 112 "sim/engine/compiled/patient_attributes.py"
    u = uniform(v, INT64_C(4068168955261440905));
#line 113 "sim/engine/compiled/patient_attributes.py"
    number = INT64_C(0);
#line 114 "sim/engine/compiled/patient_attributes.py"
    while ((((number < ((int64_t)(s)->n_classes - INT64_C(1)))) && ((u >= (double)((((NUMBER *)((int64_t)(ed)->numbers)) + (first + number)))->value)))) {
#line 115 "sim/engine/compiled/patient_attributes.py"
    number = (number + INT64_C(1));
    }
#line 116 "sim/engine/compiled/patient_attributes.py"
    return number;
}
static int64_t assessment_given(ED * ed, VISIT * v, STREAM * s) {
    PLAN * step;
    int64_t _1;
    int64_t _2;
    int64_t number;
#line 131 "sim/engine/compiled/patient_attributes.py"
#line 132 "sim/engine/compiled/patient_attributes.py"
    (v)->given_need = INT64_C(0);
#line 133 "sim/engine/compiled/patient_attributes.py"
    if ((((int64_t)(s)->assessing_plan == (-INT64_C(1))))) {
#line 134 "sim/engine/compiled/patient_attributes.py"
    return INT64_C(0);
    }
#line 135 "sim/engine/compiled/patient_attributes.py"
    step = (((PLAN *)((int64_t)(ed)->plans)) + (int64_t)(s)->assessing_plan);
#line 136 "sim/engine/compiled/patient_attributes.py"
    if ((!happens(ed, v, (int64_t)(step)->shares, (int64_t)(step)->share_id))) {
#line 137 "sim/engine/compiled/patient_attributes.py"
    return INT64_C(0);
    }
#line 138 "sim/engine/compiled/patient_attributes.py"
    if (((((int64_t)(step)->need_shares != (-INT64_C(1)))) && (!has_need(ed, v, step)))) {
#line 139 "sim/engine/compiled/patient_attributes.py"
    return INT64_C(0);
    }
#line 140 "sim/engine/compiled/patient_attributes.py"
    if (((disposition_of(ed, v, step) != INT64_C(2)))) {
#line 141 "sim/engine/compiled/patient_attributes.py"
    return INT64_C(0);
    }
#line 142 "sim/engine/compiled/patient_attributes.py"
    _2 = (int64_t)(s)->n_assessed_by;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 143 "sim/engine/compiled/patient_attributes.py"
    if (has_need(ed, v, (((PLAN *)((int64_t)(ed)->plans)) + ((int64_t)(double)((((NUMBER *)((int64_t)(ed)->numbers)) + ((int64_t)(s)->assessed_by + number)))->value)))) {
#line 144 "sim/engine/compiled/patient_attributes.py"
    return INT64_C(0);
    }
    }
#line 145 "sim/engine/compiled/patient_attributes.py"
    return (int64_t)((((PLAN *)((int64_t)(ed)->plans)) + ((int64_t)(double)((((NUMBER *)((int64_t)(ed)->numbers)) + (int64_t)(s)->assessed_by))->value)))->need_id;
}
static tuple_double_double_double three(ED * ed, int64_t first) {
#line 157 "sim/engine/compiled/patient_attributes.py"
#line 158 "sim/engine/compiled/patient_attributes.py"
    return (tuple_double_double_double){{(double)((((NUMBER *)((int64_t)(ed)->numbers)) + first))->value, (double)((((NUMBER *)((int64_t)(ed)->numbers)) + (first + INT64_C(1))))->value, (double)((((NUMBER *)((int64_t)(ed)->numbers)) + (first + INT64_C(2))))->value}};
}
static tuple_int64_int64 age_of(double u, tuple_double_double_double shares) {
    int64_t _1;
    double _2;
    int64_t group;
    double below;
    tuple_int64_int64 _3;
    int64_t _4;
    int64_t _5;
    int64_t low;
    int64_t high;
    double part;
#line 26 "sim/department/patients.py"
#line 27 "sim/department/patients.py"
    _1 = INT64_C(0);
    _2 = 0.0;
    group = _1;
    below = _2;
#line 28 "sim/department/patients.py"
    while ((((group < (INT64_C(3) - INT64_C(1)))) && ((u >= (below + (shares).item[group]))))) {
#line 29 "sim/department/patients.py"
    below = (below + (shares).item[group]);
#line 30 "sim/department/patients.py"
    group = (group + INT64_C(1));
    }
#line 31 "sim/department/patients.py"
    _3 = (constant0).item[group];
    _4 = _3.item[0];
    _5 = _3.item[1];
    low = _4;
    high = _5;
#line 32 "sim/department/patients.py"
    part = ((((shares).item[group] > 0.0)) ? min_real(max_real(((u - below) / (shares).item[group]), 0.0), 1.0) : 0.0);
#line 33 "sim/department/patients.py"
    return (tuple_int64_int64){{min_whole(high, (low + ((int64_t)(part * (double)((high - low) + INT64_C(1)))))), group}};
}
static int64_t arrival_mode_of(double u, double ambulance_share, double police_share) {
#line 37 "sim/department/patients.py"
#line 38 "sim/department/patients.py"
    if (((u < ambulance_share))) {
#line 39 "sim/department/patients.py"
    return INT64_C(1);
    }
#line 40 "sim/department/patients.py"
    return (((u < (ambulance_share + police_share))) ? INT64_C(2) : INT64_C(0));
}
static int64_t group_of(ED * ed, VISIT * v) {
    double u;
    int64_t group;
#line 166 "sim/engine/compiled/patient_attributes.py"
#line 167 "sim/engine/compiled/patient_attributes.py"
    if ((((int64_t)(ed)->n_groups == INT64_C(1)))) {
#line 168 "sim/engine/compiled/patient_attributes.py"
    return INT64_C(0);
    }
#line 169 "sim/engine/compiled/patient_attributes.py"
    u = uniform_for_life(ed, v, INT64_C(7938704938626674758));
#line 170 "sim/engine/compiled/patient_attributes.py"
    group = INT64_C(0);
#line 171 "sim/engine/compiled/patient_attributes.py"
    while ((((group < ((int64_t)(ed)->n_groups - INT64_C(1)))) && ((u >= (double)((((GROUP *)((int64_t)(ed)->groups)) + group))->cumulated)))) {
#line 172 "sim/engine/compiled/patient_attributes.py"
    group = (group + INT64_C(1));
    }
#line 173 "sim/engine/compiled/patient_attributes.py"
    return group;
}
static bool is_held(ED * ed, VISIT * v, STREAM * s) {
    double share;
#line 149 "sim/engine/compiled/patient_attributes.py"
#line 150 "sim/engine/compiled/patient_attributes.py"
    if (held_always((double)(int64_t)(v)->age, (bool)(v)->caregiver, (double)(s)->always_under, (bool)(s)->always_with_caregiver)) {
#line 151 "sim/engine/compiled/patient_attributes.py"
    return true;
    }
#line 152 "sim/engine/compiled/patient_attributes.py"
    share = of_class(ed, v, ((((int64_t)(v)->arrival_mode == INT64_C(2))) ? (int64_t)(s)->held_with_police : (int64_t)(s)->held));
#line 153 "sim/engine/compiled/patient_attributes.py"
    return (((share > 0.0)) && ((uniform(v, INT64_C(381823443820160095)) < share)));
}
static bool held_always(double age, bool caregiver, double under_age, bool with_caregiver) {
#line 291 "sim/department/severity.py"
#line 292 "sim/department/severity.py"
    return (((age < under_age)) && ((caregiver == with_caregiver)));
}
static void meet_peer_wishes(ED * ed, VISIT * v, STREAM * s) {
    bool screened;
    double youth;
#line 177 "sim/engine/compiled/patient_attributes.py"
#line 178 "sim/engine/compiled/patient_attributes.py"
    screened = ((((double)(ed)->positive_screen > 0.0)) && ((uniform(v, INT64_C(8902590435411546447)) < (double)(ed)->positive_screen)));
#line 179 "sim/engine/compiled/patient_attributes.py"
    (v)->eligible = eligible((bool)(s)->supported, screened, (double)(int64_t)(v)->age, (double)(ed)->minimum_age, (bool)(v)->caregiver);
#line 180 "sim/engine/compiled/patient_attributes.py"
    (v)->consented = ((bool)(v)->eligible && ((uniform(v, INT64_C(6389959923096434946)) < ((double)(ed)->consent * (double)((((GROUP *)((int64_t)(ed)->groups)) + (int64_t)(v)->group))->consent))));
#line 181 "sim/engine/compiled/patient_attributes.py"
    youth = youth_share((double)(ed)->youth_alone, (double)(ed)->youth_under_12, (double)(ed)->youth_from_12, (double)(int64_t)(v)->age, (bool)(v)->caregiver);
#line 182 "sim/engine/compiled/patient_attributes.py"
    (v)->peer_kind = (((uniform(v, INT64_C(2441458879692844234)) < youth)) ? INT64_C(0) : INT64_C(1));
#line 183 "sim/engine/compiled/patient_attributes.py"
    (v)->peer_stays = ((bool)(v)->consented && ((uniform(v, INT64_C(4967336708429906882)) < (double)(ed)->stays_share)));
}
static bool eligible(bool in_stream, bool positive_screen, double age, double minimum_age, bool caregiver) {
#line 77 "sim/department/support.py"
#line 78 "sim/department/support.py"
    return ((in_stream || positive_screen) && (((age >= minimum_age)) || caregiver));
}
static double youth_share(double without_caregiver, double under_12, double from_12, double age, bool caregiver) {
#line 82 "sim/department/support.py"
#line 83 "sim/department/support.py"
    if ((!caregiver)) {
#line 84 "sim/department/support.py"
    return without_caregiver;
    }
#line 85 "sim/department/support.py"
    return (((age >= (double)INT64_C(12))) ? from_12 : under_12);
}
static double patience_of(ED * ed, VISIT * v, STREAM * s) {
#line 187 "sim/engine/compiled/patient_attributes.py"
#line 188 "sim/engine/compiled/patient_attributes.py"
    if (((!(bool)(s)->leaves) || ((((int64_t)(v)->acuity == INT64_C(1))) && (bool)(s)->ctas1_never_leaves))) {
#line 189 "sim/engine/compiled/patient_attributes.py"
    return __builtin_inf();
    }
#line 190 "sim/engine/compiled/patient_attributes.py"
    if (((uniform(v, INT64_C(925736659075842319)) < never_leaves_of_the_free((double)(s)->never_leaves, (double)(s)->held_share)))) {
#line 191 "sim/engine/compiled/patient_attributes.py"
    return __builtin_inf();
    }
#line 192 "sim/engine/compiled/patient_attributes.py"
    return (value(ed, v, (int64_t)(s)->patience, INT64_C(5429463604526364291)) * (double)((((GROUP *)((int64_t)(ed)->groups)) + (int64_t)(v)->group))->patience);
}
static double never_leaves_of_the_free(double never_leaves, double held_share) {
    double free_to_go;
#line 44 "sim/department/patients.py"
#line 45 "sim/department/patients.py"
    free_to_go = (1.0 - held_share);
#line 46 "sim/department/patients.py"
    return (((free_to_go > 0.0)) ? (max_real(0.0, (never_leaves - held_share)) / free_to_go) : 1.0);
}
static double escalation_budget(ED * ed, VISIT * v, int64_t counter) {
    STREAM * s;
#line 196 "sim/engine/compiled/patient_attributes.py"
#line 197 "sim/engine/compiled/patient_attributes.py"
    s = (((STREAM *)((int64_t)(ed)->streams)) + (int64_t)(v)->stream);
#line 198 "sim/engine/compiled/patient_attributes.py"
    if ((!(bool)(s)->escalates)) {
#line 199 "sim/engine/compiled/patient_attributes.py"
    return __builtin_inf();
    }
#line 200 "sim/engine/compiled/patient_attributes.py"
    return exponential((uint64_t)(v)->key, INT64_C(1434467056707242788), counter, of_class(ed, v, (int64_t)(s)->mean_escalation));
}
static void comes_in(ED * ed, VISIT * v) {
#line 65 "sim/engine/compiled/pathway.py"
#line 66 "sim/engine/compiled/pathway.py"
    if ((((double)(v)->escalation_left < __builtin_inf()))) {
#line 67 "sim/engine/compiled/pathway.py"
    calm_runs(ed, v);
    }
#line 68 "sim/engine/compiled/pathway.py"
    if ((((int64_t)((((STREAM *)((int64_t)(ed)->streams)) + (int64_t)(v)->stream))->trigger == INT64_C(0)))) {
#line 69 "sim/engine/compiled/pathway.py"
    offer_peer(ed, v);
    }
#line 70 "sim/engine/compiled/pathway.py"
    walks(ed, v);
}
static int64_t take_nearest(ED * ed) {
    HEAP * near;
#line 81 "sim/engine/compiled/calendar.py"
#line 82 "sim/engine/compiled/calendar.py"
    near = (((HEAP *)((int64_t)(ed)->heaps)) + INT64_C(0));
#line 83 "sim/engine/compiled/calendar.py"
    (near)->n = ((near)->n - INT64_C(1));
#line 84 "sim/engine/compiled/calendar.py"
    return (int64_t)((((ENTRY *)((int64_t)(near)->entries)) + (int64_t)(near)->n))->meaning;
}
static int64_t take_first(ED * ed, int64_t heap) {
    HEAP * h;
    int64_t meaning;
    int64_t n;
    int64_t _1;
    int64_t _2;
    int64_t hole;
    int64_t child;
    ENTRY * _3;
    ENTRY * _4;
    ENTRY * left;
    ENTRY * right;
    ENTRY * least;
    int64_t _5;
    int64_t _6;
    ENTRY * last;
#line 88 "sim/engine/compiled/calendar.py"
#line 89 "sim/engine/compiled/calendar.py"
    h = (((HEAP *)((int64_t)(ed)->heaps)) + heap);
#line 90 "sim/engine/compiled/calendar.py"
    meaning = (int64_t)((((ENTRY *)((int64_t)(h)->entries)) + INT64_C(0)))->meaning;
#line 91 "sim/engine/compiled/calendar.py"
    (h)->n = ((h)->n - INT64_C(1));
#line 92 "sim/engine/compiled/calendar.py"
    n = (int64_t)(h)->n;
#line 93 "sim/engine/compiled/calendar.py"
    _1 = INT64_C(0);
    _2 = INT64_C(1);
    hole = _1;
    child = _2;
#line 94 "sim/engine/compiled/calendar.py"
    while (((child < n))) {
#line 95 "sim/engine/compiled/calendar.py"
    _3 = (((ENTRY *)((int64_t)(h)->entries)) + child);
    _4 = (((ENTRY *)((int64_t)(h)->entries)) + (child + INT64_C(1)));
    left = _3;
    right = _4;
#line 96 "sim/engine/compiled/calendar.py"
    child = (child + (int64_t)((((child + INT64_C(1)) < n)) & comes_before((int64_t)(right)->instant, (int64_t)(right)->key, (int64_t)(left)->instant, (int64_t)(left)->key)));
#line 97 "sim/engine/compiled/calendar.py"
    least = (((ENTRY *)((int64_t)(h)->entries)) + child);
#line 98 "sim/engine/compiled/calendar.py"
    put(h, hole, (int64_t)(least)->instant, (int64_t)(least)->key, (int64_t)(least)->meaning);
#line 99 "sim/engine/compiled/calendar.py"
    _5 = child;
    _6 = ((INT64_C(2) * child) + INT64_C(1));
    hole = _5;
    child = _6;
    }
#line 100 "sim/engine/compiled/calendar.py"
    last = (((ENTRY *)((int64_t)(h)->entries)) + n);
#line 101 "sim/engine/compiled/calendar.py"
    rises(h, hole, (int64_t)(last)->instant, (int64_t)(last)->key, (int64_t)(last)->meaning);
#line 102 "sim/engine/compiled/calendar.py"
    look_further(ed);
#line 103 "sim/engine/compiled/calendar.py"
    return meaning;
}
static void comes_again(ED * ed, VISIT * before, int64_t running_number) {
#line 181 "sim/engine/compiled/event_loop.py"
#line 182 "sim/engine/compiled/event_loop.py"
    if ((((int64_t)(before)->pending_return == running_number))) {
#line 183 "sim/engine/compiled/event_loop.py"
    (before)->pending_return = (-INT64_C(1));
#line 184 "sim/engine/compiled/event_loop.py"
    comes_in(ed, new_visit(ed, (int64_t)(before)->patient, ((int64_t)(before)->number + INT64_C(1)), (int64_t)(before)->stream, (-INT64_C(1))));
    }
}
static int64_t kind_of(int64_t key) {
#line 157 "sim/engine/compiled/calendar.py"
#line 158 "sim/engine/compiled/calendar.py"
    return ((key >> INT64_C(59)) + INT64_C(2));
}
static void task_ends(ED * ed, REQUEST * r) {
    VISIT * v;
    int64_t kind;
#line 191 "sim/engine/compiled/event_loop.py"
#line 192 "sim/engine/compiled/event_loop.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit);
#line 193 "sim/engine/compiled/event_loop.py"
    kind = (int64_t)(r)->kind;
#line 194 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(3)))) {
#line 195 "sim/engine/compiled/event_loop.py"
    contact_entry_is_due(ed, r, v);
#line 196 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 197 "sim/engine/compiled/event_loop.py"
    spell_ends(ed, r, v, false);
#line 198 "sim/engine/compiled/event_loop.py"
    if ((((kind == INT64_C(0))) && (((int64_t)((((PLAN *)((int64_t)(ed)->plans)) + (int64_t)(r)->plan))->purpose == INT64_C(4))))) {
#line 199 "sim/engine/compiled/event_loop.py"
    (v)->safety_plan = true;
    }
#line 200 "sim/engine/compiled/event_loop.py"
    forget(ed, r);
#line 201 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(0)))) {
#line 202 "sim/engine/compiled/event_loop.py"
    goes_on(ed, v);
    } else {
#line 203 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(2)))) {
#line 204 "sim/engine/compiled/event_loop.py"
    (v)->responding = ((v)->responding - INT64_C(1));
#line 205 "sim/engine/compiled/event_loop.py"
    if ((((int64_t)(v)->responding == INT64_C(0)))) {
#line 206 "sim/engine/compiled/event_loop.py"
    is_calm(ed, v);
    }
    } else {
#line 207 "sim/engine/compiled/event_loop.py"
    if (((kind == INT64_C(6)))) {
#line 208 "sim/engine/compiled/event_loop.py"
    call_ends(ed, v);
    }
    }
    }
}
static void contact_entry_is_due(ED * ed, REQUEST * r, VISIT * v) {
#line 37 "sim/engine/compiled/peers.py"
#line 38 "sim/engine/compiled/peers.py"
    if ((!(bool)(r)->kept_over)) {
#line 39 "sim/engine/compiled/peers.py"
    (r)->kept_over = true;
#line 40 "sim/engine/compiled/peers.py"
    (ed)->n_callable = ((ed)->n_callable + INT64_C(1));
#line 41 "sim/engine/compiled/peers.py"
    (ed)->settle_due = true;
#line 42 "sim/engine/compiled/peers.py"
    if ((!is_met(v))) {
#line 43 "sim/engine/compiled/peers.py"
    is_met_now(ed, v);
    }
    }
#line 44 "sim/engine/compiled/peers.py"
    if (((wish_ends(r, v) <= (double)(ed)->now))) {
#line 45 "sim/engine/compiled/peers.py"
    company_ends(ed, v, false);
#line 46 "sim/engine/compiled/peers.py"
    wish_is_over(ed, v);
    } else {
#line 48 "sim/engine/compiled/peers.py"
    company_goes_on(ed, r, v);
    }
}
static void is_met_now(ED * ed, VISIT * v) {
#line 52 "sim/engine/compiled/peers.py"
#line 53 "sim/engine/compiled/peers.py"
    (v)->peer_met = (double)(ed)->now;
#line 54 "sim/engine/compiled/peers.py"
    pace_changes(ed, v, true);
#line 55 "sim/engine/compiled/peers.py"
    if (((uniform_of((uint64_t)(v)->key, INT64_C(3983764989594171819), INT64_C(0)) < (double)(ed)->huddle_share))) {
#line 56 "sim/engine/compiled/peers.py"
    ask_huddle(ed, v);
    }
#line 57 "sim/engine/compiled/peers.py"
    if ((((int64_t)(v)->disposition == INT64_C(1)))) {
#line 58 "sim/engine/compiled/peers.py"
    ask_bridging(ed, v);
    }
}
static void ask_huddle(ED * ed, VISIT * v) {
    int64_t role;
    int64_t _1;
    int64_t _2;
    int64_t number;
    int64_t candidate;
#line 62 "sim/engine/compiled/peers.py"
#line 63 "sim/engine/compiled/peers.py"
    if ((((int64_t)(ed)->n_huddle_roles == INT64_C(0)))) {
#line 64 "sim/engine/compiled/peers.py"
    return;
    }
#line 65 "sim/engine/compiled/peers.py"
    role = (-INT64_C(1));
#line 66 "sim/engine/compiled/peers.py"
    _2 = (int64_t)(ed)->n_huddle_roles;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 67 "sim/engine/compiled/peers.py"
    candidate = ((int64_t)(double)((((NUMBER *)((int64_t)(ed)->numbers)) + ((int64_t)(ed)->huddle_roles + number)))->value);
#line 68 "sim/engine/compiled/peers.py"
    if ((((role == (-INT64_C(1)))) && ((((int64_t)(v)->open_cases & bit(candidate)) != INT64_C(0))))) {
#line 69 "sim/engine/compiled/peers.py"
    role = candidate;
    }
    }
#line 70 "sim/engine/compiled/peers.py"
    if (((role == (-INT64_C(1))))) {
#line 71 "sim/engine/compiled/peers.py"
    role = ((int64_t)(double)((((NUMBER *)((int64_t)(ed)->numbers)) + (((int64_t)(ed)->huddle_roles + (int64_t)(ed)->n_huddle_roles) - INT64_C(1))))->value);
    }
#line 72 "sim/engine/compiled/peers.py"
    ask(ed, side_request(ed, v, INT64_C(7), role, INT64_C(2), (double)(ed)->huddle_minutes), v);
}
static double wish_ends(REQUEST * r, VISIT * v) {
#line 94 "sim/engine/compiled/company.py"
#line 95 "sim/engine/compiled/company.py"
    return ((double)(r)->company_since + (double)(v)->wish_left);
}
static void company_goes_on(ED * ed, REQUEST * r, VISIT * v) {
    MEMBER * m;
#line 99 "sim/engine/compiled/company.py"
#line 100 "sim/engine/compiled/company.py"
    m = (((MEMBER *)((int64_t)(ed)->members)) + (int64_t)(r)->member);
#line 101 "sim/engine/compiled/company.py"
    if (has_to_stop(m)) {
#line 102 "sim/engine/compiled/company.py"
    put_down_company(ed, v);
    } else {
#line 104 "sim/engine/compiled/company.py"
    (r)->ending = enter(ed, wish_ends(r, v), INT64_C(2), (int64_t)(m)->index, INT64_C(0), (int64_t)(r)->number);
    }
}
static bool has_to_stop(MEMBER * m) {
#line 108 "sim/engine/compiled/company.py"
#line 109 "sim/engine/compiled/company.py"
    return ((bool)(m)->shift_over || (((int64_t)(m)->break_block != (-INT64_C(1)))));
}
static void is_calm(ED * ed, VISIT * v) {
    REQUEST * main;
#line 353 "sim/engine/compiled/pathway.py"
#line 354 "sim/engine/compiled/pathway.py"
    if ((bool)(v)->departed) {
#line 355 "sim/engine/compiled/pathway.py"
    return;
    }
#line 356 "sim/engine/compiled/pathway.py"
    (v)->escalation_left = escalation_budget(ed, v, (int64_t)(v)->escalations);
#line 357 "sim/engine/compiled/pathway.py"
    calm_runs(ed, v);
#line 358 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(v)->contact_task != (-INT64_C(1))))) {
#line 359 "sim/engine/compiled/pathway.py"
    put_back(ed, (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->contact_task), v);
    }
#line 360 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(v)->main != (-INT64_C(1))))) {
#line 361 "sim/engine/compiled/pathway.py"
    main = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->main);
#line 362 "sim/engine/compiled/pathway.py"
    if ((bool)(main)->waiting) {
#line 363 "sim/engine/compiled/pathway.py"
    if (((((double)(main)->unstaffed == (double)(main)->unstaffed)) && (((int64_t)((((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(main)->role))->n_on_duty == INT64_C(0))))) {
#line 364 "sim/engine/compiled/pathway.py"
    takes_other_way(ed, main, v);
    } else {
#line 366 "sim/engine/compiled/pathway.py"
    put_back(ed, main, v);
    }
    }
    }
#line 367 "sim/engine/compiled/pathway.py"
    if ((bool)(v)->begins_when_calm) {
#line 368 "sim/engine/compiled/pathway.py"
    walks(ed, v);
    }
}
static void call_ends(ED * ed, VISIT * v) {
#line 212 "sim/engine/compiled/event_loop.py"
#line 213 "sim/engine/compiled/event_loop.py"
    if ((call_reaches(ed, v) && (((double)(ed)->factor_bridging != 1.0)) && (((double)(v)->next_visit > (double)(ed)->now)))) {
#line 214 "sim/engine/compiled/event_loop.py"
    plan_return(ed, v, true);
    }
}
static bool call_reaches(ED * ed, VISIT * v) {
#line 91 "sim/engine/compiled/peers.py"
#line 92 "sim/engine/compiled/peers.py"
    (v)->called = true;
#line 93 "sim/engine/compiled/peers.py"
    (v)->call_reached = ((uniform_of((uint64_t)(v)->key, INT64_C(6121431604212774541), INT64_C(0)) < (double)(ed)->call_reached_share));
#line 94 "sim/engine/compiled/peers.py"
    return (bool)(v)->call_reached;
}
static void delay_ends(ED * ed, VISIT * v, int64_t what) {
    REQUEST * r;
#line 218 "sim/engine/compiled/event_loop.py"
#line 219 "sim/engine/compiled/event_loop.py"
    if (((what == INT64_C(3)))) {
#line 220 "sim/engine/compiled/event_loop.py"
    company_is_due(ed, v);
#line 221 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 222 "sim/engine/compiled/event_loop.py"
    if (((what == INT64_C(1)))) {
#line 223 "sim/engine/compiled/event_loop.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->main);
#line 224 "sim/engine/compiled/event_loop.py"
    ((((LINE *)((int64_t)(ed)->lines)) + (int64_t)(r)->queue))->room = (((((LINE *)((int64_t)(ed)->lines)) + (int64_t)(r)->queue))->room + INT64_C(1));
#line 225 "sim/engine/compiled/event_loop.py"
    (ed)->delays_changed = true;
#line 226 "sim/engine/compiled/event_loop.py"
    (ed)->settle_due = true;
#line 227 "sim/engine/compiled/event_loop.py"
    forget(ed, r);
    } else {
#line 228 "sim/engine/compiled/event_loop.py"
    if (((what == INT64_C(2)))) {
#line 229 "sim/engine/compiled/event_loop.py"
    boarding_ends(ed, v);
    }
    }
#line 230 "sim/engine/compiled/event_loop.py"
    goes_on(ed, v);
}
static void company_is_due(ED * ed, VISIT * v) {
#line 60 "sim/engine/compiled/company.py"
#line 61 "sim/engine/compiled/company.py"
    if ((!(bool)(v)->departed)) {
#line 62 "sim/engine/compiled/company.py"
    ask_contact(ed, v, INT64_C(1), INT64_C(3));
    }
}
static void boarding_ends(ED * ed, VISIT * v) {
    PLAN * plan;
#line 93 "sim/engine/compiled/boarding_and_observation.py"
#line 94 "sim/engine/compiled/boarding_and_observation.py"
    plan = (((PLAN *)((int64_t)(ed)->plans)) + (int64_t)(v)->boarding_plan);
#line 95 "sim/engine/compiled/boarding_and_observation.py"
    (v)->boarding_end = (double)(ed)->now;
#line 96 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(v)->boarding_hour != (-INT64_C(1))))) {
#line 97 "sim/engine/compiled/boarding_and_observation.py"
    (v)->boarding_hour = (-INT64_C(1));
#line 98 "sim/engine/compiled/boarding_and_observation.py"
    care_stops(ed, v, (int64_t)(ed)->nurse_role, (double)(v)->boarding_care_since, (double)(plan)->minutes_per_hour);
    }
}
static void hour_is_full(ED * ed, VISIT * v, int64_t which, int64_t running_number) {
    PLAN * plan;
#line 52 "sim/engine/compiled/boarding_and_observation.py"
#line 53 "sim/engine/compiled/boarding_and_observation.py"
    if (((which == INT64_C(0)))) {
#line 54 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(v)->boarding_hour == running_number))) {
#line 55 "sim/engine/compiled/boarding_and_observation.py"
    plan = (((PLAN *)((int64_t)(ed)->plans)) + (int64_t)(v)->boarding_plan);
#line 56 "sim/engine/compiled/boarding_and_observation.py"
    (v)->boarding_care_since = (double)(ed)->now;
#line 57 "sim/engine/compiled/boarding_and_observation.py"
    ask_care(ed, v, (int64_t)(ed)->nurse_role, (double)(plan)->minutes_per_hour);
#line 58 "sim/engine/compiled/boarding_and_observation.py"
    (v)->boarding_hour = hour_begins(ed, v, which, (double)(plan)->minutes_per_hour);
    }
    } else {
#line 59 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(v)->observation_hour == running_number))) {
#line 60 "sim/engine/compiled/boarding_and_observation.py"
    plan = (((PLAN *)((int64_t)(ed)->plans)) + (int64_t)(v)->observation_plan);
#line 61 "sim/engine/compiled/boarding_and_observation.py"
    (v)->observation_care_since = (double)(ed)->now;
#line 62 "sim/engine/compiled/boarding_and_observation.py"
    ask_care(ed, v, (int64_t)(plan)->fallback_role, (double)(plan)->minutes_per_hour);
#line 63 "sim/engine/compiled/boarding_and_observation.py"
    (v)->observation_hour = hour_begins(ed, v, which, (double)(plan)->minutes_per_hour);
    }
    }
}
static void place_is_clean(ED * ed, int64_t zone) {
#line 43 "sim/engine/compiled/places.py"
#line 44 "sim/engine/compiled/places.py"
    ((((ZONE *)((int64_t)(ed)->zones)) + zone))->n_taken = (((((ZONE *)((int64_t)(ed)->zones)) + zone))->n_taken - INT64_C(1));
#line 45 "sim/engine/compiled/places.py"
    (ed)->places_changed = true;
#line 46 "sim/engine/compiled/places.py"
    (ed)->settle_due = true;
}
static void patience_entry_is_due(ED * ed, VISIT * v) {
#line 249 "sim/engine/compiled/event_loop.py"
#line 250 "sim/engine/compiled/event_loop.py"
    if ((((double)(ed)->now != (double)(v)->patience_entry))) {
#line 251 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 252 "sim/engine/compiled/event_loop.py"
    (v)->patience_entry = __builtin_inf();
#line 253 "sim/engine/compiled/event_loop.py"
    if ((((double)(v)->patience_deadline > (double)(ed)->now))) {
#line 254 "sim/engine/compiled/event_loop.py"
    enter_patience(ed, v);
#line 255 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 256 "sim/engine/compiled/event_loop.py"
    wait_ends(ed, v);
#line 257 "sim/engine/compiled/event_loop.py"
    if ((bool)(v)->held) {
#line 258 "sim/engine/compiled/event_loop.py"
    (v)->tried_to_leave = true;
#line 259 "sim/engine/compiled/event_loop.py"
    if (((bool)((((STREAM *)((int64_t)(ed)->streams)) + (int64_t)(v)->stream))->escalates && (((int64_t)(v)->responding == INT64_C(0))))) {
#line 260 "sim/engine/compiled/event_loop.py"
    escalates(ed, v);
    }
#line 261 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 262 "sim/engine/compiled/event_loop.py"
    (v)->disposition = ((((double)(v)->pia != (double)(v)->pia)) ? INT64_C(4) : INT64_C(5));
#line 263 "sim/engine/compiled/event_loop.py"
    withdraw(ed, (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->main), v);
#line 264 "sim/engine/compiled/event_loop.py"
    (v)->main = (-INT64_C(1));
#line 265 "sim/engine/compiled/event_loop.py"
    departs(ed, v);
}
static void escalates(ED * ed, VISIT * v) {
    STREAM * s;
    REQUEST * main;
    int64_t _1;
    int64_t _2;
    int64_t number;
    RESPONSE * response;
#line 332 "sim/engine/compiled/pathway.py"
#line 333 "sim/engine/compiled/pathway.py"
    s = (((STREAM *)((int64_t)(ed)->streams)) + (int64_t)(v)->stream);
#line 334 "sim/engine/compiled/pathway.py"
    (v)->escalation_deadline = __builtin_inf();
#line 335 "sim/engine/compiled/pathway.py"
    (v)->escalations = ((v)->escalations + INT64_C(1));
#line 336 "sim/engine/compiled/pathway.py"
    if (((uniform_of((uint64_t)(v)->key, INT64_C(41114943188054481), (int64_t)(v)->escalations) < (double)(s)->restraint_share))) {
#line 337 "sim/engine/compiled/pathway.py"
    (v)->restraints = ((v)->restraints + INT64_C(1));
    }
#line 338 "sim/engine/compiled/pathway.py"
    (v)->responding = (int64_t)(s)->n_responses;
#line 339 "sim/engine/compiled/pathway.py"
    (v)->escalation_left = __builtin_inf();
#line 340 "sim/engine/compiled/pathway.py"
    distress_ends_company(ed, v);
#line 341 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(v)->main != (-INT64_C(1))))) {
#line 342 "sim/engine/compiled/pathway.py"
    main = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->main);
#line 343 "sim/engine/compiled/pathway.py"
    if ((bool)(main)->waiting) {
#line 344 "sim/engine/compiled/pathway.py"
    set_aside(ed, main, v);
    }
    }
#line 345 "sim/engine/compiled/pathway.py"
    _2 = (int64_t)(s)->n_responses;
    for (_1 = 0; _1 < _2; _1 += 1) {
    number = _1;
#line 346 "sim/engine/compiled/pathway.py"
    response = (((RESPONSE *)((int64_t)(ed)->responses)) + ((int64_t)(s)->first_response + number));
#line 347 "sim/engine/compiled/pathway.py"
    ask(ed, side_request(ed, v, INT64_C(2), (int64_t)(response)->role, INT64_C(0), (double)(response)->minutes), v);
    }
#line 348 "sim/engine/compiled/pathway.py"
    if ((((int64_t)(s)->n_responses == INT64_C(0)))) {
#line 349 "sim/engine/compiled/pathway.py"
    is_calm(ed, v);
    }
}
static void distress_ends_company(ED * ed, VISIT * v) {
    bool exposed;
#line 174 "sim/engine/compiled/company.py"
#line 175 "sim/engine/compiled/company.py"
    exposed = (company_runs(ed, v) && (((double)((((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(v)->contact_task))->company_since <= (double)(ed)->now)));
#line 176 "sim/engine/compiled/company.py"
    keeps_company_out(ed, v);
#line 177 "sim/engine/compiled/company.py"
    if (exposed) {
#line 178 "sim/engine/compiled/company.py"
    (v)->exposures = ((v)->exposures + INT64_C(1));
#line 179 "sim/engine/compiled/company.py"
    ask_own_time(ed, v, 20.0);
    }
}
static void escalation_entry_is_due(ED * ed, VISIT * v) {
#line 269 "sim/engine/compiled/event_loop.py"
#line 270 "sim/engine/compiled/event_loop.py"
    if ((((double)(ed)->now != (double)(v)->escalation_entry))) {
#line 271 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 272 "sim/engine/compiled/event_loop.py"
    (v)->escalation_entry = __builtin_inf();
#line 273 "sim/engine/compiled/event_loop.py"
    if ((bool)(v)->departed) {
#line 274 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 275 "sim/engine/compiled/event_loop.py"
    if ((((double)(v)->escalation_deadline > (double)(ed)->now))) {
#line 276 "sim/engine/compiled/event_loop.py"
    enter_escalation(ed, v);
#line 277 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 278 "sim/engine/compiled/event_loop.py"
    escalates(ed, v);
}
static void on_duty(ED * ed, MEMBER * m, int64_t what, int64_t running_number) {
#line 285 "sim/engine/compiled/event_loop.py"
#line 286 "sim/engine/compiled/event_loop.py"
    if (((what == INT64_C(0)))) {
#line 287 "sim/engine/compiled/event_loop.py"
    comes_on_duty(ed, m);
    } else {
#line 288 "sim/engine/compiled/event_loop.py"
    if ((((what == INT64_C(1))) && (((int64_t)(m)->resting_entry == running_number)))) {
#line 289 "sim/engine/compiled/event_loop.py"
    break_is_over(ed, m);
    }
    }
}
static void comes_on_duty(ED * ed, MEMBER * m) {
    DUTY * duty;
    bool _1;
    double _2;
#line 72 "sim/engine/compiled/settling.py"
#line 73 "sim/engine/compiled/settling.py"
    (m)->duty = (int64_t)(m)->next_duty;
#line 74 "sim/engine/compiled/settling.py"
    (m)->next_duty = ((m)->next_duty + INT64_C(1));
#line 75 "sim/engine/compiled/settling.py"
    duty = (((DUTY *)((int64_t)(ed)->duties)) + (int64_t)(m)->duty);
#line 76 "sim/engine/compiled/settling.py"
    (m)->on_duty = true;
#line 77 "sim/engine/compiled/settling.py"
    _1 = false;
    (m)->shift_over = _1;
    (m)->on_break = _1;
#line 78 "sim/engine/compiled/settling.py"
    (m)->next_block = (int64_t)(duty)->first_block;
#line 79 "sim/engine/compiled/settling.py"
    (m)->break_block = (-INT64_C(1));
#line 80 "sim/engine/compiled/settling.py"
    (m)->idle_since = (double)(ed)->now;
#line 81 "sim/engine/compiled/settling.py"
    _2 = 0.0;
    (m)->busy = _2;
    (m)->overtime = _2;
#line 82 "sim/engine/compiled/settling.py"
    ((((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(m)->role))->n_on_duty = (((((ROLE *)((int64_t)(ed)->roles)) + (int64_t)(m)->role))->n_on_duty + INT64_C(1));
#line 83 "sim/engine/compiled/settling.py"
    (ed)->places_changed = true;
#line 84 "sim/engine/compiled/settling.py"
    is_free(ed, m);
#line 85 "sim/engine/compiled/settling.py"
    enter(ed, (double)(duty)->end, INT64_C(8), (int64_t)(m)->index, INT64_C(0), (int64_t)(m)->index);
#line 86 "sim/engine/compiled/settling.py"
    if (((((double)(m)->last_pickup > 0.0)) && ((((double)(duty)->end - (double)(m)->last_pickup) > (double)(ed)->now)))) {
#line 87 "sim/engine/compiled/settling.py"
    enter(ed, ((double)(duty)->end - (double)(m)->last_pickup), INT64_C(8), (int64_t)(m)->index, INT64_C(1), (int64_t)(m)->index);
    }
#line 88 "sim/engine/compiled/settling.py"
    (ed)->settle_due = true;
#line 89 "sim/engine/compiled/settling.py"
    looks_ahead_to_break(ed, m, duty);
}
static void looks_ahead_to_break(ED * ed, MEMBER * m, DUTY * duty) {
    BLOCK * block;
#line 93 "sim/engine/compiled/settling.py"
#line 94 "sim/engine/compiled/settling.py"
    while ((((int64_t)(m)->next_block < ((int64_t)(duty)->first_block + (int64_t)(duty)->n_blocks)))) {
#line 95 "sim/engine/compiled/settling.py"
    block = (((BLOCK *)((int64_t)(ed)->blocks)) + (int64_t)(m)->next_block);
#line 96 "sim/engine/compiled/settling.py"
    if (((((double)(block)->at >= (double)(duty)->start)) && (((double)(block)->at >= 0.0)))) {
#line 97 "sim/engine/compiled/settling.py"
    enter(ed, max_real((double)(block)->at, (double)(ed)->now), INT64_C(8), (int64_t)(m)->index, INT64_C(2), (int64_t)(m)->index);
#line 98 "sim/engine/compiled/settling.py"
    return;
    }
#line 99 "sim/engine/compiled/settling.py"
    (m)->next_block = ((m)->next_block + INT64_C(1));
    }
}
static void break_is_over(ED * ed, MEMBER * m) {
#line 128 "sim/engine/compiled/settling.py"
#line 129 "sim/engine/compiled/settling.py"
    write_break(ed, m, (double)(ed)->now);
#line 130 "sim/engine/compiled/settling.py"
    (m)->on_break = false;
#line 131 "sim/engine/compiled/settling.py"
    (m)->break_block = (-INT64_C(1));
#line 132 "sim/engine/compiled/settling.py"
    (m)->resting_entry = (-INT64_C(1));
#line 133 "sim/engine/compiled/settling.py"
    (m)->idle_since = (double)(ed)->now;
#line 134 "sim/engine/compiled/settling.py"
    is_free(ed, m);
#line 135 "sim/engine/compiled/settling.py"
    (ed)->settle_due = true;
#line 136 "sim/engine/compiled/settling.py"
    looks_ahead_to_break(ed, m, (((DUTY *)((int64_t)(ed)->duties)) + (int64_t)(m)->duty));
}
static void off_duty(ED * ed, MEMBER * m, int64_t what) {
#line 293 "sim/engine/compiled/event_loop.py"
#line 294 "sim/engine/compiled/event_loop.py"
    if (((what == INT64_C(0)))) {
#line 295 "sim/engine/compiled/event_loop.py"
    shift_ends(ed, m);
    } else {
#line 296 "sim/engine/compiled/event_loop.py"
    if (((what == INT64_C(1)))) {
#line 297 "sim/engine/compiled/event_loop.py"
    (ed)->roles_changed = ((ed)->roles_changed | (int64_t)(m)->serves);
#line 298 "sim/engine/compiled/event_loop.py"
    (ed)->settle_due = true;
    } else {
#line 300 "sim/engine/compiled/event_loop.py"
    break_is_due(ed, m);
    }
    }
}
static void shift_ends(ED * ed, MEMBER * m) {
#line 103 "sim/engine/compiled/settling.py"
#line 104 "sim/engine/compiled/settling.py"
    (m)->shift_over = true;
#line 105 "sim/engine/compiled/settling.py"
    (ed)->roles_changed = ((ed)->roles_changed | (int64_t)(m)->serves);
#line 106 "sim/engine/compiled/settling.py"
    include(ed, (int64_t)(ed)->going_from, m);
#line 107 "sim/engine/compiled/settling.py"
    (ed)->n_going = ((ed)->n_going + INT64_C(1));
#line 108 "sim/engine/compiled/settling.py"
    observer_leaves(ed, m);
#line 109 "sim/engine/compiled/settling.py"
    peer_stops(ed, m);
#line 110 "sim/engine/compiled/settling.py"
    (ed)->settle_due = true;
}
static void observer_leaves(ED * ed, MEMBER * m) {
    REQUEST * r;
#line 233 "sim/engine/compiled/boarding_and_observation.py"
#line 234 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(m)->task != (-INT64_C(1))))) {
#line 235 "sim/engine/compiled/boarding_and_observation.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(m)->task);
#line 236 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(r)->kind == INT64_C(8)))) {
#line 237 "sim/engine/compiled/boarding_and_observation.py"
    aide_goes(ed, (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit));
    }
    }
}
static void peer_stops(ED * ed, MEMBER * m) {
    REQUEST * r;
#line 166 "sim/engine/compiled/company.py"
#line 167 "sim/engine/compiled/company.py"
    if ((((int64_t)(m)->task != (-INT64_C(1))))) {
#line 168 "sim/engine/compiled/company.py"
    r = (((REQUEST *)((int64_t)(ed)->requests)) + (int64_t)(m)->task);
#line 169 "sim/engine/compiled/company.py"
    if (((((int64_t)(r)->kind == INT64_C(3))) && (bool)(r)->kept_over)) {
#line 170 "sim/engine/compiled/company.py"
    put_down_company(ed, (((VISIT *)((int64_t)(ed)->visits)) + (int64_t)(r)->visit));
    }
    }
}
static void break_is_due(ED * ed, MEMBER * m) {
#line 114 "sim/engine/compiled/settling.py"
#line 115 "sim/engine/compiled/settling.py"
    if (((!(bool)(m)->on_duty) || (bool)(m)->shift_over)) {
#line 116 "sim/engine/compiled/settling.py"
    return;
    }
#line 117 "sim/engine/compiled/settling.py"
    (m)->break_block = (int64_t)(m)->next_block;
#line 118 "sim/engine/compiled/settling.py"
    (m)->next_block = ((m)->next_block + INT64_C(1));
#line 119 "sim/engine/compiled/settling.py"
    (m)->due_at = (double)((((BLOCK *)((int64_t)(ed)->blocks)) + (int64_t)(m)->break_block))->at;
#line 120 "sim/engine/compiled/settling.py"
    include(ed, (int64_t)(ed)->resting_from, m);
#line 121 "sim/engine/compiled/settling.py"
    (ed)->n_resting = ((ed)->n_resting + INT64_C(1));
#line 122 "sim/engine/compiled/settling.py"
    observer_leaves(ed, m);
#line 123 "sim/engine/compiled/settling.py"
    peer_stops(ed, m);
#line 124 "sim/engine/compiled/settling.py"
    (ed)->settle_due = true;
}
static void bed_pool_moves(ED * ed, int64_t what) {
    int64_t row;
    VISIT * v;
#line 234 "sim/engine/compiled/event_loop.py"
#line 235 "sim/engine/compiled/event_loop.py"
    if (((what != INT64_C(0)))) {
#line 236 "sim/engine/compiled/event_loop.py"
    outside_request(ed);
#line 237 "sim/engine/compiled/event_loop.py"
    return;
    }
#line 238 "sim/engine/compiled/event_loop.py"
    row = bed_falls_free(ed);
#line 239 "sim/engine/compiled/event_loop.py"
    if (((row != (-INT64_C(1))))) {
#line 240 "sim/engine/compiled/event_loop.py"
    v = (((VISIT *)((int64_t)(ed)->visits)) + row);
#line 241 "sim/engine/compiled/event_loop.py"
    boarding_ends(ed, v);
#line 242 "sim/engine/compiled/event_loop.py"
    goes_on(ed, v);
    }
}
static void outside_request(ED * ed) {
    double stay;
#line 167 "sim/engine/compiled/boarding_and_observation.py"
#line 168 "sim/engine/compiled/boarding_and_observation.py"
    stay = pool_stay(ed, INT64_C(5744254917928625528), (int64_t)(ed)->n_outside_requests);
#line 169 "sim/engine/compiled/boarding_and_observation.py"
    (ed)->n_outside_requests = ((ed)->n_outside_requests + INT64_C(1));
#line 170 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(ed)->n_beds_taken < (int64_t)(ed)->n_beds))) {
#line 171 "sim/engine/compiled/boarding_and_observation.py"
    take_bed(ed, stay);
    } else {
#line 173 "sim/engine/compiled/boarding_and_observation.py"
    waits_for_bed(ed, stay, (-INT64_C(1)));
    }
#line 174 "sim/engine/compiled/boarding_and_observation.py"
    next_outside_request(ed);
}
static int64_t bed_falls_free(ED * ed) {
    WAITING_FOR_BED * w;
#line 149 "sim/engine/compiled/boarding_and_observation.py"
#line 150 "sim/engine/compiled/boarding_and_observation.py"
    (ed)->n_beds_taken = ((ed)->n_beds_taken - INT64_C(1));
#line 151 "sim/engine/compiled/boarding_and_observation.py"
    if ((((int64_t)(ed)->next_for_bed == (int64_t)(ed)->n_waiting_for_bed))) {
#line 152 "sim/engine/compiled/boarding_and_observation.py"
    return (-INT64_C(1));
    }
#line 153 "sim/engine/compiled/boarding_and_observation.py"
    w = (((WAITING_FOR_BED *)((int64_t)(ed)->waiting_for_bed)) + (int64_t)(ed)->next_for_bed);
#line 154 "sim/engine/compiled/boarding_and_observation.py"
    (ed)->next_for_bed = ((ed)->next_for_bed + INT64_C(1));
#line 155 "sim/engine/compiled/boarding_and_observation.py"
    take_bed(ed, (double)(w)->stay);
#line 156 "sim/engine/compiled/boarding_and_observation.py"
    return (int64_t)(w)->visit;
}
EXPORT uint64_t keyed_uniforms_keyed(int64_t a0, int64_t a1, int64_t a2) { return keyed(a0, a1, a2); }
EXPORT double keyed_uniforms_uniform_of(uint64_t a0, int64_t a1, int64_t a2) { return uniform_of(a0, a1, a2); }
EXPORT double keyed_uniforms_visit_uniform(int64_t a0, int64_t a1, int64_t a2, int64_t a3, int64_t a4) { return visit_uniform(a0, a1, a2, a3, a4); }
EXPORT void hourly_rates_draw_day_factors(int64_t a0, int64_t a1, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_step0, char *a4, int64_t a4_n0, int64_t a4_step0) { draw_day_factors(a0, a1, (array1){a2, {a2_n0}, {a2_step0}}, (array1){a3, {a3_n0}, {a3_step0}}, (array1){a4, {a4_n0}, {a4_step0}}); }
EXPORT void hourly_rates_draw_week_levels(int64_t a0, int64_t a1, int64_t a2, double a3, char *a4, int64_t a4_n0, int64_t a4_step0, char *a5, int64_t a5_n0, int64_t a5_step0, char *a6, int64_t a6_n0, int64_t a6_step0) { draw_week_levels(a0, a1, a2, a3, (array1){a4, {a4_n0}, {a4_step0}}, (array1){a5, {a5_n0}, {a5_step0}}, (array1){a6, {a6_n0}, {a6_step0}}); }
EXPORT double workload_drawn(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, double a2) { return drawn((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, a2); }
EXPORT double workload_visit_exponential(int64_t a0, int64_t a1, int64_t a2, int64_t a3, int64_t a4, double a5) { return visit_exponential(a0, a1, a2, a3, a4, a5); }
EXPORT double workload_return_time(double a0, double a1, char *a2, int64_t a2_n0, int64_t a2_n1, int64_t a2_step0, int64_t a2_step1, double a3) { return return_time(a0, a1, (array2){a2, {a2_n0, a2_n1}, {a2_step0, a2_step1}}, a3); }
EXPORT double workload_return_gap(double a0, double a1, double a2, double a3, double a4) { return return_gap(a0, a1, a2, a3, a4); }
EXPORT void workload_draw_visit(int64_t a0, int64_t a1, int64_t a2, int64_t a3, char *a4, int64_t a4_n0, int64_t a4_step0, char *a5, int64_t a5_n0, int64_t a5_step0, char *a6, int64_t a6_n0, int64_t a6_step0, char *a7, int64_t a7_n0, int64_t a7_n1, int64_t a7_step0, int64_t a7_step1, char *a8, int64_t a8_n0, int64_t a8_step0, char *a9, int64_t a9_n0, int64_t a9_step0, char *a10, int64_t a10_n0, int64_t a10_n1, int64_t a10_n2, int64_t a10_step0, int64_t a10_step1, int64_t a10_step2, char *a11, int64_t a11_n0, int64_t a11_step0, char *a12, int64_t a12_n0, int64_t a12_step0) { draw_visit(a0, a1, a2, a3, (array1){a4, {a4_n0}, {a4_step0}}, (array1){a5, {a5_n0}, {a5_step0}}, (array1){a6, {a6_n0}, {a6_step0}}, (array2){a7, {a7_n0, a7_n1}, {a7_step0, a7_step1}}, (array1){a8, {a8_n0}, {a8_step0}}, (array1){a9, {a9_n0}, {a9_step0}}, (array3){a10, {a10_n0, a10_n1, a10_n2}, {a10_step0, a10_step1, a10_step2}}, (array1){a11, {a11_n0}, {a11_step0}}, (array1){a12, {a12_n0}, {a12_step0}}); }
EXPORT void workload_draw_visit_as(int64_t a0, int64_t a1, int64_t a2, int64_t a3, char *a4, int64_t a4_n0, int64_t a4_step0, char *a5, int64_t a5_n0, int64_t a5_step0, char *a6, int64_t a6_n0, int64_t a6_n1, int64_t a6_step0, int64_t a6_step1, char *a7, int64_t a7_n0, int64_t a7_step0, char *a8, int64_t a8_n0, int64_t a8_step0, char *a9, int64_t a9_n0, int64_t a9_n1, int64_t a9_n2, int64_t a9_step0, int64_t a9_step1, int64_t a9_step2, char *a10, int64_t a10_n0, int64_t a10_step0, char *a11, int64_t a11_n0, int64_t a11_step0) { draw_visit_as(a0, a1, a2, a3, (array1){a4, {a4_n0}, {a4_step0}}, (array1){a5, {a5_n0}, {a5_step0}}, (array2){a6, {a6_n0, a6_n1}, {a6_step0, a6_step1}}, (array1){a7, {a7_n0}, {a7_step0}}, (array1){a8, {a8_n0}, {a8_step0}}, (array3){a9, {a9_n0, a9_n1, a9_n2}, {a9_step0, a9_step1, a9_step2}}, (array1){a10, {a10_n0}, {a10_step0}}, (array1){a11, {a11_n0}, {a11_step0}}); }
EXPORT int64_t workload_draw_first_visits(int64_t a0, int64_t a1, int64_t a2, int64_t a3, int64_t a4, double a5, double a6, int64_t a7, int64_t a8) { return draw_first_visits(a0, a1, a2, a3, a4, a5, a6, a7, a8); }
EXPORT int64_t workload_play_prelude(int64_t a0, int64_t a1, int64_t a2, double a3, double a4, double a5, double a6, double a7, double a8, double a9, char *a10, int64_t a10_n0, int64_t a10_n1, int64_t a10_step0, int64_t a10_step1, int64_t a11) { return play_prelude(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, (array2){a10, {a10_n0, a10_n1}, {a10_step0, a10_step1}}, a11); }
EXPORT void array_loops_add_minutes(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_step0, char *a4, int64_t a4_n0, int64_t a4_n1, int64_t a4_step0, int64_t a4_step1) { add_minutes((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array1){a3, {a3_n0}, {a3_step0}}, (array2){a4, {a4_n0, a4_n1}, {a4_step0, a4_step1}}); }
EXPORT void array_loops_add_minutes_inside(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, double a3, double a4, char *a5, int64_t a5_n0, int64_t a5_step0) { add_minutes_inside((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, a3, a4, (array1){a5, {a5_n0}, {a5_step0}}); }
EXPORT void array_loops_read_spells(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_step0, char *a4, int64_t a4_n0, int64_t a4_step0, char *a5, int64_t a5_n0, int64_t a5_step0, char *a6, int64_t a6_n0, int64_t a6_step0, char *a7, int64_t a7_n0, int64_t a7_step0, char *a8, int64_t a8_n0, int64_t a8_step0, char *a9, int64_t a9_n0, int64_t a9_step0, char *a10, int64_t a10_n0, int64_t a10_step0, double a11, char *a12, int64_t a12_n0, int64_t a12_step0, char *a13, int64_t a13_n0, int64_t a13_step0, char *a14, int64_t a14_n0, int64_t a14_step0, char *a15, int64_t a15_n0, int64_t a15_n1, int64_t a15_step0, int64_t a15_step1, char *a16, int64_t a16_n0, int64_t a16_step0, char *a17, int64_t a17_n0, int64_t a17_step0, char *a18, int64_t a18_n0, int64_t a18_n1, int64_t a18_step0, int64_t a18_step1, char *a19, int64_t a19_n0, int64_t a19_step0, char *a20, int64_t a20_n0, int64_t a20_step0, char *a21, int64_t a21_n0, int64_t a21_step0) { read_spells((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array1){a3, {a3_n0}, {a3_step0}}, (array1){a4, {a4_n0}, {a4_step0}}, (array1){a5, {a5_n0}, {a5_step0}}, (array1){a6, {a6_n0}, {a6_step0}}, (array1){a7, {a7_n0}, {a7_step0}}, (array1){a8, {a8_n0}, {a8_step0}}, (array1){a9, {a9_n0}, {a9_step0}}, (array1){a10, {a10_n0}, {a10_step0}}, a11, (array1){a12, {a12_n0}, {a12_step0}}, (array1){a13, {a13_n0}, {a13_step0}}, (array1){a14, {a14_n0}, {a14_step0}}, (array2){a15, {a15_n0, a15_n1}, {a15_step0, a15_step1}}, (array1){a16, {a16_n0}, {a16_step0}}, (array1){a17, {a17_n0}, {a17_step0}}, (array2){a18, {a18_n0, a18_n1}, {a18_step0, a18_step1}}, (array1){a19, {a19_n0}, {a19_step0}}, (array1){a20, {a20_n0}, {a20_step0}}, (array1){a21, {a21_n0}, {a21_step0}}); }
EXPORT void array_loops_cover(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_step0, char *a4, int64_t a4_n0, int64_t a4_step0, char *a5, int64_t a5_n0, int64_t a5_step0, char *a6, int64_t a6_n0, int64_t a6_step0, char *a7, int64_t a7_n0, int64_t a7_step0) { cover((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array1){a3, {a3_n0}, {a3_step0}}, (array1){a4, {a4_n0}, {a4_step0}}, (array1){a5, {a5_n0}, {a5_step0}}, (array1){a6, {a6_n0}, {a6_step0}}, (array1){a7, {a7_n0}, {a7_step0}}); }
EXPORT int64_t array_loops_uncover(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_step0, char *a4, int64_t a4_n0, int64_t a4_step0, char *a5, int64_t a5_n0, int64_t a5_step0, char *a6, int64_t a6_n0, int64_t a6_step0, char *a7, int64_t a7_n0, int64_t a7_step0, char *a8, int64_t a8_n0, int64_t a8_n1, int64_t a8_step0, int64_t a8_step1) { return uncover((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array1){a3, {a3_n0}, {a3_step0}}, (array1){a4, {a4_n0}, {a4_step0}}, (array1){a5, {a5_n0}, {a5_step0}}, (array1){a6, {a6_n0}, {a6_step0}}, (array1){a7, {a7_n0}, {a7_step0}}, (array2){a8, {a8_n0, a8_n1}, {a8_step0, a8_step1}}); }
EXPORT void array_loops_find_ends(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_step0, char *a4, int64_t a4_n0, int64_t a4_step0, double a5, char *a6, int64_t a6_n0, int64_t a6_step0, char *a7, int64_t a7_n0, int64_t a7_step0, char *a8, int64_t a8_n0, int64_t a8_step0) { find_ends((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array1){a3, {a3_n0}, {a3_step0}}, (array1){a4, {a4_n0}, {a4_step0}}, a5, (array1){a6, {a6_n0}, {a6_step0}}, (array1){a7, {a7_n0}, {a7_step0}}, (array1){a8, {a8_n0}, {a8_step0}}); }
EXPORT void array_loops_put_first(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0) { put_first((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}); }
EXPORT void array_loops_choose(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0) { choose((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}); }
EXPORT void array_loops_read_steps(char *a0, int64_t a0_n0, int64_t a0_n1, int64_t a0_n2, int64_t a0_step0, int64_t a0_step1, int64_t a0_step2, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_n1, int64_t a3_step0, int64_t a3_step1, char *a4, int64_t a4_n0, int64_t a4_step0, char *a5, int64_t a5_n0, int64_t a5_step0, char *a6, int64_t a6_n0, int64_t a6_n1, int64_t a6_step0, int64_t a6_step1) { read_steps((array3){a0, {a0_n0, a0_n1, a0_n2}, {a0_step0, a0_step1, a0_step2}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array2){a3, {a3_n0, a3_n1}, {a3_step0, a3_step1}}, (array1){a4, {a4_n0}, {a4_step0}}, (array1){a5, {a5_n0}, {a5_step0}}, (array2){a6, {a6_n0, a6_n1}, {a6_step0, a6_step1}}); }
EXPORT void array_loops_mark_within_targets(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_step0) { mark_within_targets((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array1){a3, {a3_n0}, {a3_step0}}); }
EXPORT void array_loops_meet(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_step0, char *a4, int64_t a4_n0, int64_t a4_step0, char *a5, int64_t a5_n0, int64_t a5_step0) { meet((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array1){a3, {a3_n0}, {a3_step0}}, (array1){a4, {a4_n0}, {a4_step0}}, (array1){a5, {a5_n0}, {a5_step0}}); }
EXPORT void array_loops_stretches(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_step0, char *a4, int64_t a4_n0, int64_t a4_step0, char *a5, int64_t a5_n0, int64_t a5_step0, char *a6, int64_t a6_n0, int64_t a6_step0, char *a7, int64_t a7_n0, int64_t a7_step0, char *a8, int64_t a8_n0, int64_t a8_step0, char *a9, int64_t a9_n0, int64_t a9_step0, char *a10, int64_t a10_n0, int64_t a10_step0, char *a11, int64_t a11_n0, int64_t a11_step0, char *a12, int64_t a12_n0, int64_t a12_step0) { stretches((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array1){a3, {a3_n0}, {a3_step0}}, (array1){a4, {a4_n0}, {a4_step0}}, (array1){a5, {a5_n0}, {a5_step0}}, (array1){a6, {a6_n0}, {a6_step0}}, (array1){a7, {a7_n0}, {a7_step0}}, (array1){a8, {a8_n0}, {a8_step0}}, (array1){a9, {a9_n0}, {a9_step0}}, (array1){a10, {a10_n0}, {a10_step0}}, (array1){a11, {a11_n0}, {a11_step0}}, (array1){a12, {a12_n0}, {a12_step0}}); }
EXPORT void array_loops_tell_hours(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0) { tell_hours((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}); }
EXPORT int64_t array_loops_gather_known(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0) { return gather_known((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}); }
EXPORT int64_t array_loops_gather_few(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_step0) { return gather_few((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array1){a3, {a3_n0}, {a3_step0}}); }
EXPORT void array_loops_count_in_bins(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, char *a3, int64_t a3_n0, int64_t a3_n1, int64_t a3_step0, int64_t a3_step1) { count_in_bins((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, (array2){a3, {a3_n0, a3_n1}, {a3_step0, a3_step1}}); }
EXPORT int64_t array_loops_whole_minutes(char *a0, int64_t a0_n0, int64_t a0_step0, char *a1, int64_t a1_n0, int64_t a1_step0, char *a2, int64_t a2_n0, int64_t a2_step0, int64_t a3, double a4, char *a5, int64_t a5_n0, int64_t a5_step0) { return whole_minutes((array1){a0, {a0_n0}, {a0_step0}}, (array1){a1, {a1_n0}, {a1_step0}}, (array1){a2, {a2_n0}, {a2_step0}}, a3, a4, (array1){a5, {a5_n0}, {a5_step0}}); }
EXPORT void rows_to_columns_move(int64_t a0, int64_t a1, int64_t a2, int64_t a3, int64_t a4, int64_t a5) { move(a0, a1, a2, a3, a4, a5); }
EXPORT int64_t event_loop_play(int64_t a0) { return play(a0); }

EXPORT const char engine_stamp[] = "peered-sources: 629a4bf1e0b72968 63d88644dd150648 sim/__init__.py sim/department/__init__.py sim/department/arrivals.py sim/department/boarding.py sim/department/department.py sim/department/discipline.py sim/department/pathway.py sim/department/patients.py sim/department/places.py sim/department/quantities.py sim/department/roster.py sim/department/scenario.py sim/department/severity.py sim/department/short_text.py sim/department/support.py sim/department/what_matters.py sim/engine/__init__.py sim/engine/calendar_entries.py sim/engine/compiled/__init__.py sim/engine/compiled/backend.py sim/engine/compiled/boarding_and_observation.py sim/engine/compiled/calendar.py sim/engine/compiled/cases.py sim/engine/compiled/company.py sim/engine/compiled/draws.py sim/engine/compiled/event_loop.py sim/engine/compiled/memory.py sim/engine/compiled/pathway.py sim/engine/compiled/patience_and_calm.py sim/engine/compiled/patient_attributes.py sim/engine/compiled/peers.py sim/engine/compiled/places.py sim/engine/compiled/queues.py sim/engine/compiled/requests.py sim/engine/compiled/row_writers.py sim/engine/compiled/rows_to_columns.py sim/engine/compiled/settling.py sim/engine/compiled/tables.py sim/engine/compiled/tasks.py sim/engine/draw_numbers.py sim/engine/hourly_rates.py sim/engine/keyed_uniforms.py sim/engine/measures/__init__.py sim/engine/measures/array_loops.py sim/engine/measures/measure_list.py sim/engine/reference/__init__.py sim/engine/reference/patient_attributes.py sim/engine/stream_draws.py sim/engine/trajectory.py sim/engine/workload.py sim/io/__init__.py sim/io/calendar_days.py sim/io/short_lists.py sim/io/suggest.py";
