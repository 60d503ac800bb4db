import { ThroughputChart } from '../../charts/throughput-chart.tsx';
import { formatRate } from '../../format/bytes.ts';
import { Card } from '../../parts/card.tsx';
import { home, networkRate } from '../../state/home.ts';
import { linkTo } from '../../state/route.ts';
import { throughput } from '../../state/throughput.ts';
import { isVisible } from '../../state/visible.ts';
import { Direction } from './direction.tsx';

/** The network's rates, each second, and the last five minutes. */
export function RightNow() {
  return (
    <Card title="Right now" span={8} actions={<Online />}>
      <Rates />
      <ThroughputChart height="13.5rem" />
    </Card>
  );
}

function Online() {
  const network = home.value.value?.network;
  return (
    <a href={linkTo({ page: 'devices' })} class="overview-online">
      {network?.devicesOnline ?? 0} of {network?.devices ?? 0} devices online
    </a>
  );
}

function Rates() {
  const { download, upload } = isVisible.value ? networkRate.value : networkRate.peek();
  const samples = isVisible.value ? throughput.value : throughput.peek();
  const highest = (direction: 'download' | 'upload') =>
    formatRate(Math.max(0, ...samples.map((sample) => sample[direction])));
  return (
    <dl class="overview-rates">
      <div>
        <dt>
          <Direction of="download" />
        </dt>
        <dd class="figure">{formatRate(download)}</dd>
        <dd class="muted small">Peak {highest('download')}</dd>
      </div>
      <div>
        <dt>
          <Direction of="upload" />
        </dt>
        <dd class="figure">{formatRate(upload)}</dd>
        <dd class="muted small">Peak {highest('upload')}</dd>
      </div>
    </dl>
  );
}
