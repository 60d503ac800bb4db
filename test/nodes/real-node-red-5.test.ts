import { dashboard } from './example-flows.ts';
import { describeNodeRed } from './real-node-red.ts';

await describeNodeRed('Node-RED 5 on Node 24', ['node@24', 'node-red@5.0', dashboard]);
