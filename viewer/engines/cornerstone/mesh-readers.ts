/**
 * Stands in for the mesh readers of vtk.js (see vite.config.ts): they pull an XML builder and two Node modules
 * into the page, and nothing here shows meshes.
 */
const meshReaders = {
  newInstance(): never {
    throw new Error('Surface meshes cannot be read here.');
  },
};

// biome-ignore lint/style/noDefaultExport: vtk.js imports its readers by default export
export default meshReaders;
