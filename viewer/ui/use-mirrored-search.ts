import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';

/**
 * State that the address shows. The state is the truth: navigations are asynchronous, and a field bound to the
 * address itself would lose letters of a fast typist. `read` takes the first value from the address.
 */
export function useMirroredSearch<Value>(
  read: (search: URLSearchParams) => Value,
  write: (value: Value) => URLSearchParams,
): [Value, (value: Value) => void] {
  const [search, setSearch] = useSearchParams();
  const [value, setValue] = useState(() => read(search));
  const wanted = write(value).toString();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of the value goes to the address
  useEffect(() => {
    if (wanted === search.toString()) return;
    const timer = setTimeout(() => setSearch(new URLSearchParams(wanted), { replace: true }), 200);
    return () => clearTimeout(timer);
  }, [wanted]);
  return [value, setValue];
}
