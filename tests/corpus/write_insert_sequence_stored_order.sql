-- expect: local order_dependent
-- setup: CREATE SEQUENCE numbers
-- setup: CREATE TABLE made (i INTEGER DEFAULT nextval('numbers'), k INTEGER)
-- teardown: DROP TABLE made
-- teardown: DROP SEQUENCE numbers
INSERT INTO made (k) SELECT k FROM facts WHERE id % 5 = 0;
