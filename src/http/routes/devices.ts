import type { Request, RequestHandler } from 'express';
import { formatDay } from '../../model/checkpoint.ts';
import { publishedDevice, publishedTime, publishedUsage } from '../../model/published.ts';
import type { Report } from '../../model/report.ts';
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
      at: publishedTime(at),
      timeZone,
      day: formatDay(day),
      devices: devices.map(publishedDevice),
      network: {
        devices: network.devices,
        devicesOnline: network.devicesOnline,
        ...publishedUsage(network),
      },
    });
  };
}

/** `GET /api/v1/devices/:id` -> one of the `devices` above, or 404. */
export function showDevice(report: () => Report): RequestHandler<{ id: string }> {
  return (request, response) => {
    refuseOthers(request as Request, []);
    const device = report().devices.find(({ id }) => id === request.params.id);
    if (device !== undefined) response.json(publishedDevice(device));
    else sendProblem(response, { status: 404, detail: 'There is no device with this id.' });
  };
}
