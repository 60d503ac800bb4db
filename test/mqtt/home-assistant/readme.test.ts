import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { entities } from '../../../src/mqtt/home-assistant/entities.ts';
import type { Entity, Platform, Scope } from '../../../src/mqtt/home-assistant/entity.ts';

const README = 'README.md';
const markers = /(<!-- entities: .*-->\n)[^]*(<!-- end of entities -->)/;

const words: Record<Platform, string> = {
  sensor: 'sensor',
  binary_sensor: 'binary sensor',
  device_tracker: 'device tracker (router)',
  text: 'text',
  number: 'number',
  button: 'button',
  event: 'event',
};
const scopes: readonly Scope[] = ['device', 'group', 'network', 'daemon'];

/** The table of all entities, in Markdown: ● is on, ○ is off until somebody turns it on. */
function table(): string {
  const rows = entities.map((entity) => [
    `${entity.name} (\`${entity.key}\`)`,
    kindOf(entity),
    ...scopes.map((scope) => {
      if (!entity.scopes.includes(scope)) return '';
      return entity.off?.includes(scope) === true ? '○' : '●';
    }),
  ]);
  const head = ['Entity', 'Kind', 'Device', 'Group', 'Network', 'LanLedger'];
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function kindOf({ platform, unit, stateClass, deviceClass }: Entity): string {
  const facts = [unit ?? (deviceClass === 'timestamp' ? 'time' : undefined), stateClass];
  const known = facts.filter((fact) => fact !== undefined);
  return known.length === 0 ? words[platform] : `${words[platform]}, ${known.join(', ')}`;
}

/** `npm run docs` runs this test so that it writes what it else compares. */
test('README.md has the table of all entities', async () => {
  const readme = readFileSync(README, 'utf8');
  expect(readme).toMatch(markers);
  const written = readme.replace(markers, (_, start, end) => `${start}\n${table()}\n\n${end}`);
  const options = { ...(await resolveConfig(README)), filepath: README };
  await expect(await format(written, options)).toMatchFileSnapshot(`../../../${README}`);
});

interface Automation {
  mode?: string;
  triggers: { trigger: string; topic?: string }[];
  conditions?: { value_template: string }[];
}

test('the automations in README.md tell each event once, also after a restart', () => {
  const readme = readFileSync(README, 'utf8');
  const [, section = ''] = /\n### Automations\n([^]*?)\n### /.exec(readme) ?? [];
  const automations = [...section.matchAll(/```yaml\n([^]*?)```/g)].map(
    ([, text = '']) => parse(text) as Automation,
  );
  const facts = automations.map(({ mode, triggers: [first], conditions }) => [
    mode ?? 'single',
    first?.topic ?? first?.trigger,
    conditions?.[0]?.value_template,
  ]);
  expect(facts).toEqual([
    ['queued', 'lanledger/event', "{{ trigger.payload_json.type == 'device-new' }}"],
    [
      'queued',
      'lanledger/event',
      "{{ trigger.payload_json.type in ['limit-warning', 'limit-exceeded'] }}",
    ],
    ['single', 'numeric_state', '{{ trigger.from_state.state | is_number }}'],
  ]);
});
