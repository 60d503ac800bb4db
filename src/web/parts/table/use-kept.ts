import { useRef } from 'preact/hooks';

/** Rows that say what they said before stay the same objects, so that only those are drawn again that changed. */
export function useKept<Row>(rows: readonly Row[], rowId: (row: Row) => string): readonly Row[] {
  const seen = useRef({ rows, known: new Map<string, { text: string; row: Row }>(), kept: rows });
  if (seen.current.rows !== rows || seen.current.known.size === 0) {
    const before = seen.current.known;
    const known = new Map(
      rows.map((row) => {
        const text = JSON.stringify(row);
        const old = before.get(rowId(row));
        return [rowId(row), old?.text === text ? old : { text, row }];
      }),
    );
    seen.current = { rows, known, kept: [...known.values()].map(({ row }) => row) };
  }
  return seen.current.kept;
}
