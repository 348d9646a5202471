-- expect: local plan_refused
PIVOT (SELECT grp, flag, qty FROM facts) ON flag USING sum(qty) GROUP BY grp;
