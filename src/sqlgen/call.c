/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of aggregates and of window functions. Pure. */
#include "sqlgen/expr.h"
#include "sqlgen/macro.h"
#include "sqlgen/quote.h"

/* sum_no_overflow is what DuckDB turns a sum into once it knows that it stays small: nobody else may call it. */
static struct eider_str call_name(struct eider_str name)
{
    if (str_is(name, "sum_no_overflow"))
        return str_from("sum");
    return str_is(name, "count_star") ? str_from("count") : name;
}

static void write_call_name(struct writer *w, struct eider_str name)
{
    if (!quote_function(w->out, call_name(name)))
        writer_fail(w, EIDER_ERROR_PLAN, NULL, "the name of a function holds a NUL byte");
}

static bool is_star(struct eider_str name, const struct expr_list *args)
{
    return args->count == 0 && str_is(call_name(name), "count");
}

void write_filter(struct writer *w, const struct scope *scope, const struct eider_expr *filter)
{
    if (filter == NULL)
        return;
    put(w, " FILTER (WHERE ");
    write_expr(w, scope, filter);
    put(w, ")");
}

void write_aggregate(struct writer *w, const struct scope *scope, const struct expr_aggregate *call)
{
    bool cast = str_is(call->name, "sum_no_overflow");

    if (write_macro(w, scope, call->name, &call->args, call->filter))
        return;
    if (cast)
        put(w, "CAST(");
    write_call_name(w, call->name);
    put(w, call->distinct ? "(DISTINCT " : "(");
    if (is_star(call->name, &call->args))
        put(w, "*");
    write_exprs(w, scope, &call->args);
    if (call->orders.count > 0) {
        put(w, " ORDER BY ");
        write_sort_keys(w, scope, &call->orders);
    }
    put(w, ")");
    write_filter(w, scope, call->filter);
    if (cast) {
        put(w, " AS ");
        put_type(w, call->base.type);
        put(w, ")");
    }
}

/* ---- Windows ---- */

static void write_bound(struct writer *w, const struct scope *scope, enum frame_bound bound,
                        const struct eider_expr *offset)
{
    if (bound == BOUND_PRECEDING || bound == BOUND_FOLLOWING) {
        if (offset == NULL) {
            writer_fail(w, EIDER_ERROR_PLAN, NULL, "a window frame has no offset");
            return;
        }
        write_expr(w, scope, offset);
        put(w, " ");
    }
    put(w, frame_bound_text(bound));
}

/* The frame that windows have if nothing is said is not written: rank() and others know no frame. */
static void write_frame(struct writer *w, const struct scope *scope, const struct expr_window *call)
{
    bool is_default = call->unit == FRAME_RANGE && call->start_bound == BOUND_UNBOUNDED_PRECEDING &&
                      call->end_bound == BOUND_CURRENT_ROW && call->exclude == EXCLUDE_NOTHING;

    if (is_default)
        return;
    put(w, " ");
    put(w, frame_unit_text(call->unit));
    put(w, " BETWEEN ");
    write_bound(w, scope, call->start_bound, call->start);
    put(w, " AND ");
    write_bound(w, scope, call->end_bound, call->end);
    if (call->exclude != EXCLUDE_NOTHING) {
        put(w, " EXCLUDE ");
        put(w, frame_exclude_text(call->exclude));
    }
}

void write_window(struct writer *w, const struct scope *scope, const struct expr_window *call)
{
    bool cast = str_is(call->name, "sum_no_overflow");

    if (cast)
        put(w, "CAST(");
    write_call_name(w, call->name);
    put(w, call->distinct ? "(DISTINCT " : "(");
    if (is_star(call->name, &call->args))
        put(w, "*");
    write_exprs(w, scope, &call->args);
    if (call->arg_orders.count > 0) {
        put(w, " ORDER BY ");
        write_sort_keys(w, scope, &call->arg_orders);
    }
    put(w, call->ignore_nulls ? " IGNORE NULLS)" : ")");
    write_filter(w, scope, call->filter);
    put(w, " OVER (");
    if (call->partitions.count > 0) {
        put(w, "PARTITION BY ");
        write_exprs(w, scope, &call->partitions);
    }
    if (call->orders.count > 0) {
        put(w, call->partitions.count > 0 ? " ORDER BY " : "ORDER BY ");
        write_sort_keys(w, scope, &call->orders);
    }
    write_frame(w, scope, call);
    put(w, ")");
    if (cast) {
        put(w, " AS ");
        put_type(w, call->base.type);
        put(w, ")");
    }
}
