/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic of DECIMALs. DuckDB finds the type of a + b from the types of a and b, and casts them to it. In
 * a bound plan those casts stand already; bound again as they are, they would make the result wider still. So
 * the arguments are written in types from which DuckDB's rule finds the very type of the plan:
 *
 *     a, b:  of DECIMAL(15,2)
 *     plan:  "+"(CAST(a AS DECIMAL(16,2)), CAST(b AS DECIMAL(16,2))), of DECIMAL(16,2)
 *     SQL:   "+"(a, b)
 *
 * A candidate for an argument is what lies inside its casts, as long as they lose nothing; a constant may
 * take any type that holds its value. If no pair of those fits, one argument is cast to a type that does, and
 * if there is none either, the result is cast. The rules are those of function/scalar/operator/arithmetic.cpp
 * in DuckDB 1.5.6.
 *
 * Pure.
 */
#include "sqlgen/expr.h"
#include "sqlgen/quote.h"
#include "sqlgen/wide.h"

#define MAX_WIDTH       38u
#define MAX_WIDTH_INT64 18u
#define MAX_CANDIDATES  8u

struct shape {
    uint32_t width;
    uint32_t scale;
};

/* One way to write an argument. */
struct candidate {
    const struct eider_expr *expr;
    struct shape shape;
    bool cast; /* write CAST(expr AS shape) */
};

struct argument {
    struct candidate candidates[MAX_CANDIDATES]; /* the innermost first */
    uint32_t count;
    const struct expr_integer *constant; /* or NULL */
    struct shape least;                  /* of the types that hold every value of the innermost */
};

static uint32_t max_of(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static bool shape_equal(struct shape a, struct shape b)
{
    return a.width == b.width && a.scale == b.scale;
}

/* The type that DuckDB finds; width 0 if it would refuse. */
static struct shape rule(char op, struct shape a, struct shape b)
{
    struct shape result;
    uint32_t widest = max_of(a.width, b.width);
    bool narrow = widest <= MAX_WIDTH_INT64;

    if (op == '*') {
        result = (struct shape){a.width + b.width, a.scale + b.scale};
        if (result.scale > MAX_WIDTH)
            return (struct shape){0, 0};
        narrow = narrow && result.scale < MAX_WIDTH_INT64;
    } else {
        result.scale = max_of(a.scale, b.scale);
        result.width = max_of(result.scale + max_of(a.width - a.scale, b.width - b.scale), widest);
        if (op == '%')
            return result.width > MAX_WIDTH ? (struct shape){0, 0} : result;
        result.width++;
    }
    if (result.width > MAX_WIDTH_INT64 && narrow)
        result.width = MAX_WIDTH_INT64;
    if (result.width > MAX_WIDTH)
        result.width = MAX_WIDTH;
    return result;
}

/* The DECIMAL that an integer type counts as; width 0 for other types. */
static struct shape shape_of(const struct eider_type *type)
{
    switch ((int)type->tag) {
    case TYPE_DECIMAL:
        return (struct shape){type_as_decimal(type)->width, type_as_decimal(type)->scale};
    case TYPE_TINYINT:
    case TYPE_UTINYINT:
        return (struct shape){3, 0};
    case TYPE_SMALLINT:
    case TYPE_USMALLINT:
        return (struct shape){5, 0};
    case TYPE_INTEGER:
    case TYPE_UINTEGER:
        return (struct shape){10, 0};
    case TYPE_BIGINT:
        return (struct shape){19, 0};
    case TYPE_UBIGINT:
        return (struct shape){20, 0};
    default:
        return (struct shape){0, 0};
    }
}

static bool holds(struct shape outer, struct shape inner)
{
    return outer.scale >= inner.scale && outer.width - outer.scale >= inner.width - inner.scale;
}

/* How many digits the constant needs before and behind the point. */
static struct shape constant_shape(const struct expr_integer *constant, uint32_t scale)
{
    struct wide value = {(uint64_t)constant->upper, constant->lower};
    uint32_t digits = 0, zeros = 0;
    bool only_zeros = true;

    if (constant->upper < 0)
        value = wide_negate(value);
    while (value.upper != 0 || value.lower != 0) {
        if (wide_divide_by_ten(&value) != 0)
            only_zeros = false;
        if (only_zeros)
            zeros++;
        digits++;
    }
    if (digits == 0)
        return (struct shape){0, 0};
    if (zeros > scale)
        zeros = scale;
    return (struct shape){max_of(digits, scale) - zeros, scale - zeros};
}

static void collect(struct argument *argument, const struct eider_expr *expr)
{
    struct candidate list[MAX_CANDIDATES];
    uint32_t count = 0;

    for (const struct eider_expr *next = expr; next != NULL && count < MAX_CANDIDATES;) {
        struct shape shape = shape_of(next->type);
        const struct expr_cast *cast = expr_as_cast(next);
        if (shape.width == 0 || (count > 0 && !holds(list[count - 1].shape, shape)))
            break;
        list[count++] = (struct candidate){next, shape, next->type->tag != TYPE_DECIMAL};
        next = cast != NULL && !cast->try_cast ? cast->child : NULL;
    }
    for (uint32_t i = 0; i < count; i++)
        argument->candidates[i] = list[count - 1 - i];
    argument->count = count;
    argument->constant = expr->type->tag == TYPE_DECIMAL ? expr_as_integer(expr) : NULL;
    argument->least = argument->constant != NULL
                          ? constant_shape(argument->constant, type_as_decimal(expr->type)->scale)
                          : argument->candidates[0].shape;
}

/* A type for `argument` that fits together with the other's; tried from narrow to wide. */
static bool find_shape(char op, const struct argument *argument, struct shape other, struct shape wanted,
                       struct shape *ret)
{
    uint32_t whole = argument->least.width - argument->least.scale;

    for (uint32_t scale = argument->least.scale; scale <= wanted.scale; scale++) {
        for (uint32_t width = max_of(whole + scale, 1); width <= MAX_WIDTH; width++) {
            struct shape shape = {width, scale};
            if (shape_equal(rule(op, shape, other), wanted)) {
                *ret = shape;
                return true;
            }
        }
    }
    return false;
}

static bool find_candidates(char op, const struct argument args[2], struct shape wanted,
                            struct candidate found[2])
{
    for (uint32_t i = 0; i < args[0].count; i++) {
        for (uint32_t k = 0; k < args[1].count; k++) {
            found[0] = args[0].candidates[i];
            found[1] = args[1].candidates[k];
            if (shape_equal(rule(op, found[0].shape, found[1].shape), wanted))
                return true;
        }
    }
    /* One of them in a type of our choice: a constant if there is one, for its cast costs nothing. */
    for (int constants = 1; constants >= 0; constants--) {
        for (int free = 0; free < 2; free++) {
            if ((args[free].constant != NULL) != (constants == 1))
                continue;
            for (uint32_t i = 0; i < args[1 - free].count; i++) {
                found[1 - free] = args[1 - free].candidates[i];
                found[free] = (struct candidate){args[free].candidates[0].expr, {0, 0}, true};
                if (find_shape(op, &args[free], found[1 - free].shape, wanted, &found[free].shape))
                    return true;
            }
        }
    }
    return false;
}

/* The constant in a type of fewer digits behind the point, which are zeros. */
static const struct eider_expr *shrink(struct writer *w, const struct expr_integer *constant,
                                       const struct eider_type *type)
{
    struct expr_integer *expr = expr_integer_new(w->arena, type);
    struct wide value = {(uint64_t)constant->upper, constant->lower};
    bool negative = constant->upper < 0;

    if (expr == NULL)
        return NULL;
    if (negative)
        value = wide_negate(value);
    for (uint32_t i = shape_of(type).scale; i < shape_of(constant->base.type).scale; i++)
        wide_divide_by_ten(&value);
    if (negative)
        value = wide_negate(value);
    expr->upper = (int64_t)value.upper;
    expr->lower = value.lower;
    return &expr->base;
}

static void write_candidate(struct writer *w, const struct scope *scope, const struct candidate *candidate)
{
    const struct eider_type *type =
        candidate->cast ? type_decimal(w->arena, candidate->shape.width, candidate->shape.scale)
                        : candidate->expr->type;
    const struct eider_expr *expr = candidate->expr;
    bool cast = candidate->cast;

    if (cast && type != NULL && expr->tag == EXPR_INTEGER && expr->type->tag == TYPE_DECIMAL) {
        expr = shrink(w, expr_as_integer(expr), type);
        cast = false;
    }
    if (type == NULL || expr == NULL) {
        writer_no_memory(w);
        return;
    }
    put(w, cast ? "CAST(" : "");
    write_expr(w, scope, expr);
    if (!cast)
        return;
    put(w, " AS ");
    put_type(w, type);
    put(w, ")");
}

bool is_decimal_arithmetic(const struct expr_function *function)
{
    const struct eider_expr *const *args = function->args.items;

    return function->name.size == 1 && function->args.count == 2 &&
           function->base.type->tag == TYPE_DECIMAL &&
           (function->name.data[0] == '+' || function->name.data[0] == '-' || function->name.data[0] == '*' ||
            function->name.data[0] == '%') &&
           args[0]->type->tag == TYPE_DECIMAL && args[1]->type->tag == TYPE_DECIMAL;
}

void write_decimal_arithmetic(struct writer *w, const struct scope *scope,
                              const struct expr_function *function)
{
    struct argument args[2] = {{.count = 0}, {.count = 0}};
    struct candidate found[2];
    bool fits;

    collect(&args[0], function->args.items[0]);
    collect(&args[1], function->args.items[1]);
    fits = find_candidates(function->name.data[0], args, shape_of(function->base.type), found);
    if (!fits) {
        put(w, "CAST(");
        for (int i = 0; i < 2; i++)
            found[i] =
                (struct candidate){function->args.items[i], shape_of(function->args.items[i]->type), false};
    }
    quote_function(w->out, function->name);
    put(w, "(");
    write_candidate(w, scope, &found[0]);
    put(w, ", ");
    write_candidate(w, scope, &found[1]);
    put(w, ")");
    if (!fits) {
        put(w, " AS ");
        put_type(w, function->base.type);
        put(w, ")");
    }
}
