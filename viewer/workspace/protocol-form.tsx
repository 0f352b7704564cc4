import { Checkbox, NumberInput, Switch, TagsInput, TextInput, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { type HangingProtocol, PLAIN_RULE, type ViewportRule } from '#shared/hanging/hanging-protocol.ts';
import styles from './hanging-editor.module.css';
import { ViewportRuleForm } from './viewport-rule-form.tsx';

interface ProtocolFormProps {
  readonly protocol: HangingProtocol;
  readonly onChange: (protocol: HangingProtocol) => void;
}

const MODALITIES = ['CT', 'MR', 'PT', 'NM', 'MG', 'DX', 'CR', 'US', 'XA', 'RF'];
const LINKS: readonly (readonly [key: keyof HangingProtocol['linked'], name: string])[] = [
  ['scroll', 'Scroll together'],
  ['window', 'Same window'],
  ['place', 'Zoom and pan together'],
  ['lines', 'Reference lines'],
];

/** The same rules in a grid of another size: what stood in a row and column stays there. */
function resized(protocol: HangingProtocol, rows: number, columns: number): HangingProtocol {
  const at = (slot: number): ViewportRule => {
    const [row, column] = [Math.floor(slot / columns), slot % columns];
    const before = column < protocol.columns ? protocol.viewports[row * protocol.columns + column] : undefined;
    return before ?? { ...PLAIN_RULE, nth: Math.min(63, slot) };
  };
  const viewports = Array.from({ length: rows * columns }, (_, slot) => at(slot));
  return { ...protocol, rows, columns, viewports, fewest: Math.min(protocol.fewest, viewports.length) };
}

/** "MG R MLO", "Prior CT": what a viewport is for, in few words. */
export function ruleInWords({ study, condition, like, nth }: ViewportRule): string {
  const { modalities, laterality, views, plane, bodyPart, description } = condition;
  const words = [modalities.join('/'), laterality, views.join('/'), plane, bodyPart, description].filter(Boolean);
  const which = like === null ? (nth === 0 ? '' : `no. ${nth + 1}`) : `like ${like + 1}`;
  const what = [study === 'prior' ? 'Prior' : '', ...words, which].filter(Boolean).join(' ');
  return what || 'Any series';
}

/** For what a protocol is meant, and what each of its viewports shows. */
export function ProtocolForm({ protocol, onChange }: ProtocolFormProps) {
  const [chosen, setChosen] = useState(0);
  const { rows, columns, viewports, linked } = protocol;
  const change = (part: Partial<HangingProtocol>) => onChange({ ...protocol, ...part });
  const at = Math.min(chosen, viewports.length - 1);
  const rule = viewports[at] ?? PLAIN_RULE;
  return (
    <div className={styles.form}>
      <TextInput
        className={styles.wide ?? ''}
        label="Name"
        size="xs"
        maxLength={80}
        defaultValue={protocol.name}
        onBlur={(event) => change({ name: event.currentTarget.value.trim() || protocol.name })}
      />
      <TagsInput
        className={styles.wide ?? ''}
        label="For modalities"
        description="None means all"
        size="xs"
        data={MODALITIES}
        maxTags={16}
        value={protocol.modalities}
        onChange={(modalities) => change({ modalities: modalities.map((one) => one.toUpperCase().slice(0, 64)) })}
      />
      <TextInput
        label="Body part"
        description="In the body part or a description"
        size="xs"
        maxLength={64}
        defaultValue={protocol.bodyPart}
        onBlur={(event) => change({ bodyPart: event.currentTarget.value.trim() })}
      />
      <NumberInput
        label="Viewports to be filled"
        description="At least, to be hung by itself"
        size="xs"
        min={1}
        max={viewports.length}
        value={protocol.fewest}
        onChange={(value) => change({ fewest: Math.min(viewports.length, Math.max(1, Number(value) || 1)) })}
      />
      <Switch
        className={styles.wide ?? ''}
        label="Only with an earlier study of the same patient"
        size="xs"
        checked={protocol.needsPrior}
        onChange={(event) => change({ needsPrior: event.currentTarget.checked })}
      />
      {LINKS.map(([key, name]) => (
        <Checkbox
          key={key}
          label={name}
          size="xs"
          checked={linked[key]}
          onChange={(event) => change({ linked: { ...linked, [key]: event.currentTarget.checked } })}
        />
      ))}
      <NumberInput
        label="Rows"
        size="xs"
        min={1}
        max={8}
        value={rows}
        onChange={(value) => onChange(resized(protocol, Math.min(8, Math.max(1, Number(value) || 1)), columns))}
      />
      <NumberInput
        label="Columns"
        size="xs"
        min={1}
        max={8}
        value={columns}
        onChange={(value) => onChange(resized(protocol, rows, Math.min(8, Math.max(1, Number(value) || 1))))}
      />
      <div className={styles.picture} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {viewports.map((one, slot) => (
          <UnstyledButton
            // biome-ignore lint/suspicious/noArrayIndexKey: a viewport is its place
            key={slot}
            className={styles.viewport ?? ''}
            aria-label={`Viewport ${slot + 1}: ${ruleInWords(one)}`}
            aria-pressed={slot === at}
            onClick={() => setChosen(slot)}
          >
            {slot + 1}. {ruleInWords(one)}
          </UnstyledButton>
        ))}
      </div>
      <ViewportRuleForm
        key={at}
        rule={rule}
        place={at}
        onChange={(next) => change({ viewports: viewports.with(at, next) })}
      />
    </div>
  );
}
