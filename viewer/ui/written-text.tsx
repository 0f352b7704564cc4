import { Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';

const SAVE_AFTER_MS = 600;

export interface WrittenTextProps {
  readonly label: string;
  readonly text: string;
  readonly placeholder: string;
  readonly maxLength: number;
  readonly minRows?: number;
  readonly disabled?: boolean;
  readonly focused?: boolean;
  readonly onSave: (text: string) => void;
}

/** A text that saves itself a moment after the last key and when it is left. */
export function WrittenText(props: WrittenTextProps) {
  const [typed, setTyped] = useState(props.text);
  const saved = useRef(props.text);
  const field = useRef<HTMLTextAreaElement>(null);
  // The text is saved later than it was rendered: it must go through the newest handler.
  const onSave = useRef(props.onSave);
  onSave.current = props.onSave;
  useEffect(() => {
    if (props.text === saved.current) return;
    saved.current = props.text;
    setTyped(props.text);
  }, [props.text]);
  useEffect(() => {
    if (props.focused === true) field.current?.focus();
  }, [props.focused]);
  const save = useRef((text: string) => {
    if (text === saved.current) return;
    saved.current = text;
    onSave.current(text);
  });
  const newest = useRef(typed);
  newest.current = typed;
  useEffect(() => {
    const timer = window.setTimeout(() => save.current(typed), SAVE_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  // A panel that is closed in mid-sentence must not take the sentence with it.
  useEffect(() => () => save.current(newest.current), []);
  return (
    <Textarea
      ref={field}
      aria-label={props.label}
      placeholder={props.placeholder}
      autosize
      minRows={props.minRows ?? 2}
      maxRows={24}
      maxLength={props.maxLength}
      variant="filled"
      disabled={props.disabled ?? false}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => save.current(typed)}
    />
  );
}
