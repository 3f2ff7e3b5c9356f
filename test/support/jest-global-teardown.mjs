// Jest cannot load an ESM global teardown in TypeScript on Node 20, so it loads this one, which can.
import './typescript.mjs';

const { default: globalTeardown } = await import('./global-teardown.ts');

export default globalTeardown;
