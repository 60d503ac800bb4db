import { expect, test } from 'vitest';
import { load, refusal } from './sources.ts';

test.each([
  ['http: { prot: 80 }', 'Unknown key http.prot: did you mean http.port?'],
  ['htp: { port: 80 }', 'Unknown key htp: did you mean http?'],
  ['port: 8777', 'Unknown key port: did you mean http.port or mqtt.embedded.port?'],
  ['mqtt: { port: 1883 }', 'Unknown key mqtt.port: did you mean mqtt.embedded.port?'],
  ['mqtt: { embeddedPort: 1 }', 'Unknown key mqtt.embeddedPort: did you mean mqtt.embedded.port?'],
  ['http: { Port: 1 }', 'Unknown key http.Port: did you mean http.port?'],
  ['tls: { keyFile: /a }', 'Unknown key tls: did you mean mqtt.tls or http.tls?'],
  ['log: { host: a }', 'Unknown key log.host: did you mean http.host or mqtt.embedded.host?'],
  ['timezone: UTC', 'Unknown key timezone: did you mean timeZone?'],
  ['http: { keyFile: /a }', 'Unknown key http.keyFile: did you mean http.tls.keyFile?'], // prettier-ignore
  ['mqtt: { tls: { cafile: /a } }', 'Unknown key mqtt.tls.cafile: did you mean mqtt.tls.caFile?'],
  ['http.port: 80', 'Unknown key "http.port": write it in sections, http: { port: ... }.'],
  ['mqtt.tls: { verify: true }', 'Unknown key "mqtt.tls": write it in sections, mqtt: { tls: ... }.'], // prettier-ignore
  ['{ __proto__: { port: 80 } }', 'Unknown key __proto__: use dataDirectory, timeZone, memoryLimitMegabytes, capture, networks, devices, names, store, billing, mqtt, homeAssistant, http or log.'], // prettier-ignore
  ['http: { tls: { banana: 1 } }', 'Unknown key http.tls.banana: use http.tls.certificateFile or http.tls.keyFile.'], // prettier-ignore
  ['log: { banana: }', 'Unknown key log.banana: use log.level or log.format.'],
])('%s', async (yaml, sentence) => {
  expect(await refusal(load(yaml))).toBe(sentence);
});

test.each([
  ['LANLEDGER_HTTP_PROT', 'did you mean LANLEDGER_HTTP_PORT?'],
  [
    'LANLEDGER_PORT',
    'did you mean LANLEDGER_HTTP_PORT, LANLEDGER_HTTP_INGRESS_PORT or LANLEDGER_MQTT_EMBEDDED_PORT?',
  ],
  ['LANLEDGER_MQTT_TLS_CAFILE', 'did you mean LANLEDGER_MQTT_TLS_CA_FILE?'],
  ['LANLEDGER_DATA_DIR', 'use LANLEDGER_DATA_DIRECTORY.'],
  ['LANLEDGER_LOG_BANANA', 'use LANLEDGER_LOG_LEVEL or LANLEDGER_LOG_FORMAT.'],
  [
    'LANLEDGER_BANANA',
    'remove it, or name a key that "lanledger config" lists (http.port is LANLEDGER_HTTP_PORT).',
  ],
])('%s', async (name, fix) => {
  expect(await refusal(load('', { [name]: '1' }))).toBe(
    `Unknown environment variable ${name}: ${fix}`,
  );
});
