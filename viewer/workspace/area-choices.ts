import {
  IconLayersDifference,
  IconLayersIntersect,
  IconLayersUnion,
  IconShape3,
  type TablerIcon,
} from '@tabler/icons-react';
import type { AreaOperation } from './area-plans.ts';

export interface AreaChoice {
  readonly operation: AreaOperation;
  readonly name: string;
  readonly key: string | null;
  readonly Icon: TablerIcon;
}

/** What can be done with selected areas, in the order of the menu. */
export const AREA_CHOICES: readonly AreaChoice[] = [
  { operation: 'unite', name: 'Unite', key: 'U', Icon: IconLayersUnion },
  { operation: 'subtract', name: 'Subtract the others', key: 'H', Icon: IconLayersDifference },
  { operation: 'intersect', name: 'Keep what is common', key: 'J', Icon: IconLayersIntersect },
  { operation: 'separate', name: 'Separate its pieces', key: null, Icon: IconShape3 },
];
