-- The months to come behind a chance: kept with the score, so that a receipt shows what was said.

ALTER TABLE prediction ADD COLUMN ahead TEXT NOT NULL DEFAULT '{}';
