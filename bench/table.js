/** Numbers for people: medians and aligned columns. */

/**
 * @param {readonly (number | undefined)[]} values unknown ones are left out
 * @returns {number | undefined} undefined where none is known
 */
export function median(values) {
  const known = values.filter((value) => value !== undefined).toSorted((a, b) => a - b);
  if (known.length === 0) return undefined;
  return (known[(known.length - 1) >> 1] + known[known.length >> 1]) / 2;
}

/**
 * @param {number | undefined} value
 * @param {number} digits after the point
 */
export function format(value, digits) {
  return value === undefined ? '-' : value.toFixed(digits);
}

/**
 * The first column is text, all others are numbers and stand to the right.
 *
 * @param {readonly string[]} titles
 * @param {readonly (readonly string[])[]} rows
 */
export function renderTable(titles, rows) {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const render = (/** @type {readonly string[]} */ cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd();
  const line = widths.map((width) => '-'.repeat(width));
  return [titles, line, ...rows].map((cells) => `${render(cells)}\n`).join('');
}
