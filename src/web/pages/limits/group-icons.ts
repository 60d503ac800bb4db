import {
  mdiAccount,
  mdiAccountGroup,
  mdiBed,
  mdiBriefcase,
  mdiDesk,
  mdiHome,
  mdiHomeAutomation,
  mdiHumanChild,
  mdiServerNetwork,
  mdiSofa,
  mdiStove,
  mdiTelevision,
  mdiWifi,
} from '@mdi/js';

/** The icons that can be chosen for a group. */
export const groupIcons = [
  { name: 'mdi:account', path: mdiAccount, label: 'Person' },
  { name: 'mdi:human-child', path: mdiHumanChild, label: 'Children' },
  { name: 'mdi:account-group', path: mdiAccountGroup, label: 'People' },
  { name: 'mdi:home', path: mdiHome, label: 'Home' },
  { name: 'mdi:sofa', path: mdiSofa, label: 'Living room' },
  { name: 'mdi:bed', path: mdiBed, label: 'Bedroom' },
  { name: 'mdi:stove', path: mdiStove, label: 'Kitchen' },
  { name: 'mdi:desk', path: mdiDesk, label: 'Office' },
  { name: 'mdi:briefcase', path: mdiBriefcase, label: 'Work' },
  { name: 'mdi:television', path: mdiTelevision, label: 'Entertainment' },
  { name: 'mdi:home-automation', path: mdiHomeAutomation, label: 'Home automation' },
  { name: 'mdi:server-network', path: mdiServerNetwork, label: 'Servers' },
  { name: 'mdi:wifi', path: mdiWifi, label: 'Guests' },
] as const;

const pathsByName = new Map<string, string>(groupIcons.map(({ name, path }) => [name, path]));

/** The path of a group's icon; one for all that have none, or one that is not known here. */
export function groupIconPath(name: string | null): string {
  return pathsByName.get(name ?? '') ?? mdiAccountGroup;
}
