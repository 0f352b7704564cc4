import { Autocomplete, NativeSelect, NumberInput, TagsInput, TextInput } from '@mantine/core';
import type { ViewportRule } from '#shared/hanging/hanging-protocol.ts';
import styles from './hanging-editor.module.css';

interface ViewportRuleFormProps {
  readonly rule: ViewportRule;
  /** Number of the viewport, from 0. */
  readonly place: number;
  readonly onChange: (rule: ViewportRule) => void;
}

const STUDIES = [
  { value: 'current', label: 'The study that is read' },
  { value: 'prior', label: 'An earlier study' },
] as const;
const SIDES = [
  { value: '', label: 'Any' },
  { value: 'R', label: 'Right' },
  { value: 'L', label: 'Left' },
  { value: 'B', label: 'Both' },
];
const PLANES = [
  { value: '', label: 'Any' },
  { value: 'axial', label: 'Axial' },
  { value: 'coronal', label: 'Coronal' },
  { value: 'sagittal', label: 'Sagittal' },
];
const ZOOMS = [
  { value: 'fit', label: 'As large as it fits' },
  { value: 'same-scale', label: 'Same scale as the others' },
  { value: 'actual-size', label: 'One image pixel a screen pixel' },
  { value: 'true-size', label: 'True size in mm' },
];
const EDGES = [
  { value: 'centre', label: 'In the middle' },
  { value: 'left', label: 'At the left edge' },
  { value: 'right', label: 'At the right edge' },
];
const VIEWS = ['MLO', 'CC', 'ML', 'LM', 'XCCL', 'PA', 'AP', 'LL', 'RL', 'LATERAL'];
const PRESETS = ['Soft tissue', 'Lung', 'Bone', 'Brain', 'Mediastinum', 'Liver', 'Stroke', 'Angio', 'As stored'];

/** The value of a select, which is one of its options, as the type of that option. */
function chosen<Value extends string>(options: readonly { readonly value: string }[], value: string): Value {
  return (options.some((option) => option.value === value) ? value : (options[0]?.value ?? '')) as Value;
}

/** What one viewport takes, and how it shows it. */
export function ViewportRuleForm({ rule, place, onChange }: ViewportRuleFormProps) {
  const { condition } = rule;
  const change = (part: Partial<ViewportRule>) => onChange({ ...rule, ...part });
  const ask = (part: Partial<ViewportRule['condition']>) => change({ condition: { ...condition, ...part } });
  const likes = [
    { value: '', label: 'By its number' },
    ...Array.from({ length: place }, (_, slot) => ({ value: String(slot), label: `Most like viewport ${slot + 1}` })),
  ];
  return (
    <>
      <NativeSelect
        className={styles.wide ?? ''}
        label={`Viewport ${place + 1} shows`}
        size="xs"
        data={[...STUDIES]}
        value={rule.study}
        onChange={(event) => change({ study: chosen<ViewportRule['study']>(STUDIES, event.currentTarget.value) })}
      />
      <TagsInput
        label="Modalities"
        size="xs"
        maxTags={16}
        value={condition.modalities}
        onChange={(modalities) => ask({ modalities: modalities.map((one) => one.toUpperCase().slice(0, 64)) })}
      />
      <TagsInput
        label="Views"
        size="xs"
        data={VIEWS}
        maxTags={16}
        value={condition.views}
        onChange={(views) => ask({ views: views.map((one) => one.toUpperCase().slice(0, 64)) })}
      />
      <NativeSelect
        label="Side"
        size="xs"
        data={SIDES}
        value={condition.laterality ?? ''}
        onChange={(event) =>
          ask({ laterality: chosen<'R' | 'L' | 'B' | ''>(SIDES, event.currentTarget.value) || null })
        }
      />
      <NativeSelect
        label="Plane"
        size="xs"
        data={PLANES}
        value={condition.plane ?? ''}
        onChange={(event) =>
          ask({ plane: chosen<'axial' | 'coronal' | 'sagittal' | ''>(PLANES, event.currentTarget.value) || null })
        }
      />
      <TextInput
        label="Body part"
        size="xs"
        maxLength={64}
        defaultValue={condition.bodyPart}
        onBlur={(event) => ask({ bodyPart: event.currentTarget.value.trim() })}
      />
      <TextInput
        label="Series description holds"
        size="xs"
        maxLength={64}
        defaultValue={condition.description}
        onBlur={(event) => ask({ description: event.currentTarget.value.trim() })}
      />
      <NativeSelect
        label="Which of several"
        size="xs"
        data={likes}
        value={rule.like === null ? '' : String(rule.like)}
        onChange={(event) =>
          change({ like: event.currentTarget.value === '' ? null : Number(event.currentTarget.value) })
        }
      />
      <NumberInput
        label="Number"
        size="xs"
        min={1}
        max={64}
        disabled={rule.like !== null}
        value={rule.nth + 1}
        onChange={(value) => change({ nth: Math.min(63, Math.max(0, (Number(value) || 1) - 1)) })}
      />
      <Autocomplete
        label="Window preset"
        description="Empty is the one of the file"
        size="xs"
        data={PRESETS}
        maxLength={64}
        defaultValue={rule.window}
        onBlur={(event) => change({ window: event.currentTarget.value.trim() })}
      />
      <NativeSelect
        label="Place"
        description="Chest walls meet at an edge"
        size="xs"
        data={EDGES}
        value={rule.align}
        onChange={(event) => change({ align: chosen<ViewportRule['align']>(EDGES, event.currentTarget.value) })}
      />
      <NativeSelect
        className={styles.wide ?? ''}
        label="Size"
        size="xs"
        data={ZOOMS}
        value={rule.zoom}
        onChange={(event) => change({ zoom: chosen<ViewportRule['zoom']>(ZOOMS, event.currentTarget.value) })}
      />
    </>
  );
}
