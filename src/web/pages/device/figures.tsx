import type { Device, Usage } from '../../api/operations.ts';
import { formatBytes } from '../../format/bytes.ts';
import { formatPercent } from '../../format/numbers.ts';
import { totalOf } from '../../format/traffic.ts';
import { Card } from '../../parts/card.tsx';
import { home } from '../../state/home.ts';

/** What it used today, this month and ever. */
export function Figures({ device }: { device: Device }) {
  const network = home.value.value?.network;
  return (
    <div class="device-figure-cards">
      <Figure title="Today" usage={device.today} all={network?.today} />
      <Figure title="This month" usage={device.month} all={network?.month} />
      <Figure title="Total" usage={device.total} all={network?.total} />
    </div>
  );
}

interface FigureProps {
  title: string;
  usage: Usage;
  /** That of the whole network. */
  all: Usage | undefined;
}

function Figure({ title, usage, all }: FigureProps) {
  const { download, upload, localDownload, localUpload } = usage;
  return (
    <Card title={title}>
      <dl class="device-figures">
        <div>
          <dt>Download</dt>
          <dd class="device-figure download">{formatBytes(download)}</dd>
        </div>
        <div>
          <dt>Upload</dt>
          <dd class="device-figure upload">{formatBytes(upload)}</dd>
        </div>
        <div class="device-figure-note">
          <dt>Share</dt>
          <dd>{shareOf(usage, all)}</dd>
        </div>
        <div class="device-figure-note" title="It stayed in this home and is no internet usage.">
          <dt>Local</dt>
          <dd>
            {formatBytes(localDownload)} in, {formatBytes(localUpload)} out
          </dd>
        </div>
      </dl>
    </Card>
  );
}

function shareOf(usage: Usage, all: Usage | undefined): string {
  const whole = all === undefined ? 0 : totalOf(all);
  if (whole === 0) return '–';
  return `${formatPercent(totalOf(usage) / whole)} of the network`;
}
