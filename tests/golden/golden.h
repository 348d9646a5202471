/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "coordinator/session.h"

#define GOLDEN_TEXT_MAX ((size_t)16 << 20)

/* What the command line asked for. */
struct options {
    const char *tables;   /* folder of TPC-H data; NULL unless the mode needs it */
    const char *queries;  /* folder of NAME.sql */
    const char *expected; /* folder of what is expected: NAME.txt, NAME.md */
    const char *scratch;  /* folder for what the test makes */
    const char *filter;   /* only queries whose names contain this, or NULL */
    uint32_t threads;     /* of DuckDB */
    bool update;          /* write the expectations instead of comparing */
};

/* ---- util.c: these end the program with a message where they fail. ---- */

void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
char *read_text(const char *path); /* NULL if there is no such file; free with free() */
void write_text(const char *path, const struct buf *text);
char *path_of(const char *folder, const char *name,
              const char *suffix); /* FOLDER/NAMESUFFIX; free with free() */
void make_folder(const char *path);

struct names {
    char **items; /* sorted, without the suffix */
    size_t count;
};
struct names list_files(const char *folder, const char *suffix);
void names_done(struct names *names);

/* Appends `text` with every `from` replaced by `to`. */
void replace_all(struct buf *out, const char *text, const char *from, const char *to);

/* ---- lab.c: one DuckDB with a cluster, of four workers if nothing else is asked for. ---- */

struct lab {
    const struct options *options;
    duckdb_database database;
    duckdb_connection connection;
    struct eider_cluster *cluster;
    struct eider_session *session;
    uint32_t workers;
};

void lab_open(struct lab *lab, const struct options *options);
void lab_set_workers(struct lab *lab, uint32_t workers); /* 0: four */
/* What the head of a query asks for, and back again. */
void lab_prepare_for(struct lab *lab, const char *sql);
void lab_reset_after(struct lab *lab, const char *sql);
void lab_close(struct lab *lab);
void lab_run(struct lab *lab, const char *sql);

/* Views over the eight tables of TPC-H. */
void lab_open_tpch(struct lab *lab, const struct options *options);

/* The statement, planned; NULL with a message on standard error. Free with eider_query_free. */
struct eider_query *lab_prepare(struct lab *lab, const char *sql);

/* ---- chain.c ---- */

/* The whole way of a query, as text: plan after each pass, stage graph, SQL of each stage's first task. */
bool chain_write(struct lab *lab, const char *sql, struct buf *out);

/* ---- compare.c ---- */

struct golden_report {
    const struct options *options;
    const char *suffix; /* of expectations */
    const char *data;   /* folder whose path is called DATA in expectations */
    size_t failed, written, same;
};

/* Compares with the expectation of that name, or writes it. */
void compare(struct golden_report *report, const char *name, const struct buf *text);

/* Expectations without a query are failures too. */
void compare_orphans(struct golden_report *report, const struct names *names);

/* The end. Returns the exit status. */
int compare_done(struct golden_report *report);

/* ---- verdicts.c, planner.c: pages of docs, with the tables of tables.sql. ---- */

void write_verdicts_page(struct lab *lab, struct golden_report *report);
void write_planner_page(struct lab *lab, struct golden_report *report);

/* ---- spread.c ---- */

/* Checks where the plan does its work; appends a line per breach. Returns how many there are. */
uint32_t spread_check(const struct stage_graph *graph, struct buf *out);

#endif
