import { useState } from 'preact/hooks';

interface ChartDataProps {
  caption: string;
  steps: readonly string[];
  series: readonly { name: string; bytes: readonly number[] }[];
  format: (value: number) => string;
}

/** The numbers of a chart as a table, closed until asked for. */
export function ChartData({ caption, steps, series, format }: ChartDataProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details class="chart-data" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Show as a table</summary>
      {isOpen && (
        <section class="scroll" aria-label={caption} tabIndex={0}>
          <table>
            <caption class="visually-hidden">{caption}</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {steps.map((step, at) => (
                <tr key={step}>
                  <th scope="row">{step}</th>
                  {series.map(({ name, bytes }) => (
                    <td key={name} class="number">
                      {format(bytes[at] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
