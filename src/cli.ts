import { Command, InvalidArgumentError, Option } from 'commander';
import { AppError } from './base/errors.ts';
import type { Config } from './config/config.ts';
import type { ConfigPart } from './config/given-value.ts';
import { loadConfig, type ConfigSources } from './config/load.ts';
import { addControlCommands, addTokenCommands } from './control-commands.ts';
import type { DemoCommand } from './demo-command.ts';
import type { ImportOptions } from './import-command.ts';
import { addGroupCommands, addLimitCommands, addListCommands } from './limit-command.ts';
import { parseDay, type Day } from './model/checkpoint.ts';
import { parsePrefix } from './model/address.ts';
import { steps, type Step } from './model/usage.ts';
import { version } from './version.ts';

interface CommonOptions {
  config?: string;
  dataDirectory?: string;
  timeZone?: string;
  interface?: string[];
  driver?: string;
}

interface ReplayOptions extends CommonOptions {
  json?: true;
  local?: string[];
}

/** The process ends with it where it was asked for something that cannot be. */
export const OPERATOR_MISTAKE = 2;

const afterHelp = `
Examples:
  lanledger demo                              Look at it with a made-up household
  lanledger check                             Will it work here, and what to mend?
  lanledger run --interface eth1              Meter the devices on eth1
  lanledger history --from 2026-11-01         Who used what since November 1st
  lanledger rename 192.168.1.20 "Kitchen"     Give a device a name
  lanledger token link                        The link to the dashboard
  lanledger replay capture.pcap --json        Meter a capture file

Every configuration key also has an environment variable: http.port is LANLEDGER_HTTP_PORT.`;

/** The command line. Commands load what they need when they are called: the daemon's parts take a while. */
export function createProgram(): Command {
  const program = new Command('lanledger')
    .description(
      'Meters what every device on the network sends and receives, and keeps it as a daily ledger.',
    )
    .version(version)
    .addHelpText('after', afterHelp)
    .showHelpAfterError('Add --help to see how it is used.')
    // As for every other mistake: 1 is what commands end with that found something wrong elsewhere.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : OPERATOR_MISTAKE));

  withCapture(withCommon(program.command('run')))
    .description('Meter the network until stopped: ledger, MQTT and HTTP.')
    .action(async (options: CommonOptions) => {
      const { run } = await import('./run.ts');
      await run({ load: () => loadConfig(sourcesOf(options)) });
    });

  program
    .command('home-assistant', { hidden: true })
    .description('Run as an app of Home Assistant, whose start script calls this.')
    .action(async () => {
      const { runInHomeAssistant } = await import('./home-assistant-command.ts');
      await runInHomeAssistant(process.env);
    });

  program
    .command('demo')
    .description('Show LanLedger with a made-up household: no network, no root, nothing is kept.')
    .option('--data <directory>', 'empty folder to keep its ledger in (default: a temporary one)')
    .option(
      '--port <number>',
      'HTTP port on this machine; 0: any that is free',
      wholeFrom(0, 65_535),
      8777,
    )
    .option('--days <number>', 'days of its past, today included', wholeFrom(1, 3660), 62)
    .option('--devices <number>', 'devices of the household', wholeFrom(2, 1000), 18)
    .option(
      '--seed <number>',
      'another number makes another household',
      wholeFrom(0, 2 ** 31 - 1),
      1,
    )
    .action(async (options: DemoCommand) => {
      const { runDemo } = await import('./demo-command.ts');
      await runDemo(options);
    });

  withCommon(program.command('replay'))
    .description(
      'Meter a capture file (pcap, pcapng, gzip; "-" for standard input) and print its ledger.',
    )
    .argument('[file]', 'capture file')
    .option('--json', 'print JSON')
    .option('--local <prefix...>', 'prefixes that are local besides private ones')
    .action(async (first: string | undefined, options: ReplayOptions) => {
      const { runReplay } = await import('./replay-command.ts');
      const local = (options.local ?? []).flatMap((text) => text.split(','));
      // "--local 192.0.2.0/24 capture.pcap": the option takes all words up to the next one.
      const file = first ?? local.pop();
      if (file === undefined) return program.error("error: missing required argument 'file'");
      local.forEach(checkPrefix);
      const config = await load(options);
      config.networks.local.push(...local);
      await runReplay({ file, config, json: options.json ?? false, keep: options.dataDirectory });
    });

  withCapture(withCommon(program.command('check')))
    .description('Say whether all that LanLedger needs will work, and how to mend what will not.')
    .option('--json', 'print JSON')
    .action(async (options: CommonOptions & { json?: true }) => {
      const { check } = await import('./check.ts');
      const isReady = await check(await loadConfig(sourcesOf(options)), options);
      if (!isReady) process.exitCode = 1;
    });

  withCommon(program.command('devices'))
    .description('List the devices of the ledger with what they used today.')
    .option('--all', 'hidden ones, too')
    .option('--json', 'print JSON')
    .action(async (options: CommonOptions & { all?: true; json?: true }) => {
      const { showDevices } = await import('./ledger-output.ts');
      showDevices(await load(options), options);
    });

  withCommon(program.command('history'))
    .description('Print what each device used, by hour, day or month.')
    .option('--from <day>', 'first day, YYYY-MM-DD (default: that of --to, or today)', toDay)
    .option('--to <day>', 'last day, YYYY-MM-DD (default: today)', toDay)
    .addOption(new Option('--step <step>', 'length of a row').choices(steps).default('day'))
    .option('--json', 'print JSON')
    .action(async (options: CommonOptions & { json?: true; from?: Day; to?: Day; step: Step }) => {
      const { showHistory } = await import('./ledger-output.ts');
      showHistory(await load(options), options);
    });

  withCommon(program.command('backup'))
    .description('Copy the ledger to a file, whether the daemon runs or not.')
    .argument('<file>', 'the file to make')
    .option('--force', 'replace a file that is there')
    .action(async (file: string, options: CommonOptions & { force?: true }) => {
      const { runBackup } = await import('./backup-command.ts');
      await runBackup(await load(options), { file, force: options.force === true });
    });

  withCommon(program.command('config'))
    .description('Print the effective configuration and where each value comes from.')
    .option('--json', 'print JSON')
    .action(async (options: CommonOptions & { json?: true }) => {
      const { showConfig } = await import('./config-output.ts');
      await showConfig(sourcesOf(options), options);
    });

  const imports = program.command('import').description('Bring in what other programs recorded.');
  withCommon(imports.command('whitestat'))
    .description('Bring the days, names and remote addresses of a WhiteStat.db into the ledger.')
    .argument('<file>', 'WhiteStat.db')
    .option('--dry-run', 'print what it would bring, and change nothing')
    .option('--with-routers', 'also what stands with the MAC addresses of routers')
    .option(
      '--with-metered-days',
      'also days on which LanLedger metered the device itself: adds up',
    )
    .option('--json', 'print JSON')
    .action(async (file: string, options: CommonOptions & ImportOptions) => {
      const { runWhitestatImport } = await import('./import-command.ts');
      runWhitestatImport(file, await load(options), options);
    });

  const line = { command: (name: string) => withCommon(program.command(name)), load };
  addControlCommands(line);
  addListCommands(line);
  const group = program.command('group').description('Devices that belong together.');
  addGroupCommands({ ...line, command: (name: string) => withCommon(group.command(name)) });
  const limit = program.command('limit').description('How much may be used in a period.');
  addLimitCommands({ ...line, command: (name: string) => withCommon(limit.command(name)) });
  const token = program.command('token').description('Who may open the dashboard and the API.');
  addTokenCommands({ ...line, command: (name: string) => withCommon(token.command(name)) });
  return program;
}

function withCommon(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration in YAML (default: /etc/lanledger/lanledger.yaml)')
    .option('--data-directory <directory>', 'where the ledger is kept')
    .option('--time-zone <zone>', 'IANA time zone in which days begin');
}

function withCapture(command: Command): Command {
  return command
    .option('-i, --interface <name...>', 'network interface to meter, on the side of the devices')
    .addOption(new Option('--driver <driver>', 'how to capture').choices(['af-packet', 'libpcap']));
}

async function load(options: CommonOptions): Promise<Config> {
  const { config } = await loadConfig(sourcesOf(options));
  return config;
}

function sourcesOf({
  config,
  dataDirectory,
  timeZone,
  interface: interfaces,
  driver,
}: CommonOptions): ConfigSources {
  const capture: ConfigPart = {
    ...(interfaces === undefined
      ? {}
      : { interfaces: interfaces.flatMap((name) => name.split(',')) }),
    ...(driver === undefined ? {} : { driver }),
  };
  return {
    file: config,
    environment: process.env,
    commandLine: {
      ...(dataDirectory === undefined ? {} : { dataDirectory }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(Object.keys(capture).length === 0 ? {} : { capture }),
    },
  };
}

function toDay(text: string): Day {
  const day = parseDay(text);
  if (day !== undefined) return day;
  throw new AppError(
    'REQUEST_INVALID',
    `"${text}" is no day: use the form YYYY-MM-DD, such as 2026-11-20.`,
  );
}

/** Returns a parser of whole numbers from `least` to `most`. */
function wholeFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
  };
}

function checkPrefix(text: string): void {
  if (parsePrefix(text) !== undefined) return;
  throw new AppError(
    'REQUEST_INVALID',
    `--local "${text}" is no prefix: use a form such as 192.0.2.0/24 or 2001:db8::/48.`,
  );
}
