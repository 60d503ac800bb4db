import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { createHomeAssistantApp } from '../../src/home-assistant-app.ts';
import { parseDockerfile, type Stage } from '../packaging/dockerfile.js';

const FOLDER = 'homeassistant';
const schemaTypes =
  /^(?:str|bool|int|float|email|url|password|port)(?:\(\d*,\d*\))?\??$|^list\([^|)]+(?:\|[^|)]+)+\)\??$/;
/** What Home Assistant's documentation names ("App configuration") and we use; the Supervisor passes over anything else. */
const knownKeys =
  'arch backup description host_network ingress ingress_port ingress_stream init map name options panel_icon privileged schema services slug stage startup tmpfs version'.split(
    ' ',
  );

interface AppConfig extends Record<string, unknown> {
  version: string;
  slug: string;
  options: Record<string, unknown>;
  schema: Record<string, string | string[]>;
}

const read = (path: string): unknown => parse(readFileSync(join(FOLDER, path), 'utf8'));
const config = read('config.yaml') as AppConfig;
const optionNames = Object.keys(config.schema).toSorted();

describe('config.yaml', () => {
  test('has only keys that Home Assistant knows, and those it demands', () => {
    expect(Object.keys(config).toSorted()).toEqual(knownKeys);
    expect(config).toMatchObject({
      name: 'LanLedger',
      slug: 'lanledger',
      arch: ['aarch64', 'amd64'],
    });
    expect(config['description']).toEqual(expect.any(String));
  });

  test('has the version of the program', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(config.version).toBe(version);
  });

  test('is built by Home Assistant: there is no registry that it could come from', () => {
    expect(config['image']).toBeUndefined();
    const texts = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\.(?:yaml|sh|part|txt)$/.test(path),
    );
    for (const path of texts)
      expect(readFileSync(join(FOLDER, path), 'utf8')).not.toMatch(/https?:/);
  });

  test('sees packets and no more: the network of the host, packet sockets, the broker', () => {
    expect(config).toMatchObject({
      host_network: true,
      privileged: ['NET_RAW'],
      services: ['mqtt:want'],
      map: [{ type: 'addon_config' }],
      startup: 'services',
      init: false,
    });
  });

  test('is shown by ingress, on a port of the Supervisor, as a stream', () => {
    expect(config).toMatchObject({ ingress: true, ingress_port: 0, ingress_stream: true });
  });

  test('is stopped for backups: a copy of an open database may be torn', () => {
    expect(config).toMatchObject({ backup: 'cold' });
    expect(config).not.toHaveProperty('backup_exclude');
  });

  test('every option has a type that Home Assistant knows, and may stay empty', () => {
    for (const type of Object.values(config.schema)) {
      expect([type].flat()).toHaveLength(1);
      expect([type].flat()[0]).toMatch(schemaTypes);
      expect([type].flat()[0]).toMatch(/\?$/);
    }
    for (const [name, value] of Object.entries(config.options)) {
      expect(config.schema).toHaveProperty(name);
      expect(value).toEqual([]);
    }
  });

  test('LanLedger takes every option, with every value of a list', async () => {
    const asked: string[] = [];
    for (const [name, type] of Object.entries(config.schema)) {
      for (const value of samplesOf(type)) {
        const { notes } = await appWith({ [name]: value }).load();
        asked.push(name);
        expect(notes).toEqual([]);
      }
    }
    expect([...new Set(asked)].toSorted()).toEqual(optionNames);
    expect((await appWith({ surprise: 1 }).load()).notes).toHaveLength(1);
  });
});

function samplesOf(type: string | string[]): unknown[] {
  if (Array.isArray(type)) return [['eth0', 'eth1']];
  const choices = /^list\((.*)\)\?$/.exec(type)?.[1];
  if (choices !== undefined) return choices.split('|');
  return type.startsWith('bool') ? [true, false] : [0, 30];
}

function appWith(options: object) {
  const directory = temporary();
  const optionsFile = join(directory, 'options.json');
  writeFileSync(optionsFile, JSON.stringify(options));
  const broker = { host: 'core-mosquitto', port: 1883 };
  const supervisor = {
    ingressPort: () => Promise.resolve(62_345),
    broker: () => Promise.resolve(broker),
  };
  const environment = { TZ: 'Europe/Berlin', DATA_STORE: directory };
  return createHomeAssistantApp({ environment, optionsFile, supervisor });
}

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lanledger-app-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

test.each(['en', 'de'])('all options have a name and a description: %s', (language) => {
  interface Words {
    name: string;
    description: string;
  }
  const words = read(`translations/${language}.yaml`) as { configuration: Record<string, Words> };
  expect(Object.keys(words)).toEqual(['configuration']);
  expect(Object.keys(words.configuration).toSorted()).toEqual(optionNames);
  for (const each of Object.values(words.configuration)) {
    expect(Object.keys(each)).toEqual(['name', 'description']);
    expect(each.name).toMatch(/^\S.*\S$/);
    expect(each.description).toMatch(/\.$/);
  }
});

test('DOCS.md tells of every option', () => {
  const docs = readFileSync(join(FOLDER, 'DOCS.md'), 'utf8');
  const rows = [...docs.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name = '']) => name);
  expect(rows.toSorted()).toEqual(optionNames);
});

test.each([
  ['icon.png', 128, 128],
  ['logo.png', 250, 100],
])('%s is a picture of %i × %i', (name, width, height) => {
  const bytes = readFileSync(join(FOLDER, name));
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([width, height]);
});

describe('apparmor.txt', () => {
  const path = join(FOLDER, 'apparmor.txt');
  const profile = readFileSync(path, 'utf8');

  test('has one profile, named like the app, with packet sockets and without the rights of an administrator', () => {
    expect([...profile.matchAll(/^ *profile (\S+)/gm)].map(([, name]) => name)).toEqual([
      config.slug,
    ]);
    const rights = [...profile.matchAll(/^ *capability (\w+),/gm)].map(([, name]) => name);
    expect(rights).toContain('net_raw');
    for (const right of ['sys_admin', 'net_admin', 'sys_module', 'sys_ptrace', 'mknod']) {
      expect(rights).not.toContain(right);
    }
    expect(profile).not.toMatch(/^ *(?:file|capability|network),/m);
  });

  const parser = spawnSync('apparmor_parser', ['--version']).error === undefined;
  test.skipIf(!parser)('is understood by AppArmor', () => {
    const { status, stderr } = spawnSync('apparmor_parser', ['-QKS', path]);
    expect({ status, errors: stderr.toString().match(/.*error.*/gi) }).toEqual({
      status: 0,
      errors: null,
    });
  });
});

describe('assemble.sh', () => {
  function assemble(times = 1): string {
    const directory = join(temporary(), 'lanledger');
    for (let time = 0; time < times; time += 1) {
      execFileSync('sh', [join(FOLDER, 'assemble.sh'), directory]);
      if (time === 0) writeFileSync(join(directory, 'src/left-over.ts'), '');
    }
    return directory;
  }

  test('puts everything into one folder that Home Assistant reads and its Docker copies', () => {
    const directory = assemble();
    const shown = ['README.md', 'DOCS.md', 'CHANGELOG.md', 'icon.png', 'logo.png', 'apparmor.txt'];
    for (const name of [...shown, 'translations/en.yaml', 'translations/de.yaml'])
      expect(existsSync(join(directory, name))).toBe(true);
    const stages = parseDockerfile(readFileSync(join(directory, 'Dockerfile'), 'utf8'));
    const copied = stages
      .flatMap(({ instructions }) => instructions)
      .filter(({ keyword, text }) => keyword === 'COPY' && !text.startsWith('--from='))
      .flatMap(({ text }) => text.split(' ').slice(0, -1));
    expect(copied).toContain('src/service/home-assistant.sh');
    for (const name of copied) expect(existsSync(join(directory, name))).toBe(true);
  });

  test('makes the image of LanLedger, which starts as root to hand over', () => {
    const text = readFileSync(join(assemble(), 'Dockerfile'), 'utf8');
    expect(text.startsWith(readFileSync('Dockerfile', 'utf8'))).toBe(true);
    const last = parseDockerfile(text).at(-1) as Stage;
    const of = (keyword: string) =>
      last.instructions.filter((each) => each.keyword === keyword).map((each) => each.text);
    expect(of('USER')).toEqual(['lanledger', 'root']);
    expect(of('ENTRYPOINT').at(-1)).toBe('["sh", "/opt/lanledger/home-assistant.sh"]');
    expect(of('CMD').at(-1)).toBe('[]');
    expect(of('LABEL').join()).toContain('io.hass.type="app"');
  });

  test('holds one file that Home Assistant takes for an app', () => {
    const found = readdirSync(assemble(), { recursive: true, encoding: 'utf8' });
    const taken = found.filter((path) => /^config\.(?:ya?ml|json)$/.test(basename(path)));
    expect(taken).toEqual(['config.yaml']);
  });

  test('takes away what a version before has left', () => {
    expect(existsSync(join(assemble(2), 'src/left-over.ts'))).toBe(false);
  });

  test('says how it is called', () => {
    const { status, stderr } = spawnSync('sh', [join(FOLDER, 'assemble.sh')]);
    expect(status).toBe(2);
    expect(stderr.toString()).toBe('usage: sh homeassistant/assemble.sh DIRECTORY\n');
  });
});

test('the repository is one of apps, and holds one', () => {
  expect(parse(readFileSync('repository.yaml', 'utf8'))).toEqual({ name: 'LanLedger' });
  const apps = readdirSync('.').filter((folder) =>
    ['yaml', 'yml', 'json'].some((kind) => existsSync(join(folder, `config.${kind}`))),
  );
  expect(apps).toEqual(['homeassistant']);
});
