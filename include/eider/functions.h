/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_FUNCTIONS_H
#define EIDER_FUNCTIONS_H

/*
 * Functions of the application.
 *
 * A query with a function that is not DuckDB's own runs on DuckDB alone, because Eider cannot know that workers have the
 * function, or what it depends on. An application that registers its functions in the DuckDB of every worker says so here;
 * then they run in tasks like DuckDB's own, also in keys of joins and groups.
 */

#include "eider/error.h"
#include "eider/export.h"

#ifdef __cplusplus
extern "C" {
#endif

struct eider_session;

enum eider_function_kind {
    EIDER_FUNCTION_SCALAR = 1,
    EIDER_FUNCTION_AGGREGATE, /* computed whole, after a shuffle on the group keys */
    EIDER_FUNCTION_TABLE      /* over constants: a leaf of plans, a function scan */
};

/*
 * Declares all functions of that kind and name (its letter case does not matter) of DuckDB's system catalog, where its C API and
 * extensions register them: they are in the DuckDB of every worker, and give the same result for the same arguments
 * wherever and whenever they run. Twice the same is fine. A function of DuckDB's own needs no declaration and is
 * not changed by one. Names that begin with eider_ are Eider's own. Errors: ARGUMENT, MEMORY. The session's thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_session_declare_function(struct eider_session *session,
                                                                            enum eider_function_kind kind,
                                                                            const char *name,
                                                                            struct eider_error *err);

#ifdef __cplusplus
}
#endif
#endif
