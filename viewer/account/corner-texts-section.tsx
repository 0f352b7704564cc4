import { Button, NativeSelect, Table } from '@mantine/core';
import { useState } from 'react';
import {
  CORNER_LINES,
  CORNERS,
  type CornerLayout,
  type CornerLine,
  DEFAULT_CORNERS,
  MODALITY_GROUPS,
  type ModalityGroup,
  withLine,
} from '#shared/imaging/corner-texts.ts';
import { changePreferences, usePreferences } from '#viewer/state/preferences.ts';
import { Section } from '#viewer/ui/section.tsx';
import styles from './account-page.module.css';

const GROUP_WORDS: Readonly<Record<ModalityGroup, string>> = {
  slices: 'CT and MR',
  nuclear: 'PET and nuclear medicine',
  projections: 'Radiographs and angiography',
  breast: 'Mammography',
  ultrasound: 'Ultrasound',
  other: 'All others',
};
const LINE_WORDS: Readonly<Record<CornerLine, string>> = {
  'study-date': 'Date of the study',
  'study-description': 'Study',
  series: 'Series',
  slice: 'Slice n of N',
  position: 'Position in mm',
  loaded: 'Images loaded',
  probe: 'Value under the pointer',
  window: 'Window',
  zoom: 'Zoom',
  fidelity: 'How true the picture is',
};
const CORNER_CHOICES = [
  { value: 'top-left', label: 'Upper left' },
  { value: 'top-right', label: 'Upper right' },
  { value: 'bottom-left', label: 'Lower left' },
  { value: 'bottom-right', label: 'Lower right' },
  { value: '', label: 'Not shown' },
];

/** Which line stands in which corner of a viewport of slices, by kind of image. */
export function CornerTextsSection() {
  const { cornerTexts } = usePreferences();
  const [group, setGroup] = useState<ModalityGroup>('slices');
  const layout = cornerTexts?.[group] ?? DEFAULT_CORNERS;
  const change = (next: CornerLayout) => changePreferences({ cornerTexts: { ...cornerTexts, [group]: next } });
  const restore = () => {
    const { [group]: _, ...others } = cornerTexts ?? {};
    changePreferences({ cornerTexts: Object.keys(others).length === 0 ? null : others });
  };
  return (
    <Section
      title="Texts in the corners of images"
      hint="Who the patient is, the letters of the directions and the scale are always shown, where they are."
      id="corner-texts"
    >
      <NativeSelect
        className={styles.narrow ?? ''}
        label="For"
        data={MODALITY_GROUPS.map((value) => ({ value, label: GROUP_WORDS[value] }))}
        value={group}
        onChange={(event) => setGroup(MODALITY_GROUPS.find((one) => one === event.currentTarget.value) ?? 'other')}
      />
      <Table className={styles.corners ?? ''} verticalSpacing={4} withRowBorders={false}>
        <Table.Tbody>
          {CORNER_LINES.map((line) => (
            <Table.Tr key={line}>
              <Table.Td>{LINE_WORDS[line]}</Table.Td>
              <Table.Td>
                <NativeSelect
                  aria-label={`Corner of: ${LINE_WORDS[line]}`}
                  data={CORNER_CHOICES}
                  value={CORNERS.find((corner) => layout[corner].includes(line)) ?? ''}
                  onChange={(event) =>
                    change(withLine(layout, line, CORNERS.find((one) => one === event.currentTarget.value) ?? null))
                  }
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Button
        className={styles.ownWidth ?? ''}
        variant="default"
        disabled={cornerTexts?.[group] === undefined}
        onClick={restore}
      >
        As it came
      </Button>
    </Section>
  );
}
