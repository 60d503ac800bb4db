import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** A Node-RED with Dashboard beside it, so that it finds both; it runs on a Node of its own where `packages` has one. */
export interface Installation {
  node: string;
  program: string;
  /** Environment in which its own npm finds the same Node. */
  environment: NodeJS.ProcessEnv;
}

/**
 * Installs npm packages into the folder for temporary files, outside of the repository, because Node-RED loads what it
 * finds in the `node_modules` above itself. What is there from another run is used again. Rejects with the reason.
 */
export async function install(packages: readonly string[]): Promise<Installation> {
  const key = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  const { uid } = userInfo();
  const cache = join(tmpdir(), `lanledger-node-red-${uid}`);
  await mkdir(cache, { recursive: true, mode: 0o700 });
  if ((await stat(cache)).uid !== uid) throw new Error(`${cache} belongs to somebody else`);
  const directory = join(cache, key);
  if (!(await exists(directory))) await fill(directory, packages);
  const own = join(directory, 'node_modules/node/bin/node');
  const wantsOwn = packages.some((name) => name.startsWith('node@'));
  const node = wantsOwn ? own : process.execPath;
  if (!(await exists(node))) throw new Error(`npm installed no Node of its own (${own})`);
  const path = `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`;
  const program = join(directory, 'node_modules/node-red/red.js');
  return { node, program, environment: { ...process.env, PATH: path } };
}

/** All or nothing: who comes at the same time or after a crash finds no half. */
async function fill(directory: string, packages: readonly string[]): Promise<void> {
  const partial = `${directory}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    await writeFile(join(partial, 'package.json'), '{ "private": true }');
    await npm(['install', '--no-audit', '--no-fund', ...packages], partial);
    await rename(partial, directory);
  } catch (error) {
    if (!(await exists(directory))) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** The package of the nodes as npm makes it, in `directory`; resolves to its file. Made from a copy, because others may pack, too. */
export async function packNodes(directory: string): Promise<string> {
  const copy = join(directory, 'repository');
  for (const part of ['nodes', 'flows', 'LICENSE']) {
    await cp(part, join(copy, part), { recursive: true });
  }
  const name = await npm(
    ['pack', '--silent', '--pack-destination', directory],
    join(copy, 'nodes'),
  );
  await rm(copy, { recursive: true });
  return join(directory, name.trim().split('\n').at(-1) ?? '');
}

/** Installs a packed package that needs no other into a user directory, without the internet. */
export async function installInto(userDirectory: string, tarball: string): Promise<void> {
  await npm(['install', '--offline', '--no-audit', '--no-fund', tarball], userDirectory);
}

/** Which version of a package the lock file has. */
export async function lockedVersion(name: string): Promise<string> {
  const text = await readFile(`node_modules/${name}/package.json`, 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function npm(parameters: readonly string[], directory: string): Promise<string> {
  const child = spawn('npm', parameters, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number | null>((ended, failed) => {
    child.once('error', failed).once('close', ended);
  });
  if (code !== 0) throw new Error(`npm ${parameters.join(' ')} failed: ${errors}`);
  return output;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
