import type { Me } from '#shared/api/account.ts';
import type { WorklistItem } from '#shared/api/consultations.ts';
import type { ConsultationState } from '#shared/consultation/lifecycle.ts';
import { type Discipline, disciplineOf, type Role } from '#shared/consultation/role.ts';

export const VIEWS = ['mine', 'open', 'answered', 'closed', 'all'] as const;
export type View = (typeof VIEWS)[number];

/** What the address of the worklist holds. */
export interface WorklistFilter {
  readonly view: View;
  readonly discipline: Discipline | null;
  readonly pressing: boolean;
  readonly text: string;
}

const ANSWERED: readonly ConsultationState[] = ['signed', 'delivered'];
const CLOSED: readonly ConsultationState[] = ['declined', 'cancelled'];

/** The name of each view for a role; "mine" is what waits for this person. */
export function viewWords(role: Role): Readonly<Record<View, string>> {
  const mine = role === 'coordinator' ? 'To assign' : disciplineOf(role) === null ? 'Waiting for you' : 'To read';
  return { mine, open: 'Open', answered: 'Answered', closed: 'Closed', all: 'All' };
}

/** Experts and coordinators start with their own work; a referrer sees everything he asked. */
export function defaultView(role: Role): View {
  return role === 'referrer' ? 'all' : 'mine';
}

/** True when this person has to act next. */
function waitsFor(item: WorklistItem, me: Me): boolean {
  const discipline = disciplineOf(me.role);
  if (discipline === null) return item.holder === me.role;
  if (item.holder !== 'expert') return false;
  const part = item.experts.find((expert) => expert.discipline === discipline);
  return part !== undefined && !part.signed;
}

function inView(item: WorklistItem, view: View, me: Me): boolean {
  switch (view) {
    case 'mine':
      return waitsFor(item, me);
    case 'open':
      return !ANSWERED.includes(item.state) && !CLOSED.includes(item.state);
    case 'answered':
      return ANSWERED.includes(item.state);
    case 'closed':
      return CLOSED.includes(item.state);
    case 'all':
      return true;
  }
}

function matchesText(item: WorklistItem, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { patient, title, firstQuestion, referrerName, experts } = item;
  const names = experts.map((expert) => expert.name).join(' ');
  const hay = `${patient.initials} ${patient.reference} ${title} ${firstQuestion ?? ''} ${referrerName} ${names}`;
  const lower = hay.toLocaleLowerCase();
  return words.every((word) => lower.includes(word));
}

/** Soonest due first for those who work the list; what was touched last first for referrers. */
function byNeed(me: Me): (a: WorklistItem, b: WorklistItem) => number {
  const newest = (a: WorklistItem, b: WorklistItem) => b.updatedAt.localeCompare(a.updatedAt);
  if (me.role === 'referrer') return newest;
  return (a, b) => {
    if (a.dueAt === null || b.dueAt === null)
      return Number(a.dueAt === null) - Number(b.dueAt === null) || newest(a, b);
    return a.dueAt.localeCompare(b.dueAt) || newest(a, b);
  };
}

/** The rows of a filter in the order the person needs them. */
export function filterWorklist(items: readonly WorklistItem[], filter: WorklistFilter, me: Me): WorklistItem[] {
  const words = filter.text
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return items
    .filter(
      (item) =>
        inView(item, filter.view, me) &&
        (filter.discipline === null || item.speciality === 'both' || item.speciality === filter.discipline) &&
        (!filter.pressing || item.urgency !== 'routine') &&
        matchesText(item, words),
    )
    .sort(byNeed(me));
}

/** How many rows each view would show, other filters aside. */
export function countViews(items: readonly WorklistItem[], me: Me): Record<View, number> {
  const counts = { mine: 0, open: 0, answered: 0, closed: 0, all: 0 };
  for (const item of items) for (const view of VIEWS) if (inView(item, view, me)) counts[view] += 1;
  return counts;
}

/** Reads the filter from the address; what it does not say is the role's default. */
export function readFilter(search: URLSearchParams, role: Role): WorklistFilter {
  const view = VIEWS.find((candidate) => candidate === search.get('view')) ?? defaultView(role);
  const discipline = search.get('discipline');
  return {
    view,
    discipline: discipline === 'radiology' || discipline === 'pathology' ? discipline : null,
    pressing: search.get('pressing') === 'yes',
    text: search.get('text') ?? '',
  };
}

/** Writes the filter into an address, leaving out the defaults. */
export function writeFilter(filter: WorklistFilter, role: Role): URLSearchParams {
  const search = new URLSearchParams();
  if (filter.view !== defaultView(role)) search.set('view', filter.view);
  if (filter.discipline !== null) search.set('discipline', filter.discipline);
  if (filter.pressing) search.set('pressing', 'yes');
  if (filter.text !== '') search.set('text', filter.text);
  return search;
}
