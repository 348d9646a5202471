/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares the public structs and enums of plans with the internal ones, when it is compiled: equal values, and the same
 * offsets behind the base. What is added to a .def file and not to a public header does not compile here.
 */
#include "eider/custom.h"
#include "eider/nodes.h"
#include "plan/plan.h"

#define SAME_MEMBER(public_struct, internal_struct, member, base_bytes)                                      \
    _Static_assert(offsetof(public_struct, member) + (base_bytes) == offsetof(internal_struct, member),      \
                   #public_struct "." #member);                                                              \
    _Static_assert(sizeof(((public_struct *)0)->member) == sizeof(((internal_struct *)0)->member),           \
                   #public_struct "." #member)

/* ---- Enums ---- */

#define V(PREFIX, TAG, text) _Static_assert((int)EIDER_##PREFIX##_##TAG == (int)PREFIX##_##TAG, #TAG);
#define ENUM(name, values)   values _Static_assert(sizeof(enum eider_##name) == sizeof(enum name), #name);
#include "plan/enums.def"
#undef ENUM
#undef V

#define NODE(TAG, name, display, fields) _Static_assert((int)EIDER_NODE_##TAG == (int)NODE_##TAG, #TAG);
#include "plan/nodes.def"
#undef NODE
#define EXPR(TAG, name, fields) _Static_assert((int)EIDER_EXPR_##TAG == (int)EXPR_##TAG, #TAG);
#include "plan/exprs.def"
#undef EXPR

/* ---- Structs ---- */

#define F(owner, KIND, member, extra) SAME_MEMBER(struct eider_##owner, struct owner, member, 0);
#define RECORD(name, fields)                                                                                 \
    fields _Static_assert(sizeof(struct eider_##name) == sizeof(struct name), #name);                        \
    _Static_assert(sizeof(struct eider_##name##_list) == sizeof(struct name##_list), #name);
#include "plan/records.def"
#undef RECORD
#undef F

#define F(owner, KIND, member, extra)                                                                        \
    SAME_MEMBER(struct eider_node_##owner, struct node_##owner, member, sizeof(struct eider_node));
#define NODE(TAG, name, display, fields) fields
#include "plan/nodes.def"
#undef NODE
#undef F

#define F(owner, KIND, member, extra)                                                                        \
    SAME_MEMBER(struct eider_expr_##owner, struct expr_##owner, member, sizeof(struct eider_expr));
#define EXPR(TAG, name, fields) fields
#include "plan/exprs.def"
#undef EXPR
#undef F

/* The public struct of a kind may end in columns that the node has in its base. */
_Static_assert(sizeof(struct eider_column_list) == sizeof(struct column_list), "columns");
