import type { InputHTMLAttributes } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

type DelayedInputProps = Omit<InputHTMLAttributes, 'value' | 'onInput' | 'ref'> & {
  value: string;
  /** Called once the user pauses, leaves, or presses Enter. */
  onValue: (value: string) => void;
};

const pauseMs = 200;

/** An input whose text takes effect when the user pauses; nobody else changes the text that is being typed. */
export function DelayedInput({ value, onValue, ...attributes }: DelayedInputProps) {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<number>();
  const isPending = useRef(false);
  useEffect(() => {
    if (field.current !== null && !isPending.current) field.current.value = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const settle = () => {
    clearTimeout(timer.current);
    if (!isPending.current) return;
    isPending.current = false;
    onValue(field.current?.value ?? '');
  };
  return (
    <input
      {...attributes}
      ref={field}
      defaultValue={value}
      onInput={() => {
        isPending.current = true;
        clearTimeout(timer.current);
        timer.current = setTimeout(settle, pauseMs);
      }}
      onBlur={settle}
      onKeyDown={(event) => event.key === 'Enter' && settle()}
    />
  );
}
