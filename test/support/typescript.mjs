// Lets Node import the TypeScript of this repository outside Jest's sandbox: `node --import ./test/support/typescript.mjs file.ts`.
// Node 20 strips no types, and no version of Node compiles decorators.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
