import prettyBytes from 'pretty-bytes';
import type { Finding, ImportReport } from './whitestat/report.ts';
import { print } from './ledger-output.ts';
import { formatDay } from './model/checkpoint.ts';
import type { PeerUsage } from './model/usage.ts';

export interface ImportOutcome {
  file: string;
  dryRun: boolean;
  report: ImportReport;
  json: boolean;
}

/** Examples printed of each kind; `--json` has more. */
const SHOWN_EXAMPLES = 5;

/** Writes what an import brought to standard output. */
export function printImport({ file, dryRun, report, json }: ImportOutcome): void {
  const { from, to, ...rest } = report;
  if (json) {
    const days = {
      from: from === undefined ? null : formatDay(from),
      to: to === undefined ? null : formatDay(to),
    };
    print({ file, dryRun, ...days, ...rest });
    return;
  }
  const title = dryRun
    ? `This is what ${file} would bring; nothing was changed:`
    : `This is what ${file} brought:`;
  const lines = [title, ...broughtLines(report)];
  if (report.changed.length > 0) lines.push('Changed:', ...report.changed.flatMap(findingLines));
  if (report.leftOut.length > 0) lines.push('Left out:', ...report.leftOut.flatMap(findingLines));
  process.stdout.write(`${lines.join('\n')}\n`);
}

function broughtLines(report: ImportReport): string[] {
  const { devices, deviceDays, from, to, peers, names, unchanged } = report;
  const range =
    from === undefined || to === undefined ? '' : `, ${formatDay(from)} to ${formatDay(to)}`;
  const rows: [string, string][] = [
    ['Devices', `${count(devices.count)}, ${count(devices.new)} of them new`],
    ['Device days', `${count(deviceDays)}${range}`],
    ['Usage', amounts(report)],
    ['Addresses', `${count(peers.addressDays)}, those of each day; ${amounts(peers)}`],
    ['Names', `${count(names.devices)} of devices, ${count(names.addresses)} of remote addresses`],
    [
      'Unchanged',
      `${count(unchanged.deviceDays)} device days, and the addresses of ${count(unchanged.peerDays)} days: earlier imports brought them`,
    ],
  ];
  return rows.map(([name, text]) => `  ${name.padEnd(12)} ${text}`);
}

function amounts({ download, upload }: PeerUsage): string {
  const bytes = `${count(download)} and ${count(upload)} bytes`;
  return `${prettyBytes(download)} down, ${prettyBytes(upload)} up (${bytes})`;
}

function findingLines({ count: number, what, examples }: Finding): string[] {
  const shown = examples.slice(0, SHOWN_EXAMPLES).map(printable);
  const more = examples.length > SHOWN_EXAMPLES ? ['...'] : [];
  return [`  ${what}: ${count(number)}`, ...[...shown, ...more].map((text) => `    ${text}`)];
}

/** What stands in a file of others must not steer the terminal. */
function printable(text: string): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '?');
  return visible.length > 200 ? `${visible.slice(0, 200)}...` : visible;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
