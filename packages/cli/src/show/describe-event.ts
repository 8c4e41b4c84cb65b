import type { ChildEvent } from '../supervisor/child-spec.ts';

/** What people are told of a child of the supervisor; undefined where nothing is out of the ordinary. */
export function describeEvent(event: ChildEvent): string | undefined {
  switch (event.kind) {
    case 'started':
    case 'ready':
      return undefined;
    case 'ended':
      return event.isUnexpected && !event.isTold
        ? `${event.name} ended (${event.how}); starting it again`
        : undefined;
    case 'failed':
      return `${event.name}: ${event.reason}`;
  }
}
