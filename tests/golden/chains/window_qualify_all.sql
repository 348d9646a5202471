-- Without PARTITION BY: few rows reach the one task.
SELECT id FROM events QUALIFY row_number() OVER (ORDER BY amount DESC, id) = 7;
