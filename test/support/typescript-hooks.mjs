// Module hooks, run by Node in a thread of their own: see typescript.mjs.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const TSCONFIG = fileURLToPath(new URL('../../tsconfig.json', import.meta.url));
const { compilerOptions } = ts.readConfigFile(TSCONFIG, ts.sys.readFile).config;
const OPTIONS = {
  ...compilerOptions,
  module: 'ESNext',
  moduleResolution: 'Bundler',
  inlineSourceMap: true,
  sourceMap: false,
};
const { options } = ts.convertCompilerOptionsFromJson(OPTIONS, fileURLToPath(new URL('../..', import.meta.url)));

/** An import of ./name.js in our sources means ./name.ts. */
export async function resolve(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !/^\.{1,2}\/.*\.js$/.test(specifier)) throw error;
    return await nextResolve(specifier.replace(/\.js$/, '.ts'), context);
  }
}

export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return await nextLoad(url, context);
  const fileName = fileURLToPath(url);
  const { outputText } = ts.transpileModule(await readFile(fileName, 'utf8'), { fileName, compilerOptions: options });
  return { format: 'module', source: outputText, shortCircuit: true };
}
