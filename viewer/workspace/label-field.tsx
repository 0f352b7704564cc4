import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';

/** The label of an annotation; saved with Enter and when the field is left. */
export function LabelField({ label, onSave }: { readonly label: string; readonly onSave: (label: string) => void }) {
  const [text, setText] = useState(label);
  useEffect(() => setText(label), [label]);
  const save = () => {
    if (text.trim() !== label) onSave(text.trim());
  };
  return (
    <TextInput
      size="xs"
      variant="filled"
      aria-label="Label of the annotation"
      placeholder="Label, for example “target lesion”"
      value={text}
      maxLength={500}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save();
        if (event.key === 'Escape') setText(label);
      }}
    />
  );
}
