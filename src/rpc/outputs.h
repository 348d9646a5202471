/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_RPC_OUTPUTS_H
#define EIDER_RPC_OUTPUTS_H

#include "rpc/transport.h"

/* The output of a slice that lies in `store`, with a reference. One that does not exist yet is made, unless the input says that
 * it is complete. Errors: WORKER (it is not there), ARGUMENT, MEMORY. */
enum eider_status input_output(struct store *store, const struct task_input *input,
                               const struct task_slice *slice, struct layout *layout, struct output **ret,
                               struct eider_error *err);

#endif
