import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The closure keeps one of its two foreign keys. A nesting between two big trees adds the product of their groups, and
 * half of its time went into looking up the two groups of each pair, which the closure itself has just named. What the
 * ancestor's key refuses and cascades to is enough: every group is its own ancestor, changes of nestings take turns, and
 * a group's removal takes its pairs out with them. See docs/decisions/0015-one-key-for-the-closure.md.
 */
export class FreeClosureOfAKey1795305600010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE group_closure DROP CONSTRAINT group_closure_descendant_fkey`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE group_closure ADD CONSTRAINT group_closure_descendant_fkey FOREIGN KEY (tenant_id, descendant_id)
       REFERENCES groups (tenant_id, id) ON DELETE CASCADE`,
    );
  }
}
