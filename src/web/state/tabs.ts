/**
 * Opens something when this tab is seen, and closes it when it is not and another is: browsers have six connections to a
 * host for all tabs together, and with a stream in each of six nothing else would come through. A tab that was left for
 * another website goes on. `open` returns what closes it.
 */
export function openInSeenTab(open: () => () => void): void {
  const tabs = channelOfTabs();
  let close: (() => void) | undefined;
  function look() {
    if (document.hidden) return;
    tabs?.postMessage('seen');
    close ??= open();
  }
  tabs?.addEventListener('message', () => {
    if (!document.hidden) return;
    close?.();
    close = undefined;
  });
  document.addEventListener('visibilitychange', look);
  look();
}

/** None where the browser is told to keep nothing of this website: then its tabs do not know of each other. */
function channelOfTabs(): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(document.baseURI);
  } catch {
    return undefined;
  }
}
