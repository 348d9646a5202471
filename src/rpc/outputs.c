/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc/outputs.h"

enum eider_status input_output(struct store *store, const struct task_input *input,
                               const struct task_slice *slice, struct layout *layout, struct output **ret,
                               struct eider_error *err)
{
    if (!input->complete)
        return store_output(store, slice->output, layout, input->partitions, ret, err);
    if ((*ret = store_find(store, slice->output)) == NULL)
        return error_set(err, EIDER_ERROR_WORKER, "the output of stage %u task %u is not on worker %u",
                         slice->output.stage, slice->output.task, slice->worker);
    return EIDER_OK;
}
