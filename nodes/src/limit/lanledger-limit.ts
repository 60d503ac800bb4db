import { errorOf } from '../connection/failure.ts';
import type { Target } from '../connection/ledger.ts';
import { linkTo } from '../connection/link.ts';
import { createSelection, referencesIn } from '../connection/selection.ts';
import { createTurns } from '../connection/turns.ts';
import { whoOf } from '../connection/wording.ts';
import type { Badge, Message, NodeConfig, Red, RedNode, Sent } from '../node-red.d.ts';
import { createAmount, type AmountConfig } from './amount.ts';
import { createBook, percentOf, type Memory, type Standing } from './book.ts';
import { createConsumption, type ConsumptionOptions } from './consumption.ts';
import type { Level, Period } from './rule.ts';

interface LimitConfig extends NodeConfig, AmountConfig {
  server: string;
  /** Ids or names of devices and groups, or `network`; every device by itself where empty. */
  devices?: string[];
  period?: Period;
  /** Of the billing period: 1 to 28. */
  startDay?: string | number;
  direction?: ConsumptionOptions['direction'];
  /** 0: no warning. */
  warningPercent?: string | number;
}

/** Tells once when a target comes near its limit, when it exceeds it, and when that is over. */
export = (red: Red): void => {
  const memories = new Map<string, Memory>();

  function create(this: RedNode, config: LimitConfig): void {
    red.nodes.createNode(this, config);
    const { period = 'month', direction = 'both' } = config;
    const isChosen = createSelection(config.devices);
    const link = linkTo(red, this, config.server);
    const startDay = Number(config.startDay) || 1;
    const consumption = createConsumption(link, { period, startDay, direction });
    const warningPercent = Number(config.warningPercent ?? 80);
    const book = createBook({ node: this, memories, consumption, warningPercent });
    const amount = createAmount(red, this, config);
    const inTurn = createTurns();
    let limit: number | undefined;
    let trouble = '';
    let isClosed = false;

    /** What is to be told of targets: news, or with `all` how each stands. */
    async function review(targets: readonly Target[], message: Message, all = false) {
      const standings = limit === undefined ? [] : await book.review(targets, limit);
      link.badge(badgeOf(book.highest()));
      return standings
        .filter(({ isNews }) => isNews || all)
        .map((standing) => sentOf(standing, period, message));
    }

    const chosen = () => [...link.targets.values()].filter(isChosen);

    const watch = (work: () => Promise<readonly Sent[]>): void => {
      inTurn(work).then(
        (sent) => {
          trouble = '';
          return isClosed || sent.forEach((one) => this.send(one));
        },
        (thrown: unknown) => {
          const error = errorOf(thrown);
          // The same trouble would come back with each update.
          if (error.message !== trouble && !isClosed) this.error(error, {});
          trouble = error.message;
        },
      );
    };

    watch(async () => {
      await book.open();
      limit = await amount.configured();
      return review(chosen(), {});
    });
    link.on('target', (target) => {
      if (isChosen(target)) watch(() => review([target], {}));
    });
    this.on('close', (removed, done) => {
      isClosed = true;
      book.close();
      if (removed) memories.delete(this.id);
      done();
    });
    link.onInput((message) =>
      inTurn(async () => {
        limit = (await amount.saidBy(message)) ?? limit;
        const { action, device } = message;
        const references = referencesIn(device);
        const isMeant = references === undefined ? isChosen : createSelection(references);
        const targets = chosen().filter(isMeant);
        if (action === 'reset') book.forget(targets);
        return review(targets, message, action === 'check');
      }),
    );
  }

  red.nodes.registerType('lanledger-limit', create);
};

/** On the output of its level. */
function sentOf(standing: Standing, period: Period, message: Message): Sent {
  const { target, used, told } = standing;
  const { bytes: limit, from, level } = told;
  const { id, name } = target;
  const percent = percentOf(standing);
  const payload = { target: id, name, used, limit, percent, period, from, level };
  const sent = { ...message, topic: id, payload, ...whoOf(target) };
  return (['exceeded', 'warning', 'ok'] as const).map((each) => (each === level ? sent : null));
}

const fills: Record<Level, NonNullable<Badge['fill']>> = {
  ok: 'green',
  warning: 'yellow',
  exceeded: 'red',
};

function badgeOf(highest: Standing | undefined): Badge {
  if (highest === undefined) return { fill: 'grey', shape: 'ring', text: 'limit.waiting' };
  const text = `${percentOf(highest)} % ${highest.target.name}`;
  return { fill: fills[highest.told.level], shape: 'dot', text: text.slice(0, 19) };
}
