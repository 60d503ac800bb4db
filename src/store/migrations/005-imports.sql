-- What imports from other programs brought, by the device they named: the next import of the same file adds only what is
-- more. Kept for ever, as months and totals are. An import counts no packets, so usage_day with packets was metered here.
CREATE TABLE imported_day (
  day INTEGER NOT NULL,
  device INTEGER NOT NULL REFERENCES device (id),
  download INTEGER NOT NULL,
  upload INTEGER NOT NULL,
  PRIMARY KEY (day, device)
) STRICT, WITHOUT ROWID;

-- Imported internet traffic per remote address of which nobody knows whose it was: part of the network's day, and of
-- "other" in the peers of each device.
CREATE TABLE network_peer_day (
  day INTEGER NOT NULL,
  address TEXT NOT NULL,
  download INTEGER NOT NULL,
  upload INTEGER NOT NULL,
  PRIMARY KEY (day, address)
) STRICT, WITHOUT ROWID;

-- What imports brought of it, before the smallest became "other".
CREATE TABLE imported_network_peers (
  day INTEGER PRIMARY KEY,
  download INTEGER NOT NULL,
  upload INTEGER NOT NULL
) STRICT;
