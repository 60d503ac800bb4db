import type { Badge, Message, Red, RedNode, Sent } from '../node-red.d.ts';
import { noConnection, type Connection, type ConnectionEvents } from './connection.ts';
import { errorOf } from './failure.ts';
import type { Standing } from './path.ts';

/** The config node, as the others see it. */
interface ServerNode extends RedNode {
  connection?: Connection;
}

/** A node's hold on the connection of its server; all of it ends with the node. */
export interface Link {
  readonly targets: Connection['targets'];
  command: Connection['command'];
  standing: Connection['standing'];
  /** A listener that throws makes an error of the node, which Catch nodes get. */
  on<Name extends keyof ConnectionEvents>(
    name: Name,
    listener: (...told: ConnectionEvents[Name]) => void,
  ): void;
  /** Shows a badge while the daemon is there; how the connection stands is shown otherwise. */
  badge(badge: Badge): void;
  /** Sends what `answer` resolves to, one after the other; its errors reach Catch nodes. */
  onInput(answer: (message: Message) => Promise<readonly Sent[]>): void;
}

const catalogue = '@lanledger/node-red-lanledger/lanledger-server:status';

const badges: Record<Standing['state'], Badge> = {
  online: { fill: 'green', shape: 'dot', text: 'node-red:common.status.connected' },
  connecting: { fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' },
  offline: { fill: 'red', shape: 'ring', text: `${catalogue}.offline` },
  error: { fill: 'red', shape: 'ring', text: 'node-red:common.status.error' },
};

/** Works without a server, too: then every command fails and the badge says so. */
export function linkTo(red: Red, node: RedNode, serverId: string): Link {
  const server = red.nodes.getNode(serverId) as ServerNode | null;
  const missing = 'Choose a LanLedger server in this node.';
  if (server?.connection === undefined) node.warn(missing);
  const connection = server?.connection ?? noConnection(missing);
  const endings: (() => void)[] = [];
  let own: Badge = badges.online;

  function show(): void {
    const { state } = connection.standing();
    node.status(state === 'online' ? own : badges[state]);
  }

  function on<Name extends keyof ConnectionEvents>(
    name: Name,
    listener: (...told: ConnectionEvents[Name]) => void,
  ): void {
    const guarded = (...told: ConnectionEvents[Name]): void => {
      try {
        listener(...told);
      } catch (error) {
        node.error(errorOf(error), {});
      }
    };
    endings.push(connection.on(name, guarded));
  }

  on('standing', show);
  node.on('close', (_removed, done) => {
    for (const end of endings) end();
    done();
  });
  show();

  return {
    targets: connection.targets,
    command: (name, input) => connection.command(name, input),
    standing: () => connection.standing(),
    on,
    badge(badge) {
      own = badge;
      show();
    },
    onInput(answer) {
      node.on('input', async (message, send, done) => {
        node.status({ fill: 'blue', shape: 'dot', text: `${catalogue}.asking` });
        try {
          for (const one of await answer(message)) send(one);
        } catch (error) {
          node.status({ fill: 'red', shape: 'ring', text: 'node-red:common.status.error' });
          done(errorOf(error));
          return;
        }
        show();
        done();
      });
    },
  };
}
