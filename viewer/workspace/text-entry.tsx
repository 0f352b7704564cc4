import { useEffect, useRef, useState } from 'react';
import styles from './text-entry.module.css';

interface TextEntryProps {
  /** CSS pixels from the viewport's upper left corner. */
  readonly at: readonly [x: number, y: number];
  readonly color: string;
  readonly onWritten: (text: string) => void;
  readonly onGivenUp: () => void;
}

/** The words of a text annotation, typed where they will stand. Enter or a click elsewhere keeps them. */
export function TextEntry({ at, color, onWritten, onGivenUp }: TextEntryProps) {
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
      aria-label="Text on the image"
      placeholder="Text"
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
