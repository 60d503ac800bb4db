import { signal } from '@preact/signals';

/** Whether somebody can see the page: what moves stands still meanwhile. */
export const isVisible = signal(!document.hidden);

document.addEventListener('visibilitychange', () => {
  isVisible.value = !document.hidden;
});
