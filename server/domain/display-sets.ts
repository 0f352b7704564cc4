import type { DisplaySetSummary } from '#shared/api/material.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { displayFactsOf } from '#shared/dicom/display-facts.ts';
import type { SopInstanceUid } from '#shared/ids.ts';
import { anatomicalPlane, completenessOf, type DisplayFacts, splitSeries } from '#shared/imaging/display-set.ts';
import type { InstanceRow } from './material-ports.ts';
import type { Repositories } from './ports.ts';

/** Facts kept in memory; an instance never changes, and a series is listed again and again. */
const REMEMBERED = 50_000;

/** Sums up series as sets that are shown together. Metadata is parsed once an instance, the first time it is listed. */
export class DisplaySetReader {
  readonly #db: Pick<Repositories, 'material'>;
  /** null for objects without an image. */
  readonly #known = new Map<SopInstanceUid, DisplayFacts | null>();

  constructor(db: Pick<Repositories, 'material'>) {
    this.#db = db;
  }

  /** The sets of one series, of its instances with pixels, in the order of their instance numbers. */
  async setsOf(rows: readonly InstanceRow[]): Promise<DisplaySetSummary[]> {
    const images = rows.filter(({ frameCount }) => frameCount > 0).map(({ sopInstanceUid }) => sopInstanceUid);
    await this.#learn(images.filter((uid) => !this.#known.has(uid)));
    const facts = images.flatMap((uid) => this.#known.get(uid) ?? []);
    return splitSeries(facts).map(({ key, kind, label, instances }) => {
      const middle = instances[Math.floor(instances.length / 2)];
      const [first] = instances;
      return {
        ...{ key, kind, label, instanceCount: instances.length },
        frameCount: instances.reduce((sum, { frameCount }) => sum + frameCount, 0),
        representativeInstanceUid: (middle?.sopInstanceUid ?? '') as SopInstanceUid,
        instanceUids: key === '' ? [] : instances.map(({ sopInstanceUid }) => sopInstanceUid as SopInstanceUid),
        ...{ laterality: first?.laterality ?? null, view: first?.view ?? null, bodyPart: first?.bodyPart ?? null },
        plane: anatomicalPlane(first?.orientation ?? null),
        completeness: kind === 'stack' ? completenessOf(instances) : null,
      };
    });
  }

  async #learn(uids: readonly SopInstanceUid[]): Promise<void> {
    if (uids.length === 0) return;
    if (this.#known.size + uids.length > REMEMBERED) this.#known.clear();
    const texts = await this.#db.material.metadataTexts(uids);
    for (const uid of uids) {
      this.#known.set(uid, displayFactsOf(JSON.parse(texts.get(uid) ?? '{}') as DicomJsonDataset));
    }
  }
}
