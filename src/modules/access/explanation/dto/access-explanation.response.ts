import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { REASONS, type Reason } from '../access-reasons.js';
import { AccessAnswerResponse } from './access-answer.response.js';
import { AccessPathResponse } from './access-path.response.js';

/** Whether a user can use an application, and why. */
@ApiSchema({ name: 'AccessExplanation' })
export class AccessExplanationResponse extends AccessAnswerResponse {
  @ApiProperty({
    type: 'integer',
    description: 'How many paths there are, shown or not; 9007199254740991 where there are more than that.',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    example: 1,
  })
  path_count!: number;

  @ApiProperty({
    type: String,
    description: 'The same in decimal digits, exact however large: groups inside of groups multiply.',
    pattern: '^[0-9]+$',
    example: '1',
  })
  path_count_exact!: string;

  @ApiProperty({
    type: [AccessPathResponse],
    description:
      'At most 100: first those whose assignment and membership hold now, then the others; the shortest first, those of one length in the order of the ids of their groups.',
  })
  paths!: AccessPathResponse[];

  @ApiProperty({ type: Boolean, description: 'Whether there are more paths than are shown.', example: false })
  paths_truncated!: boolean;

  @ApiProperty({
    enum: REASONS,
    isArray: true,
    description: 'Everything that keeps the user out, the most telling first; empty where allowed.',
    example: [],
  })
  reasons!: Reason[];

  @ApiProperty({
    type: String,
    description: 'The same in one sentence, with names and moments.',
    example: 'Ada Lovelace can use CRM through the group Engineering, to which it is assigned.',
  })
  message!: string;
}
