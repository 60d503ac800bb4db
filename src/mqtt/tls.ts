import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls';
import { AppError, messageOf, systemCodeOf } from '../base/errors.ts';
import type { Config } from '../config/config.ts';
import { readSetting, type BrokerAddress } from './broker-address.ts';

/** Options of `tls.connect`. */
export interface TlsOptions {
  secureContext: SecureContext;
  rejectUnauthorized: boolean;
  servername?: string;
  checkServerIdentity?: (host: string, certificate: PeerCertificate) => Error | undefined;
}

type TlsConfig = Config['mqtt']['tls'];

export function isEncrypted({ protocol }: Pick<BrokerAddress, 'protocol'>): boolean {
  return protocol === 'mqtts' || protocol === 'wss';
}

/** Throws `CONFIG_INVALID` where there are certificates for a connection without TLS. */
export function checkTls({ caFile, certificateFile }: TlsConfig, broker: BrokerAddress): void {
  if (isEncrypted(broker) || (caFile === '' && certificateFile === '')) return;
  throw new AppError(
    'CONFIG_INVALID',
    'mqtt.tls is set, but mqtt.url is without TLS; write it as mqtts:// (usually port 8883), or remove mqtt.tls.',
  );
}

/**
 * Reads the certificate files, each time anew so that a renewed one is used. Throws an `AppError` with the middle of a
 * sentence where a file cannot be read or holds no certificate.
 */
export function readTls(config: TlsConfig): TlsOptions {
  const { serverName, verify } = config;
  return {
    secureContext: readContext(config),
    rejectUnauthorized: verify,
    ...(serverName === '' ? {} : identity(serverName)),
  };
}

function readContext({ caFile, certificateFile, keyFile }: TlsConfig): SecureContext {
  const ca = caFile === '' ? undefined : readSetting('mqtt.tls.caFile', caFile);
  if (ca !== undefined) checkCertificate('mqtt.tls.caFile', caFile, ca);
  const own =
    certificateFile === ''
      ? {}
      : {
          cert: readSetting('mqtt.tls.certificateFile', certificateFile),
          key: readSetting('mqtt.tls.keyFile', keyFile),
        };
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...own,
    });
  } catch (error) {
    const reason =
      systemCodeOf(error) === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
        ? 'do not belong together'
        : `cannot be used (${messageOf(error)})`;
    throw new AppError(
      'CONFIG_INVALID',
      `the files of mqtt.tls.certificateFile and mqtt.tls.keyFile ${reason}`,
      { cause: error },
    );
  }
}

/** OpenSSL passes over what is no certificate among the authorities; the broker's would then seem to be at fault. */
function checkCertificate(key: string, path: string, text: string): void {
  try {
    void new X509Certificate(text);
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `${key} (${path}) holds no certificate in PEM`, {
      cause: error,
    });
  }
}

/** An address may be the name in a certificate, but not the server name that TLS sends (RFC 6066 section 3). */
function identity(name: string): Pick<TlsOptions, 'servername' | 'checkServerIdentity'> {
  return {
    servername: isIP(name) === 0 ? name : '',
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  };
}
