import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseDockerfile, parsePairs, type Stage } from './dockerfile.js';

/** Rules of hadolint that a look at the text can check; DL3008 (versions of packages) is left out: Debian keeps only the last one. */
describe.each(['Dockerfile', 'Dockerfile.armhf'])('%s', (file) => {
  const stages = parseDockerfile(readFileSync(file, 'utf8'));
  const last = stages.at(-1) as Stage;
  const all = stages.flatMap(({ instructions }) => instructions);
  const of = (keyword: string, { instructions }: Stage) =>
    instructions.filter((each) => each.keyword === keyword).map(({ text }) => text);

  test('every stage begins with an image of a named version (DL3006, DL3007)', () => {
    for (const { image } of stages)
      expect(image).toMatch(/^(?:node:\d+-trixie|debian:trixie)-slim$/);
  });

  test('ends as an unprivileged user whom it makes with a fixed id (DL3002)', () => {
    expect(of('USER', last)).toEqual(['lanledger']);
    expect(of('RUN', last).join()).toContain('useradd --uid 8777 --user-group');
  });

  test('apt installs without asking and without what is only recommended, and leaves no lists (DL3009, DL3014, DL3015)', () => {
    const installs = all.filter(({ text }) => text.includes('apt-get install'));
    expect(installs.length).toBeGreaterThan(0);
    for (const { text } of installs) {
      expect(text).toMatch(/^apt-get update && apt-get install -y --no-install-recommends /);
      expect(text).toContain('rm -rf /var/lib/apt/lists/*');
    }
  });

  test('what stands at the left of a pipe cannot fail unseen: there are no pipes (DL4006)', () => {
    const runs = all.filter(({ keyword }) => keyword === 'RUN');
    expect(runs.filter(({ text }) => /[^|]\|[^|]/.test(text))).toEqual([]);
  });

  test('no two RUN follow each other (DL3059)', () => {
    const pairs = stages.flatMap(({ instructions }) =>
      instructions.slice(1).map((each, index) => `${instructions[index]?.keyword} ${each.keyword}`),
    );
    expect(pairs).not.toContain('RUN RUN');
  });

  test('installs what the lock file names, for the daemon alone', () => {
    const installs = all.filter(({ text }) => text.includes('npm ci'));
    expect(installs.length).toBeGreaterThan(0);
    for (const { text } of installs) expect(text).toContain('npm ci --workspaces=false ');
  });

  test('neither ADD nor sudo nor "cd", and whole paths for WORKDIR (DL3000, DL3003, DL3004, DL3020)', () => {
    expect(
      all.filter(({ keyword, text }) => keyword === 'ADD' || /\bsudo\b|\bcd /.test(text)),
    ).toEqual([]);
    for (const stage of stages)
      for (const path of of('WORKDIR', stage)) expect(path).toMatch(/^\//);
  });

  test('copies from stages that came before (DL3022, DL3023)', () => {
    stages.forEach((stage, index) => {
      const before = stages.slice(0, index).map(({ name }) => name);
      for (const text of of('COPY', stage)) {
        const from = /^--from=(\S+)/.exec(text)?.[1];
        if (from !== undefined) expect(before).toContain(from);
      }
    });
  });

  test('has one entry point in the exec form (DL3025, DL4003, DL4004)', () => {
    for (const keyword of ['ENTRYPOINT', 'CMD']) {
      const [command = '', ...more] = of(keyword, last);
      expect(more).toEqual([]);
      expect(JSON.parse(command)).toEqual(
        keyword === 'CMD' ? ['run'] : ['sh', '/opt/lanledger/container.sh'],
      );
    }
  });

  test('is asked how it fares, without any program that is not in it', () => {
    expect(of('HEALTHCHECK', last).join()).toMatch(/ CMD lanledger health --probe \|\| exit 1$/);
    expect(all.filter(({ text }) => /\b(?:curl|wget)\b/.test(text))).toEqual([]);
  });

  test('keeps its data in a volume that belongs to its user, and anybody may choose another place', () => {
    expect(of('VOLUME', last)).toEqual(['/data']);
    expect(of('RUN', last).join()).toContain('install -d -o lanledger -g lanledger -m 700 /data');
    const environment = Object.fromEntries(of('ENV', last).flatMap(parsePairs));
    expect(environment).toMatchObject({ NODE_ENV: 'production', DATA_STORE: '/data' });
  });

  test('bounds the memory for objects that live for a moment', () => {
    const environment = Object.fromEntries(of('ENV', last).flatMap(parsePairs));
    expect(environment['NODE_OPTIONS']).toBe('--max-semi-space-size=2');
  });

  test('grants packet sockets and low ports where the container has them, and nothing that stops the start without', () => {
    expect(of('RUN', last).join()).toContain(
      'setcap cap_net_raw,cap_net_bind_service+p /usr/bin/setpriv',
    );
    expect(all.filter(({ text }) => /setcap \S*\+\S*e/.test(text))).toEqual([]);
  });

  test('is labelled as images are, for Home Assistant where that runs', () => {
    const labels = Object.fromEntries(of('LABEL', last).flatMap(parsePairs));
    expect(labels).toMatchObject({
      'org.opencontainers.image.title': 'LanLedger',
      'org.opencontainers.image.licenses': 'MIT',
    });
    expect(labels['io.hass.type']).toBe(file === 'Dockerfile' ? 'app' : undefined);
  });

  test('holds nothing but what running needs', () => {
    const copied = of('COPY', last).filter((text) => text.includes('/opt/lanledger'));
    expect(copied.map((text) => text.split(' ').at(-1))).toEqual([
      '/opt/lanledger/package.json',
      '/opt/lanledger/node_modules',
      '/opt/lanledger/dist',
      '/opt/lanledger/container.sh',
    ]);
    expect(all.map(({ text }) => text).join('\n')).toContain('npm run production');
  });
});
