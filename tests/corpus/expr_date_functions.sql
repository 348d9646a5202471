-- expect: distributed
SELECT id, year(d), quarter(d), dayofweek(d), isodow(d), week(d), dayname(d), last_day(d), date_trunc('week', d), date_diff('day', d, DATE '2020-06-01'), date_part('doy', d), d - DATE '2020-01-01', strftime(d, '%Y/%m/%d %a'), make_date(year(d), 1, 1), d + 10, monthname(d) FROM facts WHERE id % 7 = 2;
