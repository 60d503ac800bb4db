import { formatCsv, type CsvColumn } from '../format/csv.ts';

/** Hands the browser a CSV file to keep. `name` without ending. */
export function downloadCsv<Row>(
  name: string,
  columns: readonly CsvColumn<Row>[],
  rows: readonly Row[],
): void {
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  downloadFile(`${name}.csv`, 'text/csv; charset=utf-8', `\uFEFF${formatCsv(columns, rows)}`);
}

/** Hands the browser a file to keep. */
function downloadFile(name: string, type: string, text: string): void {
  const href = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads it after this.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
