import type { ComponentChildren } from 'preact';
import type { Resource } from '../state/resource.ts';
import './last-answer.css';
import { Problem } from './problem.tsx';

interface LastAnswerProps {
  resource: Resource<unknown>;
  /** It answers another question than the one that is asked by now. */
  isStale: boolean;
  children: ComponentChildren;
}

/** What is known while the next answer is on its way, and where that failed. */
export function LastAnswer({ resource, isStale, children }: LastAnswerProps) {
  return (
    <>
      <Problem message={resource.error.value?.message} />
      <div class="last-answer" aria-busy={isStale}>
        {children}
      </div>
    </>
  );
}
