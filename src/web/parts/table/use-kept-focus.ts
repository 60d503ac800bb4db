import { useLayoutEffect } from 'preact/hooks';

/** An element that moves within the page loses the focus: it gets it back. */
export function useKeptFocus(within: { current: HTMLElement | null }): void {
  const before = document.activeElement;
  useLayoutEffect(() => {
    if (document.activeElement !== document.body || before === null) return;
    if (within.current?.contains(before) === true) {
      (before as HTMLElement).focus({ preventScroll: true });
    }
  });
}
