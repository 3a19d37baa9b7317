-- older programs may run on this
--
-- Sums of money have no greatest: docs/decisions/0020. What is kept stays as it is: a gift that a sum had no room for was refused, whole.
--
-- squawk-ignore-file changing-column-type
-- The table has a few rows for each campaign, and whoever reads it casts what it reads.

ALTER TABLE giving.tally ALTER COLUMN given_minor TYPE numeric, ALTER COLUMN raised_minor TYPE numeric;
