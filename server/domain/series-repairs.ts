import type { SeriesRepair } from '#shared/api/material.ts';
import { REPAIRS, type Repair } from '#shared/dicom/repairs.ts';
import type { RepairRow } from './material-ports.ts';

const MAX_PLACES = 5;

/** The repairs of a series' instances as one list, in the order of the table of repairs. */
export function seriesRepairs(rows: readonly RepairRow[]): SeriesRepair[] {
  const found = new Map<string, { instances: number; places: Set<string> }>();
  for (const { repairs, instanceCount } of rows) {
    // Written by the reader of the instance from values of this type.
    for (const { code, places } of JSON.parse(repairs) as Repair[]) {
      const known = found.get(code) ?? { instances: 0, places: new Set<string>() };
      known.instances += instanceCount;
      for (const place of places) known.places.add(place);
      found.set(code, known);
    }
  }
  return Object.entries(REPAIRS).flatMap(([code, { sentence, guess }]) => {
    const known = found.get(code);
    if (known === undefined) return [];
    return [{ code, sentence, guess, instances: known.instances, places: [...known.places].slice(0, MAX_PLACES) }];
  });
}
