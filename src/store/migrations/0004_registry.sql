-- Which model is in use, since when and why; what sealed its predictions; what the last check found.

ALTER TABLE trained_model ADD COLUMN state TEXT NOT NULL DEFAULT 'candidate';
ALTER TABLE trained_model ADD COLUMN card_hash TEXT;
ALTER TABLE trained_model ADD COLUMN gates TEXT NOT NULL DEFAULT '[]';
ALTER TABLE trained_model ADD COLUMN expires_on INTEGER;
ALTER TABLE trained_model ADD COLUMN promoted_at INTEGER;
ALTER TABLE trained_model ADD COLUMN promoted_by TEXT;
ALTER TABLE trained_model ADD COLUMN reason TEXT;
ALTER TABLE trained_model ADD COLUMN replaces INTEGER REFERENCES trained_model (id);

-- Before there was a registry the newest model was the one in use.
UPDATE trained_model SET state = 'retired';
UPDATE trained_model
   SET state = 'in_use', promoted_at = created_at, promoted_by = 'the program',
       reason = 'In use before there was a registry.'
 WHERE version = (SELECT max(version) FROM trained_model);
UPDATE trained_model
   SET replaces = (SELECT before.id FROM trained_model before
                    WHERE before.version < trained_model.version
                    ORDER BY before.version DESC LIMIT 1);
CREATE UNIQUE INDEX trained_model_in_use ON trained_model (kind) WHERE state = 'in_use';

ALTER TABLE prediction ADD COLUMN seal TEXT;

CREATE TABLE verification (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE,
  faults INTEGER NOT NULL,
  report TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
