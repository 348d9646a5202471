-- SPDX-License-Identifier: Apache-2.0
-- What the tests add to the views over the files of generate.sql, in every database that they use.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'it''s, "odd"', '😀');
CREATE TYPE money AS DECIMAL(12, 2);

CREATE VIEW alltypes AS
SELECT * EXCLUDE (i128_text, u128_text, ts_s_text, ts_ms_text, tim_tz_text, iv_text, mood_text, bit_text),
       i128_text::HUGEINT AS i128, u128_text::UHUGEINT AS u128, ts_s_text::TIMESTAMP_S AS ts_s, ts_ms_text::TIMESTAMP_MS AS ts_ms,
       tim_tz_text::TIMETZ AS tim_tz, iv_text::INTERVAL AS iv, mood_text::mood AS mood, bit_text::BIT AS bits
FROM rawtypes;

CREATE VIEW arrays AS
SELECT id, g, three::INTEGER[3] AS arr, lol, CASE WHEN g % 3 = 0 THEN union_value(num := g) ELSE union_value(str := 'u' || g)::UNION(num INTEGER, str VARCHAR) END AS un
FROM nested;

CREATE VIEW big_spenders AS SELECT k, sum(amount) AS total, count(*) AS n FROM facts GROUP BY k HAVING count(*) > 20;

CREATE MACRO add_one(x) AS x + 1;
CREATE MACRO clamp_to(x, lo, hi := 100) AS CASE WHEN x < lo THEN lo WHEN x > hi THEN hi ELSE x END;
CREATE MACRO of_group(g) AS TABLE SELECT id, k, qty FROM facts WHERE grp = g;

CREATE SEQUENCE seq;
CREATE TABLE native_facts AS SELECT id, k, grp, amount, qty, price, d, name FROM facts WHERE id % 3 = 0 ORDER BY id;
CREATE TABLE native_small (k INTEGER PRIMARY KEY, v VARCHAR);
INSERT INTO native_small SELECT i, 'v' || i FROM range(50) t(i);
CREATE TABLE native_empty (k INTEGER, v VARCHAR, x DOUBLE);
