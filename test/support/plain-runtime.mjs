// Runs a test file in Node itself, where Jest's own runtime would run it in a sandbox. A sandbox loads and compiles every package
// anew for each file, which is more than half of what most files cost. Here packages are loaded once a worker. Our own modules, those
// of src and test, are still each file's own: none sees what another file left in a module. Nothing of ours is mocked, which is
// what else the sandbox is for.
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import './typescript.mjs';
import { sourceMapOf } from './transpiled.mjs';

const require = createRequire(import.meta.url);
const TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');
const EVENT_HANDLERS = Symbol.for('EVENT_HANDLERS');
const STATE = 'JEST_STATE_SYMBOL';

let files = 0;

/** Looked up where a stack is shown: from the URL of a module to the path of its source map. */
class SourceMaps extends Map {
  get(url) {
    if (!/^file:.*\.ts(?:\?|$)/.test(url)) return undefined;
    return sourceMapOf(fileURLToPath(url));
  }
}

/** As much of Jest's runtime as its runner and jest-circus call. */
export default class PlainRuntime {
  #of;
  #sourceMaps = new SourceMaps();

  constructor() {
    files += 1;
    this.#of = files;
    globalThis.jest = { setTimeout: (milliseconds) => (globalThis[TIMEOUT] = milliseconds) };
  }

  /** jest-circus keeps its tests in a module and on the global object: each file gets it anew. */
  requireInternalModule(path) {
    delete globalThis[TIMEOUT];
    delete globalThis[EVENT_HANDLERS];
    for (const symbol of Object.getOwnPropertySymbols(globalThis))
      if (symbol.description === STATE) delete globalThis[symbol];
    delete require.cache[path];
    return require(path);
  }

  requireModule(path) {
    return require(path);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    const url = pathToFileURL(path);
    url.searchParams.set('of', this.#of);
    return await import(url.href);
  }

  getSourceMaps() {
    return this.#sourceMaps;
  }

  getAllCoverageInfoCopy() {
    return {};
  }

  setGlobalsForRuntime() {}

  enterTestCode() {}

  leaveTestCode() {}

  teardown() {}
}
