import prettyBytes from 'pretty-bytes';
import { formatDay } from '../../model/checkpoint.ts';
import type { DeviceReport, Report, UsageReport } from '../../model/report.ts';
import { escapeHtml, sendPage } from '../html.ts';
import type { Handler } from '../router.ts';

const refreshSeconds = 30;

const style = `main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: start; padding-bottom: 0.5rem; }
th, td { padding: 0.35rem 0.75rem; text-align: end; white-space: nowrap; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
th:first-child, td:first-child { text-align: start; white-space: normal; }
tfoot { font-weight: bold; }
.problem { border-inline-start: 0.25rem solid #d33; padding-inline-start: 0.75rem; }`;

/** `GET /`: today at a glance, without scripts. */
export function createHome(report: () => Report): Handler {
  return ({ response }) => {
    const { day, devices, network, health } = report();
    const shown = devices.filter(({ hidden }) => !hidden);
    const problems = health.problems.map((each) => `<p class="problem">${escapeHtml(each)}</p>`);
    sendPage(response, {
      title: 'LanLedger',
      style,
      head: `<meta http-equiv="refresh" content="${refreshSeconds}">\n`,
      body: `<h1>LanLedger</h1>
${problems.join('\n')}
<div class="table" role="region" aria-label="Usage" tabindex="0">
<table>
<caption>${formatDay(day)}: ${network.devicesOnline} of ${network.devices} devices online</caption>
<thead><tr><th scope="col">Device</th><th scope="col">Address</th><th scope="col">Download today</th><th scope="col">Upload today</th><th scope="col">This month</th><th scope="col">Total</th></tr></thead>
<tbody>
${shown.map(rowOf).join('\n')}
</tbody>
<tfoot><tr><th scope="row">Network</th><td></td>${amounts(network)}</tr></tfoot>
</table>
</div>
<p><a href="/api/v1/usage?format=csv&amp;step=day">Today as CSV</a> · <a href="/api/v1/devices">Devices as JSON</a> · <a href="/api/v1/health">Health</a> · <a href="/api/v1/events">Events</a></p>
<form method="post" action="/logout"><button>Log out</button></form>`,
    });
  };
}

function rowOf(device: DeviceReport): string {
  const name = escapeHtml(device.name);
  const state = device.online ? '' : ' <small>(offline)</small>';
  const address = escapeHtml(device.addresses[0] ?? '');
  return `<tr><th scope="row">${name}${state}</th><td>${address}</td>${amounts(device)}</tr>`;
}

function amounts({ today, month, total }: UsageReport): string {
  const cells = [
    today.download,
    today.upload,
    month.download + month.upload,
    total.download + total.upload,
  ];
  return cells.map((bytes) => `<td>${prettyBytes(bytes)}</td>`).join('');
}
