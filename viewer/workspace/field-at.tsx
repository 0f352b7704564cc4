import { useEffect, useRef, useState } from 'react';
import styles from './field-at.module.css';

interface FieldAtProps {
  /** CSS pixels from the viewport's upper left corner. */
  readonly at: readonly [x: number, y: number];
  readonly color: string;
  readonly name: string;
  readonly placeholder: string;
  readonly onWritten: (text: string) => void;
  readonly onGivenUp: () => void;
}

/** One line typed where a shape was drawn, as the words of a text. Enter or a click elsewhere keeps them. */
export function FieldAt({ at, color, name, placeholder, onWritten, onGivenUp }: FieldAtProps) {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const ended = useRef(false);
  useEffect(() => field.current?.focus(), []);
  const end = (keep: boolean) => {
    if (ended.current) return;
    ended.current = true;
    if (keep && text.trim() !== '') onWritten(text.trim());
    else onGivenUp();
  };
  return (
    <input
      ref={field}
      className={styles.field}
      style={{ left: at[0], top: at[1], color }}
      aria-label={name}
      placeholder={placeholder}
      maxLength={500}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => end(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') end(true);
        if (event.key === 'Escape') end(false);
      }}
    />
  );
}
