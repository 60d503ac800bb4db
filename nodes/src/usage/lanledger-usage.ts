import { firstOfMonth } from '../connection/calendar.ts';
import { linkTo } from '../connection/link.ts';
import type { Target, Usage } from '../connection/ledger.ts';
import { createSelection } from '../connection/selection.ts';
import { amountsOf, formatBytes, whoOf } from '../connection/wording.ts';
import type { NodeConfig, Red, RedNode } from '../node-red.d.ts';

interface UsageConfig extends NodeConfig {
  server: string;
  /** Ids or names of devices and groups, or `network`; all devices where empty. */
  devices?: string[];
  period?: 'today' | 'month' | 'total';
  when?: 'update' | 'change' | 'day-end';
  /** With `change`: so much must have been added since the message before. */
  bytes?: string | number;
  /** Send what is known already when the node starts. */
  atStart?: boolean;
}

/** When the amounts began that are counted on a day. */
const beginOf = {
  today: (day: string) => day,
  month: firstOfMonth,
  total: () => '',
};

/** Tells what devices, groups or the network have used, as it changes or as each day ends. */
export = (red: Red): void => {
  function create(this: RedNode, config: UsageConfig): void {
    red.nodes.createNode(this, config);
    const { period = 'today', when = 'update', atStart = true } = config;
    const isChosen = createSelection(config.devices);
    const link = linkTo(red, this, config.server);
    const leastBytes = Math.max(Number(config.bytes) || 0, 1);
    const sent = new Map<string, { day: string; bytes: number }>();

    const tell = (target: Target): void => {
      const amounts = amountsOf(target[period]);
      sent.set(target.id, { day: target.day, bytes: amounts.total });
      const payload = { date: target.day, period, ...amounts };
      this.send({ topic: target.id, payload, ...whoOf(target) });
      link.badge({ fill: 'green', shape: 'dot', text: formatBytes(amounts.total) });
    };

    const isWorthIt = (target: Target): boolean => {
      const last = sent.get(target.id);
      if (last === undefined) return true;
      const bytes = totalOf(target[period]);
      if (when === 'update') return last.day !== target.day || last.bytes !== bytes;
      const isOver = beginOf[period](last.day) !== beginOf[period](target.day);
      return Math.abs(bytes - (isOver ? 0 : last.bytes)) >= leastBytes;
    };

    const take = (target: Target, before: Target | undefined): void => {
      if (!isChosen(target)) return;
      if (when === 'day-end') {
        if (before !== undefined && before.day < target.day) tell(before);
      } else if (before === undefined && !atStart) {
        sent.set(target.id, { day: target.day, bytes: totalOf(target[period]) });
      } else if (isWorthIt(target)) {
        tell(target);
      }
    };

    link.on('target', take);
    for (const target of link.targets.values()) take(target, undefined);
  }

  red.nodes.registerType('lanledger-usage', create);
};

function totalOf({ download, upload }: Usage): number {
  return download + upload;
}
