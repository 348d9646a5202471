-- One file, four tasks: each reads a range of its rows.
-- show: tasks
SELECT k, id FROM ledger WHERE id % 2 = 0;
