-- In which states of a reversal the money is not the gift's (GONE in giving/reversals/rules.py), and in which no more of it can be taken back:
-- those, and where the processor was asked. What stands in migrations (giving.count_reversal, giving.reversed_parts) says the same of its own.
CREATE FUNCTION giving_code.gone_states() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN '{done,open,lost}'::text[];

CREATE FUNCTION giving_code.taken_states() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN '{asked}'::text[] || giving_code.gone_states();
