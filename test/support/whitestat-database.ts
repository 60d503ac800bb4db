import type { Database } from 'better-sqlite3';
import { openSqlite } from '../../src/store/sqlite.ts';

/** WhiteStat's schema, v9 and v10. */
const usageTable = (name: string) => `
  CREATE TABLE ${name} (DATE TEXT${name === 'UsageHistory' ? ' NOT NULL' : ''}, IP TEXT NOT NULL, MAC TEXT NOT NULL,
    SEEN TEXT, "IN" REAL DEFAULT 0.0, "OUT" REAL DEFAULT 0.0, LOCAL INTEGER,
    LSTDAY_IN REAL DEFAULT 0.0, LSTDAY_OUT REAL DEFAULT 0.0, PRIMARY KEY (IP, MAC, DATE));`;
export const whitestatSchema = `${usageTable('DailyUsage')}${usageTable('UsageHistory')}
  CREATE TABLE DName (IP TEXT NOT NULL, NAME TEXT, PRIMARY KEY (IP));
  CREATE TABLE MName (MAC TEXT NOT NULL, NAME TEXT, PRIMARY KEY (MAC));
  CREATE TRIGGER AddIP AFTER INSERT ON DailyUsage WHEN NOT EXISTS (SELECT 1 FROM DName WHERE IP = NEW.IP)
    BEGIN INSERT INTO DName VALUES (NEW.IP, NULL); END;`;

/** A row of usage: `kb` is IN and OUT. */
export interface WhitestatRow {
  day: string;
  ip: unknown;
  mac: unknown;
  kb: [unknown, unknown];
  local?: unknown;
  /** `10:07:01` */
  time?: string;
  /** Instead of the usual forms. */
  date?: unknown;
  seen?: unknown;
  table?: 'DailyUsage' | 'UsageHistory';
}

export interface WhitestatContent {
  rows?: readonly WhitestatRow[];
  deviceNames?: Record<string, string | null>;
  addressNames?: Record<string, string | null>;
}

/** Writes a WhiteStat.db, or adds to it; rows of the same key are replaced. */
export function writeWhitestat(path: string, content: WhitestatContent): void {
  const database = openSqlite(path);
  const isNew = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
  if (isNew) database.exec(whitestatSchema);
  database.transaction(() => {
    for (const row of content.rows ?? []) insertRow(database, row);
    for (const [table, names] of [
      ['MName', content.deviceNames],
      ['DName', content.addressNames],
    ] as const) {
      const put = database.prepare(`INSERT OR REPLACE INTO ${table} VALUES (?, ?)`);
      for (const [key, name] of Object.entries(names ?? {})) put.run(key, name);
    }
  })();
  database.close();
}

function insertRow(database: Database, row: WhitestatRow): void {
  const { day, ip, mac, kb, local = 1, time = '10:07:01', table = 'UsageHistory' } = row;
  const { date = `${day}T00:00:00.000`, seen = `${day}T${time}.000` } = row;
  database
    .prepare(
      `INSERT OR REPLACE INTO ${table} (DATE, IP, MAC, SEEN, "IN", "OUT", LOCAL) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(date, ip, mac, seen, kb[0], kb[1], local);
}
