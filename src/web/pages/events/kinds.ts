import {
  mdiAccountMultiple,
  mdiAlertCircle,
  mdiAlertOctagon,
  mdiCallMerge,
  mdiCallSplit,
  mdiClockAlert,
  mdiCog,
  mdiContentSaveAlert,
  mdiContentSaveCheck,
  mdiDelete,
  mdiEthernet,
  mdiEthernetOff,
  mdiFlagCheckered,
  mdiLanPending,
  mdiNewBox,
  mdiPlay,
  mdiSleep,
  mdiTagText,
  mdiTarget,
  mdiWeb,
  mdiWifi,
} from '@mdi/js';
import type { EventType } from '../../api/operations.ts';

export interface EventKind {
  label: string;
  icon: string;
  /** How much it should catch the eye. */
  tone: 'plain' | 'ok' | 'warning' | 'danger';
}

export const eventKinds: Record<EventType, EventKind> = {
  'device-new': { label: 'New device', icon: mdiNewBox, tone: 'warning' },
  'device-online': { label: 'Online', icon: mdiWifi, tone: 'ok' },
  'device-offline': { label: 'Offline', icon: mdiSleep, tone: 'plain' },
  'device-changed': { label: 'Name or address', icon: mdiTagText, tone: 'plain' },
  'device-merged': { label: 'Merged', icon: mdiCallMerge, tone: 'plain' },
  'device-split': { label: 'Split', icon: mdiCallSplit, tone: 'plain' },
  'device-forgotten': { label: 'Forgotten', icon: mdiDelete, tone: 'plain' },
  'limit-warning': { label: 'Limit warning', icon: mdiAlertCircle, tone: 'warning' },
  'limit-exceeded': { label: 'Limit exceeded', icon: mdiAlertOctagon, tone: 'danger' },
  'limit-changed': { label: 'Limit changed', icon: mdiTarget, tone: 'plain' },
  'period-closed': { label: 'Period closed', icon: mdiFlagCheckered, tone: 'plain' },
  'interface-down': { label: 'Interface down', icon: mdiEthernetOff, tone: 'danger' },
  'interface-up': { label: 'Interface up', icon: mdiEthernet, tone: 'ok' },
  'frames-dropped': { label: 'Frames lost', icon: mdiLanPending, tone: 'warning' },
  'clock-set': { label: 'Clock set', icon: mdiClockAlert, tone: 'warning' },
  'checkpoint-failed': { label: 'Not written', icon: mdiContentSaveAlert, tone: 'danger' },
  'checkpoint-recovered': { label: 'Written again', icon: mdiContentSaveCheck, tone: 'ok' },
  'daemon-started': { label: 'Started', icon: mdiPlay, tone: 'plain' },
  'configuration-changed': { label: 'Configuration', icon: mdiCog, tone: 'plain' },
  'group-changed': { label: 'Group changed', icon: mdiAccountMultiple, tone: 'plain' },
  'peer-renamed': { label: 'Remote address named', icon: mdiWeb, tone: 'plain' },
};

interface Family {
  /** As in the page's address. */
  id: string;
  label: string;
  types: readonly [EventType, ...EventType[]];
}

/** Kinds that one looks for together. */
export const families: readonly Family[] = [
  {
    id: 'devices',
    label: 'Devices',
    types: [
      'device-new',
      'device-online',
      'device-offline',
      'device-changed',
      'device-merged',
      'device-split',
      'device-forgotten',
    ],
  },
  {
    id: 'limits',
    label: 'Limits',
    types: ['limit-warning', 'limit-exceeded', 'limit-changed', 'period-closed'],
  },
  {
    id: 'metering',
    label: 'Metering',
    types: [
      'interface-down',
      'interface-up',
      'frames-dropped',
      'clock-set',
      'checkpoint-failed',
      'checkpoint-recovered',
      'daemon-started',
    ],
  },
  {
    id: 'settings',
    label: 'Settings',
    types: ['configuration-changed', 'group-changed', 'peer-renamed'],
  },
];

/** The types that `kind` of the page's address stands for: one, a family, or undefined for all. */
export function typesOf(kind: string): readonly [EventType, ...EventType[]] | undefined {
  const family = families.find(({ id }) => id === kind);
  if (family !== undefined) return family.types;
  return Object.hasOwn(eventKinds, kind) ? [kind as EventType] : undefined;
}
