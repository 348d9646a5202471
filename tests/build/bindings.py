#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bindings.py LIBEIDER LIBDUCKDB: the C API through a foreign function interface, with what Python has: runs queries through a
session with a rule, a resolver and a header, all callbacks being Python's."""
import ctypes as c
import os
import sys
import tempfile

duckdb = c.CDLL(sys.argv[2], mode=c.RTLD_GLOBAL)
eider = c.CDLL(sys.argv[1])
OK = 0


class Error(c.Structure):
    _fields_ = [("status", c.c_int), ("message", c.c_char * 2048), ("hint", c.c_char * 256), ("node", c.c_char * 64),
                ("stage", c.c_int32), ("task", c.c_int32), ("worker", c.c_int32)]  # fmt: skip


class Result(c.Structure):
    _fields_ = [("a", c.c_uint64), ("b", c.c_uint64), ("c", c.c_uint64), ("d", c.c_void_p), ("e", c.c_void_p), ("f", c.c_void_p)]


RESOLVE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.POINTER(Error))
RULE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_void_p, c.POINTER(c.c_void_p), c.POINTER(Error))
FREE = c.CFUNCTYPE(None, c.c_void_p)
for name in ("eider_version", "eider_duckdb_version", "eider_status_name", "eider_query_explain", "eider_query_verdict",
             "eider_node_name"):  # fmt: skip
    getattr(eider, name).restype = c.c_char_p
eider.eider_node_child.restype = c.c_void_p
eider.eider_query_is_distributed.restype = c.c_bool
duckdb.duckdb_value_int64.restype = c.c_int64
seen = []


@RESOLVE
def resolve(data, workers, err):
    for name in (b"left", b"right"):
        eider.eider_worker_list_add(c.c_void_p(workers), name)
    return OK


@RULE
def look(data, ctx, plan, ret, err):
    seen.append(eider.eider_node_name(c.c_void_p(plan)))
    ret[0] = plan
    return OK


@RULE
def refuse(data, ctx, plan, ret, err):
    err[0].status = 4
    err[0].message = b"not today"
    return 4


def check(status, err):
    assert status == OK, f"{eider.eider_status_name(status).decode()}: {err.message.decode()}"


def run(session, sql):
    err, result = Error(), Result()
    check(eider.eider_query(session, sql.encode(), c.byref(result), c.byref(err)), err)
    value = duckdb.duckdb_value_int64(c.byref(result), c.c_uint64(0), c.c_uint64(0))
    duckdb.duckdb_destroy_result(c.byref(result))
    return value


def main(folder):
    database, connection, cluster, session, query = (c.c_void_p() for _ in range(5))
    err = Error()
    assert duckdb.duckdb_open(None, c.byref(database)) == 0 and duckdb.duckdb_connect(database, c.byref(connection)) == 0
    check(eider.eider_cluster_new_resolved(resolve, None, FREE(), c.byref(cluster), c.byref(err)), err)
    check(eider.eider_session_new(database, connection, cluster, None, c.byref(session), c.byref(err)), err)
    check(eider.eider_session_set_header(session, b"tenant", b"blue", c.byref(err)), err)
    check(eider.eider_session_add_rule(session, b"look", look, None, FREE(), c.byref(err)), err)
    run(session, f"COPY (SELECT range AS v FROM range(10000)) TO '{folder}/v.parquet' (ROW_GROUP_SIZE 2048)")
    run(session, "SET eider_bytes_per_task = '1'")
    sql = f"SELECT sum(v) FROM '{folder}/v.parquet' WHERE v % 3 = 0"
    assert run(session, sql) == sum(range(0, 10000, 3))
    assert seen == [b"ProjectionExec"] * 2, seen  # of the COPY, whose query is planned too, and of the SELECT
    check(eider.eider_prepare(session, sql.encode(), c.byref(query), c.byref(err)), err)
    assert eider.eider_query_is_distributed(query), eider.eider_query_verdict(query)
    assert b"Stage 1" in eider.eider_query_explain(query)
    eider.eider_query_free(query)
    check(eider.eider_session_add_rule(session, b"refuse", refuse, None, FREE(), c.byref(err)), err)
    result = Result()
    assert eider.eider_query(session, sql.encode(), c.byref(result), c.byref(err)) == 4
    assert b"the rule refuse: not today" in err.message, err.message
    eider.eider_session_free(session)
    eider.eider_cluster_unref(cluster)
    duckdb.duckdb_disconnect(c.byref(connection))
    duckdb.duckdb_close(c.byref(database))
    print(f"eider {eider.eider_version().decode()}, DuckDB {eider.eider_duckdb_version().decode()}, through ctypes")


with tempfile.TemporaryDirectory() as made:
    main(os.path.realpath(made))
