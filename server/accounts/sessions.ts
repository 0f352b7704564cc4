import type { Sessions } from '#server/domain/account-ports.ts';
import { roleSchema } from '#shared/consultation/role.ts';
import type { UserId } from '#shared/ids.ts';
import type { AuthLibrary } from './auth-library.ts';

export function createSessions(library: AuthLibrary): Sessions {
  return {
    async principalOf(headers) {
      const found = await library.api.getSession({ headers });
      if (found === null) return null;
      const { id, name, role } = found.user;
      return { userId: id as UserId, name, role: roleSchema.parse(role), via: 'session' };
    },
    answer: (request) => library.handler(request),
    address: library.options.baseURL,
  };
}
