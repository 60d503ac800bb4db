import { assert, boolean, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/model/report.ts';
import { buildDocument, subjectsOf } from '../../../src/mqtt/home-assistant/documents.ts';
import { entities } from '../../../src/mqtt/home-assistant/entities.ts';
import { buildStates } from '../../../src/mqtt/states.ts';
import { createTopics } from '../../../src/mqtt/topics.ts';
import { checkSchema } from '../../support/control.ts';
import { faultsOfDocument } from '../../support/home-assistant-rules.ts';
import { laptop, router, sampleReport } from '../../support/sample-report.ts';
import { anyReport } from './reports.ts';

const topics = createTopics('lanledger');

interface Component {
  p: string;
  uniq_id: string;
  val_tpl?: string;
  cmd_tpl?: string;
  lrst_val_tpl?: string;
  stat_t?: string;
  [key: string]: unknown;
}

interface Document {
  dev: { ids: string[]; cns?: string[][]; name: string; via_device?: string; mf?: string };
  cmps: Record<string, Component>;
  stat_t?: string;
}

/** Documents by object id. */
function documentsOf(report: Report, connections = true): Map<string, string> {
  const subjects = subjectsOf(report, report.devices, topics, { connections });
  return new Map(
    subjects.map((subject) => [
      subject.objectId,
      buildDocument(subject, { topics, version: '0.1.0' }),
    ]),
  );
}

function documentOf(report: Report, objectId: string, connections = true): Document {
  return JSON.parse(documentsOf(report, connections).get(objectId) ?? 'null') as Document;
}

const group = {
  id: 'g1',
  name: "Ann's things",
  devices: [laptop.id],
  devicesOnline: 1,
  today: laptop.today,
  month: laptop.month,
  total: laptop.total,
  rate: laptop.rate,
};

describe('documents', () => {
  test('there is one for the program, the network, each group and each device, parents first', () => {
    const report = sampleReport({ groups: [group] });
    expect([...documentsOf(report).keys()]).toEqual([
      'lanledger_daemon',
      'lanledger_network',
      'lanledger_group_g1',
      'lanledger_020000000101',
      'lanledger_aabbccddeeff',
      'lanledger_ip_2001_db8__1',
    ]);
  });

  test('of a device', () => {
    const { cmps, ...root } = documentOf(sampleReport(), 'lanledger_aabbccddeeff');
    expect(root).toEqual({
      dev: {
        ids: ['lanledger_aabbccddeeff'],
        cns: [['mac', 'aa:bb:cc:dd:ee:ff']],
        name: 'Example aa:bb:cc',
        mf: 'Example',
        via_device: 'lanledger_daemon',
      },
      o: { name: 'LanLedger', sw: '0.1.0' },
      avty_t: 'lanledger/status',
      stat_t: 'lanledger/device/aabbccddeeff',
      qos: 1,
    });
    expect(Object.entries(cmps).map(([key, { p, en }]) => [key, p, en ?? true])).toEqual([
      ['download_today', 'sensor', true],
      ['upload_today', 'sensor', true],
      ['online', 'binary_sensor', true],
      ['presence', 'device_tracker', true],
      ['download_month', 'sensor', false],
      ['upload_month', 'sensor', false],
      ['download_total', 'sensor', false],
      ['upload_total', 'sensor', false],
      ['download_rate', 'sensor', false],
      ['upload_rate', 'sensor', false],
      ['ip_address', 'sensor', false],
      ['last_seen', 'sensor', false],
      ['name', 'text', true],
      ['limit', 'number', true],
    ]);
    expect(cmps['download_today']).toEqual({
      p: 'sensor',
      uniq_id: 'lanledger_aabbccddeeff_download_today',
      name: 'Download today',
      def_ent_id: 'sensor.example_aa_bb_cc_download_today',
      val_tpl: '{{ value_json.today.download }}',
      lrst_val_tpl: '{{ value_json.since.day }}',
      dev_cla: 'data_size',
      unit_of_meas: 'B',
      stat_cla: 'total',
      sug_dsp_prc: 0,
    });
    expect(cmps['name']).toMatchObject({
      cmd_t: 'lanledger/request/device/rename',
      cmd_tpl: '{"device":"aabbccddeeff","name":{{ (value or none) | tojson }}}',
      min: 0,
      max: 64,
    });
    expect(cmps['limit']).toMatchObject({
      stat_t: 'lanledger/limits',
      cmd_t: 'lanledger/request/limit/set',
      cmd_tpl:
        '{"target":"aabbccddeeff","period":"day","direction":"both","bytes":{{ (value | int) * 1000000 }}}',
      unit_of_meas: 'MB',
    });
  });

  test('of the network, a group and the program', () => {
    const report = sampleReport({ groups: [group] });
    const keysOf = (objectId: string) => Object.keys(documentOf(report, objectId).cmps);
    const month = ['download_month', 'upload_month'];
    expect(keysOf('lanledger_network')).toEqual(
      expect.arrayContaining([
        ...month,
        'download_total',
        'upload_total',
        'devices_online',
        'top_device',
        'billing_used',
        'limit',
      ]),
    );
    expect(keysOf('lanledger_group_g1')).toEqual(
      expect.arrayContaining([...month, 'devices_online', 'limit']),
    );
    // A member may leave, and a lifetime may not fall.
    expect(keysOf('lanledger_group_g1')).not.toContain('download_total');
    expect(keysOf('lanledger_daemon')).toEqual([
      'problem',
      'event',
      'restart',
      'version',
      'started',
      'capture_loss',
      'checkpoint',
    ]);
    expect(documentOf(report, 'lanledger_daemon').cmps['event']?.['stat_t']).toBe(
      'lanledger/event',
    );
  });

  test('a randomised MAC address is no connection, and none is where they are turned off', () => {
    expect(documentOf(sampleReport(), 'lanledger_020000000101').dev.cns).toBeUndefined();
    expect(documentOf(sampleReport(), 'lanledger_aabbccddeeff', false).dev.cns).toBeUndefined();
  });

  test('a new name changes what is shown, and no identity', () => {
    const before = documentOf(sampleReport(), 'lanledger_aabbccddeeff');
    const renamed = { ...router, name: 'Küche 2' };
    const after = documentOf(sampleReport({ devices: [renamed] }), 'lanledger_aabbccddeeff');
    expect(after.dev).toEqual({ ...before.dev, name: 'Küche 2' });
    const identities = ({ cmps }: Document) =>
      Object.entries(cmps).map(([key, { p, uniq_id }]) => [key, p, uniq_id]);
    expect(identities(after)).toEqual(identities(before));
    expect(after.cmps['online']?.['def_ent_id']).toBe('binary_sensor.kuche_2_online');
  });

  test.each([
    ['客厅', 'lanledger_aabbccddeeff'],
    ['__', 'lanledger_aabbccddeeff'],
    ['A--b  C', 'a_b_c'],
  ])('a device called %j has entity ids that begin with %s', (name, prefix) => {
    const document = documentOf(
      sampleReport({ devices: [{ ...router, name }] }),
      'lanledger_aabbccddeeff',
    );
    expect(document.cmps['online']?.['def_ent_id']).toBe(`binary_sensor.${prefix}_online`);
  });

  test('what Home Assistant sends is what the commands take', () => {
    const { cmps } = documentOf(sampleReport(), 'lanledger_aabbccddeeff');
    const sent = (key: string, value: unknown) =>
      JSON.parse(
        cmps[key]?.cmd_tpl?.replace(/\{\{.*?\}\}(?!\}\})/, JSON.stringify(value)) ?? '',
      ) as unknown;
    checkSchema('DeviceRename', sent('name', "Ann's {{ tablet }}"));
    checkSchema('DeviceRename', sent('name', null));
    checkSchema('LimitSet', sent('limit', 12_000_000));
  });

  test('Home Assistant accepts every one of them', () => {
    assert(
      property(anyReport, boolean(), (report, connections) => {
        const unique = new Set<string>();
        for (const [objectId, document] of documentsOf(report, connections)) {
          const topic = `homeassistant/device/${objectId}/config`;
          expect([document, faultsOfDocument(topic, document)]).toEqual([document, []]);
          for (const { uniq_id } of Object.values((JSON.parse(document) as Document).cmps)) {
            expect(unique).not.toContain(uniq_id);
            unique.add(uniq_id);
          }
        }
      }),
    );
  });

  test('every value that they read is in the states', () => {
    assert(
      property(anyReport, (report) => {
        const states = new Map(buildStates(report, topics));
        for (const document of documentsOf(report).values()) {
          const { cmps, stat_t: shared } = JSON.parse(document) as Document;
          for (const component of Object.values(cmps)) {
            const state = states.get(component.stat_t ?? shared ?? '');
            if (state === undefined) continue;
            const templates = [component.val_tpl, component.lrst_val_tpl];
            for (const path of templates.flatMap((template) => pathsIn(template ?? ''))) {
              expect([path, valueAt(JSON.parse(state), path)]).not.toEqual([path, undefined]);
            }
          }
        }
      }),
    );
  });
});

test('keys and names are what people and registries can live with', () => {
  const keys = entities.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { key, name } of entities) {
    expect(key).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(name).toMatch(/^[A-Z][A-Za-z ]{2,29}$/);
  }
});

/** `value_json.a.b` anywhere in a template. */
function pathsIn(template: string): string[] {
  return [...template.matchAll(/value_json\.([a-zA-Z.]+)/g)].map(([, path = '']) => path);
}

function valueAt(state: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], state);
}
