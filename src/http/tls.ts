import { readFileSync } from 'node:fs';
import type { Server as HttpsServer } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { AppError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** `http.tls` of the configuration. */
export interface TlsFiles {
  /** Certificate chain and key in PEM; both are set, or none for no TLS. */
  certificateFile: string;
  keyFile: string;
}

/** Options for `https.createServer`, or undefined where no TLS is wanted. Throws `CONFIG_INVALID`. */
export function tlsOptions({
  certificateFile,
  keyFile,
}: TlsFiles): SecureContextOptions | undefined {
  if (certificateFile === '') return undefined;
  const options: SecureContextOptions = {
    cert: read('http.tls.certificateFile', certificateFile),
    key: read('http.tls.keyFile', keyFile),
    minVersion: 'TLSv1.2',
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw invalid(
      `${certificateFile} and ${keyFile} are no certificate with its key (${messageOf(error)}): set http.tls.certificateFile and http.tls.keyFile to PEM files that belong together, the key without a password.`,
      error,
    );
  }
  return options;
}

/** Reads the files again, for new connections. Where that fails, the certificate before stays and the log says so. */
export function renewTls(server: HttpsServer, files: TlsFiles, log: Log): void {
  try {
    const options = tlsOptions(files);
    if (options === undefined) return;
    server.setSecureContext(options);
    log.info(`The certificate was read again from ${files.certificateFile}.`);
  } catch (error) {
    log.error(`${messageOf(error)} Until then, the certificate before is used.`);
  }
}

function read(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw invalid(
      `${key} cannot be read (${messageOf(error)}): check the path, and that the user that runs LanLedger may read it.`,
      error,
    );
  }
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('CONFIG_INVALID', message, { cause });
}
