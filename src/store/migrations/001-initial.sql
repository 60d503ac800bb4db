-- The ledger. Days are local calendar days as the number 20261120, months 202611, times epoch milliseconds,
-- amounts bytes of IP packets seen from the device. 'download' and 'upload' are internet traffic, 'local_...' stayed
-- on the local network, 'packets' counts both.

-- "LANL": tells this file from the databases of other programs.
PRAGMA application_id = 0x4c414e4c;

CREATE TABLE device (
  id INTEGER PRIMARY KEY,
  -- MAC address as 12 hexadecimal digits, 'ip:<address>', or 'other'.
  device_id TEXT NOT NULL UNIQUE,
  mac TEXT,
  user_name TEXT,
  dhcp_name TEXT,
  mdns_name TEXT,
  vendor TEXT,
  router INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  -- The device this one turned out to be; it then has no usage, peers and addresses of its own.
  merged_into INTEGER REFERENCES device (id)
) STRICT;

CREATE TABLE address (
  device INTEGER NOT NULL REFERENCES device (id),
  address TEXT NOT NULL,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (device, address)
) STRICT, WITHOUT ROWID;

-- Time comes first in the keys of usage: a checkpoint then writes one or two pages and not one for each device,
-- which spares memory cards.
CREATE TABLE usage_hour (
  -- Start of the local hour.
  hour INTEGER NOT NULL,
  device INTEGER NOT NULL REFERENCES device (id),
  download INTEGER NOT NULL,
  upload INTEGER NOT NULL,
  local_download INTEGER NOT NULL,
  local_upload INTEGER NOT NULL,
  packets INTEGER NOT NULL,
  PRIMARY KEY (hour, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_day (
  day INTEGER NOT NULL,
  device INTEGER NOT NULL REFERENCES device (id),
  download INTEGER NOT NULL,
  upload INTEGER NOT NULL,
  local_download INTEGER NOT NULL,
  local_upload INTEGER NOT NULL,
  packets INTEGER NOT NULL,
  PRIMARY KEY (day, device)
) STRICT, WITHOUT ROWID;

-- Sums of days, kept so that years of months are read at once; they outlive the days that retention removes.
CREATE TABLE usage_month (
  month INTEGER NOT NULL,
  device INTEGER NOT NULL REFERENCES device (id),
  download INTEGER NOT NULL,
  upload INTEGER NOT NULL,
  local_download INTEGER NOT NULL,
  local_upload INTEGER NOT NULL,
  packets INTEGER NOT NULL,
  PRIMARY KEY (month, device)
) STRICT, WITHOUT ROWID;

-- All there ever was.
CREATE TABLE usage_total (
  device INTEGER PRIMARY KEY REFERENCES device (id),
  download INTEGER NOT NULL,
  upload INTEGER NOT NULL,
  local_download INTEGER NOT NULL,
  local_upload INTEGER NOT NULL,
  packets INTEGER NOT NULL
) STRICT;

-- Internet traffic per remote address: the largest of each device and day. Read it through peer_day_complete.
CREATE TABLE peer_day (
  device INTEGER NOT NULL REFERENCES device (id),
  day INTEGER NOT NULL,
  address TEXT NOT NULL,
  download INTEGER NOT NULL,
  upload INTEGER NOT NULL,
  PRIMARY KEY (device, day, address)
) STRICT, WITHOUT ROWID;

-- Every day of every device by remote address; what is not itemised is one row 'other', so the sums are those of usage_day.
CREATE VIEW peer_day_complete AS
SELECT device.device_id AS device, peer_day.day AS day, peer_day.address AS address,
  peer_day.download AS download, peer_day.upload AS upload
-- CROSS JOIN: from the devices to their peers of a day, never through the peers of all days.
FROM device
CROSS JOIN peer_day ON peer_day.device = device.id
UNION ALL
SELECT device.device_id, rest.day, 'other', rest.download, rest.upload
FROM (
  SELECT device, day,
    download - (SELECT coalesce(sum(p.download), 0) FROM peer_day AS p WHERE p.device = usage_day.device AND p.day = usage_day.day) AS download,
    upload - (SELECT coalesce(sum(p.upload), 0) FROM peer_day AS p WHERE p.device = usage_day.device AND p.day = usage_day.day) AS upload
  FROM usage_day
) AS rest
JOIN device ON device.id = rest.device
WHERE rest.download <> 0 OR rest.upload <> 0;

-- The last batch of each monitor that is part of the usage above.
CREATE TABLE applied_batch (
  monitor TEXT PRIMARY KEY,
  boot TEXT NOT NULL,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE last_checkpoint (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  at INTEGER NOT NULL
) STRICT;
