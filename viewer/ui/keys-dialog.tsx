import { Kbd, Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import styles from './keys-dialog.module.css';

interface KeysDialogProps {
  readonly keys: readonly { readonly keys: readonly string[]; readonly does: string }[];
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** The keys of a page, shown when "?" is pressed. */
export function KeysDialog({ keys }: KeysDialogProps) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const show = (event: KeyboardEvent) => {
      if (event.key === '?' && !isTyping(event.target)) setOpen(true);
    };
    window.addEventListener('keydown', show);
    return () => window.removeEventListener('keydown', show);
  }, []);
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Keys" centered size="sm">
      <dl className={styles.list}>
        {keys.map(({ keys: names, does }) => (
          <div key={does} className={styles.row}>
            <dt>
              {names.map((name) => (
                <Kbd key={name}>{name}</Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
