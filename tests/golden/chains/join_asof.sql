-- The last event before a time: the events go to every task.
SELECT u.name, e.id FROM users u ASOF JOIN events e ON u.k = e.k AND u.since >= e.day;
