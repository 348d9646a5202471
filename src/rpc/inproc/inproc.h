/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_RPC_INPROC_H
#define EIDER_RPC_INPROC_H

#include "rpc/transport.h"

/*
 * The transport within a process: calls go straight to the workers, batches pass by reference. Two steps: inproc_new with room
 * for `workers`, then inproc_set_worker for each. The transport frees its workers. `coordinator` is the coordinator's own store;
 * borrowed.
 */
enum eider_status inproc_new(uint32_t workers, struct store *coordinator, struct transport **ret,
                             struct eider_error *err);
void inproc_set_worker(struct transport *transport, uint32_t number, struct worker_service *worker);

/*
 * For workers that come later: inproc_reserve makes room, inproc_find gives the number of a worker's name (UINT32_MAX: none
 * has it), inproc_add_worker appends one (name copied; false: no memory, or no room). Tasks may run meanwhile; one thread adds.
 */
enum eider_status inproc_reserve(uint32_t capacity, struct store *coordinator, struct transport **ret,
                                 struct eider_error *err);
uint32_t inproc_find(struct transport *transport, const char *name);
bool inproc_add_worker(struct transport *transport, const char *name, struct worker_service *worker);

#endif
