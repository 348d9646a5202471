/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page docs/not-distributable.md, made of base/verdicts.def. Each example is planned, and must have the verdict that it
 * is an example of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"

#define PAGE_WIDTH 120

static const struct entry {
    enum verdict_kind kind;
    const char *name, *meaning, *remedy, *example;
} entries[] = {
#define VERDICT(TAG, name, meaning, remedy, example) {VERDICT_##TAG, name, meaning, remedy, example},
#include "base/verdicts.def"
#undef VERDICT
};

static const char head[] =
    "# What is not distributed\n"
    "\n"
    "<!-- Made of src/base/verdicts.def by the target update-golden; changes belong there. -->\n"
    "\n"
    "A query that is not distributed runs on DuckDB alone and has the same answer. Why is its *verdict*: one "
    "word, "
    "and a sentence that\nsays more. `EXPLAIN` shows both, as do `eider_query_verdict_kind` and "
    "`eider_query_verdict` of the C API and\n`eider --require-distributed`, which fails instead of running "
    "on "
    "DuckDB alone.\n"
    "\n"
    "In the examples `events` and `users` are Parquet files, and `labels` is a table of the database. A "
    "verdict "
    "without an example has no\nsimple one: it depends on the application, or nothing is known to cause it "
    "and it "
    "is there to be safe.\n";

/* ---- Text ---- */

static size_t columns_of(const char *text, size_t bytes)
{
    size_t columns = 0;

    for (size_t i = 0; i < bytes; i++)
        columns += ((unsigned char)text[i] & 0xC0U) != 0x80U;
    return columns;
}

/* A paragraph, broken between words. */
static void put_wrapped(struct buf *out, const char *text)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t bytes = strcspn(text, " "), width = columns_of(text, bytes);
        if (column > 0 && column + 1 + width > PAGE_WIDTH) {
            buf_putc(out, '\n');
            column = 0;
        } else if (column > 0) {
            buf_putc(out, ' ');
            column++;
        }
        buf_append(out, text, bytes);
        column += width;
        text += bytes + strspn(text + bytes, " ");
    }
    buf_putc(out, '\n');
}

static void put_entry(struct buf *out, const struct entry *entry)
{
    struct buf text;

    buf_printf(out, "\n## `%s`\n\n", entry->name);
    buf_init(&text, GOLDEN_TEXT_MAX);
    buf_printf(&text, "%s *What to do:* %s", entry->meaning, entry->remedy);
    put_wrapped(out, text.data);
    buf_done(&text);
    if (entry->example[0] == '\0')
        return;
    buf_puts(out, "\n```sql\n");
    replace_all(out, entry->example, "@DATA@", "data");
    buf_puts(out, ";\n```\n");
}

/* ---- Examples ---- */

/* Runs all statements but the last, which is returned. What a SET changes is reset if `reset`. */
static const char *run_first_statements(struct lab *lab, const char *sql, bool reset)
{
    const char *end;

    while ((end = strchr(sql, ';')) != NULL) {
        struct buf statement;
        size_t name = strncmp(sql, "SET ", 4) == 0 ? strcspn(sql + 4, " ") : 0;
        if (name == 0)
            die("an example begins with something else than SET: %s", sql);
        buf_init(&statement, 65536);
        if (reset)
            buf_printf(&statement, "RESET %.*s", (int)name, sql + 4);
        else
            buf_append(&statement, sql, (size_t)(end - sql));
        lab_run(lab, statement.data);
        buf_done(&statement);
        sql = end + 1 + strspn(end + 1, "\n");
    }
    return sql;
}

static bool example_is_right(struct lab *lab, const struct entry *entry, const char *data)
{
    struct buf sql;
    struct eider_query *query;
    bool right;

    buf_init(&sql, 65536);
    replace_all(&sql, entry->example, "@DATA@", data);
    lab_prepare_for(lab, sql.data);
    query = lab_prepare(lab, run_first_statements(lab, sql.data, false));
    right = query != NULL && query->verdict.kind == entry->kind;
    if (query != NULL && !right)
        printf("FAILED the example of %s in base/verdicts.def: it is %s (%s)\n%s\n", entry->name,
               eider_query_verdict_kind(query), eider_query_verdict(query), sql.data);
    eider_query_free(query);
    (void)run_first_statements(lab, sql.data, true);
    lab_reset_after(lab, sql.data);
    buf_done(&sql);
    return right;
}

void write_verdicts_page(struct lab *lab, struct golden_report *report)
{
    struct buf page;

    buf_init(&page, GOLDEN_TEXT_MAX);
    buf_puts(&page, head);
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (entries[i].example[0] != '\0' && !example_is_right(lab, &entries[i], report->data))
            report->failed++;
        put_entry(&page, &entries[i]);
    }
    compare(report, "not-distributable", &page);
    buf_done(&page);
}
