import { dashboard } from './example-flows.ts';
import { lockedVersion } from './node-red-install.ts';
import { describeNodeRed } from './real-node-red.ts';

const nodeRed = `node-red@${await lockedVersion('node-red')}`;
await describeNodeRed('Node-RED 4 on this Node', [nodeRed, dashboard]);
