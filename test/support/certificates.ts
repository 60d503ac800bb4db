import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let directory: string | undefined;

/** Paths of a key and of the certificate that it signed itself, for the host name `NAME.test`; made when asked for first. */
export function selfSigned(name: string): { certificateFile: string; keyFile: string } {
  directory ??= newDirectory();
  const certificateFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  if (!existsSync(certificateFile)) {
    const host = `${name}.test`;
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const about = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-days', '30'];
    const files = ['-keyout', keyFile, '-out', certificateFile];
    execFileSync('openssl', ['req', '-x509', ...key, ...about, ...files], { stdio: 'ignore' });
  }
  return { certificateFile, keyFile };
}

function newDirectory(): string {
  const made = mkdtempSync(join(tmpdir(), 'lanledger-certificates-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}
