export { type Claim, claimsIn, withClaim } from './apply/claims.ts';
export * from './apply/conflicts.ts';
export * from './apply/memory-journal.ts';
export * from './apply/memory-library.ts';
export * from './apply/orphan.ts';
export * from './apply/owner.ts';
export * from './apply/plan-apply.ts';
export * from './apply/plan-journal.ts';
export * from './apply/plan-view.ts';
export * from './apply/quarantine.ts';
export * from './apply/replan.ts';
export * from './apply/unique-overlay.ts';
export * from './apply/unique-value.ts';
export * from './apply/view-plan.ts';
export * from './apply/view-reader.ts';
export * from './capture/blind-writes.ts';
export type { Decision, Undecided } from './capture/decision.ts';
export * from './capture/draft-ranks.ts';
export * from './capture/draft-writes.ts';
export type { Draft, DraftedChange, Drafts, WriteRules, WriteScope } from './capture/drafts.ts';
export { planDecision } from './capture/plan-decision.ts';
export * from './capture/plan-gate.ts';
export * from './capture/plan-row-decision.ts';
export * from './capture/record-write.ts';
export { requireFree } from './capture/require-free.ts';
export { requireOwnership, requireTargets } from './capture/write-rights.ts';
export * from './clock/dot.ts';
export * from './clock/hlc.ts';
export * from './errors/catalogue.ts';
export * from './errors/shoal-error.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './log/admission.ts';
export * from './log/append.ts';
export * from './log/hole.ts';
export * from './log/last-word.ts';
export * from './log/library-knowledge.ts';
export * from './log/open-groups.ts';
export * from './log/sighting.ts';
export * from './log/supersede.ts';
export * from './log/vector.ts';
export { type FieldConflict, type MergeResult, mergeField } from './merge/merge-field.ts';
export {
  foldMerge,
  type Merged,
  type MergeFunction,
  type MergeRule,
  mergeRuleOf,
  partedFieldsOf,
  partRuleOf,
} from './merge/merge-rule.ts';
export type { DecidingRule } from './merge/merge-siblings.ts';
export { slotField, slotLengthMax, slotOf } from './merge/slot.ts';
export { formatSchemas, parseSchemas } from './model/announced-schemas.ts';
export * from './model/check-fields.ts';
export * from './model/registry.ts';
export {
  fieldsSince,
  knownSchemas,
  type SchemaVersions,
  schemasToWrite,
  schemaToWrite,
} from './model/schema-versions.ts';
export * from './model/spec.ts';
export * from './order/levels.ts';
export * from './order/rank.ts';
export * from './order/record-depth.ts';
export * from './record/creation.ts';
export * from './record/join.ts';
export * from './record/state.ts';
export * from './record/value.ts';
export * from './record/version.ts';
export * from './record/view.ts';
export * from './record/write.ts';
export * from './ref-map.ts';
export * from './session/ask.ts';
export * from './session/backfill.ts';
export * from './session/backoff.ts';
export * from './session/evaluate.ts';
export * from './session/live.ts';
export * from './session/peers.ts';
export * from './session/pull-round.ts';
export * from './session/reappend.ts';
export * from './session/settle.ts';
export * from './session/sync-state.ts';
export * from './session/throttle.ts';
export * from './session/unshared.ts';
