import type { SlideRegistration } from '#shared/api/slide-registrations.ts';
import type { ConsultationId } from '#shared/ids.ts';

export interface SlideRegistrationRepository {
  /** Oldest first. */
  list(consultationId: ConsultationId): Promise<SlideRegistration[]>;
  /** Replaces what the author marked in these two slides before; without pairs it is taken away. */
  put(consultationId: ConsultationId, registration: SlideRegistration): Promise<void>;
}
