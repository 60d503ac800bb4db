/**
 * `node test/packaging/image.js Dockerfile DIRECTORY [ARCHITECTURE]` builds what "docker build" would, without Docker and as root:
 * each stage is a root of Debian in DIRECTORY, the last one is DIRECTORY/image, and what Docker keeps beside it DIRECTORY/image.json.
 * Needs debootstrap; for another processor qemu-user-static, registered with the kernel (binfmt_misc).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseDockerfile, parsePairs } from './dockerfile.js';
import { layBase, run, runInRoot } from './root.js';

const [file = 'Dockerfile', target = '', wanted = native()] = process.argv.slice(2);
if (target === '')
  throw new Error('usage: node test/packaging/image.js DOCKERFILE DIRECTORY [ARCHITECTURE]');
const directory = resolve(target);
mkdirSync(directory, { recursive: true });
const context = readContext();
const stages = parseDockerfile(readFileSync(file, 'utf8'));
for (const stage of stages) {
  const name = stage.name === '' ? 'image' : stage.name;
  const architecture = stage.platform === '$BUILDPLATFORM' ? native() : wanted;
  const root = join(directory, name);
  console.log(`==> ${name}: ${stage.image}, ${architecture}`);
  layBase(stage.image, architecture, root);
  const image = await build(stage, root);
  writeFileSync(`${root}.json`, `${JSON.stringify(image, null, 2)}\n`);
  console.log(`==> ${name}: ${run('du', ['-smx', root]).split('\t')[0]} MB`);
}

function native() {
  return run('dpkg', ['--print-architecture']).trim();
}

/** What .dockerignore lets through: files that git knows. */
function readContext() {
  const lines = readFileSync('.dockerignore', 'utf8').split('\n');
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const matches = (/** @type {string} */ path, /** @type {string} */ rule) =>
    rule === '*' || path === rule || path.startsWith(`${rule}/`);
  const files = run('git', ['ls-files', '--cached', '--others', '--exclude-standard']).split('\n');
  return files.filter((path) => {
    const rule = rules.findLast((each) => matches(path, each.replace(/^!/, '')));
    return path !== '' && rule?.startsWith('!') === true;
  });
}

/** @param {import('./dockerfile.js').Stage} stage @param {string} root */
async function build(stage, root) {
  /** @type {Record<string, string>} */
  const environment = {};
  /** @type {Record<string, string>} */
  const image = {};
  let workdir = '/';
  for (const { keyword, text } of stage.instructions) {
    console.log(`--> ${keyword} ${text}`);
    if (keyword === 'ENV') Object.assign(environment, Object.fromEntries(parsePairs(text)));
    else if (keyword === 'COPY') copy(text, root, workdir);
    else if (keyword === 'RUN') {
      await runInRoot(root, ['sh', '-c', `cd ${workdir} && ${text}`], environment);
    } else image[keyword] = text;
    if (keyword !== 'WORKDIR') continue;
    workdir = text;
    mkdirSync(join(root, workdir), { recursive: true });
  }
  return { ...image, ENV: environment };
}

/** @param {string} text @param {string} root @param {string} workdir */
function copy(text, root, workdir) {
  const from = /^--from=(\S+) /.exec(text)?.[1];
  const words = text.replace(/^--from=\S+ /, '').split(' ');
  const last = words.pop() ?? '';
  const to = join(root, last.startsWith('/') ? last : join(workdir, last));
  for (const word of words) {
    const paths =
      from === undefined
        ? context.filter((path) => path === word || path.startsWith(`${word}/`))
        : [word];
    if (paths.length === 0) throw new Error(`COPY: ${word} is not in the build context.`);
    for (const path of paths) {
      const source = from === undefined ? path : join(directory, from, path);
      const below =
        path === word ? (last.endsWith('/') ? basename(path) : '') : path.slice(word.length);
      const place = join(to, below);
      mkdirSync(join(place, '..'), { recursive: true });
      run('cp', ['-aT', '--no-preserve=ownership', source, place]);
    }
  }
}
