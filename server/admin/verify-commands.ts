import type { Command } from './command.ts';

export const verifyAudit: Command = {
  name: 'verify-audit',
  summary: 'walk the audit chain; prints what was found, exit code 1 when a row was changed or is missing',
  usage: 'verify-audit',
  options: {},
  required: [],
  positionals: [],
  async run({ db }) {
    const found = await db.audit.verify();
    return { result: JSON.stringify({ intact: found.brokenAt === null, ...found }), ok: found.brokenAt === null };
  },
};
