import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The list of all assignments of an application is read a page at a time in the order of their ids. */
export class IndexAssignmentsOfApplication1795305600007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX assignments_application ON assignments (tenant_id, application_id, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX assignments_application`);
  }
}
