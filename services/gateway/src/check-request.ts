import { isAbsolute } from 'node:path';
import { type LibraryId, limits, type RecordId, ShoalError } from '@shoal/core';
import {
  type AddLocationRequest,
  type ApplyTagRequest,
  type ChangeIgnoresRequest,
  type DecideConflictRequest,
  DecisionKind,
  type DiscardQuarantineRequest,
  Domain,
  type FindEntriesRequest,
  fieldsFromWire,
  type Mutation,
  MutationKind,
  type RemoveTagRequest,
  type RetryQuarantineRequest,
  type SetFavoriteRequest,
  TagTarget,
  uuidFromBytes,
  versionFromWire,
  type WriteRequest,
} from '@shoal/proto';

/**
 * The edge (SEC-5): what comes from clients is checked here once, for form and size, each refusal naming the
 * field. Whether models, fields and references exist is capture's to say, in the transaction.
 */
const pathBytesMax = 4_096;
const locationNameMax = 255;

/** A library's id; anything but 16 bytes is `invalid-argument`. */
export function checkLibraryId(bytes: Uint8Array): LibraryId {
  return checkId<LibraryId>(bytes, 'library_id');
}

/** The id of a record; `field` is where it stands in the request. */
export function checkRecordId(bytes: Uint8Array, field: string): RecordId {
  return checkId<RecordId>(bytes, field);
}

/** A name of a model, in form. */
export function checkModelName(name: string): void {
  checkName(name, 'model');
}

/** The wanted size of a page: 0 is the default, more than there may be is refused. */
export function checkLimit(limit: number): number {
  if (limit > limits.pageRecordsMax) refuse('limit', `at most ${limits.pageRecordsMax}`, String(limit));
  return limit === 0 ? limits.pageRecordsDefault : limit;
}

/** The entries of the quarantine that a request names: so many at most. */
export function checkQuarantineIds({
  quarantineIds,
}: RetryQuarantineRequest | DiscardQuarantineRequest): void {
  const { length } = quarantineIds;
  if (length > limits.pageRecordsMax)
    refuse('quarantine_ids', `at most ${limits.pageRecordsMax}`, String(length));
}

/** The entries to discard: that is for good, so it is never meant by saying nothing. */
export function checkDiscard(request: DiscardQuarantineRequest): void {
  checkQuarantineIds(request);
  if (request.quarantineIds.length === 0) refuse('quarantine_ids', `1 to ${limits.pageRecordsMax}`, 'none');
}

/** A decision of a conflict: of a kind, upon a version, with fields in form; whether it can be made is capture's to say. */
export function checkDecision({ decision, seen, fields }: DecideConflictRequest): void {
  const kinds = [
    DecisionKind.DECISION_KIND_KEEP,
    DecisionKind.DECISION_KIND_FLIP,
    DecisionKind.DECISION_KIND_RESTORE,
  ];
  if (!kinds.some((kind) => kind === decision)) refuse('decision', 'keep, flip or restore', String(decision));
  if (seen.length === 0) refuse('seen', 'the version that was shown with the conflict', 'none');
  versionFromWire(seen);
  checkFieldNames(fields);
}

/** A domain to filter by, if there is one. */
export function checkDomain(domain: Domain | undefined): void {
  if (domain === undefined || domain === Domain.DOMAIN_INDEX || domain === Domain.DOMAIN_USER_METADATA)
    return;
  refuse('domain', 'index or user metadata', String(domain));
}

/** A write: how many mutations, and each of them. */
export function checkWrite(request: WriteRequest): void {
  checkCount('mutations', request.mutations.length, limits.mutationsMax);
  for (const mutation of request.mutations) checkMutation(mutation);
}

/** A location to add: an absolute path, and what is left out there. */
export function checkAddLocation({ path, name, ignore }: AddLocationRequest): void {
  checkPath(path, 'path');
  if (name.length > locationNameMax) {
    refuse('name', `up to ${locationNameMax} characters`, String(name.length));
  }
  checkPatterns({ ignore });
}

/** A change of what a location leaves out: how many patterns, and how long; what they say is capture's to judge. */
export function checkChangeIgnores({ locationId, add, remove }: ChangeIgnoresRequest): void {
  checkId(locationId, 'location_id');
  checkPatterns({ add, remove });
}

function checkPatterns(lists: Readonly<Record<string, readonly string[]>>): void {
  const { ignorePatternsMax: max, ignorePatternBytesMax: bytesMax } = limits;
  for (const [field, patterns] of Object.entries(lists)) {
    if (patterns.length > max) refuse(field, `at most ${max} patterns`, String(patterns.length));
    const long = patterns.find((pattern) => Buffer.byteLength(pattern) > bytesMax);
    if (long !== undefined)
      refuse(field, `patterns of at most ${bytesMax} bytes`, JSON.stringify(`${long.slice(0, 80)}…`));
  }
}

/** A tag and what it is put on, or taken off. */
export function checkTagging(request: ApplyTagRequest | RemoveTagRequest): void {
  checkId(request.tagId, 'tag_id');
  checkTargets(request);
}

/** Files or contents that something is said of: which kind, and so many at most. */
export function checkTargets({ target, targetIds }: ApplyTagRequest | SetFavoriteRequest): void {
  const isKnown = target === TagTarget.TAG_TARGET_ENTRY || target === TagTarget.TAG_TARGET_CONTENT;
  if (!isKnown) refuse('target', 'entry or content', String(target));
  checkCount('target_ids', targetIds.length, limits.targetsMax);
  for (const id of targetIds) checkId(id, 'target_ids');
}

/** Paths to look up: so many at most, and each an absolute one. */
export function checkPaths({ paths }: FindEntriesRequest): void {
  checkCount('paths', paths.length, limits.pathsMax);
  for (const path of paths) checkPath(path, 'paths');
}

function checkCount(field: string, count: number, max: number): void {
  if (count === 0 || count > max) refuse(field, `1 to ${max}`, count === 0 ? 'none' : String(count));
}

function checkPath(path: string, field: string): void {
  if (isAbsolute(path) && !path.includes('\0') && Buffer.byteLength(path) <= pathBytesMax) return;
  refuse(field, `an absolute path of up to ${pathBytesMax} bytes`, 'something else');
}

function checkMutation({ kind, model, recordId, fields, seen }: Mutation): void {
  checkModelName(model);
  switch (kind) {
    case MutationKind.MUTATION_KIND_PUT:
    case MutationKind.MUTATION_KIND_REPLACE:
      if (recordId.length > 0) checkId(recordId, 'record_id');
      break;
    case MutationKind.MUTATION_KIND_DELETE:
      checkId(recordId, 'record_id');
      if (fields.length > 0) refuse('fields', 'none with a delete', String(fields.length));
      break;
    default:
      refuse('kind', 'put, replace or delete', String(kind));
  }
  checkFieldNames(fields);
  // Parsed for what it throws: dots within their bounds.
  versionFromWire(seen);
}

/** Parsed for what it throws, too: values of a known kind, no name twice. */
function checkFieldNames(fields: Mutation['fields']): void {
  if (fields.length > limits.fieldsMax) {
    refuse('fields', `at most ${limits.fieldsMax}`, String(fields.length));
  }
  for (const { field } of fields) checkName(field, 'field');
  fieldsFromWire(fields);
}

function checkId<Id extends string>(bytes: Uint8Array, field: string): Id {
  if (bytes.length !== 16) refuse(field, '16 bytes', String(bytes.length));
  return uuidFromBytes<Id>(bytes, field);
}

function checkName(name: string, field: string): void {
  if (name.length === 0 || name.length > limits.nameLengthMax) {
    refuse(field, `a name of 1 to ${limits.nameLengthMax} characters`, `${name.length} characters`);
  }
}

function refuse(field: string, expected: string, found: string): never {
  throw new ShoalError('invalid-argument', `"${field}": expected ${expected}, found ${found}`, { field });
}
