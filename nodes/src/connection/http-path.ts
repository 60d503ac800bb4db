import { closeDay } from './closing-day.ts';
import { Failure } from './failure.ts';
import type { HttpClient } from './http-client.ts';
import { NETWORK, type DeviceList, type Group, type Target, type UsageRows } from './ledger.ts';
import { createLiveStream } from './live-stream.ts';
import type { Listener, Path, Standing } from './path.ts';

interface GroupList {
  groups: Omit<Group, 'day' | 'kind'>[];
}

export interface HttpPathOptions {
  client: HttpClient;
  listener: Listener;
  pollMs: number;
}

/** The way by HTTP: states are asked for every few seconds, rates and events come from the live stream. */
export function createHttpPath({ client, listener, pollMs }: HttpPathOptions): Path {
  let isOpen = false;
  let known = new Map<string, Target>();
  let timer: NodeJS.Timeout | undefined;
  const live = createLiveStream(client, { ...listener, targets: () => known });

  async function poll(): Promise<void> {
    let standing: Standing = { state: 'online', message: 'Connected to LanLedger.' };
    try {
      await update();
    } catch (error) {
      standing = standingOf(error);
    }
    if (!isOpen) return;
    listener.standing(standing);
    // The stream tells rates by device, so the devices must be known.
    if (standing.state === 'online') live.open();
    timer = setTimeout(() => void poll(), pollMs);
  }

  /** One question after the other: LanLedger locks out who comes with a wrong token too often. */
  async function update(): Promise<void> {
    const list = (await client.ask('/api/v1/devices')) as DeviceList;
    const { groups } = (await client.ask('/api/v1/groups')) as GroupList;
    const targets = targetsOf(list, groups);
    const dayBefore = known.get(NETWORK)?.day;
    if (dayBefore !== undefined && dayBefore < list.day) await finish(dayBefore);
    if (!isOpen) return;
    for (const id of known.keys()) if (!targets.has(id)) listener.gone(id);
    known = targets;
    for (const target of targets.values()) listener.target(target);
  }

  /** Tells the final amounts of a day that has ended since the poll before. */
  async function finish(day: string): Promise<void> {
    const query = `/api/v1/usage?from=${day}&to=${day}`;
    const { usage } = (await client.ask(query)) as UsageRows;
    if (!isOpen) return;
    for (const target of closeDay(known.values(), usage)) listener.target(target);
  }

  return {
    open() {
      isOpen = true;
      listener.standing({ state: 'connecting', message: 'Connecting to LanLedger.' });
      void poll();
    },
    command: (name, input) => commandBy(client, name, input),
    async close() {
      isOpen = false;
      clearTimeout(timer);
      live.close();
    },
  };
}

/** Commands that only ask: they have an address of their own, which a token of scope `read` may open. */
const questions = new Set(['devices', 'usage', 'groups', 'limits', 'events', 'health']);

/** Rejects with a `Failure`. */
export function commandBy(client: HttpClient, name: string, input: object): Promise<unknown> {
  if (!questions.has(name)) {
    return client.ask('/api/v1/commands', { command: name, input });
  }
  // Lists become text with commas, as the daemon reads them.
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(input)) query.set(key, String(value));
  return client.ask(`/api/v1/${name}?${query.toString()}`);
}

function targetsOf(
  { day, devices, network }: DeviceList,
  groups: GroupList['groups'],
): Map<string, Target> {
  const targets: Target[] = [
    { kind: 'network', id: NETWORK, name: 'Network', day, ...network },
    ...groups.map((group): Target => ({ kind: 'group', day, ...group })),
    ...devices.map((device): Target => ({ kind: 'device', day, ...device })),
  ];
  return new Map(targets.map((target) => [target.id, target]));
}

function standingOf(error: unknown): Standing {
  const isAway = error instanceof Failure && ['UNREACHABLE', 'TIMEOUT'].includes(error.code);
  const message = error instanceof Error ? error.message : String(error);
  return { state: isAway ? 'offline' : 'error', message };
}
