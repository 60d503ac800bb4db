import prettyBytes from 'pretty-bytes';
import { print, printTable } from './ledger-output.ts';
import type { publishedEvent } from './model/published.ts';
import type { Queries } from './queries.ts';
import type { publishedStatus } from './status.ts';

/** Says that a change was made, and with which result. */
export function sayDone(answer: unknown): void {
  process.stdout.write(`${doneText(answer as Done)}\n`);
}

type Done = Partial<Record<'id' | 'name' | 'target' | 'checkpointAt' | 'level', string>> & {
  acknowledged?: number;
};

function doneText({ id, name, target, checkpointAt, level, acknowledged }: Done): string {
  if (acknowledged !== undefined) return `Acknowledged: ${acknowledged}.`;
  if (target !== undefined) return `The limit ${id} is set.`;
  if (id !== undefined) return `${id} is ${name}.`;
  if (checkpointAt !== undefined) return `Written at ${checkpointAt}.`;
  return level === undefined ? 'Done.' : `The log level is ${level}.`;
}

export function showPeers(answer: unknown, json = false): void {
  if (json) return print(answer);
  const { peers } = answer as ReturnType<Queries['peers']>;
  printTable(
    ['Address', 'Name', 'Download', 'Upload'],
    peers.map(({ address, name, download, upload }) => [
      address,
      name ?? '',
      prettyBytes(download),
      prettyBytes(upload),
    ]),
  );
}

/** Times are those of the time zone. */
export function showEvents(answer: unknown, timeZone: string, json = false): void {
  if (json) return print(answer);
  const { events } = answer as { events: ReturnType<typeof publishedEvent>[] };
  printTable(
    ['Id', 'Time', 'Type', 'Event'],
    events.map(({ id, at, type, message }) => [
      String(id),
      new Date(at).toLocaleString('sv', { timeZone }),
      type,
      message,
    ]),
  );
}

/** What a restart could mend is a failure, as with `GET /health`; the rest is no business of a health check. */
export function probeHealth(answer: unknown): void {
  const { status } = answer as ReturnType<typeof publishedStatus>;
  process.stdout.write(`${status}\n`);
  if (status === 'down') process.exitCode = 1;
}

export function showHealth(answer: unknown, json = false): void {
  const status = answer as ReturnType<typeof publishedStatus>;
  if (status.status !== 'ok') process.exitCode = 1;
  if (json) return print(answer);
  const { broker, storeBytes, checkpointAgeSeconds } = status;
  const rows = [
    ['Status', status.status],
    ...status.problems.map((problem) => ['Problem', problem]),
    ['Version', status.version],
    ['Running since', status.startedAt],
    ['Last checkpoint', `${checkpointAgeSeconds} s ago`],
    ['Ledger', prettyBytes(storeBytes)],
    [
      'MQTT broker',
      `${broker.name}: ${broker.connected ? 'connected' : (broker.trouble ?? 'not connected')}`,
    ],
    ...status.monitors.flatMap(({ interfaces }) =>
      interfaces.map(({ name, up, received, dropped, coverage }) => [
        `Interface ${name}`,
        `${up ? 'up' : 'down'}, ${received} frames metered, ${dropped} lost${coverageText(coverage)}`,
      ]),
    ),
  ];
  printTable(['', ''], rows);
}

function coverageText(coverage: number | null): string {
  return coverage === null ? '' : `, ${(coverage * 100).toFixed(1)} % of the kernel's count`;
}
