import { ALWAYS, isFree, type Holding } from '../access-model.js';
import { HOLDINGS, anyPatch, boundsOf, enough, patched, type ModelledTenant, type Operation } from './operation.js';

/** A place where somebody is, or may be, a member or assigned: at the service, and in the model. */
export interface Place {
  readonly url: string;
  /** For people. */
  readonly name: string;
  readonly held: Holding | undefined;
  readonly put: (holding: Holding) => void;
  readonly change: (holding: Holding) => void;
}

/** How often an operation is chosen, and what it is called. */
type Chosen = Pick<Operation, 'name' | 'weight'>;

/** PUT; `isBounded`: whether the request says for when. */
export function putting(chosen: Chosen, isBounded: boolean, placeOf: (world: ModelledTenant) => Place): Operation {
  return {
    ...chosen,
    isPossible: enough,
    run: async (world) => {
      const place = placeOf(world);
      const holding = isBounded ? world.random.of(HOLDINGS) : ALWAYS;
      const body = isBounded ? boundsOf(holding) : undefined;
      const answer = await world.tenant.api.put(place.url, body);
      const wasFree = isFree(place.held);
      if (isBounded || wasFree) place.put(holding);
      return { did: `put ${place.name} ${JSON.stringify(body)}`, answer, status: wasFree ? 201 : 200 };
    },
  };
}

/** PATCH of the bounds. */
export function changing(chosen: Chosen, placeOf: (world: ModelledTenant) => Place): Operation {
  return {
    ...chosen,
    isPossible: enough,
    run: async (world) => {
      const place = placeOf(world);
      const patch = anyPatch(world.random);
      const answer = await world.tenant.api.patch(place.url, boundsOf(patch));
      const { status, after } = patched(place.held, patch);
      if (after) place.change(after);
      const did = `gave ${place.name} ${JSON.stringify(patch)}`;
      return { did, answer, status, ...(after && { body: { data: boundsOf(after) } }) };
    },
  };
}
