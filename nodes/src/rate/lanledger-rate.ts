import type { Rate } from '../connection/ledger.ts';
import { linkTo } from '../connection/link.ts';
import { createSelection } from '../connection/selection.ts';
import { formatBytes, whoOf } from '../connection/wording.ts';
import type { NodeConfig, Red, RedNode } from '../node-red.d.ts';

interface RateConfig extends NodeConfig {
  server: string;
  /** Ids or names of devices and groups, or `network`; all devices where empty. */
  devices?: string[];
  /** Least time between two messages about the same. */
  seconds?: string | number;
  unit?: 'bytes' | 'bits';
}

/** Tells how fast devices, groups or the network load at present. */
export = (red: Red): void => {
  function create(this: RedNode, config: RateConfig): void {
    red.nodes.createNode(this, config);
    const isChosen = createSelection(config.devices);
    const link = linkTo(red, this, config.server);
    const pauseMs = Math.max(Number(config.seconds) || 0, 0) * 1000;
    const factor = config.unit === 'bits' ? 8 : 1;
    const waiting = new Map<string, Rate>();
    const idle = new Set<string>();
    let pause: NodeJS.Timeout | undefined;

    const tell = (id: string, { download, upload }: Rate): void => {
      const target = link.targets.get(id);
      const isIdle = download === 0 && upload === 0;
      if (target === undefined || !isChosen(target) || (isIdle && idle.has(id))) return;
      if (isIdle) idle.add(id);
      else idle.delete(id);
      const payload = { download: download * factor, upload: upload * factor };
      this.send({ topic: id, payload, ...whoOf(target) });
      const text = `${formatBytes(download)}/s`;
      link.badge({ fill: 'green', shape: 'dot', text });
    };

    const tellAll = (): void => {
      pause = waiting.size > 0 && pauseMs > 0 ? setTimeout(tellAll, pauseMs) : undefined;
      for (const [id, rate] of waiting) tell(id, rate);
      waiting.clear();
    };

    link.on('rates', (rates) => {
      for (const [id, rate] of rates) waiting.set(id, rate);
      if (pause === undefined) tellAll();
    });
    this.on('close', (_removed, done) => {
      clearTimeout(pause);
      done();
    });
  }

  red.nodes.registerType('lanledger-rate', create);
};
