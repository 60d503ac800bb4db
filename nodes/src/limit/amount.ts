import { Failure } from '../connection/failure.ts';
import type { Message, Red, RedNode } from '../node-red.d.ts';

export interface AmountConfig {
  /** As the editor's typedInput stores it, in units of `unit`. */
  limit?: string | number;
  limitType?: 'num' | 'msg' | 'env';
  unit?: keyof typeof units;
}

const units = {
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Where a limit in bytes comes from. Both reject with a `Failure` where it is no number above 0. */
export interface Amount {
  /** Undefined where only messages say it. */
  configured(): Promise<number | undefined>;
  /** Undefined where this message does not. */
  saidBy(message: Message): Promise<number | undefined>;
}

export function createAmount(red: Red, node: RedNode, config: AmountConfig): Amount {
  const { limit = '', limitType = 'num', unit = 'GB' } = config;

  function evaluate(message: Message): Promise<unknown> {
    return new Promise((resolve, reject) => {
      red.util.evaluateNodeProperty(String(limit), limitType, node, message, (error, value) => {
        if (error === null || error === undefined) resolve(value);
        else reject(error);
      });
    });
  }

  function bytesOf(value: unknown): number {
    const bytes = Math.round(Number(value) * units[unit]);
    if (bytes >= 1 && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
    const sentence = `"${String(value)}" is no limit: use a number of ${unit} above 0.`;
    throw new Failure('LIMIT_INVALID', sentence);
  }

  return {
    configured: async () => (limitType === 'msg' ? undefined : bytesOf(await evaluate({}))),
    async saidBy(message) {
      const value = message['limit'] ?? (limitType === 'msg' ? await evaluate(message) : undefined);
      return value === undefined ? undefined : bytesOf(value);
    },
  };
}
