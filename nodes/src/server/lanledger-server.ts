import { createConnection, type Connection } from '../connection/connection.ts';
import { errorOf } from '../connection/failure.ts';
import type { Standing } from '../connection/path.ts';
import type { BrokerNode, NodeConfig, Red, RedNode } from '../node-red.d.ts';

interface ServerConfig extends NodeConfig {
  broker?: string;
  baseTopic?: string;
  url?: string;
  timeoutSeconds?: string | number;
}

interface Server extends RedNode {
  credentials?: { token?: string };
  connection: Connection;
}

const READ = 'lanledger.read';

/** The connection to one LanLedger, which the other nodes share. */
export = (red: Red): void => {
  function create(this: RedNode, config: ServerConfig): void {
    red.nodes.createNode(this, config);
    const node = this as Server;
    node.connection = createConnection({
      id: node.id,
      broker: (red.nodes.getNode(config.broker ?? '') as BrokerNode | null) ?? undefined,
      baseTopic: config.baseTopic?.trim() || 'lanledger',
      url: config.url?.trim() ?? '',
      token: node.credentials?.token ?? '',
      timeoutMs: (Number(config.timeoutSeconds) || 10) * 1000,
    });
    let last = '';
    const tell = ({ state, message }: Standing): void => {
      if (state === 'connecting' || message === last) return;
      last = message;
      if (state === 'online') node.log(message);
      else node.warn(message);
    };
    tell(node.connection.standing());
    node.connection.on('standing', tell);
    node.on('close', async (removed, done) => {
      await node.connection.close(removed);
      done();
    });
  }

  red.nodes.registerType('lanledger-server', create, {
    credentials: { token: { type: 'password' } },
  });

  const deployed = (id = ''): Server | undefined => {
    const node = red.nodes.getNode(id) as Partial<Server> | null;
    return node?.connection === undefined ? undefined : (node as Server);
  };

  red.httpAdmin.get(
    '/lanledger/:id/devices',
    red.auth.needsPermission(READ),
    ({ params }, response) => {
      const server = deployed(params['id']);
      if (server === undefined) {
        response.status(404).json({ message: 'Deploy first.' });
        return;
      }
      const known = [...server.connection.targets.values()];
      response.status(200).json(known.map(({ id, kind, name }) => ({ id, kind, name })));
    },
  );

  red.httpAdmin.get('/lanledger/:id/test', red.auth.needsPermission(READ), (request, response) => {
    const server = deployed(request.params['id']);
    if (server === undefined) {
      response.status(404).json({ message: 'Deploy first.' });
      return;
    }
    const { connection } = server;
    connection.command('health').then(
      () => response.status(200).json({ message: connection.standing().message }),
      (error: unknown) => response.status(200).json({ message: errorOf(error).message }),
    );
  });
};
