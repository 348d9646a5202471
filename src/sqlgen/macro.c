/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What eider_moments and its relatives mean: a table of SQL with places for arguments.
 *
 *   $0, $1      the arguments
 *   %           the call's FILTER, or nothing: after every aggregate
 *   @name(      system.main."name"(: operators too, because a macro of the database could replace a + b
 *   'text'      a string
 *
 * States, as planner/decompose.c declares them; NULL where no row counted:
 *   moments    n, mean, m2             m2: sum of (x - mean)²
 *   comoment   n, y, x, c              means of both; c: sum of (x - mean)(y - mean)
 *   pairs      n, y, x, yy, xx, c      the same, and m2 of each
 *   powers     n, s1, s2, s3, s4       sums of x, x², x³, x⁴
 *   distinct   list of values
 *
 * Moments are merged pairwise (Chan, Golub, LeVeque 1979), as DuckDB merges those of its threads: no large numbers cancel out.
 *
 *     {1, 2, 3} and {5, 7}: (3, 2, 2) and (2, 6, 2)
 *     n = 5, mean = 2 + (6 - 2) × 2/5 = 3.6, m2 = 2 + 2 + (6 - 2)² × 3 × 2/5 = 23.2
 *
 * The mean of equal values is that value exactly, and merging keeps it, so that what DuckDB does for a variance of 0 (corr is
 * NaN, regr_r2 is 1) does not depend on how a mean was rounded; that of others is summed with compensation, because its error
 * enters m2 times the distance of the means. Powers are merged by adding them up, since that is how DuckDB computes skewness and
 * kurtosis: with its errors where the mean is far from 0.
 *
 * Where DuckDB refuses a result that is not finite, so does CHECKED: it lets DuckDB's own aggregate say so, of a list of it. yy
 * is NaN, and no error yet, for values that are not finite: regr_r2 of a constant x never looks at it.
 *
 * Pure, as all of sqlgen.
 */
#include "sqlgen/macro.h"

#include <string.h>

#include "sqlgen/expr.h"
#include "sqlgen/quote.h"

#define GET(state, field)  "@struct_extract(" state ", '" field "')"
#define COUNT_OF(state)    "CAST(" GET(state, "n") " AS DOUBLE)"
#define PLUS(a, b)         "@+(" a ", " b ")"
#define MINUS(a, b)        "@-(" a ", " b ")"
#define TIMES(a, b)        "@*(" a ", " b ")"
#define TIMES3(a, b, c)    TIMES(TIMES(a, b), c)
#define TIMES4(a, b, c, d) TIMES(TIMES3(a, b, c), d)
#define OVER(a, b)         "@/(" a ", " b ")"
#define NOT_A_NUMBER       "CAST('nan' AS DOUBLE)"
#define CHECKED(value, name)                                                                                 \
    "@list_extract(@list_transform(@list_value(" value "), lambda v: CASE WHEN @isfinite(v) THEN v "         \
    "ELSE @list_aggregate(@list_value(v, v, v, v), '" name "') END), 1)"

/* ---- Making states ---- */

#define MEAN_OF(x) "CASE WHEN @min(" x ")% = @max(" x ")% THEN @min(" x ")% ELSE @favg(" x ")% END"
/* A variance of 0 says the same for less, where it cannot be refused although the answer is not. */
#define MEAN_BY_VARIANCE "CASE WHEN @var_pop($0)% = 0 THEN @any_value($0)% ELSE @favg($0)% END"
#define IF_ANY(x, fields)                                                                                    \
    "CASE WHEN @count(" x ")% > 0 THEN @struct_pack(n := @count(" x ")%, " fields ") END"
#define SUM_OF_POWER(p) "@sum(@pow($0, " p "))%"
#define COMOMENT        "y := " MEAN_OF("$0") ", x := " MEAN_OF("$1")
#define C_OF_ROWS       ", c := " TIMES("@covar_pop($0, $1)%", "@count($0)%")

/* ---- Merging them ---- */

#define N_A               COUNT_OF("a")
#define N_B               COUNT_OF("b")
#define SHARE_OF_B        OVER(N_B, PLUS(N_A, N_B))
#define DISTANCE(mean)    MINUS(GET("b", mean), GET("a", mean))
#define SUM_OF(field)     PLUS(GET("a", field), GET("b", field))
#define MERGED_MEAN(mean) mean " := " PLUS(GET("a", mean), TIMES(DISTANCE(mean), SHARE_OF_B))
#define MERGED_MOMENT(field, mean1, mean2)                                                                   \
    field " := " PLUS(SUM_OF(field), TIMES4(DISTANCE(mean1), DISTANCE(mean2), N_A, SHARE_OF_B))
#define REDUCED(fields)                                                                                      \
    "@list_reduce(@list($0) FILTER (WHERE $0 IS NOT NULL), "                                                 \
    "lambda a, b: @struct_pack(n := " SUM_OF("n") ", " fields "))"
#define ADDED(field) field " := @sum(" GET("$0", field) ")"

/* ---- Finishing them ---- */

#define N           COUNT_OF("$0")
#define OF(field)   GET("$0", field)
#define PER_ROW(f)  OVER(OF(f), N)
#define ROOT(value) "@sqrt(" value ")"
#define SLOPE                                                                                                \
    "CASE WHEN " PER_ROW("xx") " = 0 THEN " NOT_A_NUMBER                                                     \
                               " ELSE " OVER(PER_ROW("c"), CHECKED(PER_ROW("xx"), "var_pop")) " END"
#define DEVIATIONS                                                                                           \
    TIMES(CHECKED(ROOT(PER_ROW("xx")), "stddev_pop"), CHECKED(ROOT(PER_ROW("yy")), "stddev_pop"))
#define CORRELATION                                                                                          \
    "CASE WHEN " N " = 1 OR " DEVIATIONS " = 0 THEN " NOT_A_NUMBER                                           \
    " ELSE " OVER(PER_ROW("c"), DEVIATIONS) " END"
#define PART     OVER("1", N)
#define S1       OF("s1")
#define VARIANCE TIMES(PART, MINUS(OF("s2"), TIMES3(S1, S1, PART)))
#define CUBES                                                                                                \
    PLUS(MINUS(OF("s3"), TIMES4("3", OF("s2"), S1, PART)), TIMES4("2", "@pow(" S1 ", 3)", PART, PART))
#define SKEW                                                                                                 \
    OVER(TIMES3(OVER(ROOT(TIMES(N, MINUS(N, "1"))), MINUS(N, "2")), PART, CUBES),                            \
         ROOT("@pow(" VARIANCE ", 3)"))
#define FOURTHS                                                                                              \
    MINUS(PLUS(MINUS(OF("s4"), TIMES4("4", OF("s3"), S1, PART)),                                             \
               TIMES(TIMES4("6", OF("s2"), S1, S1), TIMES(PART, PART))),                                     \
          TIMES3("3", "@pow(" S1 ", 4)", "@pow(" PART ", 3)"))
#define FLATNESS OVER(TIMES(PART, FOURTHS), TIMES(VARIANCE, VARIANCE))
#define UNBIASED                                                                                             \
    OVER(TIMES(MINUS(N, "1"), MINUS(TIMES(PLUS(N, "1"), FLATNESS), TIMES("3", MINUS(N, "1")))),              \
         TIMES(MINUS(N, "2"), MINUS(N, "3")))

static const struct {
    const char *name;
    uint32_t args;
    const char *sql;
} macros[] = {
    {"eider_moments", 1,
     IF_ANY("$0", "mean := " MEAN_BY_VARIANCE ", m2 := " TIMES("@var_pop($0)%", "@count($0)%"))},
    {"eider_comoment", 2, IF_ANY("$0", COMOMENT C_OF_ROWS)},
    {"eider_pairs", 2,
     IF_ANY("$0", COMOMENT ", yy := CASE WHEN @isfinite(@favg($0)%) THEN " TIMES(
                      "@var_pop(CASE WHEN @isfinite($0) THEN $0 END)%",
                      "@count($0)%") " ELSE " NOT_A_NUMBER
                                     " END, xx := " TIMES("@var_pop($1)%", "@count($0)%") C_OF_ROWS)},
    {"eider_powers", 1,
     IF_ANY("$0", "s1 := @sum($0)%, s2 := " SUM_OF_POWER("2") ", s3 := " SUM_OF_POWER(
                      "3") ", s4 := " SUM_OF_POWER("4"))},
    {"eider_distinct", 1, "@list(DISTINCT $0)%"},

    {"eider_merge_moments", 1, REDUCED(MERGED_MEAN("mean") ", " MERGED_MOMENT("m2", "mean", "mean"))},
    {"eider_merge_comoment", 1,
     REDUCED(MERGED_MEAN("y") ", " MERGED_MEAN("x") ", " MERGED_MOMENT("c", "y", "x"))},
    {"eider_merge_pairs", 1,
     REDUCED(MERGED_MEAN("y") ", " MERGED_MEAN("x") ", " MERGED_MOMENT("yy", "y", "y") ", " MERGED_MOMENT(
         "xx", "x", "x") ", " MERGED_MOMENT("c", "y", "x"))},
    {"eider_merge_powers", 1,
     "CASE WHEN @count($0) > 0 THEN @struct_pack(n := CAST(@sum(" OF("n") ") AS BIGINT), " ADDED(
         "s1") ", " ADDED("s2") ", " ADDED("s3") ", " ADDED("s4") ") END"},
    {"eider_merge_distinct", 1, "@list_distinct(@flatten(@list($0) FILTER (WHERE $0 IS NOT NULL)))"},

    {"eider_var_pop", 1,
     "CASE WHEN " N " > 1 THEN " CHECKED(PER_ROW("m2"), "var_pop") " WHEN " N " = 1 THEN 0 END"},
    {"eider_var_samp", 1,
     "CASE WHEN " N " > 1 THEN " CHECKED(OVER(OF("m2"), MINUS(N, "1")), "var_samp") " END"},
    {"eider_stddev_pop", 1,
     "CASE WHEN " N " > 1 THEN " CHECKED(ROOT(PER_ROW("m2")), "stddev_pop") " WHEN " N " = 1 THEN 0 END"},
    {"eider_stddev_samp", 1,
     "CASE WHEN " N " > 1 THEN " CHECKED(ROOT(OVER(OF("m2"), MINUS(N, "1"))), "stddev_samp") " END"},
    /* It alone refuses a single value that is not finite. */
    {"eider_sem", 1, CHECKED(PLUS(OVER(ROOT(PER_ROW("m2")), ROOT(N)), TIMES("0", OF("mean"))), "sem")},
    {"eider_covar_pop", 1, PER_ROW("c")},
    {"eider_covar_samp", 1, "CASE WHEN " N " > 1 THEN " OVER(OF("c"), MINUS(N, "1")) " END"},
    {"eider_corr", 1, CORRELATION},
    {"eider_regr_slope", 1, SLOPE},
    {"eider_regr_intercept", 1,
     "CASE WHEN NOT @isnan(" SLOPE ") THEN " MINUS(OF("y"), TIMES(SLOPE, OF("x"))) " END"},
    {"eider_regr_r2", 1,
     "CASE WHEN " CHECKED(PER_ROW("xx"), "var_pop") " = 0 THEN NULL WHEN " CHECKED(
         PER_ROW("yy"), "var_pop") " = 0 THEN 1 ELSE @pow(" CORRELATION ", 2) END"},
    {"eider_regr_sxx", 1,
     "CASE WHEN " N " > 1 THEN " TIMES(N, CHECKED(PER_ROW("m2"), "var_pop")) " WHEN " N " = 1 THEN 0 END"},
    {"eider_regr_sxy", 1, TIMES(N, PER_ROW("c"))},
    {"eider_skewness", 1,
     "CASE WHEN " N " <= 2 THEN NULL WHEN @pow(" VARIANCE ", 3) <= 0 THEN " NOT_A_NUMBER
     " ELSE " CHECKED(SKEW, "skewness") " END"},
    {"eider_kurtosis", 1,
     "CASE WHEN " N " > 3 AND NOT " VARIANCE " <= 0 THEN " CHECKED(UNBIASED, "kurtosis") " END"},
    {"eider_kurtosis_pop", 1,
     "CASE WHEN " N " > 1 AND NOT " VARIANCE
     " <= 0 THEN " CHECKED(MINUS(FLATNESS, "3"), "kurtosis_pop") " END"},
};

/* ---- Writing ---- */

/* A function's name and its opening parenthesis, after the @. Returns what follows. */
static const char *write_name(struct writer *w, const char *text)
{
    size_t size = strcspn(text, "(");

    if (!quote_function(w->out, (struct eider_str){text, (uint32_t)size}))
        writer_fail(w, EIDER_ERROR_PLAN, NULL, "the name of a function holds a NUL byte");
    put(w, "(");
    return text + size + 1;
}

static const char *write_string(struct writer *w, const char *text)
{
    size_t size = strcspn(text, "'");

    quote_string(w->out, (struct eider_str){text, (uint32_t)size});
    return text + size + 1;
}

struct macro_call {
    const struct scope *scope;
    const struct expr_list *args;
    const struct eider_expr *filter;
};

static void expand(struct writer *w, const char *text, const struct macro_call *call)
{
    for (size_t plain = strcspn(text, "$%@'");; plain = strcspn(text, "$%@'")) {
        buf_append(w->out, text, plain);
        text += plain;
        switch (*text++) {
        case '$':
            write_expr(w, call->scope, call->args->items[*text++ - '0']);
            break;
        case '%':
            write_filter(w, call->scope, call->filter);
            break;
        case '@':
            text = write_name(w, text);
            break;
        case '\'':
            text = write_string(w, text);
            break;
        default:
            return;
        }
    }
}

bool write_macro(struct writer *w, const struct scope *scope, struct eider_str name,
                 const struct expr_list *args, const struct eider_expr *filter)
{
    static const char prefix[] = "eider_";
    struct macro_call call = {scope, args, filter};

    if (name.size < sizeof(prefix) || memcmp(name.data, prefix, sizeof(prefix) - 1) != 0)
        return false;
    for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++) {
        if (!str_is(name, macros[i].name))
            continue;
        if (args->count == macros[i].args)
            expand(w, macros[i].sql, &call);
        else
            writer_fail(w, EIDER_ERROR_PLAN, NULL,
                        "it calls a function with more or fewer arguments than it has");
        return true;
    }
    return false;
}
