import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Config } from './config.js';
import { ServiceUrl } from './service-url.js';

/** Hands the validated configuration, and the URL of the service, to every room. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: Config, issuer: string): DynamicModule {
    const providers = [
      { provide: Config, useValue: config },
      { provide: ServiceUrl, useValue: { issuer } satisfies ServiceUrl },
    ];
    return { module: ConfigModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
