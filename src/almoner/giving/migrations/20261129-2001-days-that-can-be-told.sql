-- older programs may run on this
--
-- A gift's day is one that every program can tell: what the program writes is, and a row written otherwise would stop who reads it.

ALTER TABLE giving.gift ADD CONSTRAINT gift_day CHECK (gift_on BETWEEN '0001-01-01' AND '9999-12-31') NOT VALID;
