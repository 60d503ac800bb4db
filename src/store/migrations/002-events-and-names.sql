-- Names that others know devices by: a DHCP server's lease file, the hosts file, reverse DNS.
ALTER TABLE device ADD COLUMN lease_name TEXT;
ALTER TABLE device ADD COLUMN hosts_name TEXT;
ALTER TABLE device ADD COLUMN dns_name TEXT;
-- Chosen by the user.
ALTER TABLE device ADD COLUMN icon TEXT;
ALTER TABLE device ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;

CREATE TABLE event (
  -- 1, 2, 3, ... in the order they happened, given by the daemon.
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  -- The device_id at that time; the device may have been merged or forgotten since.
  device TEXT,
  message TEXT NOT NULL
) STRICT;

-- What the user calls remote addresses.
CREATE TABLE peer_name (
  address TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What became part of "other" is forgotten; earlier versions kept its names.
UPDATE device SET user_name = NULL, dhcp_name = NULL, mdns_name = NULL, vendor = NULL
WHERE merged_into = (SELECT id FROM device WHERE device_id = 'other');
