import type { Source } from './outbox.ts';
import type { Message } from './session.ts';

/** Answers until the broker has them. When the connection is lost nobody waits for them any more. */
export interface AnswerQueue extends Source {
  /** No further answer may be added: what is asked meanwhile is not done. */
  isFull(): boolean;
  add(answer: Omit<Message, 'done' | 'retain'>): void;
}

/** Together with those on their way. */
const mostAnswers = 64;
const mostCharacters = 4_194_304;

export function createAnswerQueue(): AnswerQueue {
  let queue: Message[] = [];
  let unanswered = new Set<Message>();
  let characters = 0;

  return {
    isFull: () => unanswered.size >= mostAnswers || characters >= mostCharacters,
    add(answer) {
      const message: Message = {
        ...answer,
        retain: false,
        done() {
          if (unanswered.delete(message)) characters -= message.payload.length;
        },
      };
      queue.push(message);
      unanswered.add(message);
      characters += message.payload.length;
    },
    next: () => queue.shift(),
    lost() {
      queue = [];
      unanswered = new Set();
      characters = 0;
    },
  };
}
