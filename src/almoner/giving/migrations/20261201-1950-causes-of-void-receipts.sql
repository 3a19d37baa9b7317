-- older programs may run on this
--
-- Why a receipt holds no more, as a word: what somebody typed may read like a sentence of the program's.

ALTER TABLE giving.receipt ADD COLUMN cause text CHECK (
    cause IN ('asked', 'corrected', 'moved', 'partly_given_back', 'given_back', 'charged_back', 'disputed', 'failed')
);
UPDATE giving.receipt SET cause = CASE reason
    WHEN 'The gift was corrected.' THEN 'corrected'
    WHEN 'The gift belongs to another donor.' THEN 'moved'
    WHEN 'A part of the gift was given back.' THEN 'partly_given_back'
    WHEN 'The gift was given back.' THEN 'given_back'
    WHEN 'The payment of the gift was charged back.' THEN 'charged_back'
    WHEN 'The payment of the gift is disputed.' THEN 'disputed'
    WHEN 'The payment of the gift failed.' THEN 'failed'
    ELSE 'asked'
END WHERE state = 'void';
GRANT UPDATE (cause) ON giving.receipt TO almoner_app;
