import { Injectable } from '@nestjs/common';
import { notFound } from '../../kernel/domain-error.js';
import type { TenantScope } from '../../kernel/scope.js';
import { Database } from '../../persistence/database.js';
import { APPLICATIONS_OF_GROUP, APPLICATIONS_OF_USER, ASSIGNEES } from './assignments.read-model.js';
import type {
  AppAssignmentResponse,
  ApplicationAssigneesResponse,
  UserAssignedAppsResponse,
} from './dto/assignment.responses.js';

type Row = AppAssignmentResponse & { readonly id: string | null };

/** What is assigned, read from either end. */
@Injectable()
export class AssignedApplicationsService {
  constructor(private readonly database: Database) {}

  /** Errors: 404. */
  async ofUser(scope: TenantScope, userId: string, withGroups: boolean): Promise<UserAssignedAppsResponse> {
    const rows = await this.database.query<Row>(scope, APPLICATIONS_OF_USER, [scope.tenantId, userId, withGroups]);
    if (rows.length === 0) throw notFound('user', userId);
    const applications = assignmentsIn(rows);
    return { user_id: userId, applications, total_count: applications.length };
  }

  /** Errors: 404. */
  async ofGroup(scope: TenantScope, groupId: string): Promise<AppAssignmentResponse[]> {
    const rows = await this.database.query<Row>(scope, APPLICATIONS_OF_GROUP, [scope.tenantId, groupId]);
    if (rows.length === 0) throw notFound('group', groupId);
    return assignmentsIn(rows);
  }

  /** Users and groups assigned to the application itself. Errors: 404. */
  async assignees(scope: TenantScope, applicationId: string): Promise<ApplicationAssigneesResponse> {
    const values = [scope.tenantId, applicationId];
    const [found] = await this.database.query<{ users: string[]; groups: string[] }>(scope, ASSIGNEES, values);
    if (!found) throw notFound('application', applicationId);
    const { users, groups } = found;
    return { application_id: applicationId, users, groups, total_users: users.length, total_groups: groups.length };
  }
}

function assignmentsIn(rows: readonly Row[]): AppAssignmentResponse[] {
  return rows
    .filter((row) => row.id !== null)
    .map((row) => ({
      application_id: row.application_id,
      application_name: row.application_name,
      application_client_id: row.application_client_id,
      assigned_at: row.assigned_at,
      assignment_type: row.assignment_type,
      assigned_via: row.assigned_via,
    }));
}
