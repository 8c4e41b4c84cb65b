import { errorAbout } from '../errors/shoal-error.ts';
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
      if (write.kind === 'delete') draftDelete(drafts, write);
      else if (write.kind === 'decide') draftDecision(drafts, write);
      else draftPut(drafts, write);
    } catch (error) {
      throw errorAbout(error, { model: write.ref.model, record: write.ref.id });
    }
  }
  return drafts;
}
