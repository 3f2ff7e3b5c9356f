// What TypeScript makes of a source of this repository, kept between runs: to load the compiler takes longer than to run most files.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KEPT = join(ROOT, 'node_modules', '.cache', 'doorlist-typescript');
const TSCONFIG = join(ROOT, 'tsconfig.json');
const require = createRequire(import.meta.url);
/** All that the code depends on, beside the source. */
const MADE_BY = [
  require('typescript/package.json').version,
  readFileSync(TSCONFIG, 'utf8'),
  readFileSync(fileURLToPath(import.meta.url), 'utf8'),
];

let compiler;

/** Where the code and the source map of a file are kept, by what they are made of. */
function keptAt(path, source) {
  const hash = createHash('sha256');
  for (const part of [...MADE_BY, path, source]) hash.update(`${part.length} ${part}`);
  return join(KEPT, hash.digest('hex').slice(0, 40));
}

/** The path of the source map of a file that has been transpiled as it now is. */
export function sourceMapOf(path) {
  return `${keptAt(path, readFileSync(path, 'utf8'))}.map`;
}

/** The code of a TypeScript file; its types are not looked at. Throws where the file cannot be read. */
export async function transpiled(path) {
  const source = readFileSync(path, 'utf8');
  const kept = keptAt(path, source);
  const known = readIfThere(`${kept}.js`);
  if (known !== undefined) return { code: known };
  compiler ??= await loadCompiler();
  const { ts, options, host } = compiler;
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(source, {
    fileName: path,
    compilerOptions: options,
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0) throw new SyntaxError(ts.formatDiagnostics(diagnostics, host));
  const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '');
  const map = { ...JSON.parse(sourceMapText), sourceRoot: '', sources: [pathToFileURL(path).href] };
  mkdirSync(KEPT, { recursive: true });
  // The map first: who finds the code finds its map.
  write(`${kept}.map`, JSON.stringify(map));
  write(`${kept}.js`, code);
  return { code };
}

async function loadCompiler() {
  const { default: ts } = await import('typescript');
  const { compilerOptions } = ts.readConfigFile(TSCONFIG, ts.sys.readFile).config;
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...compilerOptions, module: 'ESNext', moduleResolution: 'Bundler', sourceMap: true },
    ROOT,
  );
  const host = { getCurrentDirectory: () => ROOT, getCanonicalFileName: (name) => name, getNewLine: () => '\n' };
  return { ts, options, host };
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Whole or not at all: several workers write at once. */
function write(path, text) {
  const whole = `${path}.${process.pid}`;
  writeFileSync(whole, text);
  renameSync(whole, path);
}
