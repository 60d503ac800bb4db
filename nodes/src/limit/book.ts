import { errorOf } from '../connection/failure.ts';
import type { Target } from '../connection/ledger.ts';
import type { RedNode } from '../node-red.d.ts';
import type { Consumption } from './consumption.ts';
import { judge, type Told } from './rule.ts';

/** How a target stands. */
export interface Standing {
  target: Target;
  used: number;
  told: Told;
  /** It is to be told. */
  isNews: boolean;
}

/** How targets stand, and what was told of them. */
export interface Book {
  /** Remembers what was told before the node was deployed. */
  open(): Promise<void>;
  review(targets: readonly Target[], bytes: number): Promise<Standing[]>;
  /** What was told of these is to be told again. */
  forget(targets: readonly Target[]): void;
  /** The target that has used most of its limit. */
  highest(): Standing | undefined;
  /** From here on a review finds nothing, for nobody could tell it: the book of the next deploy has to find it. */
  close(): void;
}

/** What was told, by target. */
export type Memory = Record<string, Told>;

export interface BookOptions {
  node: RedNode;
  /**
   * By node, over deploys. The node's context outlives restarts, where it is kept on disk; where it is not, Node-RED
   * empties it with each deploy.
   */
  memories: Map<string, Memory>;
  consumption: Consumption;
  warningPercent: number;
}

const KEY = 'told';

export function createBook(options: BookOptions): Book {
  const { node, memories, consumption, warningPercent } = options;
  const standings = new Map<string, Standing>();
  let memory: Memory = {};
  let isClosed = false;

  async function assess(target: Target, bytes: number): Promise<Standing> {
    const { from, used } = await consumption.of(target);
    const judged = judge(used, { bytes, warningPercent, from }, memory[target.id]);
    return { target, used, ...judged };
  }

  return {
    async open() {
      memory = memories.get(node.id) ?? (await read(node)) ?? {};
      memories.set(node.id, memory);
    },
    async review(targets, bytes) {
      const reviewed: Standing[] = [];
      for (const target of targets) reviewed.push(await assess(target, bytes));
      if (isClosed) return [];
      for (const standing of reviewed) {
        standings.set(standing.target.id, standing);
        memory[standing.target.id] = standing.told;
      }
      if (reviewed.some(({ isNews }) => isNews)) {
        // The news does not wait: what is not kept is told again after a restart, what is not returned never.
        write(node, memory).catch((error: unknown) => node.error(errorOf(error), {}));
      }
      return reviewed;
    },
    forget(targets) {
      for (const { id } of targets) delete memory[id];
    },
    highest: () => [...standings.values()].sort((a, b) => percentOf(b) - percentOf(a))[0],
    close() {
      isClosed = true;
    },
  };
}

/** To one place. */
export function percentOf({ used, told }: Standing): number {
  return Math.round((1000 * used) / told.bytes) / 10;
}

function read(node: RedNode): Promise<Memory | undefined> {
  return new Promise((resolve, reject) => {
    node.context().get(KEY, (error, value) => {
      if (error) reject(error);
      else resolve(value as Memory | undefined);
    });
  });
}

function write(node: RedNode, memory: Memory): Promise<void> {
  return new Promise((resolve, reject) => {
    node.context().set(KEY, { ...memory }, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
