/** A column of a CSV file; amounts are given as whole numbers. */
export interface CsvColumn<Row> {
  title: string;
  value: (row: Row) => string | number;
}

/** RFC 4180. */
export function formatCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ title }) => formatCell(title)),
    ...rows.map((row) => columns.map(({ value }) => formatCell(value(row)))),
  ];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** A spreadsheet takes text that begins with one of these for a formula, and a device may give itself any name. */
const formula = /^[=+\-@\t\r]/;

function formatCell(value: string | number): string {
  if (typeof value === 'number') return String(Math.round(value));
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
