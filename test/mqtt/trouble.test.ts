import { expect, test } from 'vitest';
import { isVersionRefusal, troubleOf, troubleOfReason } from '../../src/mqtt/trouble.ts';

const withCode = (code: string | number, message = 'text') =>
  Object.assign(new Error(message), { code });

const unknownIssuer =
  'its certificate is from an authority that this machine does not know; set mqtt.tls.caFile to the certificate of that authority';
const older = 'it offers only TLS older than 1.2';
const wantsCertificate =
  'it wants a certificate from its clients; set mqtt.tls.certificateFile and mqtt.tls.keyFile';

test.each([
  [withCode('ECONNREFUSED'), 'nothing listens there'],
  [withCode('ECONNREFUSED', ''), 'nothing listens there'],
  [withCode('ENOTFOUND'), 'the host name is unknown'],
  [withCode(5), 'it refuses the user name or password; check mqtt.username and mqtt.password'],
  [withCode(134), 'it refuses the user name or password; check mqtt.username and mqtt.password'],
  [withCode(77, 'other refusal'), 'other refusal'],
  [withCode('EOTHER', ''), 'EOTHER'],
  [new Error('connack timeout'), 'it does not answer'],
  [new Error('Keepalive timeout'), 'it does not answer'],
  [withCode('SELF_SIGNED_CERT_IN_CHAIN'), unknownIssuer],
  [withCode('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), older],
  [
    withCode(
      'EPROTO',
      'write EPROTO 80:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../deps:1601:SSL alert number 70\n',
    ),
    older,
  ],
  [withCode('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), wantsCertificate],
  [withCode('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'), wantsCertificate],
  [
    withCode('ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'),
    'the certificate in mqtt.tls.certificateFile has expired; renew it',
  ],
  [
    withCode('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'),
    'it does not trust the certificate in mqtt.tls.certificateFile',
  ],
  [
    withCode('ERR_SSL_WRONG_VERSION_NUMBER'),
    'it does not speak TLS there; write mqtt.url with mqtt:// or the port of TLS, usually 8883',
  ],
  [withCode('ERR_SSL_OTHER_THING'), 'TLS does not work (other thing)'],
  [new Error(''), 'the connection failed'],
  ['thrown text', 'thrown text'],
])('%s', (error, sentence) => expect(troubleOf(error).text).toBe(sentence));

test('what the broker says is shown, fit for a log', () => {
  expect(troubleOf(withCode(137), 'too\nmany\u001b[31m of us').text).toBe(
    'it is busy ("too many [31m of us")',
  );
  expect(troubleOfReason(137, 'x'.repeat(500)).text).toHaveLength('it is busy ("")'.length + 200);
  expect(troubleOfReason(99).text).toBe('it gives reason 99');
});

test.each([
  [5, true],
  [135, true],
  [142, true],
  [3, false],
  [137, false],
])('reason %i needs people: %s', (reason, lasting) => {
  expect(troubleOf(withCode(reason)).lasting).toBe(lasting);
});

test('the version is refused by either number', () => {
  expect([1, 132, 5, 'ECONNRESET'].map((code) => isVersionRefusal(withCode(code)))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
