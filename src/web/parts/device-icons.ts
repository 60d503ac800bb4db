import {
  mdiAccessPoint,
  mdiBookOpenVariant,
  mdiCamera,
  mdiCarElectric,
  mdiCast,
  mdiCellphone,
  mdiChip,
  mdiCctv,
  mdiDesktopTower,
  mdiDevices,
  mdiDoorbellVideo,
  mdiFridge,
  mdiGamepadVariant,
  mdiHeadphones,
  mdiHomeAutomation,
  mdiLaptop,
  mdiLightbulbGroup,
  mdiMonitor,
  mdiNas,
  mdiPhone,
  mdiPowerPlug,
  mdiPrinter,
  mdiProjector,
  mdiRaspberryPi,
  mdiRobotVacuum,
  mdiRouterWireless,
  mdiServer,
  mdiSolarPower,
  mdiSpeaker,
  mdiSwitch,
  mdiTablet,
  mdiTelevision,
  mdiThermostat,
  mdiWashingMachine,
  mdiWatch,
} from '@mdi/js';

export interface DeviceIcon {
  /** As the daemon keeps it, such as `mdi:laptop`. */
  name: string;
  path: string;
  /** What it stands for. */
  label: string;
}

/** The icons that can be chosen for a device. */
export const deviceIcons: readonly DeviceIcon[] = [
  { name: 'mdi:cellphone', path: mdiCellphone, label: 'Phone' },
  { name: 'mdi:tablet', path: mdiTablet, label: 'Tablet' },
  { name: 'mdi:laptop', path: mdiLaptop, label: 'Laptop' },
  { name: 'mdi:desktop-tower', path: mdiDesktopTower, label: 'Computer' },
  { name: 'mdi:monitor', path: mdiMonitor, label: 'Screen' },
  { name: 'mdi:television', path: mdiTelevision, label: 'Television' },
  { name: 'mdi:cast', path: mdiCast, label: 'Streaming stick' },
  { name: 'mdi:projector', path: mdiProjector, label: 'Projector' },
  { name: 'mdi:speaker', path: mdiSpeaker, label: 'Speaker' },
  { name: 'mdi:headphones', path: mdiHeadphones, label: 'Headphones' },
  { name: 'mdi:gamepad-variant', path: mdiGamepadVariant, label: 'Games console' },
  { name: 'mdi:watch', path: mdiWatch, label: 'Watch' },
  { name: 'mdi:book-open-variant', path: mdiBookOpenVariant, label: 'Reader' },
  { name: 'mdi:phone', path: mdiPhone, label: 'Telephone' },
  { name: 'mdi:printer', path: mdiPrinter, label: 'Printer' },
  { name: 'mdi:nas', path: mdiNas, label: 'Network storage' },
  { name: 'mdi:server', path: mdiServer, label: 'Server' },
  { name: 'mdi:raspberry-pi', path: mdiRaspberryPi, label: 'Raspberry Pi' },
  { name: 'mdi:router-wireless', path: mdiRouterWireless, label: 'Router' },
  { name: 'mdi:access-point', path: mdiAccessPoint, label: 'Access point' },
  { name: 'mdi:switch', path: mdiSwitch, label: 'Switch' },
  { name: 'mdi:home-automation', path: mdiHomeAutomation, label: 'Home automation' },
  { name: 'mdi:lightbulb-group', path: mdiLightbulbGroup, label: 'Lights' },
  { name: 'mdi:power-plug', path: mdiPowerPlug, label: 'Plug' },
  { name: 'mdi:thermostat', path: mdiThermostat, label: 'Heating' },
  { name: 'mdi:cctv', path: mdiCctv, label: 'Security camera' },
  { name: 'mdi:camera', path: mdiCamera, label: 'Camera' },
  { name: 'mdi:doorbell-video', path: mdiDoorbellVideo, label: 'Doorbell' },
  { name: 'mdi:washing-machine', path: mdiWashingMachine, label: 'Washing machine' },
  { name: 'mdi:fridge', path: mdiFridge, label: 'Fridge' },
  { name: 'mdi:robot-vacuum', path: mdiRobotVacuum, label: 'Robot vacuum' },
  { name: 'mdi:solar-power', path: mdiSolarPower, label: 'Solar power' },
  { name: 'mdi:car-electric', path: mdiCarElectric, label: 'Car' },
  { name: 'mdi:chip', path: mdiChip, label: 'Gadget' },
];

/** Stands for devices without an icon, and for icons that were chosen elsewhere and are not known here. */
export const plainDeviceIcon = mdiDevices;

const pathsByName = new Map(deviceIcons.map(({ name, path }) => [name, path]));

/** The path of a device's icon for `Icon`. */
export function deviceIconPath(name: string | null): string {
  return pathsByName.get(name ?? '') ?? plainDeviceIcon;
}
