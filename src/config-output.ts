import { describeConfig } from './config/describe.ts';
import { loadConfig, type ConfigSources } from './config/load.ts';
import { print, printTable } from './ledger-output.ts';

/** Prints the effective configuration and where each value comes from; secrets are masked. */
export async function showConfig(
  sources: ConfigSources,
  { json }: { json?: boolean },
): Promise<void> {
  const loaded = await loadConfig(sources);
  const { notes } = loaded;
  const settings = describeConfig(loaded);
  if (json === true) {
    print({ settings, notes });
    return;
  }
  printTable(
    ['Key', 'Value', 'From'],
    settings.map(({ key, value, source }) => [key, textOf(value), source]),
  );
  for (const note of notes) process.stdout.write(`${note}\n`);
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}
