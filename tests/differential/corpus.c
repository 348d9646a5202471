/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The corpus: files of one statement with a header of `-- key: value` lines. A key that is not known is an error, so
 * that a misspelt expectation is none. One thread.
 */
#include "corpus.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *replace_all(const char *text, const char *from, const char *to)
{
    struct buf out;
    buf_init(&out, 1 << 24);
    const char *hit;
    while ((hit = strstr(text, from)) != NULL) {
        buf_append(&out, text, (size_t)(hit - text));
        buf_puts(&out, to);
        text = hit + strlen(from);
    }
    buf_puts(&out, text);
    char *result = buf_take(&out, NULL);
    if (result == NULL) {
        die("out of memory");
    }
    return result;
}

static void parse_expect(struct corpus_case *item, const char *value)
{
    static const struct {
        const char *word;
        enum case_expect expect;
    } words[] = {{"any", EXPECT_ANY},
                 {"distributed", EXPECT_DISTRIBUTED},
                 {"one-task", EXPECT_ONE_TASK},
                 {"local", EXPECT_LOCAL}};
    size_t bytes = strcspn(value, " ");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) == bytes && strncmp(words[i].word, value, bytes) == 0) {
            item->expect = words[i].expect;
        }
    }
    free(item->node);
    item->node = xstrdup(value[bytes] == ' ' ? value + bytes + 1 : "");
    bool needs_node = item->expect == EXPECT_LOCAL || item->expect == EXPECT_ONE_TASK;
    if (item->expect == 0 || (needs_node && item->node[0] == '\0')) {
        die("%s: wrong expectation: %s", item->name, value);
    }
}

static void parse_check(struct corpus_case *item, const char *value)
{
    static const struct {
        const char *word;
        enum case_check check;
    } words[] = {{"equal", CHECK_EQUAL},
                 {"count", CHECK_COUNT},
                 {"subset", CHECK_SUBSET},
                 {"error", CHECK_ERROR},
                 {"none", CHECK_NONE}};
    item->check = 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].word, value) == 0) {
            item->check = words[i].check;
        }
    }
    if (item->check == 0) {
        die("%s: wrong check: %s", item->name, value);
    }
}

static void parse_yes(const struct corpus_case *item, const char *value, bool *ret)
{
    if (strcmp(value, "yes") != 0) {
        die("%s: expected yes, not %s", item->name, value);
    }
    *ret = true;
}

static void parse_header(struct corpus_case *item, const char *key, const char *value)
{
    if (strcmp(key, "expect") == 0) {
        parse_expect(item, value);
    } else if (strcmp(key, "check") == 0) {
        parse_check(item, value);
    } else if (strcmp(key, "order") == 0) {
        parse_yes(item, value, &item->ordered);
    } else if (strcmp(key, "no-shuffle") == 0) {
        parse_yes(item, value, &item->no_shuffle);
    } else if (strcmp(key, "tolerance") == 0) {
        item->tolerance = strtod(value, NULL);
    } else if (strcmp(key, "superset") == 0) {
        free(item->superset);
        item->superset = xstrdup(value);
    } else if (strcmp(key, "set") == 0) {
        strings_add(&item->settings, value);
    } else if (strcmp(key, "setup") == 0) {
        strings_add(&item->setups, value);
    } else if (strcmp(key, "teardown") == 0) {
        strings_add(&item->teardowns, value);
    } else {
        die("%s: unknown header: %s", item->name, key);
    }
}

/* Takes one line of the header; false if the line belongs to the query. A line `-- words` without a key is prose. */
static bool parse_line(struct corpus_case *item, const char *line, size_t bytes)
{
    if (bytes < 3 || strncmp(line, "-- ", 3) != 0) {
        return bytes == 0 || strncmp(line, "--", 2) == 0;
    }
    size_t key = strspn(line + 3, "abcdefghijklmnopqrstuvwxyz-");
    if (key == 0 || 3 + key + 2 > bytes || strncmp(line + 3 + key, ": ", 2) != 0) {
        return true;
    }
    char *name = xstrndup(line + 3, key);
    char *value = xstrndup(line + 3 + key + 2, bytes - 3 - key - 2);
    parse_header(item, name, value);
    free(name);
    free(value);
    return true;
}

static void case_init(struct corpus_case *item, const char *folder, const char *entry,
                      const char *data_folder)
{
    *item = (struct corpus_case){.check = CHECK_EQUAL, .tolerance = 1e-9};
    item->name = xstrndup(entry, strlen(entry) - strlen(".sql"));
    char *path = xprintf("%s/%s", folder, entry);
    char *raw = read_file(path, NULL);
    char *text = replace_all(raw, "@DATA@", data_folder);
    const char *at = text;
    while (*at != '\0') {
        size_t bytes = strcspn(at, "\n");
        if (!parse_line(item, at, bytes)) {
            break;
        }
        at += bytes + (at[bytes] == '\n' ? 1 : 0);
    }
    size_t end = strlen(at);
    while (end > 0 && strchr(" \n;", at[end - 1]) != NULL) {
        end--;
    }
    item->sql = xstrndup(at, end);
    if (end == 0 || (item->check == CHECK_SUBSET) != (item->superset != NULL)) {
        die("%s: no query, or no superset for the check", path);
    }
    free(text);
    free(raw);
    free(path);
}

void corpus_init(struct corpus *corpus, const char *folder, const char *data_folder, const char *expect)
{
    *corpus = (struct corpus){0};
    struct strings entries = {0};
    list_folder(folder, &entries);
    corpus->items = xcalloc(entries.count, sizeof(*corpus->items));
    for (size_t i = 0; i < entries.count; i++) {
        if (!text_ends_with(entries.items[i], ".sql")) {
            continue;
        }
        struct corpus_case *item = &corpus->items[corpus->count++];
        case_init(item, folder, entries.items[i], data_folder);
        if (item->expect == 0 && expect != NULL) {
            parse_expect(item, expect);
        }
        if (item->expect == 0) {
            die("%s: no expectation", item->name);
        }
    }
    strings_done(&entries);
}

void corpus_done(struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->count; i++) {
        struct corpus_case *item = &corpus->items[i];
        free(item->name);
        free(item->sql);
        free(item->node);
        free(item->superset);
        strings_done(&item->settings);
        strings_done(&item->setups);
        strings_done(&item->teardowns);
    }
    free(corpus->items);
    *corpus = (struct corpus){0};
}

void corpus_read_verdicts(const char *folder, struct strings *ret)
{
    char *path = xprintf("%s/verdicts.txt", folder);
    if (access(path, F_OK) != 0) {
        free(path);
        return;
    }
    char *text = read_file(path, NULL);
    const char *at = text;
    while (*at != '\0') {
        size_t bytes = strcspn(at, "\n");
        size_t word = strcspn(at, " \n");
        if (word > 0 && at[0] != '#') {
            strings_take(ret, xstrndup(at, word));
        }
        at += bytes + (at[bytes] == '\n' ? 1 : 0);
    }
    free(text);
    free(path);
}
