-- So is a TEMP table, with its aggregate.
SELECT u.name, m.best FROM users u JOIN (SELECT k, max(mark) AS best FROM marks GROUP BY k) m ON u.k = m.k;
