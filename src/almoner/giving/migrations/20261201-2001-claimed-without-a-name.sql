-- older programs may run on this
--
-- Programs before 20261201-1700 claimed accounts of before and did not keep which ones they are: each is asked once more.

UPDATE giving.stripe_account SET is_claimed = false WHERE is_claimed AND account IS NULL;
