/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIFFER_LAB_H
#define DIFFER_LAB_H

#include "corpus.h"
#include "engine.h"
#include "rebuild.h"

enum {
    MAX_WORKER_COUNTS = 8
};

/* Whether a rule takes every plan apart and writes it again, and with which names of columns. */
enum rebuild_mode {
    REBUILD_NOT = 0,
    REBUILD_SAME,
    REBUILD_DERIVED
};

/* What the command line asked for. */
struct options {
    struct strings tables;   /* data folders */
    struct strings settings; /* "name=value" for the sessions of Eider */
    const char *schema;      /* script to run after the tables are there, or NULL */
    const char *queries;     /* folder of the corpus, or NULL */
    const char *expect;      /* of queries that say nothing, or NULL */
    const char *spread;      /* tables, "a,b": each scan of them must be in several tasks; or NULL */
    const char *filter;      /* only cases whose names contain this, or NULL */
    uint32_t workers[MAX_WORKER_COUNTS];
    size_t worker_count;
    int threads;
    double timeout_ms;
    uint64_t seed;
    uint64_t first;
    uint64_t count;
    uint32_t min_distributed_percent;
    enum rebuild_mode rebuild;
    bool remote; /* workers with databases of their own, reached by messages */
    bool native; /* tables of the databases instead of views over files */
    bool verbose;
};

/* Everything that runs statements. The sessions of Eider share one database, the oracle has its own. */
struct lab {
    const struct options *options;
    struct watchdog watchdog;
    struct engine oracle;
    struct engine shuffled; /* DuckDB over the same rows in another order; made when first needed */
    bool has_shuffled;
    struct engine host; /* owns the database of the sessions */
    struct engine eiders[MAX_WORKER_COUNTS];
    size_t eider_count;
    size_t max_rows;                /* of a result; 0: as the engines have it */
    struct rebuild_options rebuild; /* data of the rule */
};

/* With `with_eider` false only the oracle is made. */
void lab_init(struct lab *lab, const struct options *options, bool with_eider);
void lab_done(struct lab *lab);
/* Results with more rows are too large, for every engine. */
void lab_limit_rows(struct lab *lab, size_t max_rows);

/* True if the tables of TPC-H are there. */
bool lab_has_tpch(struct lab *lab);

/* Runs a case on an engine: its settings and setups before, its teardowns after. */
void lab_run_case(struct lab *lab, struct engine *engine, const struct corpus_case *item,
                  struct outcome *ret);

/* True if the outcome is what the case demands, given what the oracle made of it. `superset` may be NULL. */
bool lab_same(const struct corpus_case *item, const struct outcome *expected, const struct outcome *actual,
              const struct rows *superset, struct buf *why);

/* True if DuckDB gives `expected` again with 1 and 4 threads and on shuffled rows. */
bool lab_oracle_agrees(struct lab *lab, const struct corpus_case *item, const struct outcome *expected,
                       struct buf *why);

/* The modes: each prints its report and returns the exit status. */
int run_self(const struct options *options);
int run_corpus(const struct options *options);
int run_random(const struct options *options);
int run_metamorphic(const struct options *options);

#endif
