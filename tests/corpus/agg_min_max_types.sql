-- expect: distributed AggregateExec
SELECT min(COLUMNS(* EXCLUDE (iv, js, bits))), max(COLUMNS(* EXCLUDE (iv, js, bits))) FROM alltypes;
