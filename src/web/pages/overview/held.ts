import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Whether somebody points at the element or has the focus in it: then what is in it should stay where it is. */
export function useHeld(element: RefObject<HTMLElement>): boolean {
  const [isHeld, setIsHeld] = useState(false);
  useEffect(() => {
    const held = element.current;
    if (held === null) return undefined;
    const look = () => setIsHeld(held.matches(':hover, :focus-within'));
    // A focus that moves within leaves first: look when it has arrived.
    const lookSoon = () => requestAnimationFrame(look);
    const events = ['mouseenter', 'mouseleave', 'focusin', 'focusout'];
    for (const event of events) held.addEventListener(event, lookSoon);
    return () => events.forEach((event) => held.removeEventListener(event, lookSoon));
  }, []);
  return isHeld;
}
