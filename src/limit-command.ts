import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseByteSize } from './base/byte-size.ts';
import { AppError } from './base/errors.ts';
import { createCalls, type CommandLine } from './control-commands.ts';
import { limitDirections, limitPeriods } from './model/limit.ts';

/** `lanledger groups` and `lanledger limits` */
export function addListCommands({ command, load }: CommandLine): void {
  const { call } = createCalls(load);
  command('groups')
    .description('List the groups with what they used.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      const { showGroups } = await import('./limit-output.ts');
      showGroups(await call(options, 'groups', {}), options.json);
    });
  command('limits')
    .description('List the limits and how they stand.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      const { showLimits } = await import('./limit-output.ts');
      showLimits(await call(options, 'limits', {}), options.json);
    });
}

/** `lanledger group ...` */
export function addGroupCommands({ command, load }: CommandLine): void {
  const { change } = createCalls(load);
  command('add <name> [device...]')
    .description('Make a group of devices (given by id, MAC, address or name).')
    .option('--icon <icon>', 'a Material Design icon, such as mdi:account')
    .action((name: string, devices: string[], { icon, ...options }: { icon?: string }) =>
      change(options, 'group/set', { name, devices, ...(icon === undefined ? {} : { icon }) }),
    );
  command('set <group> <name> [device...]')
    .description('Give a group (by id or name) this name, this icon and these devices.')
    .option('--icon <icon>', 'a Material Design icon; without it the group has none')
    .action((...[group, name, devices, { icon, ...options }]: GroupSetArguments) =>
      change(options, 'group/set', {
        group,
        name,
        devices,
        ...(icon === undefined ? {} : { icon }),
      }),
    );
  command('remove <group>')
    .description('Remove a group and its limits; its devices stay.')
    .action((group: string, options: object) => change(options, 'group/remove', { group }));
}

type GroupSetArguments = [
  group: string,
  name: string,
  devices: string[],
  options: { icon?: string },
];

/** `lanledger limit ...` */
export function addLimitCommands({ command, load }: CommandLine): void {
  const { change } = createCalls(load);
  withPeriod(command('set <target> <bytes>'))
    .description('Limit what "network", a device or a group may use in a period; such as 20GB.')
    .option('--warning <percent>', 'share of the limit at which to warn (default: 80)', toPercent)
    .action((target: string, bytes: string, options: LimitOptions & { warning?: number }) => {
      const { period, direction, warning, ...rest } = options;
      const size = toBytes(bytes);
      const share = warning === undefined ? {} : { warningPercent: warning };
      const limit = { target, period, direction, bytes: size, ...share };
      return change(rest, 'limit/set', limit);
    });
  withPeriod(command('remove <target>'))
    .description('Remove a limit.')
    .action((target: string, { period, direction, ...options }: LimitOptions) =>
      change(options, 'limit/remove', { target, period, direction }),
    );
}

interface LimitOptions {
  period: string;
  direction: string;
}

function withPeriod(command: Command): Command {
  return command
    .addOption(
      new Option('-p, --period <period>', 'what it holds for')
        .choices(limitPeriods)
        .default('month'),
    )
    .addOption(
      new Option('-d, --direction <direction>', 'what it counts')
        .choices(limitDirections)
        .default('both'),
    );
}

function toBytes(text: string): number {
  const bytes = parseByteSize(text);
  if (bytes !== undefined) return bytes;
  throw new AppError(
    'REQUEST_INVALID',
    `"${text}" is no size: use a form such as 500MB, 1.5GB or 20GiB.`,
  );
}

function toPercent(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number from 1 to 100.');
}
