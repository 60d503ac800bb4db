import { errorOf } from '../connection/failure.ts';
import type { DeviceList, LedgerEvent, Target } from '../connection/ledger.ts';
import { linkTo } from '../connection/link.ts';
import { createSelection } from '../connection/selection.ts';
import { createTurns } from '../connection/turns.ts';
import { whoOf } from '../connection/wording.ts';
import type { NodeConfig, Red, RedNode } from '../node-red.d.ts';
import { createDebounce } from './debounce.ts';

interface EventConfig extends NodeConfig {
  server: string;
  /** Types of events; all where empty. */
  kinds?: string[];
  /** Ids or names of devices and groups; all where empty. */
  devices?: string[];
  /** Seconds. */
  debounce?: string | number;
}

/** An event of the daemon, or that the daemon itself went or came. */
type Happening = Omit<LedgerEvent, 'id'> & { id?: number };

/** Tells what happens: new devices, who comes and goes, limits, what the daemon does. */
export = (red: Red): void => {
  function create(this: RedNode, config: EventConfig): void {
    red.nodes.createNode(this, config);
    const { kinds = [], devices = [] } = config;
    const isChosen = createSelection(devices);
    const link = linkTo(red, this, config.server);
    const inTurn = createTurns();
    let daemon = link.standing().state;

    /** Events come before the states that they lead to, so who it is about is asked for. */
    async function targetOf({ device, group }: Happening): Promise<Target | undefined> {
      if (device === null) return link.targets.get(group ?? '');
      try {
        const { day, devices: all } = (await link.command('devices')) as DeviceList;
        const found = all.find(({ id }) => id === device);
        if (found !== undefined) return { kind: 'device', day, ...found };
      } catch {
        // What is known has to do: an event matters more than the newest name.
      }
      return link.targets.get(device);
    }

    function isWanted({ device, group }: Happening, target: Target | undefined): boolean {
      if (devices.length === 0 || (device === null && group === null)) return true;
      return target !== undefined && isChosen(target);
    }

    const tell = async (event: Happening): Promise<void> => {
      const target = await targetOf(event);
      if (!isWanted(event, target)) return;
      this.send({ topic: event.type, payload: event, ...(target && whoOf(target)) });
      link.badge({ fill: 'green', shape: 'dot', text: event.type });
    };

    const debounce = createDebounce<Happening>((Number(config.debounce) || 0) * 1000, (event) => {
      inTurn(() => tell(event)).catch((error: unknown) => {
        this.error(errorOf(error), { payload: event });
      });
    });

    const take = (event: Happening): void => {
      if (kinds.length === 0 || kinds.includes(event.type)) debounce.add(event);
    };

    link.on('event', take);
    link.on('standing', ({ state, message }) => {
      if (state !== 'online' && state !== 'offline') return;
      const before = daemon;
      daemon = state;
      if (before === state || (before !== 'online' && before !== 'offline')) return;
      const at = new Date().toISOString();
      take({ at, type: `daemon-${state}`, device: null, group: null, message });
    });
    this.on('close', (_removed, done) => {
      debounce.stop();
      done();
    });
  }

  red.nodes.registerType('lanledger-event', create);
};
