-- Inputs that are spread by the same column make a union that is: what groups by it is computed where it is.
SELECT k, max(n) AS most, median(n) AS middle FROM (
  SELECT k, count(DISTINCT id) AS n FROM events GROUP BY k UNION ALL SELECT k, count(DISTINCT id) FROM ledger GROUP BY k)
GROUP BY k;
