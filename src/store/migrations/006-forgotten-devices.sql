-- When the device was forgotten last, epoch ms: what it used until then is part of "other", imports bring none of it again.
ALTER TABLE device ADD COLUMN forgotten_at INTEGER;
