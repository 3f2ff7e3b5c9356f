// Module hooks, run by Node in a thread of their own: see typescript.mjs.
import { fileURLToPath } from 'node:url';
import { transpiled } from './transpiled.mjs';

/** Marks a module that a test file has for itself, with all that it imports from this repository: see plain-runtime.mjs. */
const OF = 'of';
/** What test files share even so: it compiles all schemas of the document, and keeps nothing of who asked. */
const SHARED = '/test/support/openapi-check.ts';

/** In our sources an import of ./name.js means ./name.ts. */
export async function resolve(specifier, context, nextResolve) {
  const parent = context.parentURL === undefined ? null : new URL(context.parentURL);
  const found = await resolveSource(specifier, context, nextResolve, parent?.pathname.endsWith('.ts') === true);
  const of = parent?.searchParams.get(OF) ?? null;
  if (of === null || !found.url.startsWith('file:') || found.url.includes('/node_modules/')) return found;
  const url = new URL(found.url);
  if (url.pathname.endsWith(SHARED)) return found;
  url.searchParams.set(OF, of);
  return { ...found, url: url.href };
}

async function resolveSource(specifier, context, nextResolve, isInSource) {
  if (!isInSource || !/^\.{1,2}\/.*\.js$/.test(specifier)) return await nextResolve(specifier, context);
  try {
    return await nextResolve(specifier.replace(/\.js$/, '.ts'), context);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return await nextResolve(specifier, context);
  }
}

export async function load(url, context, nextLoad) {
  const { protocol, pathname, searchParams } = new URL(url);
  if (protocol !== 'file:' || !pathname.endsWith('.ts')) return await nextLoad(url, context);
  const { code } = await transpiled(fileURLToPath(url));
  // On the first line, so that all lines stay where they are.
  const jest = searchParams.has(OF) ? 'import.meta.jest = globalThis.jest;' : '';
  return { format: 'module', source: jest + code, shortCircuit: true };
}
