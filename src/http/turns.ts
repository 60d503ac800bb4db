import type { Response } from 'express';

/** Lets requests through one at a time. */
export interface Turns {
  /**
   * Resolves with true once it is the turn of that answer, which lasts until it was sent or its client is gone, and no
   * longer than a turn may; with false where too many wait already, or it waited too long.
   */
  take(response: Response): Promise<boolean>;
}

export interface TurnLimits {
  mostWaiting: number;
  longestWaitMs: number;
  /** After that it is the client who is slow, and nobody need wait for it. */
  longestTurnMs: number;
}

export function createTurns({ mostWaiting, longestWaitMs, longestTurnMs }: TurnLimits): Turns {
  /** In the order in which they came. */
  const waiting = new Set<() => void>();
  let isTaken = false;

  function passOn(): void {
    const [next] = waiting;
    isTaken = next !== undefined;
    next?.();
  }

  function wait(response: Response): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isTurn: boolean) => {
        clearTimeout(timer);
        waiting.delete(begin);
        response.off('close', giveUp);
        resolve(isTurn);
      };
      const begin = () => settle(true);
      const giveUp = () => settle(false);
      const timer = setTimeout(giveUp, longestWaitMs);
      waiting.add(begin);
      response.once('close', giveUp);
    });
  }

  return {
    async take(response) {
      if (response.closed || waiting.size >= mostWaiting) return false;
      if (isTaken && !(await wait(response))) return false;
      isTaken = true;
      const end = () => {
        clearTimeout(timer);
        response.off('close', end);
        passOn();
      };
      const timer = setTimeout(end, longestTurnMs);
      response.once('close', end);
      return true;
    },
  };
}
