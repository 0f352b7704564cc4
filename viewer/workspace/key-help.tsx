import { Button, Kbd, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { changePreferences, usePreferences } from '#viewer/state/preferences.ts';
import { FRAME_KEYS } from './frame-keys.ts';
import styles from './key-help.module.css';
import { ShortcutField } from './shortcut-field.tsx';
import { keysOf, SHORTCUT_ACTIONS, type ShortcutAction, shownKey } from './shortcuts.ts';
import { SLIDE_KEYS } from './slide-keys.ts';

interface KeyHelpProps {
  readonly opened: boolean;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}

const EVERYWHERE: readonly (readonly [string, string])[] = [
  ['Wheel', 'Scroll slices; zoom a slide'],
  ['Shift + wheel', 'The other of the two'],
  ['Enter', 'Close a polygon'],
  ['Enter on a shape', 'Hold its first corner: Tab next, arrows move, Insert, Delete'],
  ['Double click', 'A new corner on an outline; a corner goes away'],
  ['Escape', 'Give up a drawing; select nothing'],
  ['[ ] with a brush', 'Narrower, wider'],
  ['Shift + click', 'Select one more, or one less'],
  ['Delete', 'Delete the selected annotations'],
  ['Ctrl Z', 'Undo'],
  ['Ctrl Shift Z', 'Redo'],
];

const isTool = ({ id }: ShortcutAction): boolean => /^(slide-)?tool\./.test(id);
const GROUPS: readonly (readonly [
  title: string,
  has: (action: ShortcutAction) => boolean,
  fixed: readonly (readonly [string, string])[],
])[] = [
  ['Tools', isTool, []],
  ['Slices', (action) => action.where === 'series' && !isTool(action), FRAME_KEYS],
  ['Slides', (action) => action.where === 'slide', SLIDE_KEYS],
  ['Slices and slides', (action) => action.where === 'both' && !isTool(action), EVERYWHERE],
];

function Row({ keys, does }: { readonly keys: ReactNode; readonly does: string }) {
  return (
    <div>
      <dt>{keys}</dt>
      <dd>{does}</dd>
    </div>
  );
}

/** The keys of the reading page, as they are now; `?` opens it, and they are changed here. */
export function KeyHelp({ opened, onOpen, onClose }: KeyHelpProps) {
  const { shortcuts } = usePreferences();
  const [changing, setChanging] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input,textarea,select') !== null;
      if (event.key === '?' && !typing) onOpen();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [onOpen]);
  const keysShown = (action: ShortcutAction) =>
    changing ? (
      <ShortcutField action={action} chosen={shortcuts} />
    ) : (
      <span className={styles.several}>
        {keysOf(action, shortcuts).map((key) => (
          <Kbd key={key}>{shownKey(key)}</Kbd>
        ))}
      </span>
    );
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size={960} centered>
      <div className={styles.actions}>
        <Button size="compact-sm" variant={changing ? 'light' : 'default'} onClick={() => setChanging(!changing)}>
          {changing ? 'Done' : 'Change keys'}
        </Button>
        {changing && (
          <>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              disabled={shortcuts === undefined}
              onClick={() => changePreferences({ shortcuts: null })}
            >
              Restore the keys it came with
            </Button>
            <span className={styles.hint}>Touch a key, then press another. Backspace takes it away.</span>
          </>
        )}
      </div>
      <div className={styles.columns}>
        {GROUPS.map(([title, has, fixed]) => (
          <section key={title}>
            <h3 className={styles.title}>{title}</h3>
            <dl className={styles.keys}>
              {SHORTCUT_ACTIONS.filter(has).map((action) => (
                <Row key={action.id} keys={keysShown(action)} does={action.name} />
              ))}
              {fixed.map(([names, does]) => (
                <Row key={names} keys={<Kbd>{names}</Kbd>} does={does} />
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
