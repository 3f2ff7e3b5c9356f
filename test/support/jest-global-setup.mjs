// Jest cannot load an ESM global setup in TypeScript on Node 20, so it loads this one, which can.
import './typescript.mjs';

const { default: globalSetup } = await import('./global-setup.ts');

export default globalSetup;
