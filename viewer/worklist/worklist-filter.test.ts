import { describe, expect, test } from 'vitest';
import type { Me } from '#shared/api/account.ts';
import { type WorklistItem, worklistItemSchema } from '#shared/api/consultations.ts';
import { holderOf } from '#shared/consultation/lifecycle.ts';
import type { Role } from '#shared/consultation/role.ts';
import { countViews, defaultView, filterWorklist, readFilter, writeFilter } from './worklist-filter.ts';

function me(role: Role): Me {
  return { id: 'u1' as Me['id'], name: 'Dr Me', email: 'me@example.org', role, twoFactorEnabled: false };
}

let serial = 0;
function item(patch: Partial<WorklistItem>): WorklistItem {
  serial += 1;
  const state = patch.state ?? 'submitted';
  return worklistItemSchema.parse({
    id: `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`,
    title: 'Nodule',
    state,
    urgency: 'routine',
    speciality: 'both',
    patient: { initials: 'A.B.', birthYear: 1968, sex: 'female', reference: 'REF-7' },
    firstQuestion: 'Benign?',
    questionCount: 1,
    referrerName: 'Dr Amara Okafor',
    experts: [],
    counts: { studies: 0, slides: 0, documents: 0 },
    holder: holderOf(state),
    createdAt: '2026-01-01T00:00:00.000Z',
    submittedAt: null,
    dueAt: null,
    updatedAt: `2026-01-01T00:00:${String(serial % 60).padStart(2, '0')}.000Z`,
    ...patch,
  });
}

const ALL = { view: 'all', discipline: null, pressing: false, text: '' } as const;

describe('the worklist', () => {
  test('shows an expert what he has not signed, and nothing that only waits for the other', () => {
    const open = item({ state: 'drafting', experts: [{ discipline: 'radiology', name: 'R', signed: false }] });
    const signed = item({ state: 'drafting', experts: [{ discipline: 'radiology', name: 'R', signed: true }] });
    const others = item({ state: 'drafting', experts: [{ discipline: 'pathology', name: 'P', signed: false }] });
    const rows = filterWorklist([open, signed, others], { ...ALL, view: 'mine' }, me('radiologist'));
    expect(rows).toEqual([open]);
  });

  test('counts each view', () => {
    const items = [item({ state: 'submitted' }), item({ state: 'delivered' }), item({ state: 'declined' })];
    expect(countViews(items, me('coordinator'))).toEqual({ mine: 1, open: 1, answered: 1, closed: 1, all: 3 });
  });

  test('puts what is due first on top for a coordinator and what was touched last for a referrer', () => {
    const late = item({ dueAt: '2026-01-02T00:00:00.000Z' });
    const later = item({ dueAt: '2026-01-03T00:00:00.000Z' });
    const undated = item({});
    const items = [undated, later, late];
    expect(filterWorklist(items, ALL, me('coordinator'))).toEqual([late, later, undated]);
    expect(filterWorklist(items, ALL, me('referrer'))).toEqual([undated, later, late]);
  });

  test('finds every word in title, patient, reference and people, and nothing else', () => {
    const items = [item({ title: 'Liver lesion' }), item({ title: 'Colon' })];
    const find = (text: string) => filterWorklist(items, { ...ALL, text }, me('referrer')).map(({ title }) => title);
    expect(find('LIVER ref-7')).toEqual(['Liver lesion']);
    expect(find('okafor')).toHaveLength(2);
    expect(find('liver spleen')).toEqual([]);
  });

  test('keeps those asked of both disciplines when one is chosen', () => {
    const items = [item({ speciality: 'both' }), item({ speciality: 'radiology' }), item({ speciality: 'pathology' })];
    const rows = filterWorklist(items, { ...ALL, discipline: 'radiology' }, me('coordinator'));
    expect(rows.map(({ speciality }) => speciality).sort()).toEqual(['both', 'radiology']);
  });

  test('goes through the address and back, leaving out the default', () => {
    const filter = { view: 'open', discipline: 'pathology', pressing: true, text: 'a b' } as const;
    expect(readFilter(writeFilter(filter, 'referrer'), 'referrer')).toEqual(filter);
    expect(writeFilter({ ...ALL, view: defaultView('radiologist') }, 'radiologist').toString()).toBe('');
  });

  test('ignores what an address should not hold', () => {
    const filter = readFilter(new URLSearchParams('view=everything&discipline=surgery&pressing=1'), 'referrer');
    expect(filter).toEqual({ view: 'all', discipline: null, pressing: false, text: '' });
  });
});
