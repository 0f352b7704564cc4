import { useQuery } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation } from 'react-router';
import { meQuery } from '#viewer/api/account.ts';
import { isFailure } from '#viewer/api/client.ts';
import { FullPageSkeleton } from '#viewer/ui/full-page-skeleton.tsx';
import { LoadProblem } from '#viewer/ui/page-problem.tsx';
import { SignInAgain } from './sign-in-again.tsx';

/** Lets only signed-in people through; a first visit goes to sign-in and comes back to the same address. */
export function SignedIn() {
  const { pathname, search } = useLocation();
  const { data: me, error, refetch } = useQuery(meQuery);
  if (me !== undefined)
    return (
      <>
        <Outlet />
        <SignInAgain email={me.email} />
      </>
    );
  if (isFailure(error, 'NOT_SIGNED_IN')) {
    const next = pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/sign-in${next}`} replace />;
  }
  if (error !== null) return <LoadProblem error={error} onRetry={() => void refetch()} />;
  return <FullPageSkeleton />;
}
