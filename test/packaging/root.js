import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Roots of Debian for all builds, made once. */
const CACHE = '/var/cache/lanledger-test-roots';
const ENTER = `
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
cp /etc/ssl/certs/ca-certificates.crt "$root/run/authorities.crt"
touch "$root/etc/resolv.conf"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
exec chroot "$root" "$@"`;

/** @param {string} program @param {string[]} args */
export function run(program, args, options = {}) {
  return execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
}

/**
 * A new root like the named image: Debian of this machine's package source, and Node of the npm registry.
 *
 * @param {string} image such as debian:trixie-slim or node:24-trixie-slim
 * @param {string} architecture Debian's word for it
 * @param {string} root
 */
export function layBase(image, architecture, root) {
  const found = /^(?:debian|node:(?<node>\d+))[:-](?<suite>[a-z]+)-slim$/.exec(image)?.groups;
  if (found === undefined) throw new Error(`${image} cannot be rebuilt here.`);
  const { suite = '', node } = found;
  const base = join(CACHE, `${suite}-${architecture}`);
  if (!existsSync(base)) {
    mkdirSync(CACHE, { recursive: true });
    const unfinished = `${base}.${process.pid}`;
    run(
      'debootstrap',
      ['--variant=minbase', `--arch=${architecture}`, suite, unfinished, mirror()],
      { stdio: 'ignore' },
    );
    run('chroot', [unfinished, 'apt-get', 'clean']);
    renameSync(unfinished, base);
  }
  run('cp', ['-a', base, root]);
  if (node !== undefined) layNode(node, architecture, root);
}

/** The package source that apt is set to here. */
function mirror() {
  const found = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']
    .filter((path) => existsSync(path))
    .map((path) => /^(?:URIs: *|deb (?:\[.*\] )?)(\S+)/m.exec(readFileSync(path, 'utf8'))?.[1])
    .find((url) => url !== undefined);
  if (found === undefined) throw new Error('apt has no package source here.');
  return found;
}

/** @param {string} version @param {string} architecture @param {string} root */
function layNode(version, architecture, root) {
  const binary = `node-linux-${architecture === 'amd64' ? 'x64' : architecture}`;
  const directory = join(root, 'tmp/node');
  mkdirSync(directory);
  run('npm', [
    'install',
    '--prefix',
    directory,
    '--silent',
    '--no-save',
    '--force', // It is for another processor, maybe.
    `${binary}@${version}`,
    'npm@11',
  ]);
  const modules = join(directory, 'node_modules');
  cpSync(join(modules, binary), join(root, 'usr/local'), { recursive: true });
  mkdirSync(join(root, 'usr/local/lib/node_modules'), { recursive: true });
  renameSync(join(modules, 'npm'), join(root, 'usr/local/lib/node_modules/npm'));
  run('ln', ['-s', '../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm')]);
  rmSync(directory, { recursive: true });
}

/**
 * Runs a program in the root, and rejects where it fails.
 *
 * @param {string} root @param {string[]} command @param {Record<string, string>} environment
 * @returns {Promise<void>}
 */
export function runInRoot(root, command, environment) {
  const args = ['--mount', '--propagation', 'private', 'sh', '-ec', ENTER, 'sh', root, ...command];
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    NODE_EXTRA_CA_CERTS: '/run/authorities.crt',
    DEBIAN_FRONTEND: 'noninteractive',
    ...environment,
  };
  return new Promise((resolve, reject) => {
    spawn('unshare', args, { env, stdio: ['ignore', 'inherit', 'inherit'] }).once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command.join(' ')} ended with ${code}`)),
    );
  });
}
