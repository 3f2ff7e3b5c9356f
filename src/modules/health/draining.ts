import { Injectable } from '@nestjs/common';

/** Whether this instance is about to stop: then it is no longer ready, and still answers whoever comes. */
@Injectable()
export class Draining {
  #isUnderWay = false;

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  begin(): void {
    this.#isUnderWay = true;
  }
}
