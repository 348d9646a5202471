/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables that random queries read: those of tests/data and of TPC-H at scale factor 0.01, with what the generator
 * has to know about each column: what it can be joined with, its range, how often its values repeat. One thread.
 */
#include <stdio.h>
#include <string.h>

#include "gen.h"

/* COLUMN(name, type, domain, low, high, distinct, heavy) */
#define C(name, type, domain, low, high, distinct, heavy)                                                    \
    {                                                                                                        \
        name, type, domain, low, high, distinct, heavy                                                       \
    }

struct table {
    const char *name;
    double rows;
    struct gen_column columns[GEN_MAX_COLUMNS];
};

/* Domains: A accounts, F facts.id, K dims.k, k k2, G grp, D dates, S sym, I ids of other tables. */
static const struct table own_tables[] = {
    {"facts",
     14697,
     {C("id", GEN_INT, 'F', 0, 14696, 14697, 1), C("k", GEN_INT, 'K', 0, 400, 400, 2700),
      C("qty", GEN_INT, 0, -100, 900, 1000, 20), C("grp", GEN_STR, 'G', 0, 0, 8, 4400),
      C("amount", GEN_DEC, 0, -10000, 10000, 14000, 2), C("price", GEN_DBL, 0, -500000, 500000, 14000, 2),
      C("k2", GEN_INT, 'k', -20, 20, 40, 340), C("flag", GEN_BOOL, 0, 0, 1, 2, 5000),
      C("d", GEN_DATE, 'D', 0, 500, 500, 40), C("ts", GEN_TS, 0, 0, 365, 14000, 1),
      C("name", GEN_STR, 0, 0, 0, 500, 2100), C("score", GEN_DBL, 0, -500, 500, 2000, 1600),
      C("nums", GEN_INTS, 0, 0, 100, 9000, 1800), C("tags", GEN_STRS, 0, 0, 0, 300, 3000),
      C("info.a", GEN_INT, 0, 0, 50, 50, 300), C("info.b", GEN_STR, 0, 0, 0, 40, 400),
      C("info.c.d", GEN_DBL, 0, 0, 25, 100, 200), C("info", GEN_ANY, 0, 0, 0, 13000, 1500)}},
    {"dims",
     256,
     {C("k", GEN_INT, 'K', 0, 250, 250, 2), C("label", GEN_STR, 0, 0, 0, 256, 1),
      C("region", GEN_STR, 0, 0, 0, 4, 60), C("weight", GEN_DBL, 0, -50, 50, 200, 4),
      C("parent", GEN_INT, 'K', 0, 84, 85, 3), C("since", GEN_DATE, 'D', 0, 365, 180, 4),
      C("k2", GEN_INT, 'k', -20, 20, 40, 10), C("grp", GEN_STR, 'G', 0, 0, 4, 60)}},
    {"links",
     3500,
     {C("fid", GEN_INT, 'F', 0, 16000, 3100, 260), C("k", GEN_INT, 'K', 0, 300, 300, 200),
      C("strength", GEN_INT, 0, 0, 1000, 970, 10), C("kind", GEN_STR, 0, 0, 0, 3, 1200),
      C("d", GEN_DATE, 'D', 0, 500, 500, 15)}},
    {"trades",
     1500,
     {C("tid", GEN_INT, 'I', 0, 1500, 1500, 1), C("lots", GEN_INT, 0, 0, 100, 100, 25),
      C("sym", GEN_STR, 'S', 0, 0, 9, 180), C("ts", GEN_TS, 0, 1461, 1463, 1500, 1)}},
    {"quotes",
     4000,
     {C("qid", GEN_INT, 'I', 0, 4000, 4000, 1), C("bid", GEN_DBL, 0, 100, 200, 400, 20),
      C("sym", GEN_STR, 'S', 0, 0, 7, 572), C("ts", GEN_TS, 0, 1461, 1463, 4000, 1)}},
    {"hive",
     3000,
     {C("id", GEN_INT, 'I', 0, 3000, 3000, 1), C("v", GEN_INT, 0, 0, 100, 100, 40),
      C("name", GEN_STR, 0, 0, 0, 20, 170), C("year", GEN_INT, 0, 2020, 2022, 3, 1000),
      C("month", GEN_INT, 0, 1, 3, 3, 900)}},
    {"nested",
     3000,
     {C("id", GEN_INT, 'I', 0, 3000, 3000, 1), C("g", GEN_INT, 0, 0, 12, 13, 240),
      C("three", GEN_INTS, 0, 0, 10, 900, 500), C("st.dec", GEN_DEC, 0, 0, 10, 900, 500),
      C("st.dat", GEN_DATE, 'D', 0, 100, 100, 500), C("los", GEN_ANY, 0, 0, 0, 2000, 500),
      C("mp", GEN_ANY, 0, 0, 0, 1500, 500), C("lol", GEN_ANY, 0, 0, 0, 100, 900),
      C("st", GEN_ANY, 0, 0, 0, 2500, 500)}},
    {"nothings",
     0,
     {C("id", GEN_INT, 'F', 0, 10, 1, 0), C("k", GEN_INT, 'K', 0, 10, 1, 0),
      C("grp", GEN_STR, 'G', 0, 0, 1, 0), C("amount", GEN_DEC, 0, 0, 10, 1, 0),
      C("price", GEN_DBL, 0, 0, 10, 1, 0), C("d", GEN_DATE, 'D', 0, 500, 1, 0),
      C("name", GEN_STR, 0, 0, 0, 1, 0), C("nums", GEN_INTS, 0, 0, 10, 1, 0)}},
    {"alltypes",
     6500,
     {C("id", GEN_INT, 'I', 0, 6500, 6500, 1), C("key", GEN_INT, 0, 0, 96, 97, 70),
      C("str", GEN_STR, 0, 0, 0, 80, 1100), C("i64", GEN_ANY, 0, 0, 0, 6, 1100),
      C("i128", GEN_ANY, 0, 0, 0, 6, 1100), C("u64", GEN_ANY, 0, 0, 0, 5, 1300),
      C("dec38", GEN_ANY, 0, 0, 0, 5, 1300), C("f64", GEN_ANY, 0, 0, 0, 11, 600),
      C("bin", GEN_ANY, 0, 0, 0, 6, 1100), C("dat", GEN_ANY, 0, 0, 0, 9, 750),
      C("ts_us", GEN_ANY, 0, 0, 0, 7, 950), C("ts_tz", GEN_ANY, 0, 0, 0, 6, 1100),
      C("tim_tz", GEN_ANY, 0, 0, 0, 5, 1300), C("uid", GEN_ANY, 0, 0, 0, 5, 1300),
      C("mood", GEN_ANY, 0, 0, 0, 6, 1100), C("bits", GEN_ANY, 0, 0, 0, 5, 1300),
      C("js", GEN_ANY, 0, 0, 0, 7, 950), C("boo", GEN_BOOL, 0, 0, 1, 2, 2200),
      C("ts_ns", GEN_ANY, 0, 0, 0, 5, 1300)}},
    {"visits",
     11000,
     {C("account", GEN_INT, 'A', -500, 1700, 2200, 5), C("vid", GEN_INT, 'I', 0, 11000, 11000, 1),
      C("day", GEN_DATE, 'V', 366, 640, 275, 40), C("seen", GEN_TS, 0, -1, 1, 11000, 1),
      C("k", GEN_INT, 'K', 0, 300, 300, 36), C("kind", GEN_STR, 0, 0, 0, 3, 2700),
      C("paid", GEN_DEC, 0, -100, 100, 8000, 2)}},
    {"accounts",
     2170,
     {C("account", GEN_INT, 'A', -700, 1900, 1900, 2), C("owner", GEN_STR, 0, 0, 0, 670, 3),
      C("region", GEN_STR, 0, 0, 0, 2, 720), C("opened", GEN_DATE, 'V', 366, 666, 300, 7)}},
};

/* Domains: O orders, P parts, U suppliers, C customers, N nations, R regions. */
static const struct table tpch_tables[] = {
    {"orders",
     15000,
     {C("o_orderkey", GEN_INT, 'O', 1, 60000, 15000, 1), C("o_custkey", GEN_INT, 'C', 1, 1500, 1000, 35),
      C("o_orderstatus", GEN_STR, 0, 0, 0, 3, 7300), C("o_totalprice", GEN_DEC, 0, 1000, 400000, 15000, 1),
      C("o_orderdate", GEN_DATE, 0, -10227, -7822, 2400, 15), C("o_orderpriority", GEN_STR, 0, 0, 0, 5, 3100),
      C("o_comment", GEN_STR, 0, 0, 0, 15000, 1)}},
    {"lineitem",
     60175,
     {C("l_orderkey", GEN_INT, 'O', 1, 60000, 15000, 7), C("l_partkey", GEN_INT, 'P', 1, 2000, 2000, 55),
      C("l_suppkey", GEN_INT, 'U', 1, 100, 100, 700), C("l_linenumber", GEN_INT, 0, 1, 7, 7, 15000),
      C("l_quantity", GEN_DEC, 0, 1, 50, 50, 1300), C("l_extendedprice", GEN_DEC, 0, 900, 95000, 36000, 20),
      C("l_discount", GEN_DEC, 0, 0, 1, 11, 5600), C("l_returnflag", GEN_STR, 0, 0, 0, 3, 30400),
      C("l_linestatus", GEN_STR, 0, 0, 0, 2, 30100), C("l_shipdate", GEN_DATE, 0, -10227, -7700, 2500, 45),
      C("l_shipmode", GEN_STR, 0, 0, 0, 7, 8700)}},
    {"customer",
     1500,
     {C("c_custkey", GEN_INT, 'C', 1, 1500, 1500, 1), C("c_nationkey", GEN_INT, 'N', 0, 24, 25, 75),
      C("c_acctbal", GEN_DEC, 0, -999, 9999, 1500, 1), C("c_mktsegment", GEN_STR, 0, 0, 0, 5, 340),
      C("c_name", GEN_STR, 0, 0, 0, 1500, 1)}},
    {"part",
     2000,
     {C("p_partkey", GEN_INT, 'P', 1, 2000, 2000, 1), C("p_size", GEN_INT, 0, 1, 50, 50, 55),
      C("p_brand", GEN_STR, 0, 0, 0, 25, 110), C("p_type", GEN_STR, 0, 0, 0, 150, 25),
      C("p_retailprice", GEN_DEC, 0, 900, 2000, 2000, 3), C("p_container", GEN_STR, 0, 0, 0, 40, 75)}},
    {"partsupp",
     8000,
     {C("ps_partkey", GEN_INT, 'P', 1, 2000, 2000, 4), C("ps_suppkey", GEN_INT, 'U', 1, 100, 100, 80),
      C("ps_availqty", GEN_INT, 0, 1, 9999, 5500, 6), C("ps_supplycost", GEN_DEC, 0, 1, 1000, 7600, 3)}},
    {"supplier",
     100,
     {C("s_suppkey", GEN_INT, 'U', 1, 100, 100, 1), C("s_nationkey", GEN_INT, 'N', 0, 24, 25, 9),
      C("s_acctbal", GEN_DEC, 0, -999, 9999, 100, 1), C("s_name", GEN_STR, 0, 0, 0, 100, 1)}},
    {"nation",
     25,
     {C("n_nationkey", GEN_INT, 'N', 0, 24, 25, 1), C("n_regionkey", GEN_INT, 'R', 0, 4, 5, 5),
      C("n_name", GEN_STR, 0, 0, 0, 25, 1)}},
    {"region", 5, {C("r_regionkey", GEN_INT, 'R', 0, 4, 5, 1), C("r_name", GEN_STR, 0, 0, 0, 5, 1)}},
};

enum {
    OWN_COUNT = sizeof(own_tables) / sizeof(own_tables[0]),
    TPCH_COUNT = sizeof(tpch_tables) / sizeof(tpch_tables[0])
};

/* Tables that queries should read often stand in it more than once. */
static const uint8_t own_weights[] = {0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10};

const char *gen_base_table(struct gen *gen, struct gen_relation *ret)
{
    const struct table *table;
    if (gen->tpch && choose_yes(gen->choices, 40)) {
        table = &tpch_tables[choose(gen->choices, TPCH_COUNT)];
    } else {
        table = &own_tables[own_weights[choose(gen->choices, sizeof(own_weights))]];
    }
    *ret = (struct gen_relation){.rows = table->rows};
    memcpy(ret->columns, table->columns, sizeof(ret->columns));
    while (ret->column_count < GEN_MAX_COLUMNS && ret->columns[ret->column_count].name != NULL) {
        ret->column_count++;
    }
    gen_new_alias(gen, ret);
    return table->name;
}

void gen_new_alias(struct gen *gen, struct gen_relation *ret)
{
    snprintf(ret->alias, sizeof(ret->alias), "t%u", gen->aliases++);
}
