import {
  claims,
  fillHole,
  fillKnownHoles,
  firstOpenSeq,
  forgetHoles,
  type GroupedEntry,
  type Hole,
  type HoledVector,
  hasPosition,
  isAckUsable,
  isInDoubt,
  isKnownAsAppended,
  type KnownAs,
  knownAfterLogWentBack,
  knownAfterRenewal,
  type LibraryKnowledge,
  type LogId,
  type LogSighting,
  type OpenGroup,
  outlastsLoss,
  readableThrough,
  refKey,
  releaseOpenGroups,
  ShoalError,
  type StreamId,
  type Vector,
  vectorAt,
} from '@shoal/core';
import type { Role } from '../device/device.ts';
import type { Parts } from '../parts.ts';
import { nextChain } from './chain.ts';
import { type Entry, placeKey } from './entry.ts';
import type { LogContent, LogRow } from './log-content.ts';
import type { LogFile, Sightings } from './log-file.ts';
import { demoteIncluded, heldVersions, markHeads, supersededSeqs } from './log-rows.ts';

interface Draft
  extends Omit<
    LogContent,
    'rows' | 'have' | 'came' | 'claimed' | 'holes' | 'assured' | 'advances' | 'groups'
  > {
  headSeq: number;
  chain: string;
  rows: Map<number, LogRow>;
  have: Map<StreamId, number>;
  claimed: Vector;
  holes: readonly Hole[];
  assured: Vector;
  advances: LogContent['advances'][number][];
  groups: readonly OpenGroup[];
  readonly came: Map<StreamId, number>;
}

/** Opens a log; `disk` holds its content over the lives of the log-store. */
export function openLogFile(
  { parts, role }: { readonly parts: Parts; readonly role: Role },
  disk: { read(): LogContent; commit(content: LogContent): void },
  newLogId: () => LogId,
): LogFile {
  const positionsBeyond = ({ rows }: Draft, stream: StreamId, originSeq: number) =>
    [...rows.values()]
      .filter(({ entry }) => entry.stream === stream && entry.originSeq > originSeq)
      .map(({ entry }) => entry.originSeq)
      .sort((a, b) => a - b);

  function advance(draft: Draft, stream: StreamId, originSeq: number): void {
    const storedBeyond = (after: number) => positionsBeyond(draft, stream, after);
    become(draft, parts.claimUpTo(draft, { stream, originSeq }, storedBeyond), [stream]);
  }

  /** Takes over what changed in these streams, and into `have` what is claimed beside the holes (LOG-1). */
  function become(draft: Draft, vector: HoledVector, streams: Iterable<StreamId>): void {
    const isDoubtNew = isInDoubt(draft) !== isInDoubt(vector) || draft.assured !== vector.assured;
    Object.assign(draft, { claimed: vector.claimed, holes: vector.holes, assured: vector.assured });
    for (const stream of isDoubtNew ? vector.claimed.keys() : new Set(streams)) {
      const have = parts.haveAt(draft, stream);
      if (have === vectorAt(draft.have, stream)) continue;
      draft.have.set(stream, have);
      draft.advances.push({ stream, originSeq: have, seq: draft.headSeq });
    }
  }

  function add(draft: Draft, entries: readonly Entry[], areAsked = false): number {
    const places = new Set([...draft.rows.values()].map(({ place }) => place));
    const added: LogRow[] = [];
    for (const entry of entries) {
      const place = placeKey(entry);
      if (places.has(place)) continue;
      places.add(place);
      if (draft.holes.length > 0) become(draft, fillHole(draft, entry), []);
      draft.headSeq++;
      draft.chain = nextChain(draft.chain, place);
      const isHead = demoteIncluded(draft.rows, entry);
      const row = { seq: draft.headSeq, chain: draft.chain, place, record: refKey(entry.ref), entry, isHead };
      draft.rows.set(row.seq, row);
      draft.came.set(entry.stream, Math.max(entry.originSeq, draft.came.get(entry.stream) ?? 0));
      added.push(row);
    }
    for (const stream of new Set(added.map(({ entry }) => entry.stream))) advance(draft, stream, 0);
    regroup(draft, areAsked ? [] : added);
    return added.length;
  }

  function regroup(draft: Draft, added: readonly LogRow[]): void {
    const { groups: open, claimed: have } = draft;
    draft.groups = parts.planOpenGroups({ open, added: added.map(groupedEntry), have });
  }

  /** The entry is had no more (LOG-1); what ingest has applied of it stays applied (LOG-2). */
  function lose(draft: Draft, { seq, place, entry: { stream, originSeq } }: LogRow): void {
    draft.rows.delete(seq);
    const { appliedSeq, exceptions } = draft;
    const isOwn = isKnownAsAppended(draft, draft.lives, { stream, seq });
    const lost = { stream, originSeq, seq, isPassedOver: exceptions.has(place), isOwn };
    draft.advances = draft.advances.filter((each) => outlastsLoss(each, lost, appliedSeq));
    become(draft, parts.loseEntry(draft, lost, Math.max(appliedSeq, draft.knownSeq)), [stream]);
  }

  /** The log lacks what was seen of it: a new id, and what it gets back may be forgotten by the library, too. */
  function renewBehind(): void {
    const content = disk.read();
    renew({ ...content, ...knownAfterLogWentBack(content, content.headSeq) });
  }

  /** The library went back to before what it had told: what it had applied is not known to it any more (LOG-1). */
  function forget({ read, append }: Sightings): void {
    forgetApplied(read);
    const content = disk.read();
    const known = parts.knownAfterHearingAppend(content, content.headSeq, append);
    if (known !== null) disk.commit({ ...withoutHoles(content, ['appended']), ...knowledgeOf(known) });
  }

  function forgetApplied(read: LogSighting | null): void {
    const content = disk.read();
    const known = parts.knownAfterLibraryWentBack(content, content, read);
    if (known === null) return;
    const appliedSeq = read?.logId === content.logId ? read.seq : 0;
    const advances = parts.advancesForAnew(content.advances, content.appliedSeq);
    disk.commit({
      ...withoutHoles({ ...content, advances }, ['applied', 'appended']),
      ...knowledgeOf(known),
      appliedSeq,
    });
  }

  /** What the library may have forgotten is asked for anew, in all streams. */
  function withoutHoles(content: LogContent, forgotten: readonly KnownAs[]): LogContent {
    const draft = draftOf(content);
    become(draft, forgetHoles(draft, forgotten), []);
    return draft;
  }

  /** A new id, of which nothing is applied yet; who follows the log begins anew (REP-6). */
  function renew(content: LogContent = disk.read()): void {
    const { appliedSeq, exceptions, rows } = content;
    const advances = parts.advancesForAnew(content.advances, appliedSeq);
    const passedOver = [...rows.values()].filter(({ place }) => exceptions.has(place)).map(({ seq }) => seq);
    const known = knownAfterRenewal(content, { appliedSeq, firstException: Math.min(...passedOver) });
    const anew = { logId: newLogId(), appliedSeq: 0, exceptions: new Set<string>() };
    disk.commit({ ...content, ...known, ...anew, advances });
  }

  function setAsideDamaged(): boolean {
    const content = disk.read();
    const damaged = [...content.rows.values()].filter(({ isDamaged }) => isDamaged);
    if (damaged.length === 0) return false;
    const draft = draftOf(content);
    for (const row of damaged) lose(draft, row);
    for (const row of damaged) markHeads(draft.rows, row.record);
    renew(draft);
    return true;
  }

  return {
    get content() {
      return disk.read();
    },
    get readableSeq() {
      const { headSeq, groups } = disk.read();
      return readableThrough(headSeq, groups);
    },
    begin(life) {
      const content = disk.read();
      disk.commit({ ...content, lives: [...content.lives, { life, startSeq: content.headSeq }] });
    },
    recognise(sightings) {
      forget(sightings);
      const { read, append } = sightings;
      const { logId, lives, headSeq } = disk.read();
      const hasGoneBack = [read, append].some(
        (seen) => seen?.logId === logId && !parts.confirmsSighting(lives, headSeq, seen),
      );
      if (hasGoneBack) renewBehind();
      return hasGoneBack;
    },
    compareOwn(device, theirs) {
      const hasGoneBack = parts.hasMoreOfOurs(device, theirs, disk.read().claimed);
      if (hasGoneBack) renewBehind();
      return hasGoneBack;
    },
    append(stream, group) {
      const draft = draftOf(disk.read());
      const plan = parts.planAppend(group, (ref) => heldVersions(parts, draft, ref));
      if (plan.length === 0) return [];
      const first = vectorAt(draft.claimed, stream) + 1;
      const groupLast = first + plan.length - 1;
      const entries = plan.map((change, at) => ({ ...change, stream, originSeq: first + at, groupLast }));
      add(draft, entries);
      disk.commit({ ...draft, lastAppend: { logId: draft.logId, seq: draft.headSeq } });
      return entries;
    },
    disown() {
      const content = disk.read();
      disk.commit({ ...content, forgottenSeq: content.headSeq });
    },
    store(entries) {
      const content = disk.read();
      const fresh = entries.filter((entry) => !hasPosition(content, entry));
      if (fresh.length === 0) return 0;
      const draft = draftOf(disk.read());
      const added = add(draft, fresh);
      disk.commit(draft);
      return added;
    },
    storeAsked(entries) {
      const draft = draftOf(disk.read());
      const added = add(draft, entries, true);
      if (added > 0) disk.commit(draft);
      return added;
    },
    ofRecords(refs) {
      const { rows, exceptions, appliedSeq } = disk.read();
      const isAdmitted = ({ seq, place }: LogRow) =>
        role === 'member' &&
        parts.isAdmittedByIngest({ seq, isPassedOver: exceptions.has(place) }, appliedSeq);
      // A damaged copy is set aside where pages of the log are read (LOG-1).
      const intact = [...rows.values()].filter(({ isDamaged }) => isDamaged !== true);
      return refs.flatMap((ref) => {
        const ofRecord = intact.filter(({ record }) => record === refKey(ref));
        const heads = ofRecord.filter(({ isHead }) => isHead);
        const isWhole = heads.length > 0 && heads.every(isAdmitted);
        return (isWhole ? heads : ofRecord).map(({ entry }) => entry);
      });
    },
    claim(vector) {
      const draft = draftOf(disk.read());
      for (const [stream, originSeq] of vector) advance(draft, stream, originSeq);
      regroup(draft, []);
      const { groups, headSeq } = draft;
      disk.commit({ ...draft, groups: releaseOpenGroups(groups, headSeq) });
    },
    firstOpenSeq: () => firstOpenSeq(disk.read().groups),
    releaseGroups(seq) {
      const content = disk.read();
      disk.commit({ ...content, groups: releaseOpenGroups(content.groups, seq) });
    },
    acknowledge(logId, appliedSeq, exceptions) {
      const content = disk.read();
      if (logId !== content.logId) throw new ShoalError('invalid-argument', 'another log');
      if (appliedSeq > content.headSeq) {
        renewBehind();
        throw new ShoalError('invalid-argument', 'more than there is');
      }
      const hasBegunAnew = appliedSeq < content.appliedSeq;
      const advances = hasBegunAnew
        ? parts.advancesForAnew(content.advances, content.appliedSeq)
        : content.advances;
      disk.commit({ ...content, appliedSeq, lastWord: { logId, appliedSeq }, advances, exceptions });
    },
    hearAck(ack) {
      const content = disk.read();
      if (role !== 'hub' || !isAckUsable(ack, content.have)) return;
      disk.commit({ ...content, acks: new Map([...content.acks, [ack.device, ack]]) });
    },
    appliedVector() {
      const { advances, appliedSeq } = disk.read();
      const vector = new Map<StreamId, number>();
      for (const { stream, originSeq, seq } of advances) {
        if (seq <= appliedSeq) vector.set(stream, Math.max(originSeq, vectorAt(vector, stream)));
      }
      return vector;
    },
    offered() {
      const { claimed, rows } = disk.read();
      const offered = new Map(claimed);
      for (const { entry } of rows.values()) {
        if (!claims(offered, entry)) offered.set(entry.stream, entry.originSeq);
      }
      return offered;
    },
    chainAt(seq) {
      const { headSeq, chain, rows } = disk.read();
      if (seq === headSeq) return chain;
      return seq === 0 ? '' : rows.get(seq)?.chain;
    },
    setAsideDamaged,
    declareWhole(logId) {
      const content = disk.read();
      if (logId !== content.logId || content.holes.every(({ known }) => known === null)) return;
      const draft = draftOf(content);
      const streams = content.holes.map(({ stream }) => stream);
      become(draft, fillKnownHoles(draft), streams);
      disk.commit(draft);
    },
    compact() {
      if (setAsideDamaged()) return 0;
      const content = disk.read();
      const gone = supersededSeqs(parts, role, content);
      if (gone.size === 0) return 0;
      const rows = new Map([...content.rows].filter(([seq]) => !gone.has(seq)));
      disk.commit({ ...content, rows });
      return gone.size;
    },
  };
}

function draftOf(content: LogContent): Draft {
  return {
    ...content,
    rows: new Map(content.rows),
    have: new Map(content.have),
    came: new Map(content.came),
    advances: [...content.advances],
  };
}

/** A row as groups are told of it. */
export function groupedEntry({ seq, entry: { stream, originSeq, groupLast } }: LogRow): GroupedEntry {
  return { seq, stream, originSeq, groupLast };
}

/** Of what may be more, as the whole content is, too. */
function knowledgeOf({ lastWord, knownSeq, forgottenSeq, lastAppend }: LibraryKnowledge): LibraryKnowledge {
  return { lastWord, knownSeq, forgottenSeq, lastAppend };
}
