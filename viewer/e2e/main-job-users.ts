import type { TestUser } from './product.ts';

/** Everybody of the main job, and one who has no part in it. */
export const REFERRER: TestUser = { email: 'referrer@clinic.test', name: 'Dr Ada Referrer', role: 'referrer' };
export const STRANGER: TestUser = { email: 'stranger@clinic.test', name: 'Dr Sam Stranger', role: 'referrer' };
export const COORDINATOR: TestUser = {
  email: 'coordinator@clinic.test',
  name: 'Cora Coordinator',
  role: 'coordinator',
};
export const RADIOLOGIST: TestUser = {
  email: 'radiologist@clinic.test',
  name: 'Dr Rita Radiologist',
  role: 'radiologist',
};
export const PATHOLOGIST: TestUser = {
  email: 'pathologist@clinic.test',
  name: 'Dr Paul Pathologist',
  role: 'pathologist',
};
export const AUDITOR: TestUser = { email: 'auditor@clinic.test', name: 'Aude Auditor', role: 'auditor' };
export const USERS = [REFERRER, STRANGER, COORDINATOR, RADIOLOGIST, PATHOLOGIST, AUDITOR];
