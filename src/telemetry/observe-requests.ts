import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TenantScope, type AnyScope } from '../kernel/scope.js';
import type { OpenTrace, Tracer } from './tracer.js';

/** A request that may be traced, and whose guards may have given it a scope. */
interface ObservedRequest extends FastifyRequest {
  trace?: OpenTrace;
  scope?: AnyScope;
}

/** What is told of every request when it was answered. */
export interface RequestMeter {
  observe(method: string, route: string, status: number, milliseconds: number): void;
}

/** Counts requests and traces them, each where it is asked for; where neither is, no hook is added. */
export function observeRequests(fastify: FastifyInstance, meter: RequestMeter | null, tracer: Tracer | null): void {
  if (tracer) addTraces(fastify, tracer);
  if (!meter) return;
  fastify.addHook('onResponse', (request, reply, done) => {
    meter.observe(request.method, routeOf(request), reply.statusCode, reply.elapsedTime);
    done();
  });
}

function addTraces(fastify: FastifyInstance, tracer: Tracer): void {
  fastify.addHook('onRequest', (request: ObservedRequest, _reply, done) => {
    const { method, id: requestId, headers } = request;
    const traceparent = headers.traceparent;
    request.trace = tracer.begin({
      method,
      route: routeOf(request),
      requestId,
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    });
    done();
  });
  fastify.addHook('onResponse', (request: ObservedRequest, reply, done) => {
    endTrace(request, reply);
    done();
  });
  fastify.addHook('onRequestAbort', (request: ObservedRequest, done) => {
    request.trace?.end({ ...whoOf(request), status: 499 });
    delete request.trace;
    done();
  });
}

function endTrace(request: ObservedRequest, reply: FastifyReply): void {
  request.trace?.end({ ...whoOf(request), status: reply.statusCode });
}

function whoOf({ scope }: ObservedRequest): { tenantId: string | undefined; clientId: string | undefined } {
  return {
    tenantId: scope instanceof TenantScope ? scope.tenantId : undefined,
    clientId: scope?.actor.clientId ?? undefined,
  };
}

/** The template of the route, so that there are as many names as routes and none holds an id. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'none';
}
