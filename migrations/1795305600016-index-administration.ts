import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `*` and the permissions of the service itself, as they were when this was written. */
const ADMINISTRATION = [
  '*',
  ...[
    'directory:read',
    'directory:write',
    'applications:read',
    'applications:write',
    'assignments:read',
    'assignments:write',
    'roles:read',
    'roles:write',
    'audit:read',
    'clients:read',
    'clients:write',
    'readEntitlements',
    'manageEntitlements',
    'manageAppAccessOwner',
    'tenantadmin',
  ].map((scope) => `doorlist:${scope}`),
];

/**
 * The few roles that allow something in the service itself, for the question that is asked at every request of a user. It
 * is met by the index alone: what else roles allow, up to 10,000 texts each, is not read for it.
 */
export class IndexAdministration1795305600016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const names = ADMINISTRATION.map((name) => `'${name}'`).join(', ');
    await runner.query(
      `CREATE INDEX roles_administration ON roles (tenant_id, id) WHERE effective_permissions && ARRAY[${names}]`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX roles_administration`);
  }
}
