import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const isRoot = process.getuid?.() === 0;
/** Enters a root that has the programs of this machine. */
const enter =
  'mount --rbind /usr "$0/usr" && mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" sh /opt/lanledger/home-assistant.sh';
const program = `#!/bin/sh
cat /proc/self/status
echo "Arguments: $*"
echo "Options: $(cat /data/options.json)"
`;

/** A root like that of the app's container, with a program that tells of itself in place of LanLedger. */
function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'lanledger-container-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  chmodSync(root, 0o755);
  for (const path of ['usr', 'dev', 'proc', 'etc', 'data', 'opt/lanledger', 'programs']) {
    mkdirSync(join(root, path), { recursive: true });
  }
  for (const path of ['bin', 'lib', 'lib64']) execFileSync('cp', ['-a', `/${path}`, root]);
  writeFileSync(join(root, 'etc/passwd'), 'lanledger:x:8777:8777::/data:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'lanledger:x:8777:\n');
  for (const name of ['home-assistant.sh', 'container.sh']) {
    copyFileSync(`src/service/${name}`, join(root, 'opt/lanledger', name));
  }
  writeFileSync(join(root, 'programs/lanledger'), program, { mode: 0o755 });
  // As the Supervisor and a restored backup leave them.
  writeFileSync(join(root, 'data/options.json'), '{"interfaces":[]}', { mode: 0o600 });
  writeFileSync(join(root, 'data/lanledger.db'), '', { mode: 0o600 });
  return root;
}

test.skipIf(!isRoot)('the user of the image gets /data, and runs LanLedger', () => {
  const root = makeRoot();
  const output = execFileSync('unshare', ['--mount', 'sh', '-ec', enter, root], {
    encoding: 'utf8',
    env: { PATH: '/programs:/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  const valueOf = (key: string) =>
    new RegExp(String.raw`^${key}:[ \t]*(.*)$`, 'm').exec(output)?.[1]?.trim();
  expect({
    user: valueOf('Uid'),
    group: valueOf('Gid'),
    groups: valueOf('Groups'),
    rights: valueOf('CapEff'),
    arguments: valueOf('Arguments'),
    options: valueOf('Options'),
  }).toEqual({
    user: '8777\t8777\t8777\t8777',
    group: '8777\t8777\t8777\t8777',
    groups: '',
    rights: '0000000000000000',
    arguments: 'home-assistant',
    options: '{"interfaces":[]}',
  });
  for (const path of ['data', 'data/options.json', 'data/lanledger.db']) {
    expect(statSync(join(root, path)).uid).toBe(8777);
  }
});
