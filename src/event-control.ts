import { InvalidField } from './base/errors.ts';
import { settle, type Control } from './control.ts';
import type { EventQuery } from './model/checkpoint.ts';
import type { EventAcknowledgement } from './model/selection.ts';

/** `events/acknowledge`: what was acknowledged before, or is gone, is passed over; so asking again is harmless. */
export function acknowledgeEvents(control: Control, input: EventAcknowledgement) {
  const ids = control.queries.unacknowledged(selectionOf(input));
  control.events.acknowledge(ids);
  settle(control);
  return { acknowledged: ids.length };
}

function selectionOf({ events: ids, through, type }: EventAcknowledgement): EventQuery {
  if (through === undefined) {
    if (ids === undefined) {
      throw new InvalidField('events', 'is missing, and so is through: one of them is needed');
    }
    if (type !== undefined) throw new InvalidField('type', 'can be given with through only');
    return { ids };
  }
  if (ids !== undefined) {
    throw new InvalidField('events', 'cannot be given together with through: choose one of them');
  }
  return { before: through + 1, ...(type === undefined ? {} : { types: [type].flat() }) };
}
