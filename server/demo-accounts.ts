import type { Role } from '#shared/consultation/role.ts';

export interface DemoAccount {
  readonly role: Role;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

const PASSWORD = 'consilium-demo';

const account = (role: Role, name: string, mailbox: string): DemoAccount => ({
  role,
  name,
  email: `${mailbox}@demo.consilium`,
  password: PASSWORD,
});

/** The people of the demonstration. Their password is public, so they exist only while DEMO is on. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  account('referrer', 'Dr Amara Okafor', 'referrer'),
  account('referrer', 'Dr Jonas Lindqvist', 'referrer2'),
  account('coordinator', 'Mireille Laurent', 'coordinator'),
  account('radiologist', 'Dr Hana Sato', 'radiologist'),
  account('pathologist', 'Dr Elena Petrova', 'pathologist'),
  account('admin', 'Tomás Ferreira', 'admin'),
  account('auditor', 'Ingrid Solberg', 'auditor'),
];
