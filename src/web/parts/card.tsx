import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface CardProps {
  title: string;
  /** Columns of twelve on a wide screen. */
  span?: 3 | 4 | 5 | 6 | 7 | 8 | 12;
  /** Beside the title: a choice, a link. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** A titled part of a page. */
export function Card({ title, span = 12, actions, children }: CardProps) {
  const id = useId();
  return (
    <section class={`card span-${span}`} aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
