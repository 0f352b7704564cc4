import { Kbd, UnstyledButton } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { changePreferences } from '#viewer/state/preferences.ts';
import styles from './key-help.module.css';
import { keyName, keysOf, refusalOf, type ShortcutAction, type Shortcuts, shownKey } from './shortcuts.ts';

interface ShortcutFieldProps {
  readonly action: ShortcutAction;
  readonly chosen: Shortcuts | undefined;
}

/** Keys that only accompany others. */
const COMPANIONS = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta']);

/** The key of an action; touched, it takes the next one that is pressed, or says why it cannot. */
export function ShortcutField({ action, chosen }: ShortcutFieldProps) {
  const [waiting, setWaiting] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const keys = keysOf(action, chosen);
  const take = (key: string | null) => {
    changePreferences({ shortcuts: { ...chosen, [action.id]: key } });
    setWaiting(false);
    setRefusal(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!waiting || event.key === 'Tab' || COMPANIONS.has(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') setWaiting(false);
    else if (event.key === 'Backspace') take(null);
    else {
      const reason = refusalOf(action.id, event.key, chosen);
      if (reason === null) take(keyName(event.key));
      else setRefusal(reason);
    }
  };
  return (
    <>
      <UnstyledButton
        className={styles.field ?? ''}
        data-waiting={waiting || undefined}
        aria-label={`Key of ${action.name}: ${keys.join(' or ') || 'none'}`}
        onClick={() => {
          setWaiting(true);
          setRefusal(null);
        }}
        onBlur={() => {
          setWaiting(false);
          setRefusal(null);
        }}
        onKeyDown={onKeyDown}
      >
        {waiting ? 'Press a key' : keys.length === 0 ? 'None' : keys.map((key) => <Kbd key={key}>{shownKey(key)}</Kbd>)}
      </UnstyledButton>
      {refusal !== null && (
        <span className={styles.refusal} role="alert">
          {refusal}
        </span>
      )}
    </>
  );
}
