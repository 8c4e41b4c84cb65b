import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { isAuthorized } from './bearer-token.ts';
import { unauthenticatedStatus } from './grpc-status.ts';

/** Answers without token: whether the service serves, nothing else. */
const openPath = /^\/grpc\.health\.v1\.Health\//;

/**
 * Lets a call through only with the token of the home, before anything of its message is parsed (SEC-4). Health
 * is open, so that an init system can ask without knowing a secret; reflection is not.
 */
export function tokenGuard(token: string): ServerInterceptor {
  return (method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            const header = metadata.get('authorization')[0]?.toString();
            if (openPath.test(method.path) || isAuthorized(header, token)) proceed(metadata);
            else call.sendStatus(unauthenticatedStatus());
          },
        }),
    });
}
