-- AUTOINCREMENT: the number of a group that was removed is never given again.
CREATE TABLE device_group (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  icon TEXT
) STRICT;

CREATE TABLE group_member (
  device_group INTEGER NOT NULL REFERENCES device_group (id) ON DELETE CASCADE,
  device INTEGER NOT NULL REFERENCES device (id),
  PRIMARY KEY (device_group, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_limit (
  -- 'network', a device_id, or 'g' and the id of a group.
  target TEXT NOT NULL,
  period TEXT NOT NULL,
  direction TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  warning_percent INTEGER NOT NULL,
  -- What was raised last, and the first day of the period it was raised in.
  mark_level TEXT,
  mark_from INTEGER,
  PRIMARY KEY (target, period, direction)
) STRICT, WITHOUT ROWID;

ALTER TABLE event ADD COLUMN group_id TEXT;
ALTER TABLE event ADD COLUMN limit_key TEXT;
