/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line. One table gives the parsing and the help text.
 *
 * Options may stand anywhere, as "--name value" or "--name=value", "-c value" or "-cvalue"; "--" ends them.
 * No list can be longer than argv, so each is allocated once.
 */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "eider/eider.h"

#define HELP_COLUMN   28
#define STRINGIFY_(x) #x
#define STRINGIFY(x)  STRINGIFY_(x)

struct option {
    char letter;                                                                    /* '\0': none */
    const char *name;                                                               /* without dashes */
    const char *argument;                                                           /* NULL: takes none */
    bool (*apply)(struct options *options, const char *value, struct buf *message); /* NULL: sets `flag` */
    size_t flag;      /* offset of a bool in struct options */
    const char *help; /* lines */
};

/* ---- What each option does ---- */

static bool wrong(struct buf *message, const char *option, const char *value, const char *expected)
{
    buf_printf(message, "%s: '%s' is not %s", option, value, expected);
    return false;
}

/* Digits only, so no sign, no space, and nothing that overflows. */
static bool parse_number(const char *value, uint64_t min, uint64_t max, uint64_t *ret)
{
    size_t bytes = strlen(value);

    if (bytes == 0 || bytes > 18 || strspn(value, "0123456789") != bytes)
        return false;
    *ret = strtoull(value, NULL, 10);
    return *ret >= min && *ret <= max;
}

static bool add_setting(struct options *options, const char *name, size_t name_bytes, const char *value,
                        struct buf *message)
{
    struct setting *setting = &options->settings[options->setting_count];

    if ((setting->name = strndup(name, name_bytes)) == NULL) {
        buf_puts(message, "out of memory");
        return false;
    }
    setting->value = value;
    options->setting_count++;
    return true;
}

static bool apply_sql(struct options *options, const char *value, struct buf *message)
{
    (void)message;
    options->sources[options->source_count++] = (struct source){SOURCE_SQL, value};
    return true;
}

static bool apply_file(struct options *options, const char *value, struct buf *message)
{
    (void)message;
    options->sources[options->source_count++] = (struct source){SOURCE_FILE, value};
    return true;
}

static bool apply_tables(struct options *options, const char *value, struct buf *message)
{
    (void)message;
    options->tables[options->table_count++] = value;
    return true;
}

static bool apply_local_cluster(struct options *options, const char *value, struct buf *message)
{
    uint64_t number;

    if (!parse_number(value, 0, EIDER_MAX_WORKERS, &number))
        return wrong(message, "--local-cluster", value,
                     "a number of workers from 0 to " STRINGIFY(EIDER_MAX_WORKERS));
    options->workers = (uint32_t)number;
    return true;
}

static bool apply_format(struct options *options, const char *value, struct buf *message)
{
    options->format = format_find(value);
    return options->format != NULL || wrong(message, "--format", value, "one of box, csv, json, arrow");
}

static bool apply_output(struct options *options, const char *value, struct buf *message)
{
    if (options->output_path != NULL) {
        buf_puts(message, "-o is given twice");
        return false;
    }
    options->output_path = value;
    return true;
}

static bool apply_threads(struct options *options, const char *value, struct buf *message)
{
    uint64_t number;

    if (!parse_number(value, 1, INT32_MAX, &number))
        return wrong(message, "--threads", value, "a number of threads from 1");
    return add_setting(options, "threads", strlen("threads"), value, message);
}

static bool apply_memory_limit(struct options *options, const char *value, struct buf *message)
{
    return add_setting(options, "memory_limit", strlen("memory_limit"), value, message);
}

static bool apply_set(struct options *options, const char *value, struct buf *message)
{
    const char *equals = strchr(value, '=');

    if (equals == NULL || equals == value)
        return wrong(message, "--set", value, "of the form name=value");
    return add_setting(options, value, (size_t)(equals - value), equals + 1, message);
}

/* ---- The table ---- */

static const struct option option_table[] = {
    {'c', "command", "SQL", apply_sql, 0, "run these statements; repeatable"},
    {'f', "file", "FILE", apply_file, 0,
     "run the statements of a file ('-': standard input); repeatable,\n"
     "in one order with -c"},
    {'\0', "tables", "DIR", apply_tables, 0,
     "a view per Parquet, CSV or JSON file, or folder of such files,\n"
     "named after it without its extension; repeatable"},
    {'\0', "local-cluster", "N", apply_local_cluster, 0,
     "distribute queries over N workers in this process;\n"
     "0, the default: DuckDB alone"},
    {'\0', "format", "FORMAT", apply_format, 0,
     "box (the default), csv, json, or arrow: an Arrow IPC stream per\n"
     "query. csv is that of DuckDB's shell, where NULL looks like the\n"
     "text 'NULL': json and COPY (...) TO tell them apart"},
    {'o', "output", "FILE", apply_output, 0, "write results to a file instead of standard output"},
    {'\0', "threads", "N", apply_threads, 0, "threads of DuckDB, shared by all workers"},
    {'\0', "memory-limit", "SIZE", apply_memory_limit, 0, "memory limit of DuckDB, such as 4GB"},
    {'\0', "set", "NAME=VALUE", apply_set, 0, "a setting of Eider or DuckDB; repeatable"},
    {'\0', "show-distributed-plan", NULL, NULL, offsetof(struct options, show_plan),
     "print the plan of each query instead of its rows"},
    {'\0', "require-distributed", NULL, NULL, offsetof(struct options, require_distributed),
     "a query that is not distributed fails, and says why"},
    {'\0', "stats", NULL, NULL, offsetof(struct options, stats),
     "a line of JSON per query on standard error"},
    {'\0', "bail", NULL, NULL, offsetof(struct options, bail), "stop after the first statement that fails"},
    {'\0', "version", NULL, NULL, offsetof(struct options, version),
     "print the versions of Eider and DuckDB"},
    {'h', "help", NULL, NULL, offsetof(struct options, help), "print this text"},
};

#define OPTION_COUNT (sizeof(option_table) / sizeof(option_table[0]))

void options_help(struct buf *out)
{
    buf_puts(
        out,
        "Usage: eider [OPTION …] [DATABASE]\n\n"
        "SQL over files and DuckDB databases, distributed over a cluster. DATABASE is a file of DuckDB's;\n"
        "without it the database is in memory. Without -c and -f the statements come from standard input.\n\n"
        "Options:\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &option_table[i];
        size_t start = out->size;
        const char *line = option->help;

        if (option->letter != '\0')
            buf_printf(out, "  -%c, --%s", option->letter, option->name);
        else
            buf_printf(out, "      --%s", option->name);
        buf_printf(out, "%s%s", option->argument != NULL ? " " : "",
                   option->argument != NULL ? option->argument : "");
        if (out->size - start + 2 > HELP_COLUMN) {
            buf_putc(out, '\n');
            start = out->size;
        }
        for (;;) {
            size_t bytes = strcspn(line, "\n");

            buf_printf(out, "%*s", (int)(HELP_COLUMN - (out->size - start)), "");
            buf_append(out, line, bytes);
            buf_putc(out, '\n');
            if (line[bytes] == '\0')
                break;
            line += bytes + 1;
            start = out->size;
        }
    }
    buf_puts(
        out,
        "\nCtrl-C cancels the query that runs; a second one ends the program.\n\n"
        "Exit status: 0; 1 if a statement failed, or the database, a --tables folder or an output\n"
        "file cannot be used; 2 if the command line or a setting in it is wrong; 130 after Ctrl-C twice.\n");
}

/* ---- Parsing ---- */

/* The option that `argument` starts, with its value if that stands in the same argument; NULL if there is none. */
static const struct option *find_option(const char *argument, const char **ret_value)
{
    const char *name = argument + 2;
    size_t bytes = strcspn(name, "=");

    *ret_value = NULL;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &option_table[i];

        if (argument[1] == '-') {
            if (strlen(option->name) != bytes || memcmp(option->name, name, bytes) != 0)
                continue;
            *ret_value = name[bytes] == '=' ? name + bytes + 1 : NULL;
            return option;
        }
        if (option->letter != '\0' && option->letter == argument[1]) {
            *ret_value = argument[2] != '\0' ? argument + 2 : NULL;
            return option;
        }
    }
    return NULL;
}

static bool parse_positional(const char *argument, struct options *options, struct buf *message)
{
    if (options->database != NULL) {
        buf_printf(message, "'%s': there is a database already, '%s'", argument, options->database);
        return false;
    }
    options->database = argument;
    return true;
}

static bool allocate(int argc, struct options *ret)
{
    size_t most = (size_t)argc + 1;

    *ret = (struct options){.format = &format_box};
    ret->sources = calloc(most, sizeof(*ret->sources));
    ret->tables = calloc(most, sizeof(*ret->tables));
    ret->settings = calloc(most, sizeof(*ret->settings));
    return ret->sources != NULL && ret->tables != NULL && ret->settings != NULL;
}

bool options_parse(int argc, char *const *argv, struct options *ret, struct buf *message)
{
    bool only_positional = false;

    if (!allocate(argc, ret)) {
        buf_puts(message, "out of memory");
        return false;
    }
    for (int i = 1; i < argc; i++) {
        const struct option *option;
        const char *value;

        if (only_positional || argv[i][0] != '-' || argv[i][1] == '\0') {
            if (!parse_positional(argv[i], ret, message))
                return false;
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            only_positional = true;
            continue;
        }
        if ((option = find_option(argv[i], &value)) == NULL) {
            buf_printf(message, "unknown option '%s'", argv[i]);
            return false;
        }
        if (option->argument == NULL && value != NULL) {
            buf_printf(message, "--%s takes no value", option->name);
            return false;
        }
        if (option->argument != NULL && value == NULL) {
            if (i + 1 == argc) {
                buf_printf(message, "%s needs a value: %s", argv[i], option->argument);
                return false;
            }
            value = argv[++i];
        }
        if (option->apply == NULL)
            *(bool *)((char *)ret + option->flag) = true;
        else if (!option->apply(ret, value, message))
            return false;
    }
    return true;
}

void options_done(struct options *options)
{
    for (size_t i = 0; i < options->setting_count; i++)
        free(options->settings[i].name);
    free(options->settings);
    free(options->tables);
    free(options->sources);
    *options = (struct options){0};
}
