/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIFFER_CORPUS_H
#define DIFFER_CORPUS_H

#include "util.h"

/*
 * A query of the corpus: a file NAME.sql of one statement whose first lines are comments that say what is expected.
 * tests/corpus/README.md describes them.
 */
enum case_expect {
    EXPECT_ANY = 1,     /* says nothing about distribution */
    EXPECT_DISTRIBUTED, /* some stage has several tasks; `node`, if given, stands in such a stage */
    EXPECT_ONE_TASK,    /* some stage has several tasks, but every `node` stands in stages of one task */
    EXPECT_LOCAL        /* the verdict is of kind `node` */
};

enum case_check {
    CHECK_EQUAL = 1, /* the rows are those of DuckDB */
    CHECK_COUNT,     /* only their number is */
    CHECK_SUBSET,    /* their number is, and each is one of the rows of `superset` */
    CHECK_ERROR,     /* both fail, with the same kind of error */
    CHECK_NONE       /* both succeed */
};

struct corpus_case {
    char *name; /* of the file, without .sql */
    char *sql;
    enum case_expect expect;
    enum case_check check;
    char *node; /* "" if not given */
    char *superset;
    double tolerance;
    bool ordered;
    bool no_shuffle;          /* the answer depends on the files or on their order */
    struct strings settings;  /* "name=value" */
    struct strings setups;    /* statements to run before, on each engine */
    struct strings teardowns; /* and after */
};

struct corpus {
    struct corpus_case *items;
    size_t count;
};

/* Reads every .sql file of a folder, sorted by name; @DATA@ in it becomes `data_folder`. Dies on a wrong header.
 * Cases without an `expect` line get `expect`, or are an error if it is NULL. */
void corpus_init(struct corpus *corpus, const char *folder, const char *data_folder, const char *expect);
void corpus_done(struct corpus *corpus);

/* The verdict kinds, one a line, that queries of the corpus may have: FOLDER/verdicts.txt. Without that file: none. */
void corpus_read_verdicts(const char *folder, struct strings *ret);

#endif
