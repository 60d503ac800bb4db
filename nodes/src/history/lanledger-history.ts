import type { Connection } from '../connection/connection.ts';
import { Failure } from '../connection/failure.ts';
import { NETWORK, type UsageRows } from '../connection/ledger.ts';
import { linkTo } from '../connection/link.ts';
import { createSelection, referencesIn } from '../connection/selection.ts';
import type { NodeConfig, Red, RedNode } from '../node-red.d.ts';
import { rangeOf, type RangeChoice } from './range.ts';
import { chartOf, commandSteps, tableOf, type Grouping } from './usage-table.ts';

interface HistoryConfig extends NodeConfig, RangeChoice {
  server: string;
  /** Ids or names of devices and groups, or `network` for the sum of all; every device where empty. */
  devices?: string[];
  group?: Grouping;
  format?: 'rows' | 'chart';
}

/** Answers each message with what was used in a range of days. */
export = (red: Red): void => {
  function create(this: RedNode, config: HistoryConfig): void {
    red.nodes.createNode(this, config);
    const link = linkTo(red, this, config.server);

    link.onInput(async (message) => {
      // Neither the clock nor the time zone of this machine says which day it is there.
      const { to: today, timeZone } = (await link.command('usage', { by: NETWORK })) as UsageRows;
      const range = rangeOf(config, message, today, timeZone);
      const { device, group } = message;
      // What the nodes send as `msg.group` says whose history, not how it is grouped.
      const isTarget = typeof group === 'object';
      const grouping = groupingOf((isTarget ? undefined : group) ?? config.group ?? 'day');
      const devices = referencesIn([device, isTarget ? group : ''].flat()) ?? config.devices ?? [];
      const answer = (await link.command('usage', {
        ...range,
        step: commandSteps[grouping],
        ...whoseUsage(devices, link.targets),
      })) as UsageRows;
      const payload =
        config.format === 'chart'
          ? chartOf(answer, grouping, Date.now())
          : tableOf(answer, grouping);
      const { from, to } = answer;
      return [{ ...message, payload, range: { from, to, group: grouping, timeZone } }];
    });
  }

  red.nodes.registerType('lanledger-history', create);
};

function whoseUsage(references: readonly string[], targets: Connection['targets']): object {
  if (references.some((each) => each.trim().toLowerCase() === NETWORK)) return { by: 'network' };
  return references.length === 0 ? {} : { devices: references.map((each) => idOf(each, targets)) };
}

/** In an address, a name with a comma would be two. */
function idOf(reference: string, targets: Connection['targets']): string {
  const [found, ...others] = [...targets.values()].filter(createSelection([reference]));
  return found === undefined || others.length > 0 ? reference : found.id;
}

function groupingOf(value: unknown): Grouping {
  const known: unknown[] = Object.keys(commandSteps);
  if (known.includes(value)) return value as Grouping;
  const list = known.join(', ');
  throw new Failure('GROUP_INVALID', `"${String(value)}" is no grouping: use one of ${list}.`);
}
