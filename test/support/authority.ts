import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of our own in a directory of its own. */
export interface Authority {
  caFile: string;
  /** Makes a certificate of `days` (negative: expired) and its key as `<name>.crt` and `<name>.key`. */
  issue(name: string, subject: { hosts: string; days?: number }): IssuedFiles;
  close(): Promise<void>;
}

export interface IssuedFiles {
  certificateFile: string;
  keyFile: string;
}

export function createAuthority(): Authority {
  const directory = mkdtempSync(join(tmpdir(), 'authority-'));
  // Mosquitto reads these under another account when it is started by root.
  chmodSync(directory, 0o755);
  const at = (name: string) => join(directory, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl([
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-subj',
    '/CN=CA',
  ]);
  return {
    caFile: at('ca.crt'),
    issue(name, { hosts, days = 30 }) {
      const request = at(`${name}.csr`);
      const files = { certificateFile: at(`${name}.crt`), keyFile: at(`${name}.key`) };
      openssl(['req', ...key, '-keyout', files.keyFile, '-out', request, '-subj', `/CN=${name}`]);
      writeFileSync(at('extensions'), `subjectAltName=${hosts}\n`);
      const authority = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'];
      const extensions = ['-extfile', at('extensions'), '-days', String(days)];
      openssl([
        'x509',
        '-req',
        '-in',
        request,
        ...authority,
        ...extensions,
        '-out',
        files.certificateFile,
      ]);
      return files;
    },
    close: async () => rmSync(directory, { recursive: true }),
  };
}

function openssl(parameters: string[]): void {
  execFileSync('openssl', parameters, { stdio: 'pipe' });
}
