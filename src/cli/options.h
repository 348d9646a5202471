/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_OPTIONS_H
#define EIDER_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/print.h"

/* Where statements come from. */
enum source_kind {
    SOURCE_SQL = 1, /* -c */
    SOURCE_FILE     /* -f */
};

struct source {
    enum source_kind kind;
    const char *text; /* SQL, or a path */
};

struct setting {
    char *name; /* owned */
    const char *value;
};

/* The command line. Texts are borrowed from argv. */
struct options {
    const char *database; /* NULL: in memory */
    struct source *sources;
    size_t source_count;
    const char **tables;
    size_t table_count;
    struct setting *settings; /* in their order; --threads and --memory-limit are among them */
    size_t setting_count;
    const char *output_path; /* NULL: standard output */
    const struct format *format;
    uint32_t workers; /* 0: DuckDB alone */
    bool show_plan, require_distributed, stats, bail, version, help;
};

/*
 * Parses the command line. False if it is wrong, or memory is out: then `message` (initialised by the caller)
 * says why. options_done is due in either case.
 */
bool options_parse(int argc, char *const *argv, struct options *ret, struct buf *message);
void options_done(struct options *options);

/* The text of --help. */
void options_help(struct buf *out);

#endif
