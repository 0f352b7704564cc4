import { Popover, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import type { FidelityFact } from '#viewer/engines/image-engine.ts';
import styles from './fidelity-badge.module.css';

/** How true the picture is, in a line; a click says how that is known. */
export function FidelityBadge({ facts }: { readonly facts: readonly FidelityFact[] }) {
  const attention = facts.filter(({ level }) => level === 'attention');
  const [coding] = facts;
  // What needs attention is always read; of the rest the coding and what was done to the greys.
  const shown = facts.filter(
    (fact) => fact === coding || fact.level === 'attention' || /LUT|Sigmoid|Overlay|Shutter/.test(fact.text),
  );
  const text = shown.map((fact) => fact.text).join(' · ');
  const Icon = attention.length > 0 ? IconAlertTriangle : IconShieldCheck;
  return (
    <Popover position="top-end" width={320} shadow="none" withinPortal>
      <Popover.Target>
        <UnstyledButton
          className={styles.badge}
          data-attention={attention.length > 0 || undefined}
          aria-label={`Fidelity: ${text}. Show how this is known`}
        >
          <Icon size={12} stroke={2} aria-hidden /> {text}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <dl className={styles.facts}>
          {facts.map((fact) => (
            <div key={fact.text} data-attention={fact.level === 'attention' || undefined}>
              <dt>{fact.text}</dt>
              {fact.from !== '' && <dd>{fact.from}</dd>}
            </div>
          ))}
        </dl>
      </Popover.Dropdown>
    </Popover>
  );
}
