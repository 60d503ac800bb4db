import { InvalidArgumentError, Option, type Command } from 'commander';
import { AppError } from './base/errors.ts';
import type { Config } from './config/config.ts';
import { eventTypes } from './model/event.ts';

/** What each command of the command line gets besides its own options. */
export interface CommandLine {
  /** A new command with the options that all have. */
  command: (name: string) => Command;
  load: (options: object) => Promise<Config>;
}

/** Asks the running daemon (`call`), or changes something in it and says so (`change`). */
export function createCalls(load: CommandLine['load']) {
  const call = async (options: object, name: string, input: object): Promise<unknown> => {
    const { callDaemon } = await import('./remote.ts');
    return callDaemon(await load(options), name, input);
  };
  const change = async (options: object, name: string, input: object): Promise<void> => {
    const { sayDone } = await import('./control-output.ts');
    sayDone(await call(options, name, input));
  };
  return { call, change };
}

/** The commands that ask the running daemon, or change something in it. */
export function addControlCommands({ command, load }: CommandLine): void {
  const { call, change } = createCalls(load);

  command('rename <device> [name]')
    .description(
      'Name a device (given by id, MAC, address or name); without a name: its own again.',
    )
    .action((device: string, name: string | undefined, options: object) =>
      change(options, 'device/rename', { device, name: name ?? null }),
    );
  command('hide <device>')
    .description('Leave a device out of lists for people; it is metered like any other.')
    .option('--show', 'show it again')
    .action((device: string, options: { show?: true }) =>
      change(options, 'device/hide', { device, hidden: options.show !== true }),
    );
  command('merge <device> <into>')
    .description('Make a device part of another: all its usage, past and to come.')
    .action((device: string, into: string, options: object) =>
      change(options, 'device/merge', { device, into }),
    );
  command('split <id>')
    .description('Let a device that was merged go by itself again, from here on.')
    .action((device: string, options: object) => change(options, 'device/split', { device }));
  command('forget <device>')
    .description('Forget who a device is; what it used stays in the sums of the network.')
    .action((device: string, options: object) => change(options, 'device/forget', { device }));
  command('acknowledge')
    .argument('[ids...]', 'ids of events, as "lanledger events" lists them', addNumber, [])
    .option('--all', 'all of them')
    .description('Mark events as seen, so that nothing shows them as new any more.')
    .action(async (ids: number[], options: { all?: true }) => {
      if (ids.length > 0 === (options.all === true))
        throw new AppError('REQUEST_INVALID', whichOnes);
      const which = options.all === true ? { through: Number.MAX_SAFE_INTEGER } : { events: ids };
      await change(options, 'events/acknowledge', which);
    });
  command('checkpoint')
    .description('Write the ledger to disk at once.')
    .action((options: object) => change(options, 'checkpoint', {}));
  command('restart')
    .description('Restart the daemon with its configuration as it is now, in the same process.')
    .action((options: object) => change(options, 'restart', {}));
  command('log-level <level>')
    .description('How much the daemon logs until its next start: debug, info, warn or error.')
    .action((level: string, options: object) => change(options, 'log/level', { level }));

  command('peers [device]')
    .description('The remote addresses with the most traffic, of a device or of the network.')
    .option('--from <day>', 'first day, YYYY-MM-DD (default: today)')
    .option('--to <day>', 'last day, YYYY-MM-DD (default: today)')
    .option('--limit <number>', 'how many', toNumber, 20)
    .option('--json', 'print JSON')
    .action(async (device: string | undefined, options: PeerOptions) => {
      const { from, to, limit, json } = options;
      const { showPeers } = await import('./control-output.ts');
      showPeers(await call(options, 'peers', withoutAbsent({ device, from, to, limit })), json);
    });
  command('events')
    .description('What happened, newest first.')
    .option('--device <device>', 'only about this device')
    .addOption(new Option('--type <type>', 'only of this type').choices(eventTypes))
    .option('--unacknowledged', 'only those that wait to be acknowledged')
    .option('--limit <number>', 'how many', toNumber, 50)
    .option('--json', 'print JSON')
    .action(async (options: EventOptions) => {
      const { device, type, unacknowledged, limit, json } = options;
      const acknowledged = unacknowledged === true ? false : undefined;
      const { showEvents } = await import('./control-output.ts');
      const { callDaemon } = await import('./remote.ts');
      const config = await load(options);
      const input = withoutAbsent({ device, type, acknowledged, limit });
      const answer = await callDaemon(config, 'events', input);
      showEvents(answer, config.timeZone, json);
    });
  command('health')
    .description(
      'How the daemon fares: capture, ledger, broker; ends with 1 where something needs attention.',
    )
    .option('--json', 'print JSON')
    .option('--probe', 'end with 1 only where nothing is metered any more; for health checks')
    .action(async (options: { json?: true; probe?: true }) => {
      const { probeHealth, showHealth } = await import('./control-output.ts');
      const answer = await call(options, 'health', {});
      if (options.probe === true) probeHealth(answer);
      else showHealth(answer, options.json);
    });
}

/** The commands that manage the tokens file; the daemon follows without a restart. */
export function addTokenCommands({ command, load }: CommandLine): void {
  const tokens = () => import('./token-command.ts');
  command('list')
    .description('List the tokens, without their secrets.')
    .action(async (options: object) => (await tokens()).showTokens(await load(options)));
  command('link [name]')
    .description('Print links that log a browser in.')
    .action(async (name: string | undefined, options: object) =>
      (await tokens()).showLinks(await load(options), name),
    );
  command('add <name>')
    .description('Make a token and print it.')
    .addOption(
      new Option('--scope <scope>', 'what it may do').choices(['read', 'write']).default('read'),
    )
    .action(async (name: string, options: { scope: 'read' | 'write' }) =>
      (await tokens()).makeToken(await load(options), name, options.scope),
    );
  command('rotate <name>')
    .description('Replace a token by another and print that.')
    .action(async (name: string, options: object) =>
      (await tokens()).renewToken(await load(options), name),
    );
  command('revoke <name>')
    .description('Take the access of a token away.')
    .action(async (name: string, options: object) =>
      (await tokens()).removeToken(await load(options), name),
    );
}

interface PeerOptions {
  from?: string;
  to?: string;
  limit: number;
  json?: true;
}

interface EventOptions {
  device?: string;
  type?: string;
  unacknowledged?: true;
  limit: number;
  json?: true;
}

const whichOnes =
  'Give the ids of the events to acknowledge, as "lanledger events" lists them, or --all.';

function addNumber(text: string, numbers: readonly number[]): number[] {
  return [...numbers, toNumber(text)];
}

function toNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}

function withoutAbsent(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}
