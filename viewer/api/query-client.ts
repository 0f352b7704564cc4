import { QueryClient } from '@tanstack/react-query';
import { ApiFailure } from './client.ts';

/** Refusals are final; only a server that did not answer is asked again. */
function shouldRetry(count: number, error: unknown): boolean {
  const transient = error instanceof ApiFailure && (error.status === 0 || error.status === 503);
  return transient && count < 3;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: shouldRetry,
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      refetchOnReconnect: true,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
