-- The tables of chains/*.sql: Parquet files of fixed content in @DATA@, a folder in the build tree, and tables of the database.

-- 1,000 events of 100 users in four files of one row group each: a file for each of four tasks.
COPY (SELECT i AS id, (i * 7 % 100)::INTEGER AS k, chr((97 + i % 5)::INTEGER) AS kind,
             DATE '2024-01-01' + (i % 90)::INTEGER AS day, (i % 1000 / 10)::DECIMAL(10,2) AS amount,
             CASE WHEN i % 3 = 0 THEN 'note ' || i END AS note, [i % 4, i % 7] AS tags
      FROM range(0, 250) t(i)) TO '@DATA@/events-0.parquet';
COPY (SELECT i AS id, (i * 7 % 100)::INTEGER AS k, chr((97 + i % 5)::INTEGER) AS kind,
             DATE '2024-01-01' + (i % 90)::INTEGER AS day, (i % 1000 / 10)::DECIMAL(10,2) AS amount,
             CASE WHEN i % 3 = 0 THEN 'note ' || i END AS note, [i % 4, i % 7] AS tags
      FROM range(250, 500) t(i)) TO '@DATA@/events-1.parquet';
COPY (SELECT i AS id, (i * 7 % 100)::INTEGER AS k, chr((97 + i % 5)::INTEGER) AS kind,
             DATE '2024-01-01' + (i % 90)::INTEGER AS day, (i % 1000 / 10)::DECIMAL(10,2) AS amount,
             CASE WHEN i % 3 = 0 THEN 'note ' || i END AS note, [i % 4, i % 7] AS tags
      FROM range(500, 750) t(i)) TO '@DATA@/events-2.parquet';
COPY (SELECT i AS id, (i * 7 % 100)::INTEGER AS k, chr((97 + i % 5)::INTEGER) AS kind,
             DATE '2024-01-01' + (i % 90)::INTEGER AS day, (i % 1000 / 10)::DECIMAL(10,2) AS amount,
             CASE WHEN i % 3 = 0 THEN 'note ' || i END AS note, [i % 4, i % 7] AS tags
      FROM range(750, 1000) t(i)) TO '@DATA@/events-3.parquet';
CREATE VIEW events AS SELECT * FROM read_parquet('@DATA@/events-*.parquet');

-- 100 users in four files.
COPY (SELECT i::INTEGER AS k, 'user ' || i AS name, chr((65 + i % 3)::INTEGER) AS country,
             TIMESTAMP '2020-01-01' + to_days((i * 11)::INTEGER) AS since
      FROM range(0, 25) t(i)) TO '@DATA@/users-0.parquet';
COPY (SELECT i::INTEGER AS k, 'user ' || i AS name, chr((65 + i % 3)::INTEGER) AS country,
             TIMESTAMP '2020-01-01' + to_days((i * 11)::INTEGER) AS since
      FROM range(25, 50) t(i)) TO '@DATA@/users-1.parquet';
COPY (SELECT i::INTEGER AS k, 'user ' || i AS name, chr((65 + i % 3)::INTEGER) AS country,
             TIMESTAMP '2020-01-01' + to_days((i * 11)::INTEGER) AS since
      FROM range(50, 75) t(i)) TO '@DATA@/users-2.parquet';
COPY (SELECT i::INTEGER AS k, 'user ' || i AS name, chr((65 + i % 3)::INTEGER) AS country,
             TIMESTAMP '2020-01-01' + to_days((i * 11)::INTEGER) AS since
      FROM range(75, 100) t(i)) TO '@DATA@/users-3.parquet';
CREATE VIEW users AS SELECT * FROM read_parquet('@DATA@/users-*.parquet');

-- One file of one row group: four tasks read ranges of its rows.
COPY (SELECT i AS id, (i % 10)::INTEGER AS k FROM range(1000) t(i)) TO '@DATA@/ledger.parquet';
CREATE VIEW ledger AS SELECT * FROM read_parquet('@DATA@/ledger.parquet');

-- Enough rows for their groups that states are shuffled: 26,000 groups in 2,400,000 rows of one row group.
COPY (SELECT (i % 26000)::INTEGER AS k, (i % 7)::TINYINT AS v FROM range(2400000) t(i))
  TO '@DATA@/readings.parquet' (ROW_GROUP_SIZE 2457600);
CREATE VIEW readings AS SELECT * FROM read_parquet('@DATA@/readings.parquet');

-- What only the application's connection sees.
CREATE TABLE labels AS SELECT chr((97 + i)::INTEGER) AS kind, 'label ' || i AS label FROM range(5) t(i);
CREATE TEMP TABLE marks AS SELECT i::INTEGER AS k, i * i AS mark FROM range(20) t(i);

-- One file each, for pictures with short lines (docs/planner.md): 100 customers, 2,000 orders, 20,000 items.
COPY (SELECT i::INTEGER AS id, chr((65 + i % 5)::INTEGER) AS country FROM range(100) t(i)) TO '@DATA@/customers.parquet';
COPY (SELECT i::INTEGER AS id, (i * 7 % 100)::INTEGER AS customer, DATE '2024-01-01' + (i % 90)::INTEGER AS day,
             chr((97 + i % 3)::INTEGER) AS status
      FROM range(2000) t(i)) TO '@DATA@/orders.parquet';
COPY (SELECT (i % 2000)::INTEGER AS order_id, (i * 11 % 300)::INTEGER AS part, (i % 1000 / 10)::DECIMAL(10,2) AS amount
      FROM range(20000) t(i)) TO '@DATA@/items.parquet';
CREATE VIEW customers AS SELECT * FROM read_parquet('@DATA@/customers.parquet');
CREATE VIEW orders AS SELECT * FROM read_parquet('@DATA@/orders.parquet');
CREATE VIEW items AS SELECT * FROM read_parquet('@DATA@/items.parquet');

-- In the order of a key, in five row groups each: 10,000 trips, two legs each (docs/planner.md).
COPY (SELECT i::INTEGER AS id, chr((97 + i % 3)::INTEGER) AS status FROM range(10000) t(i)) TO '@DATA@/trips.parquet' (ROW_GROUP_SIZE 2048);
COPY (SELECT (i // 2)::INTEGER AS trip, (i % 2000)::INTEGER AS place FROM range(20000) t(i)) TO '@DATA@/legs.parquet' (ROW_GROUP_SIZE 4096);
CREATE VIEW trips AS SELECT * FROM read_parquet('@DATA@/trips.parquet');
CREATE VIEW legs AS SELECT * FROM read_parquet('@DATA@/legs.parquet');

-- In a folder for each of eight regions, and one for those without: 8,000 sales, and a goal for each region and month.
COPY (SELECT i AS id, CASE WHEN i % 9 = 8 THEN NULL ELSE 'region ' || i % 9 END AS region, (i % 12 + 1)::INTEGER AS month,
             (i % 1000 / 10)::DECIMAL(10,2) AS amount
      FROM range(9000) t(i)) TO '@DATA@/sales' (FORMAT parquet, PARTITION_BY (region), OVERWRITE_OR_IGNORE);
COPY (SELECT 'region ' || i % 9 AS region, (i // 9 + 1)::INTEGER AS month, (i * 100)::INTEGER AS goal
      FROM range(108) t(i) WHERE i % 9 < 8) TO '@DATA@/goals' (FORMAT parquet, PARTITION_BY (region), OVERWRITE_OR_IGNORE);
CREATE VIEW sales AS SELECT * FROM read_parquet('@DATA@/sales/*/*.parquet', hive_partitioning = true);
CREATE VIEW goals AS SELECT * FROM read_parquet('@DATA@/goals/*/*.parquet', hive_partitioning = true);
