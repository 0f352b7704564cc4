import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { createBrowserRouter, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { SignedIn } from '#viewer/account/signed-in.tsx';
import { FullPageSkeleton } from '#viewer/ui/full-page-skeleton.tsx';
import { NothingHere, PageProblem } from '#viewer/ui/page-problem.tsx';
import { PageFrame } from './page-frame.tsx';
import { cssVariables, theme } from './theme.ts';

const colorScheme = localStorageColorSchemeManager({ key: 'consilium-color-scheme' });

/** Reading is always dark; every other page is light unless the person chose dark. */
function isReading(pathname: string): boolean {
  return /^\/consultations\/[^/]+\/read\/?$/.test(pathname);
}

function Root() {
  const { pathname } = useLocation();
  const forced = isReading(pathname) ? ({ forceColorScheme: 'dark' } as const) : {};
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="light"
      {...forced}
    >
      <Notifications position="bottom-right" limit={3} />
      <Outlet />
      <ScrollRestoration />
    </MantineProvider>
  );
}

function RootProblem() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="light"
    >
      <PageProblem />
    </MantineProvider>
  );
}

/** Every route of the viewer. Pages are loaded when they are opened, so a worklist never waits for an engine. */
export const router = createBrowserRouter([
  {
    Component: Root,
    ErrorBoundary: RootProblem,
    HydrateFallback: FullPageSkeleton,
    children: [
      {
        path: '/sign-in',
        lazy: async () => ({ Component: (await import('#viewer/account/sign-in-page.tsx')).SignInPage }),
      },
      {
        Component: SignedIn,
        ErrorBoundary: PageProblem,
        children: [
          {
            path: '/consultations/:consultationId/read',
            lazy: async () => ({ Component: (await import('#viewer/workspace/reading-page.tsx')).ReadingPage }),
          },
          {
            Component: PageFrame,
            children: [
              {
                ErrorBoundary: PageProblem,
                children: [
                  {
                    path: '/',
                    lazy: async () => ({
                      Component: (await import('#viewer/worklist/worklist-page.tsx')).WorklistPage,
                    }),
                  },
                  {
                    path: '/consultations/new/:draftId?',
                    lazy: async () => ({
                      Component: (await import('#viewer/consultation/new-consultation-page.tsx')).NewConsultationPage,
                    }),
                  },
                  {
                    path: '/consultations/:consultationId',
                    lazy: async () => ({
                      Component: (await import('#viewer/consultation/consultation-page.tsx')).ConsultationPage,
                    }),
                  },
                  {
                    path: '/consultations/:consultationId/report',
                    lazy: async () => ({ Component: (await import('#viewer/report/report-page.tsx')).ReportPage }),
                  },
                  {
                    path: '/consultations/:consultationId/result',
                    lazy: async () => ({ Component: (await import('#viewer/report/result-page.tsx')).ResultPage }),
                  },
                  {
                    path: '/ecg',
                    lazy: async () => ({ Component: (await import('#viewer/workspace/ecg-page.tsx')).EcgPage }),
                  },
                  {
                    path: '/account',
                    lazy: async () => ({ Component: (await import('#viewer/account/account-page.tsx')).AccountPage }),
                  },
                  {
                    path: '/audit',
                    lazy: async () => ({ Component: (await import('#viewer/account/audit-page.tsx')).AuditPage }),
                  },
                  {
                    path: '/admin',
                    lazy: async () => ({ Component: (await import('#viewer/account/admin-page.tsx')).AdminPage }),
                  },
                  {
                    path: '*',
                    Component: NothingHere,
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
]);
