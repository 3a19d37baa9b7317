-- after the rest
--
-- The groups of API keys are proved of the keys that were there before, beside those who write.

ALTER TABLE platform.api_key VALIDATE CONSTRAINT api_key_group_id_fkey;
