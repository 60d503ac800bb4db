import type { Request, RequestHandler } from 'express';
import { formatDay } from '../../model/checkpoint.ts';
import type { DeviceReport, Report, UsageReport } from '../../model/report.ts';
import type { Usage } from '../../model/usage.ts';
import { refuseOthers } from '../parameters.ts';
import { sendProblem } from '../problem.ts';

/**
 * `GET /api/v1/devices` -> `{at, timeZone, day, devices: [...], network: {...}}`. Bytes and bytes per second are
 * integers, seen from the device; times are ISO 8601, UTC; what is unknown is null.
 */
export function listDevices(report: () => Report): RequestHandler {
  return (request, response) => {
    refuseOthers(request, []);
    const { at, timeZone, day, devices, network } = report();
    response.json({
      at: formatTime(at),
      timeZone,
      day: formatDay(day),
      devices: devices.map(deviceBody),
      network: {
        devices: network.devices,
        devicesOnline: network.devicesOnline,
        ...usageBody(network),
      },
    });
  };
}

/** `GET /api/v1/devices/:id` -> one of the `devices` above, or 404. */
export function showDevice(report: () => Report): RequestHandler<{ id: string }> {
  return (request, response) => {
    refuseOthers(request as Request, []);
    const device = report().devices.find(({ id }) => id === request.params.id);
    if (device !== undefined) response.json(deviceBody(device));
    else sendProblem(response, { status: 404, detail: 'There is no device with this id.' });
  };
}

function deviceBody(device: DeviceReport): object {
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
    firstSeen: formatTime(device.firstSeen),
    lastSeen: formatTime(device.lastSeen),
    ...usageBody(device),
  };
}

function usageBody({ today, month, total, rate }: UsageReport): object {
  return {
    today: bytes(today),
    month: bytes(month),
    total: bytes(total),
    rate: { download: Math.round(rate.download), upload: Math.round(rate.upload) },
  };
}

function bytes({ download, upload, localDownload, localUpload, packets }: Usage): Usage {
  return { download, upload, localDownload, localUpload, packets };
}

function formatTime(at: number): string {
  return new Date(at).toISOString();
}
