-- DEFAULT 1: what happened before somebody could acknowledge it waits for nobody.
ALTER TABLE event ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 1;

CREATE INDEX event_unacknowledged ON event (id) WHERE acknowledged = 0;
