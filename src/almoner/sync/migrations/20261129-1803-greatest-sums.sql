-- older programs may run on this
--
-- Sums of money have no greatest: docs/decisions/0020. What is kept stays as it is: a gift that a sum had no room for was refused, whole.
--
-- squawk-ignore-file changing-column-type
-- The table has a few rows for each state and currency, and whoever reads it casts what it reads.

ALTER TABLE sync.tally ALTER COLUMN minor TYPE numeric, ALTER COLUMN there_minor TYPE numeric;
