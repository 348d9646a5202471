/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_WORKER_BLAME_H
#define EIDER_WORKER_BLAME_H

#include "sqlgen/sqlgen.h"
#include "worker/inputs.h"

/*
 * A statement over custom nodes has failed with SQL or UNSUPPORTED, as `err` says. If the SQL of one of them does not bind or has
 * another number of columns, `err` becomes an error that names its kind; where values could not be cast, a hint says which
 * columns are of other types than the node's. Returns its status. The connection runs nothing.
 */
enum eider_status fragment_blame(const struct task_context *context, const struct sqlgen_context *sql,
                                 struct eider_error *err);

#endif
