import type { DeviceReport, UsageReport } from './report.ts';
import type { Usage } from './usage.ts';

/** A device as every output publishes it: unknown is `null`, times are ISO 8601 in UTC, amounts are whole bytes. */
export function publishedDevice(device: DeviceReport) {
  return {
    id: device.id,
    mac: device.mac ?? null,
    name: device.name,
    nameSource: device.nameSource ?? null,
    vendor: device.vendor ?? null,
    randomisedMac: device.randomisedMac,
    router: device.router,
    online: device.online,
    addresses: device.addresses,
    firstSeen: publishedTime(device.firstSeen),
    lastSeen: publishedTime(device.lastSeen),
    ...publishedUsage(device),
  };
}

/** Usage and rate of a device or of the network. */
export function publishedUsage({ today, month, total, rate }: UsageReport) {
  return {
    today: amounts(today),
    month: amounts(month),
    total: amounts(total),
    rate: { download: Math.round(rate.download), upload: Math.round(rate.upload) },
  };
}

/** Epoch milliseconds as ISO 8601 in UTC. */
export function publishedTime(at: number): string {
  return new Date(at).toISOString();
}

function amounts({ download, upload, localDownload, localUpload, packets }: Usage): Usage {
  return { download, upload, localDownload, localUpload, packets };
}
