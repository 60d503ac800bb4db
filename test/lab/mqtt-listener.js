/**
 * Runs inside a namespace: subscribes to a topic filter of the broker there and tells its parent every message.
 * Arguments: URL of the broker, topic filter.
 */
import { connectAsync } from 'mqtt';

const [url, filter] = process.argv.slice(2);
const client = await connectAsync(url);
client.on('message', (topic, payload, { retain }) => {
  process.send({ topic, text: payload.toString(), retain });
});
await client.subscribeAsync(filter, { qos: 1 });
process.send({ topic: '', text: 'subscribed', retain: false });
process.on('disconnect', () => process.exit());
