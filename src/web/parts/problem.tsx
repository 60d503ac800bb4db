interface ProblemProps {
  /** The sentence of whom it went wrong with; undefined where it did not. */
  message: string | undefined;
  class?: string;
}

/** Says at once what went wrong, beside what it is about. */
export function Problem({ message, class: look = '' }: ProblemProps) {
  if (message === undefined) return null;
  return (
    <p class={`error ${look}`.trimEnd()} role="alert">
      {message}
    </p>
  );
}
