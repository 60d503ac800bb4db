import { computed } from '@preact/signals';
import { createResource } from './resource.ts';

/** As whom this browser is here, and what that allows. */
export const access = createResource('showAccess', () => ({}));

/** Whether pages can be drawn: not before it is known what belongs on them, unless nobody tells. */
export const isAccessClear = computed(
  () => access.value.value !== undefined || access.error.value !== undefined,
);

/** Whether this browser may change anything. What changes something is left out where it may not. */
export const mayWrite = computed(() => access.value.value?.scope === 'write');
