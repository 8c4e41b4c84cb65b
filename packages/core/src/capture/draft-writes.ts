import { errorAbout, unreachable } from '../errors/shoal-error.ts';
import { draftDecision } from './draft-decision.ts';
import { draftDelete } from './draft-delete.ts';
import { draftPut } from './draft-put.ts';
import { type Drafts, openDrafts, type WriteRules, type WriteScope } from './drafts.ts';
import type { RecordWrite } from './record-write.ts';

/**
 * What local writes make of the records of a library, in their order, each upon those before it: states, dots, what
 * each had seen, and the deletes that go with a delete (CHG-1, MRG-1, MRG-4, DEP-3). Stores nothing. Throws typed
 * errors that name record and field: `invalid-argument`, `not-owner`, `incomplete-record` and others; then nothing counts.
 */
export function draftWrites(scope: WriteScope, writes: readonly RecordWrite[], rules?: WriteRules): Drafts {
  const drafts = openDrafts(scope, rules);
  for (const write of writes) {
    try {
      draftWrite(drafts, write);
    } catch (error) {
      throw errorAbout(error, { model: write.ref.model, record: write.ref.id });
    }
  }
  return drafts;
}

function draftWrite(drafts: Drafts, write: RecordWrite): void {
  switch (write.kind) {
    case 'put':
    case 'replace':
      draftPut(drafts, write);
      break;
    case 'delete':
      draftDelete(drafts, write);
      break;
    case 'decide':
      draftDecision(drafts, write);
      break;
    default:
      unreachable(write);
  }
}
