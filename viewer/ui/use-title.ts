import { useEffect } from 'react';

/** Names the browser tab. Never a patient's data: tab titles end up in histories and screen shares. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Consilium`;
  }, [title]);
}
