-- first() must see its own rows only; groups are few
-- expect: any
SELECT flag, first(k2 ORDER BY k2, id), count(DISTINCT id), sum(DISTINCT qty), any_value(flag), arg_min(id, amount) IS NULL FROM facts GROUP BY flag;
