import { rowOf } from '../connection/device-row.ts';
import { Failure } from '../connection/failure.ts';
import type { DeviceList } from '../connection/ledger.ts';
import { linkTo } from '../connection/link.ts';
import { referencesIn } from '../connection/selection.ts';
import type { Message, NodeConfig, Red, RedNode } from '../node-red.d.ts';

interface RenameConfig extends NodeConfig {
  server: string;
  /** Id, MAC address, name or address; empty: the message says which. */
  device?: string;
  /** Empty: the message says how. */
  newName?: string;
}

/** Gives a device a name, and sends the device as it is then. */
export = (red: Red): void => {
  function create(this: RedNode, config: RenameConfig): void {
    red.nodes.createNode(this, config);
    const link = linkTo(red, this, config.server);

    link.onInput(async (message) => {
      const device = deviceOf(message) ?? config.device;
      const name = nameOf(message) ?? (config.newName || undefined);
      if (!device) throw new Failure('DEVICE_MISSING', 'Say which device: set it, or msg.device.');
      if (name === undefined) {
        throw new Failure(
          'NAME_MISSING',
          'Say how the device is to be called: set it, or msg.name.',
        );
      }
      const input = { device, name: name.trim() || null };
      const renamed = await link.command('device/rename', input);
      return [{ ...message, payload: rowOf(renamed as DeviceList['devices'][number]) }];
    });
  }

  red.nodes.registerType('lanledger-rename', create);
};

/** `msg.device`, `msg.mac`, or those of a table's row in the payload. */
function deviceOf(message: Message): string | undefined {
  const { device, mac } = message;
  const row = rowOfPayload(message);
  const named = [device, mac, row['device'], row['id'], row['mac']];
  return referencesIn(
    named.find((each) => each !== undefined && each !== null && each !== ''),
  )?.[0];
}

/** `msg.name`, the name in a row, or the payload where that is text. */
function nameOf(message: Message): string | undefined {
  const { name, payload } = message;
  return [name, rowOfPayload(message)['name'], payload].find(isText);
}

function rowOfPayload({ payload }: Message): Record<string, unknown> {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload)
    ? (payload as Record<string, unknown>)
    : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
