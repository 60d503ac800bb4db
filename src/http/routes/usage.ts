import type { Direction, UsageRow, UsageRows, UsageSelection } from '../../model/selection.ts';
import { jsonPieces, sendPieces } from '../rows.ts';
import type { Handler } from '../router.ts';

/** `GET /api/v1/usage`: `UsageRows` of model/schemas.json, or the same rows as CSV. */
export function createUsage(usage: (selection: UsageSelection) => UsageRows): Handler {
  return async ({ input, response }) => {
    const { format, ...selection } = input as UsageSelection & { format?: 'json' | 'csv' };
    const rows = usage(selection);
    if (format === 'csv') {
      const name = `lanledger-${rows.from}-${rows.to}-${rows.step}.csv`;
      response.set('Content-Type', 'text/csv; charset=utf-8; header=present');
      response.set('Content-Disposition', `attachment; filename="${name}"`);
      await sendPieces(response, csvOf(rows, columnsOf(selection)));
    } else {
      response.set('Content-Type', 'application/json; charset=utf-8');
      const { blocks, ...head } = rows;
      await sendPieces(response, jsonPieces(head, 'usage', blocks));
    }
  };
}

const amounts: Record<Direction | 'all', string[]> = {
  download: ['download'],
  upload: ['upload'],
  local: ['localDownload', 'localUpload'],
  all: ['download', 'upload', 'localDownload', 'localUpload', 'packets'],
};

function columnsOf({ by = 'device', direction }: UsageSelection): string[] {
  const who = by === 'network' ? [] : [by, 'name'];
  return ['start', ...who, ...amounts[direction ?? 'all']];
}

/** RFC 4180. */
function* csvOf({ blocks }: UsageRows, columns: readonly string[]): Generator<string> {
  let before = `${columns.join(',')}\r\n`;
  for (const rows of blocks) {
    if (rows.length === 0) continue;
    yield before + rows.map((row) => lineOf(row, columns)).join('');
    before = '';
  }
  if (before !== '') yield before;
}

function lineOf(row: UsageRow, columns: readonly string[]): string {
  return `${columns.map((column) => cell(row[column] ?? '')).join(',')}\r\n`;
}

/** A spreadsheet takes text that begins with one of these for a formula, and a device may give itself any name. */
const formula = /^[=+\-@\t\r]/;

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
