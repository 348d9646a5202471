-- expect: distributed AsOfJoinExec
SELECT t.tid, q.qid FROM trades t ASOF LEFT JOIN quotes q ON t.sym = q.sym AND t.ts >= q.ts;
