import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { ApiAnswer } from '../support/api.js';
import { OpenApiCheck, type ServedDocument } from '../support/openapi-check.js';
import type { OpenApiDocument } from '../support/openapi-document.js';

/** One answer of a route of a contract: method, path, the status that it must have, and what came. */
export type ContractAnswer = readonly [method: string, path: string, status: number, answer: ApiAnswer];

/** A contract by the name of its file, as it is kept in this folder. */
export class PublishedContract {
  readonly document: OpenApiDocument;
  readonly #copy: string;
  readonly #original: string;

  constructor(name: string) {
    this.#copy = fileURLToPath(new URL(`contracts/${name}.yaml`, import.meta.url));
    this.#original = fileURLToPath(new URL(`../../../shared/contracts/${name}.yaml`, import.meta.url));
    this.document = parse(readFileSync(this.#copy, 'utf8')) as OpenApiDocument;
  }

  /** The published contract is not part of the repository: where it is at hand, the copy must be the same. */
  expectKept(): void {
    const published = existsSync(this.#original) ? this.#original : this.#copy;
    expect(readFileSync(this.#copy, 'utf8')).toBe(readFileSync(published, 'utf8'));
  }

  /** Every answer has the status that is expected of it, and is what the contract describes. */
  expectAnswers(answers: readonly ContractAnswer[]): void {
    const check = new OpenApiCheck(this.document as unknown as ServedDocument);
    for (const [method, path, status, answer] of answers) {
      expect(`${method} ${path} ${answer.status}`).toBe(`${method} ${path} ${status}`);
      expect(() => {
        check.check(method, path, answer.status, answer.headers.get('content-type'), answer.body);
      }).not.toThrow();
    }
  }
}
