/* SPDX-License-Identifier: Apache-2.0 */
/* Keys by which rows are spread, of several outputs at a time: see distribute.h. */
#include "planner/distribute.h"

bool key_slot_has(const struct u32_list *slot, uint32_t column)
{
    for (uint32_t i = 0; i < slot->count; i++) {
        if (slot->items[i] == column)
            return true;
    }
    return false;
}

static bool all_have(const struct key_slots *const *outputs, uint32_t count, uint32_t key, uint32_t column)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!key_slot_has(&outputs[i]->slots[key], column))
            return false;
    }
    return true;
}

bool key_slots_common(struct arena *arena, const struct key_slots *const *outputs, uint32_t count,
                      struct key_slots *ret)
{
    uint32_t keys = outputs[0]->count;
    bool every = keys > 0;

    *ret = (struct key_slots){NULL, 0};
    for (uint32_t i = 0; i < count; i++) {
        if (outputs[i]->count != keys)
            return false;
    }
    ret->slots = arena_alloc_array(arena, keys, sizeof(*ret->slots));
    for (uint32_t i = 0; ret->slots != NULL && i < keys; i++) {
        const struct u32_list *first = &outputs[0]->slots[i];
        struct u32_list *slot = &ret->slots[i];
        *slot = u32_list_new(arena, first->count);
        slot->count = 0;
        for (uint32_t k = 0; slot->items != NULL && k < first->count; k++) {
            if (all_have(outputs, count, i, first->items[k]))
                slot->items[slot->count++] = first->items[k];
        }
        every &= slot->count > 0;
    }
    ret->count = ret->slots != NULL ? keys : 0;
    return every && ret->slots != NULL;
}
