import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { REASONS, type Reason } from '../../explanation/access-reasons.js';
import { AccessAnswerResponse } from '../../explanation/dto/access-answer.response.js';

/** Why a check was answered with no: a reason, or an id that the tenant does not have. */
export type Refusal = 'user_not_found' | 'application_not_found' | Reason;

/** Whether a user can use an application now. */
@ApiSchema({ name: 'AccessCheckResult' })
export class AccessCheckResultResponse extends AccessAnswerResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['user_not_found', 'application_not_found', ...REASONS],
    description: 'The most telling reason why not, in the order of this list; null where allowed.',
    example: null,
  })
  reason!: Refusal | null;
}

/** The answers to a batch of checks. */
@ApiSchema({ name: 'AccessCheckResults' })
export class AccessCheckResultsResponse {
  @ApiProperty({ type: [AccessCheckResultResponse], description: 'One for each check, in the order of the checks.' })
  results!: AccessCheckResultResponse[];
}
