import { type ConsultationState, STATES } from './lifecycle.ts';
import type { Membership, Role } from './role.ts';

/**
 * Who may do what: one table, one function. Every route, tile, frame, thumbnail and rendition asks it.
 *
 * A grant names the role, how the person must stand to the consultation and the states in which it holds.
 * Administrators and auditors hold no grant on patient data: that is deliberate.
 */
interface Grant {
  readonly role: Role;
  readonly membership: Membership | 'any';
  readonly states: readonly ConsultationState[];
}

const ALL = STATES;
const AFTER_SUBMIT = STATES.filter((state) => state !== 'draft');
const OPEN_TO_EXPERTS: readonly ConsultationState[] = ['ready', 'reading', 'drafting', 'signed', 'delivered'];
const READING: readonly ConsultationState[] = ['ready', 'reading', 'drafting'];
const IN_WORK: readonly ConsultationState[] = ['submitted', 'ready', 'reading', 'drafting'];
const ADDING: readonly ConsultationState[] = ['draft', 'submitted', 'ready', 'reading', 'drafting'];
const ANSWERED: readonly ConsultationState[] = ['delivered'];

const referrer = (states: readonly ConsultationState[]): Grant => ({
  role: 'referrer',
  membership: 'referrer',
  states,
});
const coordinator = (states: readonly ConsultationState[]): Grant => ({
  role: 'coordinator',
  membership: 'any',
  states,
});
const experts = (states: readonly ConsultationState[]): Grant[] => [
  { role: 'radiologist', membership: 'expert', states },
  { role: 'pathologist', membership: 'expert', states },
];

/** Actions on one consultation and on everything that belongs to it. */
export const CONSULTATION_GRANTS = {
  'consultation.read': [referrer(ALL), coordinator(AFTER_SUBMIT), ...experts(OPEN_TO_EXPERTS)],
  'consultation.edit': [referrer(['draft']), coordinator(['submitted'])],
  'consultation.transition': [referrer(ALL), coordinator(AFTER_SUBMIT), ...experts(OPEN_TO_EXPERTS)],
  'assignment.write': [coordinator(IN_WORK)],
  'material.read': [referrer(ALL), coordinator(AFTER_SUBMIT), ...experts(OPEN_TO_EXPERTS)],
  'material.add': [referrer(ADDING), coordinator(IN_WORK)],
  // Copies without what identifies the patient; whoever may read may take them along.
  'material.export': [referrer(ALL), coordinator(AFTER_SUBMIT), ...experts(OPEN_TO_EXPERTS)],
  // Labels and pictures of the whole glass carry names and accession numbers. Coordinators compare them while the material
  // is put together, and have no need of them afterwards.
  'slide-label.read': [referrer(ALL), coordinator(IN_WORK), ...experts(OPEN_TO_EXPERTS)],
  'annotation.read': [...experts(OPEN_TO_EXPERTS)],
  'annotation.write': [...experts(READING)],
  'report.write': [...experts(READING)],
  'report.sign': [...experts(['drafting'])],
  'report.read': [referrer(ANSWERED), coordinator(['signed', 'delivered']), ...experts(OPEN_TO_EXPERTS)],
} as const satisfies Record<string, readonly Grant[]>;

/** Actions that concern no single consultation. */
export const GENERAL_GRANTS = {
  'self.read': ['referrer', 'coordinator', 'radiologist', 'pathologist', 'admin', 'auditor'],
  'preferences.manage': ['referrer', 'coordinator', 'radiologist', 'pathologist', 'admin', 'auditor'],
  'consultation.create': ['referrer'],
  'consultation.list': ['referrer', 'coordinator', 'radiologist', 'pathologist'],
  'material.search': ['referrer', 'coordinator', 'radiologist', 'pathologist'],
  'expert.list': ['coordinator'],
  'token.manage': ['referrer', 'coordinator', 'radiologist', 'pathologist', 'admin', 'auditor'],
  'user.manage': ['admin'],
  'audit.read': ['auditor'],
} as const satisfies Record<string, readonly Role[]>;

export type ConsultationAction = keyof typeof CONSULTATION_GRANTS;
export type GeneralAction = keyof typeof GENERAL_GRANTS;
export type Action = ConsultationAction | GeneralAction;

export const CONSULTATION_ACTIONS = Object.keys(CONSULTATION_GRANTS) as ConsultationAction[];
export const GENERAL_ACTIONS = Object.keys(GENERAL_GRANTS) as GeneralAction[];

/** True when `action` needs to know a consultation. */
export function isConsultationAction(action: Action): action is ConsultationAction {
  return action in CONSULTATION_GRANTS;
}

/** How a person stands to the consultation a request is about. */
export interface Standing {
  readonly membership: Membership;
  readonly state: ConsultationState;
}

function holds(grants: readonly Grant[], role: Role, standing: Standing): boolean {
  return grants.some(
    (grant) =>
      grant.role === role &&
      (grant.membership === 'any' || grant.membership === standing.membership) &&
      grant.states.includes(standing.state),
  );
}

/** `hidden` is answered like a missing thing (404); `refused` is said openly (403), since the person may know of it. */
export type Decision = 'allowed' | 'refused' | 'hidden';

/** Decides an action on a consultation. */
export function decide(action: ConsultationAction, role: Role, standing: Standing): Decision {
  if (holds(CONSULTATION_GRANTS[action], role, standing)) return 'allowed';
  return holds(CONSULTATION_GRANTS['consultation.read'], role, standing) ? 'refused' : 'hidden';
}

/** Decides an action that concerns no single consultation. */
export function decideGeneral(action: GeneralAction, role: Role): Decision {
  const roles: readonly Role[] = GENERAL_GRANTS[action];
  return roles.includes(role) ? 'allowed' : 'refused';
}

/** Everything this person may do with the consultation now; what pages use to show or hide controls. */
export function actionsOpenTo(role: Role, standing: Standing): ConsultationAction[] {
  return CONSULTATION_ACTIONS.filter((action) => decide(action, role, standing) === 'allowed');
}

/** In which states a person sees consultations he referred, is an expert of, or has no part in. */
export interface Visibility {
  readonly asReferrer: readonly ConsultationState[];
  readonly asExpert: readonly ConsultationState[];
  readonly asAnybody: readonly ConsultationState[];
}

/** What a worklist or a search of this role may hold; the same table that decides about one consultation. */
export function visibilityOf(role: Role, action: ConsultationAction = 'consultation.read'): Visibility {
  const states = (membership: Membership) =>
    STATES.filter((state) => decide(action, role, { membership, state }) === 'allowed');
  return { asReferrer: states('referrer'), asExpert: states('expert'), asAnybody: states('none') };
}
