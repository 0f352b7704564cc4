import { ActionIcon, Button, Drawer } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { HangingProtocol } from '#shared/hanging/hanging-protocol.ts';
import { protocolOfLayout } from '#shared/hanging/make-protocol.ts';
import styles from './hanging-editor.module.css';
import { ProtocolForm } from './protocol-form.tsx';
import type { HangingDesk } from './use-hanging.ts';
import type { ViewportGrid } from './viewport-grid.ts';
import type { SyncChoice } from './viewport-sync.ts';

interface HangingEditorProps {
  readonly desk: HangingDesk;
  readonly grid: ViewportGrid;
  readonly linked: SyncChoice;
  readonly onClose: () => void;
}

const MOST = 60;

/** The list with one protocol moved by a place; unchanged at its ends. */
function movedBy(protocols: readonly HangingProtocol[], at: number, by: -1 | 1): readonly HangingProtocol[] {
  const [one, other] = [protocols[at], protocols[at + by]];
  return one === undefined || other === undefined ? protocols : protocols.with(at, other).with(at + by, one);
}

/**
 * The reader's hanging protocols: tried from the top, the first that is meant for a consultation is hung. Beside the images,
 * which stay in reach; every change is kept as it is made.
 */
export function HangingEditor({ desk, grid, linked, onClose }: HangingEditorProps) {
  const { protocols, material, meant } = desk;
  const [open, setOpen] = useState<string | null>(null);
  const keepOne = (next: HangingProtocol) => desk.keep(protocols.map((one) => (one.id === next.id ? next : one)));
  const add = () => {
    if (material === null) return;
    const { rows, columns, slots } = grid;
    const id = crypto.randomUUID();
    const made = protocolOfLayout({ rows, columns, keys: slots, linked }, material, { id, name: 'My layout' });
    desk.keep([made, ...protocols]);
    setOpen(id);
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      title="Hanging protocols"
      position="right"
      size={440}
      withOverlay={false}
      lockScroll={false}
      trapFocus={false}
      closeOnClickOutside={false}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': 'Close the hanging protocols' }}
    >
      <p className={styles.words}>
        When a consultation opens, the first protocol that is meant for its newest study is hung, unless you left it in
        another layout.
      </p>
      <div className={styles.actions}>
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={material === null || protocols.length >= MOST}
          onClick={add}
        >
          Make one of this layout
        </Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={desk.restoreBuiltIn}>
          Restore the built-in ones
        </Button>
      </div>
      <ol className={styles.list}>
        {protocols.map((protocol, at) => (
          <li key={protocol.id} className={styles.protocol}>
            <div className={styles.head}>
              <div className={styles.name}>
                {protocol.name}
                <span className={styles.quiet}>
                  {protocol.rows} × {protocol.columns}
                  {meant.includes(protocol) ? ' · meant for these images' : ''}
                </span>
              </div>
              <Button size="compact-xs" variant="subtle" onClick={() => desk.apply(protocol)}>
                Hang
              </Button>
              <Act
                name={`Edit ${protocol.name}`}
                Icon={IconPencil}
                pressed={open === protocol.id}
                onClick={() => setOpen(open === protocol.id ? null : protocol.id)}
              />
              <Act
                name={`Try ${protocol.name} earlier`}
                Icon={IconArrowUp}
                disabled={at === 0}
                onClick={() => desk.keep(movedBy(protocols, at, -1))}
              />
              <Act
                name={`Try ${protocol.name} later`}
                Icon={IconArrowDown}
                disabled={at === protocols.length - 1}
                onClick={() => desk.keep(movedBy(protocols, at, 1))}
              />
              <Act
                name={`Delete ${protocol.name}`}
                Icon={IconTrash}
                onClick={() => desk.keep(protocols.filter(({ id }) => id !== protocol.id))}
              />
            </div>
            {open === protocol.id && <ProtocolForm protocol={protocol} onChange={keepOne} />}
          </li>
        ))}
      </ol>
    </Drawer>
  );
}

interface ActProps {
  readonly name: string;
  readonly Icon: typeof IconPencil;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function Act({ name, Icon, disabled = false, pressed, onClick }: ActProps) {
  return (
    <ActionIcon
      className={styles.act}
      size={28}
      variant={pressed === true ? 'light' : 'subtle'}
      color="gray"
      aria-label={name}
      aria-pressed={pressed}
      title={name}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon size={16} stroke={1.75} aria-hidden />
    </ActionIcon>
  );
}
