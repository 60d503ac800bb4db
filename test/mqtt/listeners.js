/**
 * A process that subscribes many times to everything at a broker, says `subscribed` to its parent, and when all
 * connections have ended how many of them heard the status `offline`. Arguments: URL of the broker, number.
 */
import { connectAsync } from 'mqtt';

const [url, number] = process.argv.slice(2);
const offline = new Set();
const ends = [];
for (let i = 0; i < Number(number); i++) {
  const client = await connectAsync(url, { reconnectPeriod: 0 });
  client.on('message', (topic, payload) => {
    if (topic === 'lanledger/status' && payload.toString() === 'offline') offline.add(i);
  });
  client.on('error', () => {});
  ends.push(new Promise((resolve) => client.once('close', resolve)));
  await client.subscribeAsync('#', { qos: 1 });
}
process.send('subscribed');
await Promise.all(ends);
process.send(offline.size);
process.disconnect();
