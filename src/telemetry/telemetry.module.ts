import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Tallies } from '../kernel/tallies.js';

/** Hands what is counted to every room. */
@Global()
@Module({})
export class TelemetryModule {
  static forRoot(tallies: Tallies): DynamicModule {
    return { module: TelemetryModule, providers: [{ provide: Tallies, useValue: tallies }], exports: [Tallies] };
  }
}
