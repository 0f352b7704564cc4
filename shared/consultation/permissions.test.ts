import { describe, expect, it } from 'vitest';
import { type ConsultationState, STATES } from './lifecycle.ts';
import {
  actionsOpenTo,
  CONSULTATION_ACTIONS,
  type ConsultationAction,
  decide,
  decideGeneral,
  GENERAL_ACTIONS,
  type GeneralAction,
  isConsultationAction,
} from './permissions.ts';
import { disciplineOf, MEMBERSHIPS, ROLES, type Role } from './role.ts';

/** States by their first letters, in the order of life: draft submitted ready reading drafting signed delivered declined cancelled. */
const LETTERS: Readonly<Record<string, ConsultationState>> = {
  d: 'draft',
  s: 'submitted',
  r: 'ready',
  R: 'reading',
  w: 'drafting',
  S: 'signed',
  D: 'delivered',
  x: 'declined',
  c: 'cancelled',
};

/** Written by hand, apart from the table under test: [referrer on it, any coordinator, assigned expert]. */
const EXPECTED: Readonly<Record<ConsultationAction, readonly [string, string, string]>> = {
  'consultation.read': ['dsrRwSDxc', 'srRwSDxc', 'rRwSD'],
  'consultation.edit': ['d', 's', ''],
  'consultation.transition': ['dsrRwSDxc', 'srRwSDxc', 'rRwSD'],
  'assignment.write': ['', 'srRw', ''],
  'material.read': ['dsrRwSDxc', 'srRwSDxc', 'rRwSD'],
  'material.add': ['dsrRw', 'srRw', ''],
  'material.export': ['dsrRwSDxc', 'srRwSDxc', 'rRwSD'],
  'slide-label.read': ['dsrRwSDxc', 'srRw', 'rRwSD'],
  'annotation.read': ['', '', 'rRwSD'],
  'annotation.write': ['', '', 'rRw'],
  'report.write': ['', '', 'rRw'],
  'report.sign': ['', '', 'w'],
  'report.read': ['D', 'SD', 'rRwSD'],
};

function expected(action: ConsultationAction, role: Role, membership: string, state: ConsultationState): boolean {
  const [referrer, coordinator, expert] = EXPECTED[action];
  const inStates = (letters: string) => [...letters].some((letter) => LETTERS[letter] === state);
  if (role === 'referrer') return membership === 'referrer' && inStates(referrer);
  if (role === 'coordinator') return inStates(coordinator);
  return disciplineOf(role) !== null && membership === 'expert' && inStates(expert);
}

describe('RULE 4: nobody reads what is not theirs', () => {
  it('decides every action × role × membership × state as written down', () => {
    for (const action of CONSULTATION_ACTIONS) {
      for (const role of ROLES) {
        for (const membership of MEMBERSHIPS) {
          for (const state of STATES) {
            const name = `${action} ${role}/${membership} ${state}`;
            const may = expected(action, role, membership, state);
            const sees = expected('consultation.read', role, membership, state);
            const decision = decide(action, role, { membership, state });
            expect(decision, name).toBe(may ? 'allowed' : sees ? 'refused' : 'hidden');
            expect(actionsOpenTo(role, { membership, state }).includes(action), name).toBe(may);
          }
        }
      }
    }
  });

  it('gives administrators and auditors nothing of a consultation', () => {
    for (const role of ['admin', 'auditor'] as const) {
      for (const membership of MEMBERSHIPS) {
        for (const state of STATES) expect(actionsOpenTo(role, { membership, state })).toEqual([]);
      }
    }
  });

  it('never grants what hides the consultation itself', () => {
    for (const action of CONSULTATION_ACTIONS) {
      for (const role of ROLES) {
        for (const membership of MEMBERSHIPS) {
          for (const state of STATES) {
            const standing = { membership, state };
            if (decide(action, role, standing) === 'allowed') {
              expect(decide('consultation.read', role, standing)).toBe('allowed');
            }
          }
        }
      }
    }
  });
});

describe('general actions', () => {
  const GENERAL: Readonly<Record<GeneralAction, readonly Role[]>> = {
    'self.read': ROLES,
    'preferences.manage': ROLES,
    'consultation.create': ['referrer'],
    'consultation.list': ['referrer', 'coordinator', 'radiologist', 'pathologist'],
    'material.search': ['referrer', 'coordinator', 'radiologist', 'pathologist'],
    'expert.list': ['coordinator'],
    'token.manage': ROLES,
    'user.manage': ['admin'],
    'audit.read': ['auditor'],
  };

  it('decides every general action × role as written down', () => {
    for (const action of GENERAL_ACTIONS) {
      for (const role of ROLES) {
        expect(decideGeneral(action, role), `${action} ${role}`).toBe(
          GENERAL[action].includes(role) ? 'allowed' : 'refused',
        );
      }
    }
  });

  it('keeps the two kinds of action apart', () => {
    for (const action of CONSULTATION_ACTIONS) expect(isConsultationAction(action)).toBe(true);
    for (const action of GENERAL_ACTIONS) expect(isConsultationAction(action)).toBe(false);
  });
});
