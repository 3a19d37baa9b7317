-- older programs may run on this
--
-- A sequence that no column names is not made where a table is made again, on another server (decision 15). What writes
-- gifts draws their ids before, as it did.

ALTER TABLE crm.gift ALTER COLUMN id SET DEFAULT nextval('crm.gift_id_seq');
