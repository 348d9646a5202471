-- NOT IN must see every NULL of the right side: that side goes to every task.
SELECT id FROM events WHERE note NOT IN (SELECT name FROM users) OR k = 1;
