// Runs before the first paint so that a page never flashes in the other mood. Reading pages are always dark.
(() => {
  const reading = /^\/consultations\/[^/]+\/read$/.test(location.pathname);
  let kept = null;
  try {
    kept = localStorage.getItem('consilium-color-scheme');
  } catch {
    // Storage may be forbidden; the default is fine then.
  }
  document.documentElement.dataset.mantineColorScheme = reading || kept === 'dark' ? 'dark' : 'light';
})();
