import { linkTo } from '../connection/link.ts';
import type { DeviceList } from '../connection/ledger.ts';
import { createSelection, referencesIn } from '../connection/selection.ts';
import { rowOf, type DeviceRow } from '../connection/device-row.ts';
import type { Message, NodeConfig, Red, RedNode, Sent } from '../node-red.d.ts';

interface DevicesConfig extends NodeConfig {
  server: string;
  include?: 'all' | 'online' | 'active';
  hidden?: boolean;
  sort?: keyof typeof orders;
  output?: 'array' | 'messages';
}

const orders = {
  name: (a: DeviceRow, b: DeviceRow) => a.name.localeCompare(b.name),
  today: (a: DeviceRow, b: DeviceRow) => b.today.total - a.today.total,
  month: (a: DeviceRow, b: DeviceRow) => b.month.total - a.month.total,
  total: (a: DeviceRow, b: DeviceRow) => b.total.total - a.total.total,
  lastSeen: (a: DeviceRow, b: DeviceRow) => b.lastSeen.localeCompare(a.lastSeen),
};

const filters = {
  all: () => true,
  online: ({ online }: DeviceRow) => online,
  active: ({ today }: DeviceRow) => today.total > 0,
};

/** Answers each message with the devices and what they have used. */
export = (red: Red): void => {
  function create(this: RedNode, config: DevicesConfig): void {
    red.nodes.createNode(this, config);
    const { include = 'all', sort = 'today', output = 'array' } = config;
    const link = linkTo(red, this, config.server);

    link.onInput(async (message) => {
      const { day, devices } = (await link.command('devices')) as DeviceList;
      const isChosen = createSelection(referencesIn(message['device']));
      const rows = devices
        .map((device) => ({ kind: 'device' as const, day, ...device }))
        .filter((device) =>
          isChosen(config.hidden === true ? { ...device, hidden: false } : device),
        )
        .map(rowOf)
        .filter(filters[include])
        .sort(orders[sort]);
      return output === 'array' ? [{ ...message, payload: rows }] : messagesOf(message, rows);
    });
  }

  red.nodes.registerType('lanledger-devices', create);
};

/** One message for each device; Join puts them together again. */
function messagesOf(message: Message, rows: readonly DeviceRow[]): Sent[] {
  const id = message['_msgid'];
  return rows.map((row, index) => ({
    ...message,
    topic: row.id,
    payload: row,
    parts: { id, type: 'array', index, count: rows.length, len: 1 },
  }));
}
