/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_BENCH_BENCH_H
#define EIDER_BENCH_BENCH_H

/*
 * What the benchmarks of queries share: the same queries on two *sides*, DuckDB alone and Eider, each in a process of its
 * own, on the same CPUs and with the same number of DuckDB threads, in turns.
 *
 * Everything here is for programs: a failure is printed and ends the process.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "duckdb.h"

#define BENCH_MAX_QUERIES  256u
#define BENCH_MAX_SETTINGS 64u
#define BENCH_MAX_ROUNDS   10000u

enum side_kind {
    SIDE_DUCKDB = 0,
    SIDE_EIDER,
    SIDE_COUNT
};

struct bench_query {
    const char *name;
    const char *sql;
};

struct bench {
    const char *name;        /* "tpch" */
    const char *description; /* of the data, one line */
    struct bench_query queries[BENCH_MAX_QUERIES];
    uint32_t query_count;
    /* Called in each side's process before its first query: makes tables or views. */
    void (*open)(duckdb_connection connection, void *data);
    void *data;
    uint32_t workers;
    uint32_t threads;
    uint32_t rounds;
    uint32_t warmups;                         /* rounds before those that count */
    const char *settings[BENCH_MAX_SETTINGS]; /* NAME=VALUE; those of Eider's go to its side alone */
    uint32_t setting_count;
    const char *json_path; /* NULL: none */
    /* What the first side runs instead of DuckDB alone: Eider with the settings of this. NULL: DuckDB alone. */
    const struct bench *baseline;
};

/* ---- Sides (side.c) ---- */

#define MEASUREMENT_TEXT_BYTES 2048 /* an error of Eider fits */

/* One run of one query. Sent as it is between processes of one program. */
struct measurement {
    double wall_ms;     /* from the text of the query to its complete result */
    double cpu_ms;      /* of the whole process meanwhile, user and system */
    double planning_ms; /* this and what follows: of Eider, 0 for DuckDB alone */
    uint32_t stages;
    uint32_t tasks;
    uint64_t rows_exchanged;
    uint64_t bytes_exchanged;
    bool distributed;
    bool failed;
    char text[MEASUREMENT_TEXT_BYTES]; /* the error; else the kind of the verdict */
    /* The result as a multiset of rows: all columns but floats in the hash, these as a sum. */
    uint64_t rows;
    uint64_t hash;
    double float_sum;
};

struct side;

/* Starts the process and waits until it is ready for queries. */
struct side *side_start(enum side_kind kind, const struct bench *bench);

/* Runs a query there, its result dropped. */
void side_run(struct side *side, uint32_t query, struct measurement *ret);

/* Ends the process; *ret_peak_bytes is the most memory that it had. Frees the side. */
void side_stop(struct side *side, uint64_t *ret_peak_bytes);

/* What a side is called in messages and tables. */
const char *side_name(enum side_kind kind);

/* True if both gave the same rows. */
bool measurement_same_result(const struct measurement *a, const struct measurement *b);

/* Adds what is in a result to ret->rows, hash and float_sum (digest.c). */
void digest_result(duckdb_result *result, struct measurement *ret);

/* ---- Rounds (compare.c) ---- */

struct comparison {
    const struct bench *bench;
    struct measurement *all; /* [query][round][side], without the warm-ups */
    uint64_t peak_bytes[SIDE_COUNT];
    double foreign_share; /* of the CPUs' time: what other processes used during the rounds; < 0: unknown */
    uint32_t cpu_count;   /* those that this process may use */
    char cpus[256];       /* the same, as a list such as "0-3,8" */
    bool agree;           /* both sides gave the same rows, always */
};

/* Medians over the rounds, and the fastest ones: where other processes disturb, these differ less from run to run. */
struct summary {
    double wall_ms[SIDE_COUNT];
    double cpu_ms[SIDE_COUNT];
    double fastest_wall_ms[SIDE_COUNT];
    double fastest_cpu_ms[SIDE_COUNT];
    double planning_ms;
    struct measurement last; /* of Eider: what does not vary */
};

/* Runs all rounds: each runs every query on both sides, which take turns in being first. */
void compare_run(const struct bench *bench, struct comparison *ret);
void compare_done(struct comparison *comparison);
const struct measurement *compare_at(const struct comparison *comparison, uint32_t query, uint32_t round,
                                     enum side_kind side);
void compare_summary(const struct comparison *comparison, uint32_t query, struct summary *ret);

/* Finds out the CPUs that this process may use. */
void compare_cpus(struct comparison *ret);

/* ---- Reports (report.c) ---- */

/* What runs where, before the rounds. */
void report_head(const struct bench *bench);
/* What else is to know about the rounds: foreign load, memory, whether the results agreed. */
void report_tail(const struct comparison *comparison);
/* Ratios: for queries that take long. */
void report_ratios(const struct comparison *comparison);
/* Differences in milliseconds: for queries that take short. */
void report_differences(const struct comparison *comparison);
/* The same for machines, into bench->json_path: a line for the run, one for each query, one for the sums. */
void report_json(const struct comparison *comparison);

/* ---- Rules (rules.c) ---- */

/* Compares Eider with itself, one rule of the planner switched off after the other, and prints what that changes. False: the
 * results differ. */
bool rules_run(const struct bench *bench);

/* ---- Command lines and other help (util.c) ---- */

/* Prints a message and ends the process with status 1. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Memory, or the end. */
void *xcalloc(size_t count, size_t size);
char *xprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A whole text file. */
char *read_text(const char *path);

/* Runs a statement; an error ends the process. */
void must_query(duckdb_connection connection, const char *sql);
/* The first column of the first row as text, freed by the caller. */
char *must_text(duckdb_connection connection, const char *sql);

/*
 * The options that every benchmark has: --workers --threads --rounds --set --json, as `--name value`. Returns false if
 * argv[*index] is none of them; else *index is behind it and its value.
 */
bool option_common(struct bench *bench, int argc, char **argv, int *index);
/* If argv[*index] is `name`: its value, and *index is behind it. Else NULL. */
const char *option_value(const char *name, int argc, char **argv, int *index);
uint32_t option_number(const char *name, const char *value, uint32_t min, uint32_t max);

#endif
