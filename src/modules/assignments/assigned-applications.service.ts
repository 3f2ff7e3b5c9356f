import { Injectable } from '@nestjs/common';
import { notFound } from '../../kernel/domain-error.js';
import type { TenantScope } from '../../kernel/scope.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { ApplicationsService } from '../applications/index.js';
import { notAssigned, type Assignee } from './assignee.js';
import { assignmentOf, type AssignmentRow } from './assignment-row.js';
import { filteredList, type ListRequest } from '../../persistence/filter/filtered-list.js';
import { ASSIGNMENT_FILTER } from './assignment-filter.read-model.js';
import * as readModel from './assignments.read-model.js';
import type {
  AppAssignmentResponse,
  ApplicationAssigneesResponse,
  ApplicationAssignmentResponse,
  AssignmentResponse,
  UserAssignedAppsResponse,
} from './dto/assignment.responses.js';

type Row = AppAssignmentResponse & { readonly id: string | null };

interface Assignees {
  readonly users: string[];
  readonly groups: string[];
}

/** What is assigned, read from either end. */
@Injectable()
export class AssignedApplicationsService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly applications: ApplicationsService,
  ) {}

  /** Errors: 404. */
  async ofUser(scope: TenantScope, userId: string, withGroups: boolean): Promise<UserAssignedAppsResponse> {
    const values = [scope.tenantId, userId, withGroups];
    const rows = await this.doors.database.query<Row>(scope, readModel.APPLICATIONS_OF_USER, values);
    if (rows.length === 0) throw notFound('user', userId);
    const applications = assignmentsIn(rows);
    return { user_id: userId, applications, total_count: applications.length };
  }

  /** Errors: 404. */
  async ofGroup(scope: TenantScope, groupId: string): Promise<AppAssignmentResponse[]> {
    const values = [scope.tenantId, groupId];
    const rows = await this.doors.database.query<Row>(scope, readModel.APPLICATIONS_OF_GROUP, values);
    if (rows.length === 0) throw notFound('group', groupId);
    return assignmentsIn(rows);
  }

  /** Users and groups assigned to the application itself. Errors: 404. */
  async assignees(scope: TenantScope, applicationId: string): Promise<ApplicationAssigneesResponse> {
    const values = [scope.tenantId, applicationId];
    const [found] = await this.doors.database.query<Assignees>(scope, readModel.ASSIGNEES, values);
    if (!found) throw notFound('application', applicationId);
    const { users, groups } = found;
    return { application_id: applicationId, users, groups, total_users: users.length, total_groups: groups.length };
  }

  /** One assignment, whether it holds now or not. Errors: 404 `assignment_not_found`. */
  async one(scope: TenantScope, assignee: Assignee, applicationId: string): Promise<AssignmentResponse> {
    const values = [scope.tenantId, assignee.id, applicationId];
    const [row] = await this.doors.database.query<AssignmentRow>(scope, readModel.READ[assignee.kind], values);
    if (!row) throw notAssigned(assignee, applicationId);
    return assignmentOf(assignee, row);
  }

  /** All assignments of an application, whether they hold now or not, in the order of their ids. Errors: 404. */
  async ofApplication(
    scope: TenantScope,
    applicationId: string,
    asked: ListRequest & readModel.AssignmentFilter,
    request: PageRequest,
  ): Promise<Page<ApplicationAssignmentResponse>> {
    await this.applications.get(scope, applicationId);
    const parts = {
      catalogue: ASSIGNMENT_FILTER,
      ...readModel.assignmentsOfApplication(scope.tenantId, applicationId, asked),
      sort: [{ column: 'id', type: 'uuid' }],
    } as const;
    const filtered = filteredList(parts, asked);
    const select = [readModel.ASSIGNMENT_SELECT, ...filtered.also].join(', ');
    return this.doors.paginator.rows(scope, { list: 'application-assignments', select, ...filtered }, request);
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
