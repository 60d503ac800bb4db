/** LanLedger for an hour under traffic and faults, checked against what was sent. See README.md. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { argv, execPath, exit, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { createLab } from './lab.js';

const program = fileURLToPath(new URL('soak/run.js', import.meta.url));

async function main() {
  if (process.getuid?.() !== 0) {
    stdout.write('Network namespaces and raw sockets need root: run this with sudo.\n');
    return 2;
  }
  const lab = createLab();
  try {
    const { sender, receiver } = lab.namespaces;
    const options = ['--sender', sender, '--receiver', receiver, ...argv.slice(2)];
    const command = ['netns', 'exec', receiver, execPath, program, ...options];
    const child = spawn('ip', command, { stdio: 'inherit' });
    // It tidies up before the namespaces go.
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
      process.on(signal, () => void child.kill('SIGTERM'));
    }
    const [code] = await once(child, 'exit');
    return code ?? 1;
  } finally {
    lab.remove();
  }
}

exit(await main());
