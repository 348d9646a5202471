/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eider's settings: everything here is made from the one list in settings.def.
 *
 * Threads: pure functions, but for settings_apply, which sets an atomic. Failure: a value out of range is the
 * application's error; its message names the setting.
 */
#include "engine/settings.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "eider/eider.h"
#include "engine/state.h"

#define FALLBACK_MEMORY_LIMIT ((uint64_t)8 << 30) /* if DuckDB's own cannot be read */

enum setting_kind {
    KIND_BYTES,
    KIND_COUNT,
    KIND_BOOL
};

struct description {
    const char *name;
    enum setting_kind kind;
    const char *default_text;
    uint64_t min, max;
    size_t offset;
    const char *text;
};

static const struct description descriptions[] = {
#define SETTING(KIND, member, default_text, min, max, text)                                                  \
    {"eider_" #member, KIND_##KIND, default_text, min, max, offsetof(struct settings, member), text},
#include "engine/settings.def"
#undef SETTING
};

#define SETTING_COUNT_ALL (sizeof(descriptions) / sizeof(descriptions[0]))

#define TYPE_OF_BYTES "VARCHAR"
#define TYPE_OF_COUNT "BIGINT"
#define TYPE_OF_BOOL  "BOOLEAN"

const struct eider_setting *eider_setting_list(void)
{
    static const struct eider_setting list[] = {
#define SETTING(KIND, member, default_text, min, max, text)                                                  \
    {"eider_" #member, TYPE_OF_##KIND, default_text, text},
#include "engine/settings.def"
#undef SETTING
        {NULL, NULL, NULL, NULL},
    };

    return list;
}

/* ---- Values ---- */

static const struct unit {
    const char *name;
    double bytes;
} units[] = {{"", 1},
             {"b", 1},
             {"byte", 1},
             {"bytes", 1},
             {"k", 1e3},
             {"kb", 1e3},
             {"m", 1e6},
             {"mb", 1e6},
             {"g", 1e9},
             {"gb", 1e9},
             {"t", 1e12},
             {"tb", 1e12},
             {"kib", 1024},
             {"mib", 1048576.0},
             {"gib", 1073741824.0},
             {"tib", 1099511627776.0}};

bool settings_parse_bytes(const char *text, uint64_t whole, uint64_t *ret)
{
    char *end;
    double number, bytes = -1;
    size_t length;

    while (isspace((unsigned char)*text))
        text++;
    if (!isdigit((unsigned char)*text) && *text != '.') /* strtod would take "inf", "nan" and signs */
        return false;
    number = strtod(text, &end);
    if (end == text || (text[0] == '0' && tolower((unsigned char)text[1]) == 'x'))
        return false;
    while (isspace((unsigned char)*end))
        end++;
    length = strlen(end);
    while (length > 0 && isspace((unsigned char)end[length - 1]))
        length--;
    if (length == 1 && *end == '%' && number <= 100)
        bytes = number / 100 * (double)whole;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && bytes < 0; i++) {
        if (strncasecmp(end, units[i].name, length) == 0 && strlen(units[i].name) == length)
            bytes = number * units[i].bytes;
    }
    if (bytes < 0 || !isfinite(bytes))
        return false;
    *ret = bytes >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)bytes;
    return true;
}

static void store(struct settings *settings, const struct description *setting, uint64_t value)
{
    char *target = (char *)settings + setting->offset;
    uint32_t count = (uint32_t)value;
    bool flag = value != 0;

    switch (setting->kind) {
    case KIND_BYTES:
        memcpy(target, &value, sizeof(value));
        break;
    case KIND_COUNT:
        memcpy(target, &count, sizeof(count));
        break;
    case KIND_BOOL:
        memcpy(target, &flag, sizeof(flag));
        break;
    }
}

/* Text to value, in range. */
static bool parse(const struct description *setting, const char *text, uint64_t whole, uint64_t *ret)
{
    char *end;

    switch (setting->kind) {
    case KIND_BYTES:
        if (!settings_parse_bytes(text, whole, ret))
            return false;
        /* A share is of what DuckDB has, which may be little: then it is the least. */
        if (strchr(text, '%') != NULL && *ret > 0 && *ret < setting->min)
            *ret = setting->min;
        break;
    case KIND_COUNT:
        *ret = strtoull(text, &end, 10);
        if (!isdigit((unsigned char)text[0]) || *end != '\0')
            return false;
        break;
    case KIND_BOOL:
        *ret = strcasecmp(text, "true") == 0;
        if (*ret == 0 && strcasecmp(text, "false") != 0)
            return false;
        break;
    }
    return *ret >= setting->min && *ret <= setting->max;
}

void settings_default(struct settings *ret)
{
    for (size_t i = 0; i < SETTING_COUNT_ALL; i++) {
        uint64_t value = 0;

        parse(&descriptions[i], descriptions[i].default_text, FALLBACK_MEMORY_LIMIT, &value);
        store(ret, &descriptions[i], value);
    }
}

char *engine_setting_text(duckdb_client_context context, const char *name)
{
    duckdb_value value = duckdb_client_context_get_config_option(context, name, NULL);
    char *text;

    if (value == NULL)
        return NULL;
    text = duckdb_is_null_value(value) ? NULL : duckdb_get_varchar(value);
    if (text == NULL && (text = duckdb_malloc(1)) != NULL)
        text[0] = '\0';
    duckdb_destroy_value(&value);
    return text;
}

static enum eider_status bad_value(const struct description *setting, const char *text,
                                   struct eider_error *err)
{
    switch (setting->kind) {
    case KIND_BYTES:
        error_set(err, EIDER_ERROR_ARGUMENT,
                  "%s is '%s', but must be from %" PRIu64 " to %" PRIu64
                  " bytes, or a share of at most 100%%",
                  setting->name, text, setting->min, setting->max);
        break;
    case KIND_COUNT:
        error_set(err, EIDER_ERROR_ARGUMENT, "%s is %s, but must be from %" PRIu64 " to %" PRIu64,
                  setting->name, text, setting->min, setting->max);
        break;
    case KIND_BOOL:
        error_set(err, EIDER_ERROR_ARGUMENT, "%s is '%s', but must be true or false", setting->name, text);
        break;
    }
    error_hint(err, "the default: SET %s = '%s'", setting->name, setting->default_text);
    return EIDER_ERROR_ARGUMENT;
}

enum eider_status settings_read(duckdb_connection connection, struct settings *ret, struct eider_error *err)
{
    duckdb_client_context context = NULL;
    enum eider_status status = EIDER_OK;
    uint64_t whole = FALLBACK_MEMORY_LIMIT;
    char *limit;

    memset(ret, 0, sizeof(*ret));
    duckdb_connection_get_client_context(connection, &context);
    if (context == NULL)
        return error_no_memory(err);
    limit = engine_setting_text(context, "memory_limit");
    if (limit != NULL)
        settings_parse_bytes(limit, 0, &whole);
    duckdb_free(limit);
    for (size_t i = 0; i < SETTING_COUNT_ALL && status == EIDER_OK; i++) {
        char *text = engine_setting_text(context, descriptions[i].name);
        uint64_t value = 0;

        if (!parse(&descriptions[i], text != NULL ? text : descriptions[i].default_text, whole, &value))
            status = bad_value(&descriptions[i], text, err);
        store(ret, &descriptions[i], value);
        duckdb_free(text);
    }
    duckdb_destroy_client_context(&context);
    return status;
}

void settings_apply(const struct settings *settings, struct engine *engine)
{
    budget_set_limit(engine->budget, settings->exchange_memory);
}

/* ---- Registering ---- */

static bool register_one(duckdb_connection connection, const struct description *setting)
{
    duckdb_config_option option = duckdb_create_config_option();
    duckdb_value value = NULL;
    duckdb_state state;

    switch (setting->kind) {
    case KIND_BYTES:
        value = duckdb_create_varchar(setting->default_text);
        break;
    case KIND_COUNT:
        value = duckdb_create_int64(strtoll(setting->default_text, NULL, 10));
        break;
    case KIND_BOOL:
        value = duckdb_create_bool(strcmp(setting->default_text, "true") == 0);
        break;
    }
    duckdb_config_option_set_name(option, setting->name);
    duckdb_config_option_set_description(option, setting->text);
    duckdb_config_option_set_default_value(option, value);
    duckdb_config_option_set_default_scope(option, DUCKDB_CONFIG_OPTION_SCOPE_SESSION);
    state = duckdb_register_config_option(connection, option);
    duckdb_destroy_value(&value);
    duckdb_destroy_config_option(&option);
    return state == DuckDBSuccess;
}

enum eider_status settings_register(duckdb_connection connection, struct eider_error *err)
{
    duckdb_client_context context = NULL;
    enum eider_status status = EIDER_OK;

    duckdb_connection_get_client_context(connection, &context);
    if (context == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < SETTING_COUNT_ALL && status == EIDER_OK; i++) {
        char *text = engine_setting_text(context, descriptions[i].name);

        if (text == NULL && !register_one(connection, &descriptions[i]))
            status = error_set(err, EIDER_ERROR_SQL, "the setting %s cannot be registered in this database",
                               descriptions[i].name);
        duckdb_free(text);
    }
    duckdb_destroy_client_context(&context);
    return status;
}
