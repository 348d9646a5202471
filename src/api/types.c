/* SPDX-License-Identifier: Apache-2.0 */
/* Public types: they are DuckDB's, by way of the engine's table; and strings. */
#include "eider/plan.h"

#include "api/text.h"
#include "engine/layout.h"
#include "plan/context.h"
#include "plan/display.h"
#include "plan/object.h"
#include "sqlgen/quote.h"

struct eider_str eider_str_from(const char *text)
{
    return str_from(text != NULL ? text : "");
}

enum eider_status eider_type_from_duckdb(struct eider_plan_context *ctx, duckdb_logical_type logical,
                                         const struct eider_type **ret, struct eider_error *err)
{
    if (ctx == NULL || logical == NULL || ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_type_from_duckdb: an argument is NULL");
    return engine_type_from_duckdb(ctx->arena, logical, ret, err);
}

const struct eider_type *eider_type_simple(duckdb_type type)
{
    return engine_type_simple(type);
}

duckdb_logical_type eider_type_to_duckdb(const struct eider_type *type)
{
    duckdb_logical_type logical = NULL;

    return type != NULL && engine_type_to_duckdb(type, &logical, NULL) == EIDER_OK ? logical : NULL;
}

bool eider_type_equal(const struct eider_type *a, const struct eider_type *b)
{
    return type_equal(a, b);
}

size_t eider_type_text(const struct eider_type *type, char *text, size_t size)
{
    struct buf out;

    buf_init(&out, TEXT_MAX_BYTES);
    if (type != NULL && !quote_type(&out, type)) { /* a name that SQL cannot say */
        buf_clear(&out);
        type_text(&out, type);
    }
    return text_give(&out, text, size);
}
