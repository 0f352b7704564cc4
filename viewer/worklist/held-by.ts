import type { Me } from '#shared/api/account.ts';
import type { WorklistItem } from '#shared/api/consultations.ts';
import { disciplineOf } from '#shared/consultation/role.ts';

/** Who has to act next, by name where it is known: "You", "Coordinator", "Dr Lind, Dr Roy". */
export function heldBy(item: WorklistItem, me: Me): string {
  switch (item.holder) {
    case 'referrer':
      return me.role === 'referrer' ? 'You' : item.referrerName;
    case 'coordinator':
      return me.role === 'coordinator' ? 'You' : 'Coordinator';
    case 'expert': {
      const own = disciplineOf(me.role);
      const open = item.experts.filter((expert) => !expert.signed);
      return open.map((expert) => (expert.discipline === own ? 'You' : expert.name)).join(', ') || 'Experts';
    }
    case 'nobody':
      return '';
  }
}
